/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-json"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-json-private.h"

/*
 * A state machine without recursion: `state` says what may come next, `frames` what is open. Strings, numbers and names have
 * files of their own (bty-json-string.c, -number.c, -names.c); errors and pointers are made in bty-json-pointer.c.
 */

void
bty_json_reader_init (BtyJsonReader *reader, const char *data, gsize length, guint max_depth)
{
  g_return_if_fail (reader != NULL);
  g_return_if_fail (data != NULL || length == 0);

  /* The frames and names, which are most of it, are written before they are read. */
  memset (reader, 0, G_STRUCT_OFFSET (BtyJsonReader, frames));
  reader->data = data != NULL ? data : "";
  reader->size = length;
  reader->max_depth = max_depth == 0 ? BTY_JSON_MAX_DEPTH : MIN (max_depth, BTY_JSON_MAX_DEPTH);
  reader->names = reader->some_names;
  reader->names_size = G_N_ELEMENTS (reader->some_names);
  if (length > BTY_JSON_MAX_LENGTH)
    bty_json_reader_fail (reader, 0, N_ ("the document is larger than 2 GiB"));
}

void
bty_json_reader_clear (BtyJsonReader *reader)
{
  g_return_if_fail (reader != NULL);

  if (reader->names != reader->some_names)
    g_free (reader->names);
  g_free (reader->table);
  if (reader->scratch != NULL)
    g_string_free (reader->scratch, TRUE);
  if (reader->arena != NULL)
    g_string_free (reader->arena, TRUE);
  g_clear_error (&reader->error);
  memset (reader, 0, G_STRUCT_OFFSET (BtyJsonReader, frames));
}

static inline gboolean
at_end (const BtyJsonReader *reader)
{
  return reader->position >= reader->size;
}

static inline void
skip_white_space (BtyJsonReader *reader)
{
  const char *p = reader->data + reader->position;
  const char *end = reader->data + reader->size;

  while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
    p++;
  reader->position = (gsize) (p - reader->data);
}

static inline gboolean
in_object (const BtyJsonReader *reader)
{
  return (reader->objects >> (reader->depth - 1) & 1) != 0;
}

static BtyJsonToken
open_container (BtyJsonReader *reader, gboolean object)
{
  BtyJsonFrame *frame;

  if (reader->depth == reader->max_depth)
    return bty_json_reader_fail (reader, reader->offset, N_ ("objects and arrays are nested too deeply"));
  frame = &reader->frames[reader->depth];
  frame->seen = 0;
  frame->first_name = reader->n_names;
  frame->current = BTY_JSON_NO_ITEM;
  reader->objects &= ~(G_GUINT64_CONSTANT (1) << reader->depth);
  reader->objects |= (guint64) object << reader->depth;
  reader->depth++;
  reader->position++;
  reader->state = object ? BTY_JSON_STATE_FIRST_MEMBER : BTY_JSON_STATE_FIRST_ITEM;
  return object ? BTY_JSON_OBJECT_BEGIN : BTY_JSON_ARRAY_BEGIN;
}

static BtyJsonToken
close_container (BtyJsonReader *reader)
{
  gboolean object = in_object (reader);

  if (object)
    bty_json_names_drop (reader);
  reader->depth--;
  reader->position++;
  reader->state = BTY_JSON_STATE_AFTER_VALUE;
  return object ? BTY_JSON_OBJECT_END : BTY_JSON_ARRAY_END;
}

static BtyJsonToken
fail_at_value (BtyJsonReader *reader)
{
  const char *p = reader->data + reader->position;
  const char *wrong = N_ ("a value begins with a byte that none can begin with");

  if (reader->size - reader->position >= 3 && memcmp (p, "\xef\xbb\xbf", 3) == 0)
    wrong = N_ ("a byte-order mark stands before a value");
  else if (*p == '/' || *p == '#')
    wrong = N_ ("a comment stands where a value is due");
  else if (*p == '\'')
    wrong = N_ ("a string is not in double quotation marks");
  else if (*p == '.' || *p == '+')
    wrong = N_ ("a number does not begin with a digit or a minus sign");
  else if (*p == ']' || *p == '}' || *p == ',')
    wrong = N_ ("a value is missing");
  else if (*p == '\0')
    wrong = N_ ("the document holds a NUL byte");
  return bty_json_reader_fail (reader, reader->position, wrong);
}

static inline BtyJsonToken
read_word (BtyJsonReader *reader, const char *word, gsize length, BtyJsonToken token)
{
  if (reader->size - reader->position < length || memcmp (reader->data + reader->position, word, length) != 0)
    return bty_json_reader_fail (reader, reader->position, N_ ("a word is none of true, false and null"));
  reader->position += length;
  return token;
}

static inline BtyJsonToken
read_value (BtyJsonReader *reader)
{
  if (at_end (reader))
    return bty_json_reader_fail (reader, reader->position, N_ ("the document ends where a value is due"));
  reader->offset = reader->position;
  reader->state = BTY_JSON_STATE_AFTER_VALUE;
  switch (reader->data[reader->position])
    {
    case '"':
      return G_LIKELY (bty_json_reader_read_string (reader)) ? BTY_JSON_STRING : BTY_JSON_ERROR;
    case '{':
      return open_container (reader, TRUE);
    case '[':
      return open_container (reader, FALSE);
    case 't':
      return read_word (reader, "true", 4, BTY_JSON_TRUE);
    case 'f':
      return read_word (reader, "false", 5, BTY_JSON_FALSE);
    case 'n':
      return read_word (reader, "null", 4, BTY_JSON_NULL);
    case '-':
    case '0' ... '9':
      return bty_json_reader_read_number (reader);
    default:
      return fail_at_value (reader);
    }
}

static BtyJsonToken
fail_at_name (BtyJsonReader *reader)
{
  const char *wrong = N_ ("a member name is not a string in double quotation marks");

  if (at_end (reader))
    wrong = N_ ("the document ends inside an object");
  else if (reader->data[reader->position] == '}' || reader->data[reader->position] == ',')
    wrong = N_ ("a member is missing after a comma");
  else if (reader->data[reader->position] == '/')
    wrong = N_ ("a comment stands where a member name is due");
  return bty_json_reader_fail (reader, reader->position, wrong);
}

static inline BtyJsonToken
read_name (BtyJsonReader *reader)
{
  if (G_UNLIKELY (at_end (reader) || reader->data[reader->position] != '"'))
    return fail_at_name (reader);
  reader->offset = reader->position;
  if (G_UNLIKELY (!bty_json_reader_read_string (reader)))
    return BTY_JSON_ERROR;
  if (G_UNLIKELY (!bty_json_names_add (reader, reader->text != reader->data + reader->offset + 1)))
    return bty_json_reader_fail (reader, reader->offset, N_ ("a member name is given twice"));
  skip_white_space (reader);
  if (G_UNLIKELY (at_end (reader) || reader->data[reader->position] != ':'))
    return bty_json_reader_fail (reader, reader->position, N_ ("a colon is missing after a member name"));
  reader->position++;
  reader->state = BTY_JSON_STATE_VALUE;
  return BTY_JSON_KEY;
}

static BtyJsonToken
fail_after_value (BtyJsonReader *reader, gboolean object)
{
  const char *wrong = object ? N_ ("a comma or } is missing after a value")
                             : N_ ("a comma or ] is missing after a value");

  if (at_end (reader))
    wrong = object ? N_ ("the document ends inside an object") : N_ ("the document ends inside an array");
  else if (reader->data[reader->position] == '/')
    wrong = N_ ("a comment stands after a value");
  return bty_json_reader_fail (reader, reader->position, wrong);
}

static BtyJsonToken
read_end (BtyJsonReader *reader)
{
  if (!at_end (reader))
    return bty_json_reader_fail (reader, reader->position, N_ ("something follows the document"));
  reader->offset = reader->position;
  return BTY_JSON_END;
}

static inline BtyJsonToken
read_after_value (BtyJsonReader *reader)
{
  BtyJsonFrame *frame;
  gboolean object;
  char byte;

  if (reader->depth == 0)
    return read_end (reader);
  frame = &reader->frames[reader->depth - 1];
  object = in_object (reader);
  byte = at_end (reader) ? '\0' : reader->data[reader->position];
  reader->offset = reader->position;
  if (byte == (object ? '}' : ']'))
    return close_container (reader);
  if (G_UNLIKELY (byte != ','))
    return fail_after_value (reader, object);
  reader->position++;
  skip_white_space (reader);
  frame->current = object ? BTY_JSON_NO_ITEM : frame->current + 1;
  return object ? read_name (reader) : read_value (reader);
}

/* After { or [: the end at once, or the first member or item. */
static inline BtyJsonToken
read_first (BtyJsonReader *reader, gboolean object)
{
  reader->offset = reader->position;
  if (at_end (reader))
    return fail_after_value (reader, object);
  if (reader->data[reader->position] == (object ? '}' : ']'))
    return close_container (reader);
  if (object)
    return read_name (reader);
  reader->frames[reader->depth - 1].current = 0;
  return read_value (reader);
}

static inline BtyJsonToken
read_token (BtyJsonReader *reader)
{
  skip_white_space (reader);
  switch ((BtyJsonState) reader->state)
    {
    case BTY_JSON_STATE_VALUE:
      return read_value (reader);
    case BTY_JSON_STATE_AFTER_VALUE:
      return read_after_value (reader);
    case BTY_JSON_STATE_FIRST_ITEM:
      return read_first (reader, FALSE);
    case BTY_JSON_STATE_FIRST_MEMBER:
      return read_first (reader, TRUE);
    case BTY_JSON_STATE_FAILED:
    default:
      return BTY_JSON_ERROR;
    }
}

BtyJsonToken
bty_json_reader_next (BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token;

  g_return_val_if_fail (reader != NULL, BTY_JSON_ERROR);

  token = read_token (reader);
  if (G_UNLIKELY (token == BTY_JSON_ERROR))
    g_propagate_error (error, g_error_copy (reader->error));
  return token;
}

/* Up to the end of the container that lies at @depth. */
static gboolean
read_to_depth (BtyJsonReader *reader, guint depth, GError **error)
{
  while (reader->depth > depth)
    if (G_UNLIKELY (read_token (reader) == BTY_JSON_ERROR))
      {
        g_propagate_error (error, g_error_copy (reader->error));
        return FALSE;
      }
  return TRUE;
}

BtyJsonToken
bty_json_reader_skip (BtyJsonReader *reader, const char **raw, gsize *raw_length, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);
  gsize start = reader->offset;

  if (token == BTY_JSON_OBJECT_BEGIN || token == BTY_JSON_ARRAY_BEGIN)
    if (!read_to_depth (reader, reader->depth - 1, error))
      return BTY_JSON_ERROR;
  if (token == BTY_JSON_ERROR)
    return token;
  if (raw != NULL)
    *raw = reader->data + start;
  if (raw_length != NULL)
    *raw_length = reader->position - start;
  return token;
}

gboolean
bty_json_reader_skip_rest (BtyJsonReader *reader, GError **error)
{
  g_return_val_if_fail (reader != NULL && (reader->depth > 0 || reader->error != NULL), FALSE);

  if (reader->error != NULL)
    return bty_json_reader_next (reader, error) != BTY_JSON_ERROR;
  return read_to_depth (reader, reader->depth - 1, error);
}

gboolean
bty_json_validate (const char *data, gsize length, guint max_depth, GError **error)
{
  g_auto (BtyJsonReader) reader;
  BtyJsonToken token;

  bty_json_reader_init (&reader, data, length, max_depth);
  do
    token = read_token (&reader);
  while (token != BTY_JSON_ERROR && token != BTY_JSON_END);
  if (token == BTY_JSON_ERROR)
    g_propagate_error (error, g_error_copy (reader.error));
  return token == BTY_JSON_END;
}

gboolean
bty_json_is_empty_object (const char *data, gsize length, GError **error)
{
  g_auto (BtyJsonReader) reader;

  bty_json_reader_init (&reader, data, length, 1);
  return bty_json_reader_next (&reader, error) == BTY_JSON_OBJECT_BEGIN &&
         bty_json_reader_next (&reader, error) == BTY_JSON_OBJECT_END &&
         bty_json_reader_next (&reader, error) == BTY_JSON_END;
}
