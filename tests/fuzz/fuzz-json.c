/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The JSON reader on any bytes: never a crash; next, skip and skip_rest agree; what it takes, json-glib takes; and what the writer
 * makes of it reads the same. */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include <boternity.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "fuzz.h"

/* More is legal but makes a run slow. */
#define MAX_SIZE (64 * 1024)

/* What was read, written again. The state of the walk decides nothing: any valid document goes through. */
static void
copy_token (BtyJsonWriter *writer, BtyJsonToken token, const BtyJsonReader *reader)
{
  switch (token)
    {
    case BTY_JSON_OBJECT_BEGIN:
      bty_json_writer_begin_object (writer);
      break;
    case BTY_JSON_OBJECT_END:
      bty_json_writer_end_object (writer);
      break;
    case BTY_JSON_ARRAY_BEGIN:
      bty_json_writer_begin_array (writer);
      break;
    case BTY_JSON_ARRAY_END:
      bty_json_writer_end_array (writer);
      break;
    case BTY_JSON_KEY:
      bty_json_writer_key_len (writer, reader->text, reader->length);
      break;
    case BTY_JSON_STRING:
      bty_json_writer_string_len (writer, reader->text, reader->length);
      break;
    case BTY_JSON_INT:
      bty_json_writer_int (writer, reader->integer);
      break;
    case BTY_JSON_DOUBLE:
      bty_json_writer_double (writer, reader->number);
      break;
    case BTY_JSON_TRUE:
    case BTY_JSON_FALSE:
      bty_json_writer_bool (writer, token == BTY_JSON_TRUE);
      break;
    default:
      bty_json_writer_null (writer);
    }
}

/* A text that is a time stays the same time when it is written. */
static void
check_time (const BtyJsonReader *reader)
{
  g_autoptr (GString) out = g_string_new (NULL);
  BtyJsonWriter writer;
  gint64 time = 0, again = 0;

  if (!bty_json_time_parse (reader->text, reader->length, &time))
    return;
  bty_json_writer_init (&writer, out);
  bty_json_writer_time (&writer, time);
  g_assert_true (bty_json_time_parse (out->str + 1, out->len - 2, &again));
  g_assert_cmpint (time, ==, again);
}

static void
check_failed (BtyJsonReader *reader, const GError *error)
{
  g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_cmpuint (reader->offset, <=, reader->size);
  g_assert_cmpint (bty_json_reader_next (reader, NULL), ==, BTY_JSON_ERROR);
}

/* Reads token by token; gives the document as the writer puts it, or NULL. */
static GString *
copy_document (const char *json, gsize length)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_auto (BtyJsonReader) reader;
  g_autoptr (GError) error = NULL;
  BtyJsonWriter writer;
  BtyJsonToken token;

  bty_json_reader_init (&reader, json, length, 0);
  bty_json_writer_init (&writer, out);
  while ((token = bty_json_reader_next (&reader, &error)) > BTY_JSON_END)
    {
      g_assert_cmpuint (reader.offset, <, length);
      copy_token (&writer, token, &reader);
      if (token == BTY_JSON_STRING)
        check_time (&reader);
    }
  if (token == BTY_JSON_END)
    return g_steal_pointer (&out);
  check_failed (&reader, error);
  return NULL;
}

/* Goes through the document by next, skip and skip_rest in turn, as the bits of @choice say. */
static gboolean
walk (const char *json, gsize length, guint64 choice)
{
  g_auto (BtyJsonReader) reader;
  BtyJsonToken token;

  bty_json_reader_init (&reader, json, length, 0);
  do
    {
      const char *raw = json;
      gsize raw_length = 0;
      g_autofree char *pointer = NULL;

      choice = choice << 3 | choice >> 61;
      if ((choice & 3) == 0)
        token = bty_json_reader_next (&reader, NULL);
      else
        token = bty_json_reader_skip (&reader, &raw, &raw_length, NULL);
      g_assert_true (raw >= json && raw + raw_length <= json + length);
      if ((token == BTY_JSON_OBJECT_BEGIN || token == BTY_JSON_ARRAY_BEGIN) && (choice & 3) == 0 && (choice & 4) != 0 &&
          !bty_json_reader_skip_rest (&reader, NULL))
        return FALSE;
      pointer = bty_json_reader_get_pointer (&reader);
      g_assert_true (*pointer == '\0' || *pointer == '/');
    }
  while (token > BTY_JSON_END);
  return token == BTY_JSON_END;
}

static void
check_valid (const char *json, gsize length, const GString *copy)
{
  g_autoptr (GString) again = copy_document (copy->str, copy->len);
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (again);
  g_assert_cmpmem (copy->str, copy->len, again->str, again->len);
  json_parser_load_from_data (parser, json, (gssize) length, &error);
  g_assert_no_error (error);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *json = (const char *) data;
  g_autoptr (GString) copy = NULL;
  guint64 choice = G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) * (size + 1);

  if (size > MAX_SIZE)
    return 0;
  copy = copy_document (json, size);
  g_assert_cmpint (walk (json, size, 0), ==, copy != NULL);
  g_assert_cmpint (walk (json, size, G_MAXUINT64), ==, copy != NULL);
  g_assert_cmpint (walk (json, size, choice), ==, copy != NULL);
  g_assert_cmpint (bty_json_validate (json, size, 0, NULL), ==, copy != NULL);
  bty_json_validate (json, size, 3, NULL);
  if (copy != NULL)
    check_valid (json, size, copy);
  return 0;
}
