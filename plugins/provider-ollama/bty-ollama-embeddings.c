/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ollama"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-ollama-embeddings.h"

typedef struct
{
  BtyVectorList *list;
  char *model;
  BtyUsage *usage;
} Parse;

static void
parse_clear (Parse *parse)
{
  bty_vector_list_free (parse->list);
  g_free (parse->model);
  g_clear_pointer (&parse->usage, bty_usage_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parse, parse_clear)

GString *
bty_ollama_embeddings_write (const char *model, const char *const *inputs, gint64 dimensions,
                             const BtyOllamaStyle *style)
{
  GString *body = g_string_new (NULL);
  BtyJsonWriter w;

  bty_json_writer_init (&w, body);
  bty_json_writer_begin_object (&w);
  bty_json_writer_member_string (&w, "model", model);
  bty_json_writer_key (&w, "input");
  bty_json_writer_begin_array (&w);
  for (; *inputs != NULL; inputs++)
    bty_json_writer_string (&w, *inputs);
  bty_json_writer_end_array (&w);
  if (dimensions > 0)
    bty_json_writer_member_int (&w, "dimensions", dimensions);
  bty_ollama_style_write (&w, style);
  bty_json_writer_end_object (&w);
  return body;
}

/* Lists of numbers have no mark of their own to be told from what is none: each is read where one is due. */
static gboolean
read_vectors (Parse *parse, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  if (token == BTY_JSON_OBJECT_BEGIN)
    return bty_json_reader_skip_rest (reader, error);
  if (token != BTY_JSON_ARRAY_BEGIN)
    return token != BTY_JSON_ERROR;
  while ((token = bty_vector_list_next (parse->list, reader, error)) == BTY_JSON_ARRAY_BEGIN)
    if (!bty_vector_list_keep (parse->list, -1, error))
      return FALSE;
  return token == BTY_JSON_ARRAY_END;
}

static gboolean
read_count (Parse *parse, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token = bty_json_reader_skip (reader, NULL, NULL, error);

  if (token == BTY_JSON_INT)
    {
      g_clear_pointer (&parse->usage, bty_usage_unref);
      parse->usage = bty_usage_new ();
      parse->usage->input_tokens = CLAMP (reader->integer, 0, G_MAXINT32);
    }
  return token != BTY_JSON_ERROR;
}

static gboolean
read_member (Parse *parse, BtyJsonReader *reader, GError **error)
{
  gboolean is_model = bty_json_reader_key_is (reader, "model");
  BtyJsonToken token;

  if (bty_json_reader_key_is (reader, "embeddings"))
    return read_vectors (parse, reader, error);
  if (bty_json_reader_key_is (reader, "prompt_eval_count"))
    return read_count (parse, reader, error);
  token = bty_json_reader_skip (reader, NULL, NULL, error);
  if (is_model && token == BTY_JSON_STRING)
    bty_record_take_string (&parse->model, g_strndup (reader->text, reader->length));
  return token != BTY_JSON_ERROR;
}

BtyEmbedding *
bty_ollama_embeddings_parse (const char *json, gsize length, guint n_inputs, GError **error)
{
  g_auto (Parse) parse = { .list = bty_vector_list_new (n_inputs) };
  g_auto (BtyJsonReader) reader;
  BtyJsonToken token;

  bty_json_reader_init (&reader, json, length, 0);
  token = bty_json_reader_next (&reader, error);
  if (token != BTY_JSON_OBJECT_BEGIN)
    {
      if (token != BTY_JSON_ERROR)
        g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("the answer is not an object"));
      return NULL;
    }
  while ((token = bty_json_reader_next (&reader, error)) == BTY_JSON_KEY)
    if (!read_member (&parse, &reader, error))
      return NULL;
  if (token != BTY_JSON_OBJECT_END || bty_json_reader_next (&reader, error) != BTY_JSON_END)
    return NULL;
  return bty_vector_list_to_embedding (parse.list, parse.model, parse.usage, error);
}
