/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Golden questions as they are read and judged, without any model. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "evaluate/bty-golden-check.h"
#include "evaluate/bty-golden-schema.h"

static void
test_read (void)
{
  static const char text[] = "questions:\n"
                             "  - name: greets\n"
                             "    input: Hello\n"
                             "    weight: 3\n"
                             "    expect:\n"
                             "      - contains: hello\n"
                             "        ignore_case: true\n"
                             "      - max_length: 100\n"
                             "  - name: remembers\n"
                             "    input:\n"
                             "      - My name is Bo.\n"
                             "      - What is my name?\n"
                             "    expect:\n"
                             "      - matches: '\\bBo\\b'\n"
                             "      - json_schema: {type: object, required: [name]}\n";
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyGoldenSuite) suite = bty_golden_suite_parse ("evals.yaml", text, strlen (text), &error);
  const BtyGoldenQuestion *first, *second;
  g_auto (GStrv) one = NULL, two = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (suite->questions->len, ==, 2);
  first = suite->questions->pdata[0];
  second = suite->questions->pdata[1];
  one = bty_golden_question_list_input (first);
  two = bty_golden_question_list_input (second);
  g_assert_cmpstr (one[0], ==, "Hello");
  g_assert_cmpuint (g_strv_length (two), ==, 2);
  g_assert_cmpstr (two[1], ==, "What is my name?");
  g_assert_cmpint (first->weight, ==, 3);
  g_assert_cmpint (second->weight, ==, 1);
  g_assert_true (((BtyGoldenCheck *) first->expect->pdata[0])->ignore_case);
}

#define ONE(expect) "questions:\n- name: one\n  input: x\n  expect:\n  - " expect

/* Each error says where. */
static void
test_refused (void)
{
  static const struct
  {
    const char *text, *said;
  } cases[] = {
    { "questions: [", "“evals.yaml”, line" },
    { "", "“evals.yaml”, line 1" },
    { "questions: []", "line 1" },
    { "- name: x\n", "line 1" },
    { ONE ("contains: 5\n"), "line 5, question “one”" },
    { ONE ("contain: x\n"), "question “one”" },
    { ONE ("contains: x\n    matches: y\n"), "line 5, question “one”: each item of expect says one thing" },
    { ONE ("ignore_case: true\n"), "each item of expect says one thing" },
    { ONE ("judge: x\n    ignore_case: true\n"), "ignore_case goes with" },
    { ONE ("matches: 'a('\n"), "“a(” is not a regular expression" },
    { ONE ("json_schema: {type: thing}\n"), "must be one of object" },
    { ONE ("json_schema: {oneOf: []}\n"), "the keyword “oneOf” is not known" },
    { ONE ("json_schema: {properties: {a: {pattern: x}}}\n"), "the keyword “pattern” is not known" },
    { ONE ("json_schema: text\n"), "a schema, which is a mapping" },
    { ONE ("max_length: 0\n"), "question “one”" },
    { "questions:\n- name: one\n  input: []\n  expect:\n  - contains: x\n", "line 3, question “one”: input must be" },
    { "questions:\n- name: one\n  input: [x, 5]\n  expect:\n  - contains: x\n", "input must be" },
    { "questions:\n- name: one\n  input: x\n  expect: []\n", "line 4, question “one”" },
    { "questions:\n- name: one\n  input: x\n  weight: 0\n  expect:\n  - contains: x\n", "line 4, question “one”" },
    { ONE ("contains: x\n") "- name: one\n  input: x\n  expect:\n  - contains: x\n",
      "line 6, question “one”: another" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BtyGoldenSuite) suite = bty_golden_suite_parse ("evals.yaml", cases[i].text, strlen (cases[i].text),
                                                                 &error);

      g_assert_null (suite);
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
      if (strstr (error->message, cases[i].said) == NULL)
        g_error ("“%s” is not in “%s”", cases[i].said, error->message);
    }
}

/* A suite of one check, tried on an answer. */
static BtyGoldenVerdict
try_check (const char *check, const char *answer)
{
  g_autofree char *text = g_strconcat (ONE (""), check, "\n", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyGoldenSuite) suite = bty_golden_suite_parse ("evals.yaml", text, strlen (text), &error);
  g_autofree char *reason = NULL;
  BtyGoldenVerdict verdict;

  g_assert_no_error (error);
  verdict = bty_golden_check_try (((BtyGoldenQuestion *) suite->questions->pdata[0])->expect->pdata[0], answer,
                                  &reason);
  g_assert_true ((verdict == BTY_GOLDEN_PASS) == (reason == NULL));
  return verdict;
}

static void
test_texts (void)
{
  g_assert_cmpint (try_check ("contains: Ada", "I am Ada."), ==, BTY_GOLDEN_PASS);
  g_assert_cmpint (try_check ("contains: ada", "I am Ada."), ==, BTY_GOLDEN_FAIL);
  g_assert_cmpint (try_check ("{contains: STRASSE, ignore_case: true}", "die Straße"), ==, BTY_GOLDEN_PASS);
  g_assert_cmpint (try_check ("not_contains: bad", "good"), ==, BTY_GOLDEN_PASS);
  g_assert_cmpint (try_check ("not_contains: bad", "bad"), ==, BTY_GOLDEN_FAIL);
  g_assert_cmpint (try_check ("matches: '^\\d+$'", "42"), ==, BTY_GOLDEN_PASS);
  g_assert_cmpint (try_check ("matches: '^\\d+$'", "42!"), ==, BTY_GOLDEN_FAIL);
  g_assert_cmpint (try_check ("{not_matches: SORRY, ignore_case: true}", "I am sorry"), ==, BTY_GOLDEN_FAIL);
  g_assert_cmpint (try_check ("max_length: 3", "äöü"), ==, BTY_GOLDEN_PASS);
  g_assert_cmpint (try_check ("max_length: 3", "four"), ==, BTY_GOLDEN_FAIL);
}

/* A pattern that would backtrack till the end of days ends, and is no pass. */
static void
test_hostile_pattern (void)
{
  g_autofree char *letters = g_strnfill (20000, 'a');
  g_autofree char *answer = g_strconcat (letters, "!", NULL);

  g_assert_cmpint (try_check ("matches: '^(a+)+$'", answer), ==, BTY_GOLDEN_BROKEN);
  g_assert_cmpint (try_check ("not_matches: '^(a|aa)+$'", answer), ==, BTY_GOLDEN_BROKEN);
  g_assert_cmpint (try_check ("not_matches: '(*LIMIT_MATCH=4000000000)^(a|a)*$'", answer), ==, BTY_GOLDEN_BROKEN);
}

static void
assert_schema (const char *schema, const char *json, const char *said)
{
  g_autoptr (GError) error = NULL;
  gboolean matches;

  g_assert_true (bty_golden_schema_validate (schema, &error));
  g_assert_no_error (error);
  matches = bty_golden_schema_match (schema, json, &error);
  g_assert_true (matches == (said == NULL));
  g_assert_true (matches == (error == NULL));
  if (said != NULL && strstr (error->message, said) == NULL)
    g_error ("“%s” is not in “%s”", said, error->message);
}

static void
test_schema (void)
{
  static const char person[] =
    "{\"type\":\"object\",\"required\":[\"name\"],\"additionalProperties\":false,\"properties\":{\"name\":{\"type\":"
    "\"string\",\"minLength\":2,\"maxLength\":5},\"age\":{\"type\":[\"integer\",\"null\"],\"minimum\":0,\"maximum\":150},"
    "\"tags\":{\"type\":\"array\",\"minItems\":1,\"maxItems\":2,\"items\":{\"enum\":[\"a\",1,null,true]}}}}";

  assert_schema (person, "{\"name\":\"Ada\",\"age\":36,\"tags\":[\"a\",1]}", NULL);
  assert_schema (person, "{\"name\":\"Äöüß\",\"age\":null}", NULL);
  assert_schema (person, "{\"name\":\"Ada\",\"age\":36.0}", NULL);
  assert_schema (person, "{}", "“name” is missing");
  assert_schema (person, "{\"name\":\"A\"}", "“/name”: has 1 characters");
  assert_schema (person, "{\"name\":\"Ada\",\"age\":36.5}", "“/age”: must be of the type integer, null");
  assert_schema (person, "{\"name\":\"Ada\",\"age\":-1}", "must be at least 0");
  assert_schema (person, "{\"name\":\"Ada\",\"age\":151}", "must be at most 150");
  assert_schema (person, "{\"name\":\"Ada\",\"tags\":[]}", "has 0 items");
  assert_schema (person, "{\"name\":\"Ada\",\"tags\":[\"b\"]}", "“/tags/0”: must be one of");
  assert_schema (person, "{\"name\":\"Ada\",\"tags\":[{}]}", "must be one of");
  assert_schema (person, "{\"name\":\"Ada\",\"more\":1}", "“more” is not among");
  assert_schema (person, "[]", "must be of the type object");
  assert_schema (person, "{\"name\":\"Ada\"", "is not JSON");
  assert_schema (person, "Here it is: {}", "is not JSON");
  assert_schema ("{}", "[1,{\"x\":[]}]", NULL);
  assert_schema ("{\"items\":{\"type\":\"number\"}}", "[1,2.5,\"3\"]", "“/2”");
  g_assert_cmpint (try_check ("json_schema: {type: array}", "```json\n[1, 2]\n```\n"), ==, BTY_GOLDEN_PASS);
  g_assert_cmpint (try_check ("json_schema: {type: array}", "```"), ==, BTY_GOLDEN_FAIL);
}

static void
test_verdicts (void)
{
  static const struct
  {
    const char *said;
    BtyGoldenVerdict verdict;
    const char *reason;
  } cases[] = {
    { "PASS - it is kind", BTY_GOLDEN_PASS, "it is kind" },
    { "  **FAIL**: too long", BTY_GOLDEN_FAIL, "too long" },
    { "fail", BTY_GOLDEN_FAIL, "FAIL" },
    { "PASSABLE", BTY_GOLDEN_BROKEN, "neither" },
    { "I would say PASS", BTY_GOLDEN_BROKEN, "neither" },
    { "", BTY_GOLDEN_BROKEN, "neither" },
    { "FAILÜRE", BTY_GOLDEN_BROKEN, "neither" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *reason = NULL;

      g_assert_cmpint (bty_golden_check_read_verdict (cases[i].said, &reason), ==, cases[i].verdict);
      g_assert_nonnull (strstr (reason, cases[i].reason));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/golden/read", test_read);
  g_test_add_func ("/golden/refused", test_refused);
  g_test_add_func ("/golden/texts", test_texts);
  g_test_add_func ("/golden/hostile-pattern", test_hostile_pattern);
  g_test_add_func ("/golden/schema", test_schema);
  g_test_add_func ("/golden/verdicts", test_verdicts);
  return g_test_run ();
}
