/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-gemini"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-gemini-embeddings.h"
#include "bty-gemini-usage.h"

static void
write_request (BtyJsonWriter *w, const char *model, const char *input, gint64 dimensions)
{
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "model", model);
  bty_json_writer_key (w, "content");
  bty_json_writer_begin_object (w);
  bty_json_writer_key (w, "parts");
  bty_json_writer_begin_array (w);
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "text", input);
  bty_json_writer_end_object (w);
  bty_json_writer_end_array (w);
  bty_json_writer_end_object (w);
  if (dimensions > 0)
    bty_json_writer_member_int (w, "outputDimensionality", dimensions);
  bty_json_writer_end_object (w);
}

GString *
bty_gemini_embeddings_write (const char *model, const char *const *inputs, gint64 dimensions)
{
  GString *body = g_string_new (NULL);
  BtyJsonWriter w;

  bty_json_writer_init (&w, body);
  bty_json_writer_begin_object (&w);
  bty_json_writer_key (&w, "requests");
  bty_json_writer_begin_array (&w);
  for (; *inputs != NULL; inputs++)
    write_request (&w, model, *inputs, dimensions);
  bty_json_writer_end_array (&w);
  bty_json_writer_end_object (&w);
  return body;
}

static gboolean
read_item (BtyVectorList *list, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token;

  bty_vector_list_begin (list);
  while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_KEY)
    if (!(bty_json_reader_key_is (reader, "values")
            ? bty_vector_list_read (list, reader, error)
            : bty_json_reader_skip (reader, NULL, NULL, error) != BTY_JSON_ERROR))
      return FALSE;
  return token == BTY_JSON_OBJECT_END && bty_vector_list_keep (list, -1, error);
}

static gboolean
read_items (BtyVectorList *list, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  if (token == BTY_JSON_ARRAY_BEGIN)
    while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_OBJECT_BEGIN)
      if (!read_item (list, reader, error))
        return FALSE;
  if (token != BTY_JSON_ARRAY_END && token != BTY_JSON_ERROR)
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                         _ ("its list of vectors is not a list of objects"));
  return token == BTY_JSON_ARRAY_END;
}

static gboolean
read_answer (BtyVectorList *list, BtyUsage **usage, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  if (token != BTY_JSON_OBJECT_BEGIN)
    return token != BTY_JSON_ERROR &&
           (g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("the answer is not an object")),
            FALSE);
  while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_KEY)
    if (!(bty_json_reader_key_is (reader, "embeddings") ? read_items (list, reader, error)
          : bty_json_reader_key_is (reader, "usageMetadata")
            ? bty_gemini_usage_read (reader, usage, error)
            : bty_json_reader_skip (reader, NULL, NULL, error) != BTY_JSON_ERROR))
      return FALSE;
  return token == BTY_JSON_OBJECT_END && bty_json_reader_next (reader, error) == BTY_JSON_END;
}

BtyEmbedding *
bty_gemini_embeddings_parse (const char *json, gsize length, guint n_inputs, GError **error)
{
  g_autoptr (BtyVectorList) list = bty_vector_list_new (n_inputs);
  g_autoptr (BtyUsage) usage = NULL;
  g_auto (BtyJsonReader) reader;

  bty_json_reader_init (&reader, json, length, 0);
  return read_answer (list, &usage, &reader, error) ? bty_vector_list_to_embedding (list, NULL, usage, error) : NULL;
}
