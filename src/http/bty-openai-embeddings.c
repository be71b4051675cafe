/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-openai-embeddings.h"
#include "bty-openai-usage-private.h"

#define MAX_DIMENSIONS 65536

typedef struct
{
  guint n_inputs;
  GByteArray *vectors; /* of all inputs; its size is known with the first vector */
  guint8 *seen;        /* a byte an input */
  guint n_seen;
  gsize dimensions;
  GArray *vector; /* the one that is being read */
  char *model;
  BtyUsage *usage;
} Parse;

static void
parse_clear (Parse *parse)
{
  g_byte_array_unref (parse->vectors);
  g_array_unref (parse->vector);
  g_free (parse->seen);
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
add_number (Parse *parse, BtyJsonToken token, const BtyJsonReader *reader, GError **error)
{
  float value = token == BTY_JSON_INT ? (float) reader->integer : (float) reader->number;

  if ((token != BTY_JSON_INT && token != BTY_JSON_DOUBLE) || !isfinite (value) || parse->vector->len >= MAX_DIMENSIONS)
    return refuse (error, _ ("a vector holds what is not a number, or is too long"));
  g_array_append_val (parse->vector, value);
  return TRUE;
}

/* Little-endian 32-bit floats. */
static gboolean
read_base64 (Parse *parse, const BtyJsonReader *reader, GError **error)
{
  g_autofree char *text = g_strndup (reader->text, reader->length);
  gsize size = 0;
  g_autofree guint8 *bytes = g_base64_decode (text, &size);

  if (size % 4 != 0 || size / 4 > MAX_DIMENSIONS)
    return refuse (error, _ ("a vector in base64 has a wrong length"));
  for (gsize i = 0; i < size; i += 4)
    {
      guint32 bits;
      float value;

      memcpy (&bits, bytes + i, 4);
      bits = GUINT32_FROM_LE (bits);
      memcpy (&value, &bits, 4);
      if (!isfinite (value))
        return refuse (error, _ ("a vector holds what is not a number, or is too long"));
      g_array_append_val (parse->vector, value);
    }
  return TRUE;
}

static gboolean
read_vector (Parse *parse, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  g_array_set_size (parse->vector, 0);
  if (token == BTY_JSON_STRING)
    return read_base64 (parse, reader, error);
  if (token != BTY_JSON_ARRAY_BEGIN)
    return token != BTY_JSON_ERROR && refuse (error, _ ("a vector is neither a list nor a text"));
  while ((token = bty_json_reader_next (reader, error)) != BTY_JSON_ARRAY_END)
    if (token == BTY_JSON_ERROR || !add_number (parse, token, reader, error))
      return FALSE;
  return TRUE;
}

static gboolean
keep_vector (Parse *parse, gint64 index, GError **error)
{
  gsize row = parse->vector->len * sizeof (float);

  if (index < 0 || index >= parse->n_inputs || parse->seen[index])
    return refuse (error, _ ("a vector belongs to no input, or to one that has its own"));
  if (parse->dimensions == 0)
    {
      parse->dimensions = parse->vector->len;
      g_byte_array_set_size (parse->vectors, row * parse->n_inputs);
    }
  if (row == 0 || parse->vector->len != parse->dimensions)
    return refuse (error, _ ("the vectors are of different lengths, or empty"));
  memcpy (parse->vectors->data + index * row, parse->vector->data, row);
  parse->seen[index] = TRUE;
  parse->n_seen += 1;
  return TRUE;
}

static gboolean
read_item (Parse *parse, BtyJsonReader *reader, GError **error)
{
  gint64 index = parse->n_seen;
  BtyJsonToken token;

  g_array_set_size (parse->vector, 0);
  while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_KEY)
    {
      gboolean is_index = bty_json_reader_key_is (reader, "index");

      if (bty_json_reader_key_is (reader, "embedding"))
        {
          if (!read_vector (parse, reader, error))
            return FALSE;
          continue;
        }
      token = bty_json_reader_skip (reader, NULL, NULL, error);
      if (token == BTY_JSON_ERROR)
        return FALSE;
      if (is_index && token == BTY_JSON_INT)
        index = reader->integer;
    }
  return token == BTY_JSON_OBJECT_END && keep_vector (parse, index, error);
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
  if (token != BTY_JSON_OBJECT_END || bty_json_reader_next (&reader, error) != BTY_JSON_END)
    return FALSE;
  return parse->n_seen == parse->n_inputs || refuse (error, _ ("there are fewer vectors than inputs"));
}

BtyEmbedding *
bty_openai_embeddings_parse (const char *json, gsize length, guint n_inputs, GError **error)
{
  g_auto (Parse) parse = {
    .n_inputs = n_inputs,
    .vectors = g_byte_array_new (),
    .vector = g_array_new (FALSE, FALSE, sizeof (float)),
    .seen = g_new0 (guint8, n_inputs),
  };
  BtyEmbedding *embedding;

  if (!read_answer (&parse, json, length, error))
    return NULL;
  embedding = bty_embedding_new ();
  embedding->model = g_steal_pointer (&parse.model);
  embedding->dimensions = parse.dimensions;
  embedding->n_inputs = n_inputs;
  embedding->vectors = g_bytes_new (parse.vectors->data, parse.vectors->len);
  embedding->usage = g_steal_pointer (&parse.usage);
  return embedding;
}
