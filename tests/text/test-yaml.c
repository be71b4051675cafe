/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* YAML to JSON: what is taken, and what is refused and where. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "bty-yaml.h"

static void
test_taken (void)
{
  static const struct
  {
    const char *yaml, *json;
  } cases[] = {
    { "", "null" },
    { "a: 1\nb: [x, 'y', \"z\\n\"]\n", "{\"a\":1,\"b\":[\"x\",\"y\",\"z\\n\"]}" },
    { "- ~\n- null\n- Null\n-\n- ''\n", "[null,null,null,null,\"\"]" },
    { "[true, False, yes, 'true']", "[true,false,\"yes\",\"true\"]" },
    { "[1, -2, +3, 007, 0x1F, 0o17, 0o8, 1_000]", "[1,-2,3,7,31,15,\"0o8\",\"1_000\"]" },
    { "[1.5, -.5, 2., 1e3, 1.2.3, ., e3, '1.5']", "[1.5,-0.5,2.0,1000.0,\"1.2.3\",\".\",\"e3\",\"1.5\"]" },
    { "text: |\n  one\n   two\nfold: >\n  a\n  b\n", "{\"text\":\"one\\n two\\n\",\"fold\":\"a b\\n\"}" },
    { "---\n# a remark\n{}\n...\n", "{}" },
    { "1: a\ntrue: b\n", "{\"1\":\"a\",\"true\":\"b\"}" },
    { "\xef\xbb\xbfgrün: \"\\u263A\"", "{\"grün\":\"☺\"}" },
    { "a: {}\nb: []\nc:\n", "{\"a\":{},\"b\":[],\"c\":null}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *json = bty_yaml_to_json (cases[i].yaml, strlen (cases[i].yaml), NULL, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (json, ==, cases[i].json);
      g_assert_true (bty_json_validate (json, strlen (json), 0, NULL));
    }
}

static void
test_refused (void)
{
  static const struct
  {
    const char *yaml, *said;
  } cases[] = {
    { "a: &x 1\n", "line 1, column 4: anchors" },
    { "a: 1\nb: *x\n", "line 2, column 4: aliases" },
    { "a: !!str 1\n", "tags" },
    { "a: ! 1\n", "tags" },
    { "%YAML 1.1\n---\na\n", "directives" },
    { "a\n---\nb\n", "line 2, column 1: a second document" },
    { "a: 1\nb: 2\na: 3\n", "line 3, column 1: “a” stands here a second time" },
    { "x: {a: 1, a: 2}\n", "line 1, column 11: “a”" },
    { "[a]: 1\n", "a name must be a text" },
    { "a: .inf\n", "no such number" },
    { "a: -.NaN2\nb: .nan\n", "line 2, column 4" },
    { "a: 9223372036854775808\n", "beyond 64 bits" },
    { "a: 1e999\n", "too great" },
    { "a: [1, 2\nb: 3\n", "line 2" },
    { "a: \"x\n", "line 2" },
    { "ok: 1\nbad: \xff\n", "line 2, column 6: this is not UTF-8" },
    { "\"a\\0b\": 1\n", "NUL" },
    { "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", "nested too deeply" },
    { "\ta: 1\n", "line 1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *json = bty_yaml_to_json (cases[i].yaml, strlen (cases[i].yaml), NULL, NULL, &error);

      g_test_message ("case %u: %s", i, error != NULL ? error->message : json);
      g_assert_null (json);
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, cases[i].said));
    }
}

static void
test_limits (void)
{
  const BtyYamlLimits small = { .bytes = 12, .depth = 2, .nodes = 4, .first_line = 10 };
  g_autoptr (GError) error = NULL;
  g_autofree char *fits = bty_yaml_to_json ("[1, 2, 3]", 9, &small, NULL, &error);
  g_autofree char *nodes = NULL, *bytes = NULL, *depth = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (fits, ==, "[1,2,3]");
  nodes = bty_yaml_to_json ("[1,2,3,4]", 9, &small, NULL, &error);
  g_assert_nonnull (strstr (error->message, "line 10, column 8: there are too many"));
  g_clear_error (&error);
  bytes = bty_yaml_to_json ("[1, 2, 3]    ", 13, &small, NULL, &error);
  g_assert_nonnull (strstr (error->message, "more than 12 bytes"));
  g_clear_error (&error);
  depth = bty_yaml_to_json ("[\n[\n[1]]]", 9, &small, NULL, &error);
  g_assert_nonnull (strstr (error->message, "line 12, column 1: this is nested"));
  g_assert_true (nodes == NULL && bytes == NULL && depth == NULL);
}

static guint
line_of (GHashTable *lines, const char *pointer)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (lines, pointer));
}

static void
test_lines (void)
{
  static const char text[] = "a: 1\nb:\n- x\n- c/d~e: 2\n  f: [3,\n    4]\n";
  g_autoptr (GHashTable) lines = NULL;
  g_autofree char *json = bty_yaml_to_json (text, strlen (text), NULL, &lines, NULL);

  g_assert_nonnull (json);
  g_assert_cmpuint (line_of (lines, ""), ==, 1);
  g_assert_cmpuint (line_of (lines, "/a"), ==, 1);
  g_assert_cmpuint (line_of (lines, "/b"), ==, 3);
  g_assert_cmpuint (line_of (lines, "/b/1/c~1d~0e"), ==, 4);
  g_assert_cmpuint (line_of (lines, "/b/1/f/1"), ==, 6);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/yaml/taken", test_taken);
  g_test_add_func ("/text/yaml/refused", test_refused);
  g_test_add_func ("/text/yaml/limits", test_limits);
  g_test_add_func ("/text/yaml/lines", test_lines);
  return g_test_run ();
}
