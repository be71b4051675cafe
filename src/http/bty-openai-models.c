/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-openai-models.h"

#define MAX_MODELS 20000

/* Words in a server's lists, and the ability that each one tells. */
static const struct
{
  const char *word;
  const char *ability;
} words[] = {
  { "tools", "tools" },
  { "tool_use", "tools" },
  { "parallel_tool_calls", "parallel_tools" },
  { "image", "vision" },
  { "file", "files" },
  { "reasoning", "reasoning" },
  { "text", "text" },
  { "structured_outputs", "json_schema" },
  { "embeddings", "embeddings" },
};

typedef struct
{
  const char *provider;
  GPtrArray *models;
  BtyModel *model;
  GPtrArray *abilities; /* static words */
} Parse;

static void
add_ability (Parse *parse, const char *ability)
{
  for (guint i = 0; i < parse->abilities->len; i++)
    if (g_str_equal (parse->abilities->pdata[i], ability))
      return;
  g_ptr_array_add (parse->abilities, (gpointer) ability);
}

static gboolean
read_words (Parse *parse, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  if (token == BTY_JSON_OBJECT_BEGIN)
    return bty_json_reader_skip_rest (reader, error);
  if (token != BTY_JSON_ARRAY_BEGIN)
    return token != BTY_JSON_ERROR;
  while ((token = bty_json_reader_skip (reader, NULL, NULL, error)) != BTY_JSON_ARRAY_END && token != BTY_JSON_ERROR)
    for (guint i = 0; token == BTY_JSON_STRING && i < G_N_ELEMENTS (words); i++)
      if (bty_json_reader_key_is (reader, words[i].word))
        add_ability (parse, words[i].ability);
  return token == BTY_JSON_ARRAY_END;
}

/* Dollars for a token, as a text or a number; below 0: it depends. */
static gboolean
read_price (BtyModel *model, BtyJsonReader *reader, gsize offset, GError **error)
{
  BtyJsonToken token = bty_json_reader_skip (reader, NULL, NULL, error);
  g_autofree char *text = token == BTY_JSON_STRING ? g_strndup (reader->text, reader->length) : NULL;
  double dollars = text != NULL               ? g_ascii_strtod (text, NULL)
                   : token == BTY_JSON_DOUBLE ? reader->number
                   : token == BTY_JSON_INT    ? (double) reader->integer
                                              : -1;

  if (dollars >= 0 && dollars < 1)
    {
      G_STRUCT_MEMBER (gint64, model, offset) = (gint64) (dollars * 1e12 + 0.5);
      bty_record_set_null_at (model, (guint32) offset, FALSE);
    }
  return token != BTY_JSON_ERROR;
}

static const struct
{
  const char *name;
  gsize offset;
} prices[] = {
  { "prompt", G_STRUCT_OFFSET (BtyModel, input_price) },
  { "completion", G_STRUCT_OFFSET (BtyModel, output_price) },
  { "input_cache_read", G_STRUCT_OFFSET (BtyModel, cached_price) },
  { "input_cache_write", G_STRUCT_OFFSET (BtyModel, cache_write_price) },
};

/* As OpenRouter tells them. Other services give other figures under other names, which are left alone. */
static gboolean
read_prices (BtyModel *model, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  if (token == BTY_JSON_ARRAY_BEGIN)
    return bty_json_reader_skip_rest (reader, error);
  if (token != BTY_JSON_OBJECT_BEGIN)
    return token != BTY_JSON_ERROR;
  while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_KEY)
    {
      gsize offset = 0;

      for (guint i = 0; i < G_N_ELEMENTS (prices); i++)
        if (bty_json_reader_key_is (reader, prices[i].name))
          offset = prices[i].offset;
      if (!(offset != 0 ? read_price (model, reader, offset, error)
                        : bty_json_reader_skip (reader, NULL, NULL, error) != BTY_JSON_ERROR))
        return FALSE;
    }
  if (!BTY_IS_NULL (model, BtyModel, input_price) && !BTY_IS_NULL (model, BtyModel, output_price))
    model->pricing = BTY_PRICING_PROVIDER;
  return token == BTY_JSON_OBJECT_END;
}

static gint64 *
number_of (Parse *parse, const BtyJsonReader *reader)
{
  static const char *const windows[] = { "context_length",     "context_window", "max_model_len",
                                         "max_context_length", "n_ctx",          "n_ctx_train" };

  for (guint i = 0; i < G_N_ELEMENTS (windows); i++)
    if (bty_json_reader_key_is (reader, windows[i]))
      return &parse->model->context_window;
  if (bty_json_reader_key_is (reader, "max_completion_tokens") || bty_json_reader_key_is (reader, "max_output_tokens"))
    return &parse->model->max_output;
  return NULL;
}

static gboolean read_members (Parse *parse, BtyJsonReader *reader, guint depth, GError **error);

static gboolean
read_inner (Parse *parse, BtyJsonReader *reader, guint depth, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  if (token == BTY_JSON_OBJECT_BEGIN)
    return read_members (parse, reader, depth + 1, error);
  if (token == BTY_JSON_ARRAY_BEGIN)
    return bty_json_reader_skip_rest (reader, error);
  return token != BTY_JSON_ERROR;
}

static gboolean
is_list_of_words (const BtyJsonReader *reader)
{
  return bty_json_reader_key_is (reader, "supported_parameters") ||
         bty_json_reader_key_is (reader, "input_modalities") || bty_json_reader_key_is (reader, "capabilities");
}

static gboolean
is_inner (const BtyJsonReader *reader)
{
  return bty_json_reader_key_is (reader, "architecture") || bty_json_reader_key_is (reader, "top_provider") ||
         bty_json_reader_key_is (reader, "meta");
}

static gboolean
read_members (Parse *parse, BtyJsonReader *reader, guint depth, GError **error)
{
  BtyJsonToken token;

  while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_KEY)
    {
      gint64 *number = number_of (parse, reader);
      gboolean is_id = depth == 0 && bty_json_reader_key_is (reader, "id");
      gboolean is_title = depth == 0 &&
                          (bty_json_reader_key_is (reader, "name") || bty_json_reader_key_is (reader, "display_name"));
      gboolean ok = TRUE;

      if (is_list_of_words (reader))
        ok = read_words (parse, reader, error);
      else if (depth == 0 && bty_json_reader_key_is (reader, "pricing"))
        ok = read_prices (parse->model, reader, error);
      else if (depth == 0 && is_inner (reader))
        ok = read_inner (parse, reader, depth, error);
      else
        token = bty_json_reader_skip (reader, NULL, NULL, error);
      if (!ok || token == BTY_JSON_ERROR)
        return FALSE;
      if (token == BTY_JSON_INT && number != NULL && *number == 0)
        *number = CLAMP (reader->integer, 0, G_MAXINT32);
      if (token == BTY_JSON_STRING && is_id && reader->length > 0)
        bty_record_take_string (&parse->model->name,
                                g_strdup_printf ("%s/%.*s", parse->provider, (int) reader->length, reader->text));
      if (token == BTY_JSON_STRING && is_title)
        bty_record_take_string (&parse->model->title, g_strndup (reader->text, reader->length));
    }
  return token == BTY_JSON_OBJECT_END;
}

/* OpenAI itself says no more than a name; what embeds is called so everywhere. */
static void
guess_embeddings (Parse *parse)
{
  if (strstr (parse->model->name, "embed") != NULL && parse->abilities->len == 0)
    add_ability (parse, "embeddings");
}

static gboolean
read_model (Parse *parse, BtyJsonReader *reader, GError **error)
{
  g_autoptr (BtyModel) model = bty_model_new ();
  g_autoptr (GPtrArray) abilities = g_ptr_array_new ();

  parse->model = model;
  parse->abilities = abilities;
  if (!read_members (parse, reader, 0, error))
    return FALSE;
  if (model->name == NULL || parse->models->len >= MAX_MODELS)
    return TRUE;
  guess_embeddings (parse);
  model->provider = g_strdup (parse->provider);
  if (abilities->len > 0)
    {
      g_ptr_array_add (abilities, NULL);
      model->abilities = g_strdupv ((char **) abilities->pdata);
    }
  g_ptr_array_add (parse->models, g_steal_pointer (&model));
  return TRUE;
}

static gboolean
read_data (Parse *parse, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  if (token == BTY_JSON_NULL)
    return TRUE;
  if (token == BTY_JSON_ARRAY_BEGIN)
    while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_OBJECT_BEGIN)
      if (!read_model (parse, reader, error))
        return FALSE;
  if (token != BTY_JSON_ARRAY_END && token != BTY_JSON_ERROR)
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                         _ ("its list of models is not a list of objects"));
  return token == BTY_JSON_ARRAY_END;
}

static gboolean
read_list (Parse *parse, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);
  gboolean has_data = FALSE;

  if (token == BTY_JSON_ERROR)
    return FALSE;
  while (token == BTY_JSON_OBJECT_BEGIN && (token = bty_json_reader_next (reader, error)) == BTY_JSON_KEY)
    {
      gboolean is_data = bty_json_reader_key_is (reader, "data");

      if (!(is_data ? read_data (parse, reader, error)
                    : bty_json_reader_skip (reader, NULL, NULL, error) != BTY_JSON_ERROR))
        return FALSE;
      has_data |= is_data;
      token = BTY_JSON_OBJECT_BEGIN;
    }
  if (token == BTY_JSON_ERROR)
    return FALSE;
  if (!has_data)
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("it is no list of models"));
  return has_data && bty_json_reader_next (reader, error) == BTY_JSON_END;
}

GPtrArray *
bty_openai_models_parse (const char *provider, const char *json, gsize length, GError **error)
{
  g_autoptr (GPtrArray) models = bty_record_list_new ();
  g_auto (BtyJsonReader) reader;
  Parse parse = { .provider = provider, .models = models };

  bty_json_reader_init (&reader, json, length, 0);
  return read_list (&parse, &reader, error) ? g_steal_pointer (&models) : NULL;
}
