/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the reader walks: nesting, skipping, pointers, many names, cut documents, other locales. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <boternity.h>
#include <locale.h>
#include <string.h>

static gboolean
is_valid (const char *json, gsize length, guint max_depth, GError **error)
{
  g_autofree char *copy = g_memdup2 (json, length);

  return bty_json_validate (copy, length, max_depth, error);
}

static char *
nest (const char *open, const char *value, const char *close, guint depth)
{
  GString *json = g_string_new (NULL);

  for (guint i = 0; i < depth; i++)
    g_string_append (json, open);
  g_string_append (json, value);
  for (guint i = 0; i < depth; i++)
    g_string_append (json, close);
  return g_string_free (json, FALSE);
}

static void
check_depth (guint depth, guint max_depth, gboolean good)
{
  static const char *const forms[][3] = {
    { "[", "", "]" }, { "[1,", "2", "]" }, { "{\"a\":", "1", "}" }, { "[{\"a\":", "1", "}]" }
  };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      gboolean pair = i == 3;
      g_autofree char *json = nest (forms[i][0], forms[i][1], forms[i][2], pair ? (depth + 1) / 2 : depth);
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (is_valid (json, strlen (json), max_depth, &error), ==, good);
      if (!good)
        g_assert_nonnull (strstr (error->message, "nested too deeply"));
    }
}

static void
test_depth (void)
{
  check_depth (64, 0, TRUE);
  check_depth (65, 0, FALSE);
  check_depth (64, 64, TRUE);
  check_depth (65, 1000, FALSE);
  check_depth (2, 2, TRUE);
  check_depth (3, 2, FALSE);
  check_depth (100000, 0, FALSE);
}

/* Opening only, which is what crashes readers that recurse. */
static void
test_endless_nesting (void)
{
  g_autofree char *arrays = nest ("[", "", "", 100000);
  g_autofree char *objects = nest ("{\"a\":", "", "", 100000);
  g_autoptr (GError) error = NULL;

  g_assert_false (is_valid (arrays, strlen (arrays), 0, &error));
  g_assert_nonnull (strstr (error->message, "at byte 64 ("));
  g_assert_false (is_valid (objects, strlen (objects), 0, NULL));
}

static void
test_too_large (void)
{
  g_auto (BtyJsonReader) reader;
  g_autoptr (GError) error = NULL;

  /* The bytes are never looked at. */
  bty_json_reader_init (&reader, "", (gsize) G_MAXINT32 + 1, 0);
  g_assert_cmpint (bty_json_reader_next (&reader, &error), ==, BTY_JSON_ERROR);
  g_assert_nonnull (strstr (error->message, "larger than 2 GiB"));
}

static void
test_skip (void)
{
  const char *json = "{\"a\": {\"x\":[1,{}]} ,\"b\":[ 1, \"two\" ,3.5],\"c\":null}";
  g_auto (BtyJsonReader) reader;
  const char *raw = NULL;
  gsize length = 0;

  bty_json_reader_init (&reader, json, strlen (json), 0);
  g_assert_cmpint (bty_json_reader_next (&reader, NULL), ==, BTY_JSON_OBJECT_BEGIN);
  g_assert_cmpint (bty_json_reader_next (&reader, NULL), ==, BTY_JSON_KEY);
  g_assert_cmpint (bty_json_reader_skip (&reader, &raw, &length, NULL), ==, BTY_JSON_OBJECT_BEGIN);
  g_assert_cmpmem (raw, length, "{\"x\":[1,{}]}", 12);
  g_assert_cmpint (bty_json_reader_next (&reader, NULL), ==, BTY_JSON_KEY);
  g_assert_true (bty_json_reader_key_is (&reader, "b"));
  g_assert_cmpint (bty_json_reader_next (&reader, NULL), ==, BTY_JSON_ARRAY_BEGIN);
  g_assert_cmpint (bty_json_reader_skip (&reader, &raw, &length, NULL), ==, BTY_JSON_INT);
  g_assert_cmpmem (raw, length, "1", 1);
  g_assert_cmpint (bty_json_reader_skip (&reader, &raw, &length, NULL), ==, BTY_JSON_STRING);
  g_assert_cmpmem (raw, length, "\"two\"", 5);
  g_assert_cmpint (bty_json_reader_skip (&reader, &raw, &length, NULL), ==, BTY_JSON_DOUBLE);
  g_assert_cmpmem (raw, length, "3.5", 3);
  g_assert_cmpint (bty_json_reader_skip (&reader, &raw, &length, NULL), ==, BTY_JSON_ARRAY_END);
  g_assert_true (bty_json_reader_skip_rest (&reader, NULL));
  g_assert_cmpint (bty_json_reader_next (&reader, NULL), ==, BTY_JSON_END);
}

/* Skipping is as strict as reading. */
static void
test_skip_is_strict (void)
{
  static const char *const documents[] = { "[[{\"a\":1,\"a\":2}]]", "[[01]]", "[[\"\xff\"]]", "[[1,]]", "[[1]" };

  for (guint i = 0; i < G_N_ELEMENTS (documents); i++)
    {
      g_auto (BtyJsonReader) reader;
      g_autoptr (GError) error = NULL;

      bty_json_reader_init (&reader, documents[i], strlen (documents[i]), 0);
      g_assert_cmpint (bty_json_reader_skip (&reader, NULL, NULL, &error), ==, BTY_JSON_ERROR);
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_pointer (void)
{
  const char *json = "{\"a/b~c\":[true,{\"\":[[7]],\"z\\u0000\\n\":1}],\"e\\u006ed\":{}}";
  const char *const expected[] = { "",
                                   "/a~1b~0c",
                                   "/a~1b~0c",
                                   "/a~1b~0c/0",
                                   "/a~1b~0c/1",
                                   "/a~1b~0c/1/",
                                   "/a~1b~0c/1/",
                                   "/a~1b~0c/1//0",
                                   "/a~1b~0c/1//0/0",
                                   "/a~1b~0c/1//0",
                                   "/a~1b~0c/1/",
                                   "/a~1b~0c/1/z\xef\xbf\xbd\n",
                                   "/a~1b~0c/1/z\xef\xbf\xbd\n",
                                   "/a~1b~0c/1",
                                   "/a~1b~0c",
                                   "/end",
                                   "/end",
                                   "/end",
                                   "",
                                   "" };
  g_auto (BtyJsonReader) reader;

  bty_json_reader_init (&reader, json, strlen (json), 0);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      BtyJsonToken token = bty_json_reader_next (&reader, NULL);
      g_autofree char *pointer = bty_json_reader_get_pointer (&reader);

      g_assert_cmpint (token, !=, BTY_JSON_ERROR);
      g_assert_cmpstr (pointer, ==, expected[i]);
      g_assert_cmpint (token == BTY_JSON_END, ==, i + 1 == G_N_ELEMENTS (expected));
    }
}

static void
append_names (GString *json, guint n, gboolean escaped)
{
  for (guint i = 0; i < n; i++)
    g_string_append_printf (json, "%s\"%sname%u\":%u", i > 0 ? "," : "", escaped && i % 3 == 0 ? "\\u0078" : "x", i, i);
}

static void
check_names (guint n, gboolean escaped, guint again)
{
  g_autoptr (GString) json = g_string_new ("{");
  g_autoptr (GError) error = NULL;

  append_names (json, n, escaped);
  g_string_append (json, "}");
  g_assert_true (is_valid (json->str, json->len, 0, &error));
  g_assert_no_error (error);

  g_string_truncate (json, json->len - 1);
  g_string_append_printf (json, ",\"\\u0078name%u\":0}", again);
  g_assert_false (is_valid (json->str, json->len, 0, &error));
  g_assert_nonnull (strstr (error->message, "a member name is given twice"));
}

/* Small objects, both sides of where names move to a table, and large ones. */
static void
test_names (void)
{
  for (guint n = 1; n < 70; n++)
    {
      check_names (n, FALSE, 0);
      check_names (n, TRUE, n / 2);
      check_names (n, TRUE, n - 1);
    }
  check_names (5000, TRUE, 2500);
}

/* Were it quadratic, this would take minutes. */
static void
test_many_names (void)
{
  gint64 start = g_get_monotonic_time ();

  check_names (100000, FALSE, 99999);
  check_names (100000, TRUE, 0);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 20 * G_USEC_PER_SEC);
}

/* Large objects in large objects: the same names are no duplicates of each other's, also after inner ones are closed. */
static void
test_nested_names (void)
{
  g_autoptr (GString) json = g_string_new ("{");
  g_autoptr (GError) error = NULL;

  for (guint level = 0; level < 20; level++)
    {
      append_names (json, 10 + level * 7, TRUE);
      g_string_append (json, level % 2 == 0 ? ",\"in\":{" : ",\"\\u0069n\":{");
    }
  g_string_append_c (json, '}');
  for (guint level = 20; level-- > 0;)
    {
      g_string_append (json, ",\"list\":[{\"xname1\":1},{\"\\u0078name1\":1}],\"after\":{");
      append_names (json, 40, TRUE);
      g_string_append (json, "}}");
    }
  g_assert_true (is_valid (json->str, json->len, 0, &error));
  g_assert_no_error (error);

  g_string_truncate (json, json->len - 1);
  g_string_append (json, ",\"\\u0069n\":1}");
  g_assert_false (is_valid (json->str, json->len, 0, &error));
  g_assert_nonnull (strstr (error->message, "(/in): a member name is given twice"));
}

/* What the names of one object took serves those of the next. */
static void
test_names_are_forgotten (void)
{
  g_autoptr (GString) json = g_string_new ("[{");
  g_auto (BtyJsonReader) reader;

  for (guint i = 0; i < 1000; i++)
    {
      append_names (json, 40, TRUE);
      g_string_append (json, i < 999 ? "},{" : "}]");
    }
  bty_json_reader_init (&reader, json->str, json->len, 0);
  g_assert_cmpint (bty_json_reader_skip (&reader, NULL, NULL, NULL), ==, BTY_JSON_ARRAY_BEGIN);
  g_assert_cmpuint (reader.table_size, <=, 128);
  g_assert_cmpuint (reader.table_used, ==, 0);
  g_assert_cmpuint (reader.names_size, <=, 64);
  g_assert_cmpuint (reader.arena->len, ==, 0);
}

/* Every beginning of a document is refused, and no byte behind it is read. */
static void
test_prefixes (void)
{
  const char *json = "{\"a\":[1,-2.5e+10,true,false,null,\"\\u00e9\\ud83d\\ude00 é€😀\\n\"],\"\\u0062\":{\"c\":{}},"
                     "\"a text that is longer than one step\":\"another text that is longer than one step\"}";
  gsize length = strlen (json);
  g_autoptr (GError) good = NULL;

  for (gsize i = 0; i < length; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (is_valid (json, i, 0, &error));
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
    }
  g_assert_true (is_valid (json, length, 0, &good));
  g_assert_no_error (good);
}

/* A special byte at every place of strings of every length about the width of a step. */
static void
test_every_place (void)
{
  static const char *const specials[] = { "\x01", "\x1f", "\xff", "\xc3", "\x80", "\"", "\\" };

  for (guint length = 1; length < 50; length++)
    for (guint place = 0; place < length; place++)
      for (guint i = 0; i < G_N_ELEMENTS (specials); i++)
        {
          g_autofree char *json = g_strnfill (length + 2, '~');

          json[0] = json[length + 1] = '"';
          g_assert_true (is_valid (json, length + 2, 0, NULL));
          json[place + 1] = specials[i][0];
          g_assert_false (is_valid (json, length + 2, 0, NULL));
        }
}

static void
test_locale (void)
{
  const char *const locales[] = { "de_DE.UTF-8", "fr_FR.UTF-8", "de_DE.utf8" };
  g_auto (BtyJsonReader) reader;
  gboolean found = FALSE;

  bty_json_reader_init (&reader, "123456789.123456789123456789", 28, 0);
  for (guint i = 0; i < G_N_ELEMENTS (locales) && !found; i++)
    found = setlocale (LC_NUMERIC, locales[i]) != NULL;
  if (!found)
    {
      g_test_skip ("no locale with a decimal comma is installed");
      return;
    }
  g_assert_cmpint (bty_json_reader_next (&reader, NULL), ==, BTY_JSON_DOUBLE);
  g_assert_cmpfloat (reader.number, ==, 123456789.123456789123456789);
  setlocale (LC_NUMERIC, "C");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/walk/depth", test_depth);
  g_test_add_func ("/json/walk/endless-nesting", test_endless_nesting);
  g_test_add_func ("/json/walk/too-large", test_too_large);
  g_test_add_func ("/json/walk/skip", test_skip);
  g_test_add_func ("/json/walk/skip-is-strict", test_skip_is_strict);
  g_test_add_func ("/json/walk/pointer", test_pointer);
  g_test_add_func ("/json/walk/names", test_names);
  g_test_add_func ("/json/walk/many-names", test_many_names);
  g_test_add_func ("/json/walk/nested-names", test_nested_names);
  g_test_add_func ("/json/walk/names-are-forgotten", test_names_are_forgotten);
  g_test_add_func ("/json/walk/prefixes", test_prefixes);
  g_test_add_func ("/json/walk/every-place", test_every_place);
  g_test_add_func ("/json/walk/locale", test_locale);
  return g_test_run ();
}
