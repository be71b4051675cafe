/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-openai-embeddings.h"
#include "bty-openai-usage-private.h"
#include "bty-vector-list.h"

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
bty_openai_embeddings_write (const char *model, const char *const *inputs, gint64 dimensions, gboolean base64)
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
  bty_json_writer_member_string (&w, "encoding_format", base64 ? "base64" : "float");
  bty_json_writer_end_object (&w);
  return body;
}

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, message);
  return FALSE;
}

static gboolean
read_item (Parse *parse, BtyJsonReader *reader, GError **error)
{
  gint64 index = -1; /* in turn */
  BtyJsonToken token;

  bty_vector_list_begin (parse->list);
  while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_KEY)
    {
      gboolean is_index = bty_json_reader_key_is (reader, "index");

      if (bty_json_reader_key_is (reader, "embedding"))
        {
          if (!bty_vector_list_read (parse->list, reader, error))
            return FALSE;
          continue;
        }
      token = bty_json_reader_skip (reader, NULL, NULL, error);
      if (token == BTY_JSON_ERROR)
        return FALSE;
      if (is_index && token == BTY_JSON_INT)
        index = reader->integer < 0 ? G_MAXINT64 : reader->integer;
    }
  return token == BTY_JSON_OBJECT_END && bty_vector_list_keep (parse->list, index, error);
}

static gboolean
read_data (Parse *parse, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  if (token == BTY_JSON_ARRAY_BEGIN)
    while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_OBJECT_BEGIN)
      if (!read_item (parse, reader, error))
        return FALSE;
  if (token != BTY_JSON_ARRAY_END && token != BTY_JSON_ERROR)
    return refuse (error, _ ("its list of vectors is not a list of objects"));
  return token == BTY_JSON_ARRAY_END;
}

static gboolean
read_member (Parse *parse, BtyJsonReader *reader, GError **error)
{
  gboolean is_model = bty_json_reader_key_is (reader, "model");
  BtyJsonToken token;

  if (bty_json_reader_key_is (reader, "data"))
    return read_data (parse, reader, error);
  if (bty_json_reader_key_is (reader, "usage"))
    return bty_openai_usage_read (reader, &parse->usage, error);
  token = bty_json_reader_skip (reader, NULL, NULL, error);
  if (is_model && token == BTY_JSON_STRING)
    bty_record_take_string (&parse->model, g_strndup (reader->text, reader->length));
  return token != BTY_JSON_ERROR;
}

static gboolean
read_answer (Parse *parse, const char *json, gsize length, GError **error)
{
  g_auto (BtyJsonReader) reader;
  BtyJsonToken token;

  bty_json_reader_init (&reader, json, length, 0);
  token = bty_json_reader_next (&reader, error);
  if (token != BTY_JSON_OBJECT_BEGIN)
    return token != BTY_JSON_ERROR && refuse (error, _ ("the answer is not an object"));
  while ((token = bty_json_reader_next (&reader, error)) == BTY_JSON_KEY)
    if (!read_member (parse, &reader, error))
      return FALSE;
  return token == BTY_JSON_OBJECT_END && bty_json_reader_next (&reader, error) == BTY_JSON_END;
}

BtyEmbedding *
bty_openai_embeddings_parse (const char *json, gsize length, guint n_inputs, GError **error)
{
  g_auto (Parse) parse = { .list = bty_vector_list_new (n_inputs) };

  if (!read_answer (&parse, json, length, error))
    return NULL;
  return bty_vector_list_to_embedding (parse.list, parse.model, parse.usage, error);
}
