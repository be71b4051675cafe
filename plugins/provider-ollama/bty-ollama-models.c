/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ollama"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-ollama-models.h"

#define MAX_MODELS 5000

/* Words of a server, and the abilities that each one tells. */
static const struct
{
  const char *word;
  const char *abilities[5];
} words[] = {
  { "completion", { "text", "json_schema", "continue", NULL } },
  { "tools", { "tools", "parallel_tools", NULL } },
  { "vision", { "vision", NULL } },
  { "thinking", { "reasoning", NULL } },
  { "embedding", { "embeddings", NULL } },
};

static gboolean
read_abilities (BtyModel *model, BtyJsonReader *reader, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  BtyJsonToken token = bty_json_reader_next (reader, error);

  if (token == BTY_JSON_OBJECT_BEGIN)
    return bty_json_reader_skip_rest (reader, error);
  if (token != BTY_JSON_ARRAY_BEGIN)
    return token != BTY_JSON_ERROR;
  while ((token = bty_json_reader_skip (reader, NULL, NULL, error)) != BTY_JSON_ARRAY_END && token != BTY_JSON_ERROR)
    for (guint i = 0; token == BTY_JSON_STRING && i < G_N_ELEMENTS (words); i++)
      if (bty_json_reader_key_is (reader, words[i].word))
        g_strv_builder_addv (builder, (const char **) words[i].abilities);
  g_strfreev (model->abilities);
  model->abilities = g_strv_builder_end (builder);
  return token == BTY_JSON_ARRAY_END;
}

static gboolean
take_window (BtyModel *model, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token = bty_json_reader_skip (reader, NULL, NULL, error);

  if (token == BTY_JSON_INT && reader->integer > 0)
    model->context_window = MIN (reader->integer, G_MAXINT32);
  return token != BTY_JSON_ERROR;
}

static gboolean
ends_with (const BtyJsonReader *reader, const char *suffix)
{
  gsize length = strlen (suffix);

  return reader->length >= length && memcmp (reader->text + reader->length - length, suffix, length) == 0;
}

/* In `details` it is context_length; in `model_info` ARCHITECTURE.context_length. */
static gboolean
read_details (BtyModel *model, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  if (token == BTY_JSON_ARRAY_BEGIN)
    return bty_json_reader_skip_rest (reader, error);
  if (token != BTY_JSON_OBJECT_BEGIN)
    return token != BTY_JSON_ERROR;
  while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_KEY)
    {
      gboolean is_window = bty_json_reader_key_is (reader, "context_length") || ends_with (reader, ".context_length");

      if (!(is_window ? take_window (model, reader, error)
                      : bty_json_reader_skip (reader, NULL, NULL, error) != BTY_JSON_ERROR))
        return FALSE;
    }
  return token == BTY_JSON_OBJECT_END;
}

static gboolean
read_name (const char *provider, BtyModel *model, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token = bty_json_reader_skip (reader, NULL, NULL, error);

  if (token == BTY_JSON_STRING && reader->length > 0 && provider != NULL)
    bty_record_take_string (&model->name, g_strdup_printf ("%s/%.*s", provider, (int) reader->length, reader->text));
  return token != BTY_JSON_ERROR;
}

/* @provider: (nullable): %NULL: the model has its name already */
static gboolean
read_model (const char *provider, BtyModel *model, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token;

  while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_KEY)
    if (!(bty_json_reader_key_is (reader, "model")          ? read_name (provider, model, reader, error)
          : bty_json_reader_key_is (reader, "capabilities") ? read_abilities (model, reader, error)
          : bty_json_reader_key_is (reader, "details")      ? read_details (model, reader, error)
          : bty_json_reader_key_is (reader, "model_info")
            ? read_details (model, reader, error)
            : bty_json_reader_skip (reader, NULL, NULL, error) != BTY_JSON_ERROR))
      return FALSE;
  return token == BTY_JSON_OBJECT_END;
}

static gboolean
read_models (const char *provider, GPtrArray *models, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  if (token == BTY_JSON_NULL)
    return TRUE;
  if (token == BTY_JSON_ARRAY_BEGIN)
    while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_OBJECT_BEGIN)
      {
        g_autoptr (BtyModel) model = bty_model_new ();

        if (!read_model (provider, model, reader, error))
          return FALSE;
        model->provider = g_strdup (provider);
        if (model->name != NULL && models->len < MAX_MODELS)
          g_ptr_array_add (models, g_steal_pointer (&model));
      }
  if (token != BTY_JSON_ARRAY_END && token != BTY_JSON_ERROR)
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                         _ ("its list of models is not a list of objects"));
  return token == BTY_JSON_ARRAY_END;
}

GPtrArray *
bty_ollama_tags_parse (const char *provider, const char *json, gsize length, GError **error)
{
  g_autoptr (GPtrArray) models = bty_record_list_new ();
  g_auto (BtyJsonReader) reader;
  gboolean has_list = FALSE;
  BtyJsonToken token;

  bty_json_reader_init (&reader, json, length, 0);
  token = bty_json_reader_next (&reader, error);
  if (token == BTY_JSON_ERROR)
    return NULL;
  while (token == BTY_JSON_OBJECT_BEGIN && (token = bty_json_reader_next (&reader, error)) == BTY_JSON_KEY)
    {
      gboolean is_list = bty_json_reader_key_is (&reader, "models");

      if (!(is_list ? read_models (provider, models, &reader, error)
                    : bty_json_reader_skip (&reader, NULL, NULL, error) != BTY_JSON_ERROR))
        return NULL;
      has_list |= is_list;
      token = BTY_JSON_OBJECT_BEGIN;
    }
  if (token == BTY_JSON_ERROR || (has_list && bty_json_reader_next (&reader, error) != BTY_JSON_END))
    return NULL;
  if (!has_list)
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("it is no list of models"));
  return has_list ? g_steal_pointer (&models) : NULL;
}

gboolean
bty_ollama_model_is_vague (const BtyModel *model)
{
  return model->abilities == NULL || model->context_window == 0;
}

GString *
bty_ollama_show_write (const char *model)
{
  GString *body = g_string_new (NULL);
  BtyJsonWriter w;

  bty_json_writer_init (&w, body);
  bty_json_writer_begin_object (&w);
  bty_json_writer_member_string (&w, "model", model);
  bty_json_writer_end_object (&w);
  return body;
}

gboolean
bty_ollama_show_parse (BtyModel *model, const char *json, gsize length, GError **error)
{
  g_auto (BtyJsonReader) reader;
  BtyJsonToken token;

  bty_json_reader_init (&reader, json, length, 0);
  token = bty_json_reader_next (&reader, error);
  if (token != BTY_JSON_OBJECT_BEGIN)
    return token != BTY_JSON_ERROR &&
           (g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("the answer is not an object")),
            FALSE);
  return read_model (NULL, model, &reader, error) && bty_json_reader_next (&reader, error) == BTY_JSON_END;
}
