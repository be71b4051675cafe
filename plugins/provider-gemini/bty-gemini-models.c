/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-gemini"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-gemini-models.h"

#define MAX_MODELS 20000

/* One model, as the service tells it. */
typedef struct
{
  char *name;
  char *title;
  gint64 input;
  gint64 output;
  gboolean converses;
  gboolean embeds;
  gboolean thinks;
} Item;

static void
item_clear (Item *item)
{
  g_free (item->name);
  g_free (item->title);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Item, item_clear)

static gboolean
read_methods (Item *item, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  if (token == BTY_JSON_OBJECT_BEGIN)
    return bty_json_reader_skip_rest (reader, error);
  if (token != BTY_JSON_ARRAY_BEGIN)
    return token != BTY_JSON_ERROR;
  while ((token = bty_json_reader_skip (reader, NULL, NULL, error)) != BTY_JSON_ARRAY_END && token != BTY_JSON_ERROR)
    {
      if (token != BTY_JSON_STRING)
        continue;
      item->converses |= bty_json_reader_key_is (reader, "generateContent");
      item->embeds |= bty_json_reader_key_is (reader, "embedContent") ||
                      bty_json_reader_key_is (reader, "batchEmbedContents");
    }
  return token == BTY_JSON_ARRAY_END;
}

static gboolean
read_member (Item *item, BtyJsonReader *reader, GError **error)
{
  char **text = bty_json_reader_key_is (reader, "name")          ? &item->name
                : bty_json_reader_key_is (reader, "displayName") ? &item->title
                                                                 : NULL;
  gint64 *number = bty_json_reader_key_is (reader, "inputTokenLimit")    ? &item->input
                   : bty_json_reader_key_is (reader, "outputTokenLimit") ? &item->output
                                                                         : NULL;
  gboolean is_thinking = bty_json_reader_key_is (reader, "thinking");
  BtyJsonToken token;

  if (bty_json_reader_key_is (reader, "supportedGenerationMethods"))
    return read_methods (item, reader, error);
  token = bty_json_reader_skip (reader, NULL, NULL, error);
  if (token == BTY_JSON_STRING && text != NULL)
    {
      g_free (*text);
      *text = g_strndup (reader->text, reader->length);
    }
  if (token == BTY_JSON_INT && number != NULL)
    *number = CLAMP (reader->integer, 0, G_MAXINT32);
  item->thinks |= is_thinking && token == BTY_JSON_TRUE;
  return token != BTY_JSON_ERROR;
}

/* The list does not tell abilities: those of gemini-* are known; other families here (Gemma) have fewer. */
static GStrv
abilities_of (const Item *item, const char *name)
{
  static const char *const ours[] = {
    "text", "tools", "parallel_tools", "vision", "files", "json_schema", "cache", NULL
  };
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  gboolean is_gemini = g_str_has_prefix (name, "gemini-") && strstr (name, "-tts") == NULL;

  if (item->converses && is_gemini)
    g_strv_builder_addv (builder, (const char **) ours);
  else if (item->converses)
    g_strv_builder_add (builder, "text");
  if (item->converses && item->thinks)
    g_strv_builder_add (builder, "reasoning");
  if (item->embeds)
    g_strv_builder_add (builder, "embeddings");
  return g_strv_builder_end (builder);
}

static void
add_model (const Item *item, const char *provider, GPtrArray *models)
{
  const char *name = item->name;
  BtyModel *model;

  if (name == NULL || *name == '\0' || !(item->converses || item->embeds) || models->len >= MAX_MODELS)
    return;
  if (g_str_has_prefix (name, "models/"))
    name += strlen ("models/");
  model = bty_model_new ();
  model->name = g_strdup_printf ("%s/%s", provider, name);
  model->provider = g_strdup (provider);
  model->title = g_strdup (item->title);
  model->context_window = item->input;
  model->max_output = item->converses ? item->output : 0;
  model->abilities = abilities_of (item, name);
  g_ptr_array_add (models, model);
}

static gboolean
read_models (const char *provider, BtyJsonReader *reader, GPtrArray *models, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  if (token == BTY_JSON_NULL)
    return TRUE;
  if (token == BTY_JSON_ARRAY_BEGIN)
    while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_OBJECT_BEGIN)
      {
        g_auto (Item) item = { 0 };

        while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_KEY)
          if (!read_member (&item, reader, error))
            return FALSE;
        if (token != BTY_JSON_OBJECT_END)
          return FALSE;
        add_model (&item, provider, models);
      }
  if (token != BTY_JSON_ARRAY_END && token != BTY_JSON_ERROR)
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                         _ ("its list of models is not a list of objects"));
  return token == BTY_JSON_ARRAY_END;
}

static gboolean
read_list (const char *provider, BtyJsonReader *reader, GPtrArray *models, char **next_page, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  if (token != BTY_JSON_OBJECT_BEGIN)
    return token != BTY_JSON_ERROR &&
           (g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("it is no list of models")), FALSE);
  while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_KEY)
    {
      gboolean is_page = bty_json_reader_key_is (reader, "nextPageToken");

      if (bty_json_reader_key_is (reader, "models"))
        {
          if (!read_models (provider, reader, models, error))
            return FALSE;
          continue;
        }
      token = bty_json_reader_skip (reader, NULL, NULL, error);
      if (token == BTY_JSON_ERROR)
        return FALSE;
      if (is_page && token == BTY_JSON_STRING && reader->length > 0)
        bty_record_take_string (next_page, g_strndup (reader->text, reader->length));
    }
  return token == BTY_JSON_OBJECT_END && bty_json_reader_next (reader, error) == BTY_JSON_END;
}

gboolean
bty_gemini_models_parse (const char *provider, const char *json, gsize length, GPtrArray *models, char **next_page,
                         GError **error)
{
  g_auto (BtyJsonReader) reader;

  *next_page = NULL;
  bty_json_reader_init (&reader, json, length, 0);
  return read_list (provider, &reader, models, next_page, error);
}
