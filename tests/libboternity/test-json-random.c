/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random documents: what the writer wrote, the reader reads the same, and nobody else thinks otherwise. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <boternity.h>
#include <string.h>

#define DOCUMENTS 3000

/* A random tree goes out through the writer, and into a log of what the reader must find. */
typedef struct
{
  BtyJsonWriter writer;
  GString *log;
  guint budget;
} Maker;

static void
log_text (GString *log, char kind, const char *text, gsize length)
{
  g_string_append_printf (log, "%c%" G_GSIZE_FORMAT ":", kind, length);
  g_string_append_len (log, text, (gssize) length);
}

static GString *
random_text (guint max)
{
  GString *text = g_string_new (NULL);
  guint n = (guint) g_test_rand_int_range (0, (gint32) max);

  for (guint i = 0; i < n; i++)
    switch (g_test_rand_int_range (0, 8))
      {
      case 0:
        g_string_append_c (text, (char) g_test_rand_int_range (0, 0x20));
        break;
      case 1:
        g_string_append_unichar (text, (gunichar) g_test_rand_int_range (0x80, 0xd800));
        break;
      case 2:
        g_string_append_unichar (text, (gunichar) g_test_rand_int_range (0xe000, 0x110000));
        break;
      default:
        g_string_append_c (text, (char) g_test_rand_int_range (0x20, 0x80));
      }
  return text;
}

static void
make_scalar (Maker *maker)
{
  g_autoptr (GString) text = NULL;
  gint64 integer = (gint64) ((guint64) (guint32) g_test_rand_int () << 32 | (guint32) g_test_rand_int ());
  double number = g_test_rand_double_range (-1e9, 1e9);

  switch (g_test_rand_int_range (0, 5))
    {
    case 0:
      integer >>= g_test_rand_int_range (0, 64);
      bty_json_writer_int (&maker->writer, integer);
      g_string_append_printf (maker->log, "i%" G_GINT64_FORMAT, integer);
      break;
    case 1:
      bty_json_writer_double (&maker->writer, number);
      g_string_append_printf (maker->log, "d%a", number);
      break;
    case 2:
      bty_json_writer_null (&maker->writer);
      g_string_append_c (maker->log, 'n');
      break;
    default:
      text = random_text (60);
      bty_json_writer_string_len (&maker->writer, text->str, text->len);
      log_text (maker->log, 's', text->str, text->len);
    }
}

static void
make_name (Maker *maker, guint i)
{
  g_autoptr (GString) name = random_text (12);

  /* The number makes it unlike its neighbours. */
  g_string_append_printf (name, "#%u", i);
  bty_json_writer_key_len (&maker->writer, name->str, name->len);
  log_text (maker->log, 'k', name->str, name->len);
}

static void
make_value (Maker *maker, guint depth)
{
  gint32 kind = depth < 12 ? g_test_rand_int_range (0, 4) : 3;
  guint n = (guint) g_test_rand_int_range (0, 40);

  if (kind > 1 || maker->budget < n)
    {
      make_scalar (maker);
      return;
    }
  maker->budget -= n;
  g_string_append_c (maker->log, kind == 0 ? '{' : '[');
  if (kind == 0)
    bty_json_writer_begin_object (&maker->writer);
  else
    bty_json_writer_begin_array (&maker->writer);
  for (guint i = 0; i < n; i++)
    {
      if (kind == 0)
        make_name (maker, i);
      make_value (maker, depth + 1);
    }
  g_string_append_c (maker->log, kind == 0 ? '}' : ']');
  if (kind == 0)
    bty_json_writer_end_object (&maker->writer);
  else
    bty_json_writer_end_array (&maker->writer);
}

static void
log_token (GString *log, BtyJsonToken token, const BtyJsonReader *reader)
{
  static const char marks[] = { [BTY_JSON_OBJECT_BEGIN] = '{',
                                [BTY_JSON_OBJECT_END] = '}',
                                [BTY_JSON_ARRAY_BEGIN] = '[',
                                [BTY_JSON_ARRAY_END] = ']',
                                [BTY_JSON_NULL] = 'n' };

  if (token == BTY_JSON_KEY || token == BTY_JSON_STRING)
    log_text (log, token == BTY_JSON_KEY ? 'k' : 's', reader->text, reader->length);
  else if (token == BTY_JSON_INT)
    g_string_append_printf (log, "i%" G_GINT64_FORMAT, reader->integer);
  else if (token == BTY_JSON_DOUBLE)
    g_string_append_printf (log, "d%a", reader->number);
  else
    g_string_append_c (log, marks[token]);
}

static GString *
read_log (const char *json, gsize length)
{
  GString *log = g_string_new (NULL);
  g_auto (BtyJsonReader) reader;
  g_autoptr (GError) error = NULL;
  BtyJsonToken token;

  bty_json_reader_init (&reader, json, length, 0);
  while ((token = bty_json_reader_next (&reader, &error)) != BTY_JSON_END)
    {
      g_assert_no_error (error);
      log_token (log, token, &reader);
    }
  return log;
}

static void
test_round_trip (void)
{
  for (guint i = 0; i < DOCUMENTS; i++)
    {
      g_autoptr (GString) json = g_string_new (NULL);
      g_autoptr (GString) expected = g_string_new (NULL);
      g_autoptr (GString) found = NULL;
      Maker maker = { .log = expected, .budget = 200 };

      bty_json_writer_init (&maker.writer, json);
      make_value (&maker, 0);
      found = read_log (json->str, json->len);
      g_assert_cmpmem (found->str, found->len, expected->str, expected->len);
      g_assert_true (g_utf8_validate (json->str, (gssize) json->len, NULL));
    }
}

/* The reader and GLib agree on what UTF-8 is (but for NUL, which GLib refuses). */
static void
test_utf8 (void)
{
  char json[8] = "\"";

  for (guint i = 0; i < 400000; i++)
    {
      guint32 bytes = (guint32) g_test_rand_int () | 0x80808080u >> g_test_rand_int_range (0, 2);
      gboolean plain = TRUE;

      memcpy (json + 1, &bytes, 4);
      json[5] = '"';
      for (guint j = 1; j < 5; j++)
        plain = plain && (guchar) json[j] >= 0x20 && json[j] != '"' && json[j] != '\\';
      if (plain)
        g_assert_cmpint (bty_json_validate (json, 6, 0, NULL), ==, g_utf8_validate (json + 1, 4, NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/random/round-trip", test_round_trip);
  g_test_add_func ("/json/random/utf8", test_utf8);
  return g_test_run ();
}
