/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-vector-list.h"

#define MAX_DIMENSIONS 65536

struct _BtyVectorList
{
  guint n_inputs;
  GByteArray *vectors; /* of all inputs; its size is known with the first vector */
  guint8 *seen;        /* a byte an input */
  guint n_seen;
  gsize dimensions;
  GArray *vector; /* the one that is being read */
};

BtyVectorList *
bty_vector_list_new (guint n_inputs)
{
  BtyVectorList *self = g_new0 (BtyVectorList, 1);

  self->n_inputs = n_inputs;
  self->vectors = g_byte_array_new ();
  self->vector = g_array_new (FALSE, FALSE, sizeof (float));
  self->seen = g_new0 (guint8, n_inputs);
  return self;
}

void
bty_vector_list_free (BtyVectorList *self)
{
  g_byte_array_unref (self->vectors);
  g_array_unref (self->vector);
  g_free (self->seen);
  g_free (self);
}

void
bty_vector_list_begin (BtyVectorList *self)
{
  g_array_set_size (self->vector, 0);
}

guint
bty_vector_list_get_n_kept (BtyVectorList *self)
{
  return self->n_seen;
}

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, message);
  return FALSE;
}

static gboolean
add_number (BtyVectorList *self, BtyJsonToken token, const BtyJsonReader *reader, GError **error)
{
  float value = token == BTY_JSON_INT ? (float) reader->integer : (float) reader->number;

  if ((token != BTY_JSON_INT && token != BTY_JSON_DOUBLE) || !isfinite (value) || self->vector->len >= MAX_DIMENSIONS)
    return refuse (error, _ ("a vector holds what is not a number, or is too long"));
  g_array_append_val (self->vector, value);
  return TRUE;
}

/* Little-endian 32-bit floats. */
static gboolean
read_base64 (BtyVectorList *self, const BtyJsonReader *reader, GError **error)
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
      g_array_append_val (self->vector, value);
    }
  return TRUE;
}

/* What @token begins; an end of the list around it is handed on. */
static BtyJsonToken
read_from (BtyVectorList *self, BtyJsonToken token, BtyJsonReader *reader, GError **error)
{
  bty_vector_list_begin (self);
  if (token == BTY_JSON_ERROR || token == BTY_JSON_ARRAY_END)
    return token;
  if (token == BTY_JSON_STRING)
    return read_base64 (self, reader, error) ? BTY_JSON_ARRAY_BEGIN : BTY_JSON_ERROR;
  if (token != BTY_JSON_ARRAY_BEGIN)
    {
      refuse (error, _ ("a vector is neither a list nor a text"));
      return BTY_JSON_ERROR;
    }
  while ((token = bty_json_reader_next (reader, error)) != BTY_JSON_ARRAY_END)
    if (token == BTY_JSON_ERROR || !add_number (self, token, reader, error))
      return BTY_JSON_ERROR;
  return BTY_JSON_ARRAY_BEGIN;
}

gboolean
bty_vector_list_read (BtyVectorList *self, BtyJsonReader *reader, GError **error)
{
  return read_from (self, bty_json_reader_next (reader, error), reader, error) == BTY_JSON_ARRAY_BEGIN;
}

BtyJsonToken
bty_vector_list_next (BtyVectorList *self, BtyJsonReader *reader, GError **error)
{
  return read_from (self, bty_json_reader_next (reader, error), reader, error);
}

gboolean
bty_vector_list_keep (BtyVectorList *self, gint64 index, GError **error)
{
  gsize row = self->vector->len * sizeof (float);

  if (index < 0)
    index = self->n_seen;
  if (index >= self->n_inputs || self->seen[index])
    return refuse (error, _ ("a vector belongs to no input, or to one that has its own"));
  if (self->dimensions == 0)
    {
      self->dimensions = self->vector->len;
      g_byte_array_set_size (self->vectors, row * self->n_inputs);
    }
  if (row == 0 || self->vector->len != self->dimensions)
    return refuse (error, _ ("the vectors are of different lengths, or empty"));
  memcpy (self->vectors->data + index * row, self->vector->data, row);
  self->seen[index] = TRUE;
  self->n_seen += 1;
  return TRUE;
}

BtyEmbedding *
bty_vector_list_to_embedding (BtyVectorList *self, const char *model, const BtyUsage *usage, GError **error)
{
  BtyEmbedding *embedding;

  if (self->n_seen != self->n_inputs)
    {
      refuse (error, _ ("there are fewer vectors than inputs"));
      return NULL;
    }
  embedding = bty_embedding_new ();
  embedding->model = g_strdup (model);
  embedding->dimensions = (gint64) self->dimensions;
  embedding->n_inputs = self->n_inputs;
  embedding->vectors = g_bytes_new (self->vectors->data, self->vectors->len);
  embedding->usage = usage != NULL ? bty_usage_ref (usage) : NULL;
  return embedding;
}
