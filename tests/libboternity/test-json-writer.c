/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <boternity.h>
#include <locale.h>
#include <math.h>
#include <string.h>

static GString *
start (BtyJsonWriter *writer)
{
  GString *out = g_string_new (NULL);

  bty_json_writer_init (writer, out);
  return out;
}

static void
test_structure (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("abcd", 4);
  BtyJsonWriter writer;
  g_autoptr (GString) out = start (&writer);

  bty_json_writer_begin_object (&writer);
  bty_json_writer_member_string (&writer, "a", "x");
  bty_json_writer_member_string (&writer, "none", NULL);
  bty_json_writer_member_int (&writer, "b", -5);
  bty_json_writer_member_bool (&writer, "c", TRUE);
  bty_json_writer_key (&writer, "d\n");
  bty_json_writer_begin_array (&writer);
  bty_json_writer_begin_object (&writer);
  bty_json_writer_end_object (&writer);
  bty_json_writer_begin_array (&writer);
  bty_json_writer_end_array (&writer);
  bty_json_writer_null (&writer);
  bty_json_writer_bool (&writer, FALSE);
  bty_json_writer_raw (&writer, "{\"r\":1}", 7);
  bty_json_writer_bytes (&writer, bytes);
  bty_json_writer_bytes (&writer, NULL);
  bty_json_writer_end_array (&writer);
  bty_json_writer_key (&writer, "e");
  bty_json_writer_double (&writer, 1);
  bty_json_writer_end_object (&writer);
  g_assert_cmpstr (
    out->str, ==,
    "{\"a\":\"x\",\"none\":null,\"b\":-5,\"c\":true,\"d\\n\":[{},[],null,false,{\"r\":1},\"YWJjZA==\",null],"
    "\"e\":1.0}");
  g_assert_cmpuint (out->len, ==, strlen (out->str));
}

/* It writes to the end of what is there. */
static void
test_appends (void)
{
  g_autoptr (GString) out = g_string_new ("data: ");
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, out);
  bty_json_writer_int (&writer, 7);
  g_string_append (out, "\n\n");
  g_assert_cmpstr (out->str, ==, "data: 7\n\n");
}

static void
check_string (const char *text, gsize length, const char *expected)
{
  BtyJsonWriter writer;
  g_autoptr (GString) out = start (&writer);
  g_autofree char *copy = g_memdup2 (text, length);
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", expected);

  bty_json_writer_string_len (&writer, copy != NULL ? copy : "", length);
  g_assert_cmpstr (out->str, ==, quoted);
  g_assert_cmpuint (out->len, ==, strlen (quoted));
  g_assert_true (bty_json_validate (out->str, out->len, 0, NULL));
}

#define CHECK_STRING(literal, expected) check_string (literal, sizeof literal - 1, expected)

static void
test_strings (void)
{
  CHECK_STRING ("", "");
  CHECK_STRING ("a\"b\\c/d", "a\\\"b\\\\c/d");
  CHECK_STRING ("\b\f\n\r\t", "\\b\\f\\n\\r\\t");
  CHECK_STRING ("\0x\x01\x1f\x7f", "\\u0000x\\u0001\\u001f\x7f");
  CHECK_STRING ("é€😀\xe2\x80\xa8", "é€😀\xe2\x80\xa8");
  CHECK_STRING ("a\xff\xfez", "a\xef\xbf\xbd\xef\xbf\xbdz");
  CHECK_STRING ("a\xed\xa0\x80z", "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz");
  CHECK_STRING ("cut \xe2\x82", "cut \xef\xbf\xbd\xef\xbf\xbd");
  CHECK_STRING ("<script>&'", "<script>&'");
}

/* Strings of one byte in all lengths: what grows most when escaped, and what not at all. */
static void
test_string_lengths (void)
{
  static const struct
  {
    char byte;
    const char *written;
  } kinds[] = { { 'x', "x" }, { '\x01', "\\u0001" }, { '\n', "\\n" }, { '\xff', "\xef\xbf\xbd" } };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    for (guint length = 0; length < 600; length++)
      {
        g_autofree char *text = g_strnfill (length, kinds[i].byte);
        g_autoptr (GString) expected = g_string_new (NULL);

        for (guint j = 0; j < length; j++)
          g_string_append (expected, kinds[i].written);
        check_string (text, length, expected->str);
      }
}

static void
test_ints (void)
{
  static const gint64 values[] = { 0, -1, 9, 10, 99, 100, 1234567890, G_MAXINT64, G_MININT64 };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      BtyJsonWriter writer;
      g_autoptr (GString) out = start (&writer);
      g_autofree char *expected = g_strdup_printf ("%" G_GINT64_FORMAT, values[i]);

      bty_json_writer_int (&writer, values[i]);
      g_assert_cmpstr (out->str, ==, expected);
    }
}

/* Whether the text reads back as the same double, its sign included. */
static void
check_double (double value, const char *expected)
{
  BtyJsonWriter writer;
  g_autoptr (GString) out = start (&writer);
  g_auto (BtyJsonReader) reader;

  bty_json_writer_double (&writer, value);
  if (expected != NULL)
    g_assert_cmpstr (out->str, ==, expected);
  bty_json_reader_init (&reader, out->str, out->len, 0);
  g_assert_cmpint (bty_json_reader_next (&reader, NULL), ==, BTY_JSON_DOUBLE);
  g_assert_cmpmem (&reader.number, sizeof (double), &value, sizeof value);
}

static void
test_doubles (void)
{
  static const struct
  {
    double value;
    const char *text;
  } doubles[] = {
    { 0.0, "0.0" },
    { -0.0, "-0.0" },
    { 1.0, "1.0" },
    { -2.5, "-2.5" },
    { 0.1, "0.1" },
    { 0.000001, "0.000001" },
    { 1e-7, "1e-07" },
    { 1e22, "1e+22" },
    { 12.34, "12.34" },
    { 1.0 / 3, "0.3333333333333333" },
    { 1e15, "1e+15" },
    { 0.1 + 0.2, "0.30000000000000004" },
    { 5e-324, "4.94065645841247e-324" },
    { 1.7976931348623157e308, "1.7976931348623157e+308" },
    { 999999999.999999, "999999999.999999" },
    { 100000000000000.0, "100000000000000.0" },
    { 9007199254740993.0, "9007199254740992.0" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (doubles); i++)
    check_double (doubles[i].value, doubles[i].text);
}

static void
test_doubles_not_finite (void)
{
  BtyJsonWriter writer;
  g_autoptr (GString) out = start (&writer);

  bty_json_writer_begin_array (&writer);
  bty_json_writer_double (&writer, NAN);
  bty_json_writer_double (&writer, INFINITY);
  bty_json_writer_double (&writer, -INFINITY);
  bty_json_writer_end_array (&writer);
  g_assert_cmpstr (out->str, ==, "[null,null,null]");
}

static void
test_doubles_random (void)
{
  for (guint i = 0; i < 20000; i++)
    {
      guint64 bits = (guint64) (guint32) g_test_rand_int () << 32 | (guint32) g_test_rand_int ();
      double value;

      memcpy (&value, &bits, sizeof value);
      if (isfinite (value))
        check_double (value, NULL);
      check_double (g_test_rand_int () / 1000.0, NULL);
      check_double (g_test_rand_double_range (-1e6, 1e6), NULL);
    }
}

static void
test_locale (void)
{
  if (setlocale (LC_NUMERIC, "de_DE.UTF-8") == NULL)
    {
      g_test_skip ("no locale with a decimal comma is installed");
      return;
    }
  check_double (0.5, "0.5");
  check_double (1.0 / 3, "0.3333333333333333");
  setlocale (LC_NUMERIC, "C");
}

static void
test_bytes (void)
{
  guchar data[300];

  for (guint i = 0; i < sizeof data; i++)
    data[i] = (guchar) (i * 7);
  for (guint length = 0; length < sizeof data; length++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (data, length);
      g_autofree char *base64 = g_base64_encode (data, length);
      g_autofree char *expected = g_strdup_printf ("[1,\"%s\"]", base64);
      BtyJsonWriter writer;
      g_autoptr (GString) out = start (&writer);

      bty_json_writer_begin_array (&writer);
      bty_json_writer_int (&writer, 1);
      bty_json_writer_bytes (&writer, bytes);
      bty_json_writer_end_array (&writer);
      g_assert_cmpstr (out->str, ==, expected);
    }
}

static void
test_depth (void)
{
  BtyJsonWriter writer;
  g_autoptr (GString) out = start (&writer);

  for (guint i = 0; i < BTY_JSON_MAX_DEPTH / 2; i++)
    {
      bty_json_writer_begin_array (&writer);
      bty_json_writer_int (&writer, 1);
      bty_json_writer_begin_object (&writer);
      bty_json_writer_key (&writer, "a");
    }
  bty_json_writer_null (&writer);
  for (guint i = 0; i < BTY_JSON_MAX_DEPTH / 2; i++)
    {
      bty_json_writer_end_object (&writer);
      bty_json_writer_int (&writer, 2);
      bty_json_writer_end_array (&writer);
    }
  g_assert_true (bty_json_validate (out->str, out->len, 0, NULL));
}

/* What a programmer may do wrong; each in a process of its own, which must abort. */
static void
test_wrong_nesting (void)
{
  static const char *const cases[] = { "two-roots", "value-without-key", "key-in-array",
                                       "two-keys",  "wrong-end",         "end-after-key" };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_setenv ("BTY_TEST_CASE", cases[i], TRUE);
      g_test_trap_subprocess (NULL, 0, 0);
      g_test_trap_assert_failed ();
      g_test_trap_assert_stderr ("*assertion failed*");
      g_unsetenv ("BTY_TEST_CASE");
    }
}

static void
do_wrong_nesting (const char *name)
{
  BtyJsonWriter writer;
  g_autoptr (GString) out = start (&writer);

  if (g_str_equal (name, "two-roots"))
    bty_json_writer_int (&writer, 1);
  else if (g_str_equal (name, "key-in-array"))
    bty_json_writer_begin_array (&writer);
  else
    bty_json_writer_begin_object (&writer);
  if (g_str_equal (name, "two-keys") || g_str_equal (name, "end-after-key"))
    bty_json_writer_key (&writer, "a");
  if (g_str_equal (name, "key-in-array") || g_str_equal (name, "two-keys"))
    bty_json_writer_key (&writer, "b");
  else if (g_str_equal (name, "end-after-key"))
    bty_json_writer_end_object (&writer);
  else if (g_str_equal (name, "wrong-end"))
    bty_json_writer_end_array (&writer);
  else
    bty_json_writer_int (&writer, 2);
}

static void
test_nesting (void)
{
  if (g_test_subprocess ())
    do_wrong_nesting (g_getenv ("BTY_TEST_CASE"));
  else
    test_wrong_nesting ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/writer/structure", test_structure);
  g_test_add_func ("/json/writer/appends", test_appends);
  g_test_add_func ("/json/writer/strings", test_strings);
  g_test_add_func ("/json/writer/string-lengths", test_string_lengths);
  g_test_add_func ("/json/writer/ints", test_ints);
  g_test_add_func ("/json/writer/doubles", test_doubles);
  g_test_add_func ("/json/writer/doubles-not-finite", test_doubles_not_finite);
  g_test_add_func ("/json/writer/doubles-random", test_doubles_random);
  g_test_add_func ("/json/writer/locale", test_locale);
  g_test_add_func ("/json/writer/bytes", test_bytes);
  g_test_add_func ("/json/writer/depth", test_depth);
  g_test_add_func ("/json/writer/nesting", test_nesting);
  return g_test_run ();
}
