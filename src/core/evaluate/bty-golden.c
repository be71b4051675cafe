/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-evaluate"

#include "config.h"

#include "evaluate/bty-golden.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "bty-yaml.h"
#include "evaluate/bty-golden-check.h"

#define MAX_FILE      (256 * 1024)
#define MAX_NODES     20000
#define MAX_QUESTIONS 500
#define MAX_CHECKS    50
#define MAX_TURNS     20
#define MAX_TEXT      (32 * 1024)
#define MAX_PATTERN   1000

static const BtyField check_fields[] = {
  BTY_FIELD_TEXT (BtyGoldenCheck, contains, 0, N_ ("Text that the answer must hold"), .min = 1, .max = MAX_TEXT),
  BTY_FIELD_TEXT (BtyGoldenCheck, not_contains, 0, N_ ("Text that the answer must not hold"), .min = 1,
                  .max = MAX_TEXT),
  BTY_FIELD_TEXT (BtyGoldenCheck, matches, 0, N_ ("Regular expression that must match"), .min = 1, .max = MAX_PATTERN),
  BTY_FIELD_TEXT (BtyGoldenCheck, not_matches, 0, N_ ("Regular expression that must not match"), .min = 1,
                  .max = MAX_PATTERN),
  BTY_FIELD_JSON (BtyGoldenCheck, json_schema, 0, N_ ("Schema that the answer must follow as JSON")),
  BTY_FIELD_TEXT (BtyGoldenCheck, judge, 0, N_ ("What a model is asked about the answer"), .min = 1, .max = MAX_TEXT),
  BTY_FIELD_INT64 (BtyGoldenCheck, max_length, 0, N_ ("Characters that the answer may have"), .min = 1,
                   .max = 10000000),
  BTY_FIELD_BOOL (BtyGoldenCheck, ignore_case, 0, N_ ("Whether upper and lower case are the same")),
};
BTY_DEFINE_RECORD (BtyGoldenCheck, bty_golden_check, "golden_check", N_ ("What an answer must be"), check_fields)

static const BtyField question_fields[] = {
  BTY_FIELD_STRING (BtyGoldenQuestion, name, BTY_REQUIRED, N_ ("Its name"), .min = 1, .max = 100),
  BTY_FIELD_JSON (BtyGoldenQuestion, input, BTY_REQUIRED, N_ ("What is said: a text, or a list of texts")),
  BTY_FIELD_INT64 (BtyGoldenQuestion, weight, 0, N_ ("How much it counts"), .min = 1, .max = 1000, .fallback = "1"),
  BTY_FIELD_RECORDS (BtyGoldenQuestion, expect, BTY_REQUIRED, N_ ("What the answer must be"), bty_golden_check_schema,
                     .min = 1, .max = MAX_CHECKS),
};
BTY_DEFINE_RECORD (BtyGoldenQuestion, bty_golden_question, "golden_question", N_ ("A golden question"), question_fields)

static const BtyField suite_fields[] = {
  BTY_FIELD_RECORDS (BtyGoldenSuite, questions, BTY_REQUIRED, N_ ("The questions"), bty_golden_question_schema,
                     .min = 1, .max = MAX_QUESTIONS),
};
BTY_DEFINE_RECORD (BtyGoldenSuite, bty_golden_suite, "golden_suite", N_ ("Golden questions of a bot"), suite_fields)

/* What is known of the file while it is read. */
typedef struct
{
  const char *path;
  const char *json;
  GHashTable *lines; /* JSON pointer -> line */
  BtyGoldenSuite *suite;
} Reading;

/* The line of a place, or of the nearest one around it that the file has. */
static guint
line_of (const Reading *reading, const char *pointer)
{
  g_autofree char *place = g_strdup (pointer);

  while (TRUE)
    {
      gpointer line = g_hash_table_lookup (reading->lines, place);
      char *slash = strrchr (place, '/');

      if (line != NULL || slash == NULL)
        return MAX (GPOINTER_TO_UINT (line), 1);
      *slash = '\0';
    }
}

/* Goes on to the value of a member; FALSE when the object has none of that name. */
static gboolean
find_member (BtyJsonReader *reader, const char *name)
{
  if (bty_json_reader_next (reader, NULL) != BTY_JSON_OBJECT_BEGIN)
    return FALSE;
  while (bty_json_reader_next (reader, NULL) == BTY_JSON_KEY)
    {
      if (bty_json_reader_key_is (reader, name))
        return TRUE;
      bty_json_reader_skip (reader, NULL, NULL, NULL);
    }
  return FALSE;
}

/* (transfer full) (nullable): the name of the question that a place is in, as far as the file has one: nothing is checked yet */
static char *
question_of (const Reading *reading, const char *pointer)
{
  g_auto (BtyJsonReader) reader = { 0 };
  guint64 index;

  if (!g_str_has_prefix (pointer, "/questions/"))
    return NULL;
  index = g_ascii_strtoull (pointer + strlen ("/questions/"), NULL, 10);
  bty_json_reader_init (&reader, reading->json, strlen (reading->json), 0);
  if (!find_member (&reader, "questions") || bty_json_reader_next (&reader, NULL) != BTY_JSON_ARRAY_BEGIN)
    return NULL;
  for (; index > 0; index--)
    if (bty_json_reader_skip (&reader, NULL, NULL, NULL) == BTY_JSON_ERROR)
      return NULL;
  if (!find_member (&reader, "name") || bty_json_reader_next (&reader, NULL) != BTY_JSON_STRING)
    return NULL;
  return g_strndup (reader.text, MIN (reader.length, 100));
}

static gboolean
refuse (const Reading *reading, const char *pointer, const char *problem, GError **error)
{
  g_autofree char *name = question_of (reading, pointer);
  g_autofree char *valid = name != NULL ? g_utf8_make_valid (name, -1) : NULL;

  if (valid != NULL)
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("“%s”, line %u, question “%s”: %s"), reading->path,
                 line_of (reading, pointer), valid, problem);
  else
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("“%s”, line %u: %s"), reading->path,
                 line_of (reading, pointer), problem);
  return FALSE;
}

/* An error of the record reader begins with the place; it is told as a line instead. */
static gboolean
refuse_record (const Reading *reading, const char *message, GError **error)
{
  const char *colon = message[0] == '/' ? strstr (message, ": ") : NULL;
  g_autofree char *pointer = g_strndup (message, colon != NULL ? (gsize) (colon - message) : 0);

  return refuse (reading, pointer, message, error);
}

static gboolean
check_input (const BtyGoldenQuestion *question)
{
  g_auto (GStrv) input = bty_golden_question_list_input (question);
  guint n = input != NULL ? g_strv_length (input) : 0;

  for (guint i = 0; i < n; i++)
    if (input[i][0] == '\0' || strlen (input[i]) > MAX_TEXT)
      return FALSE;
  return n > 0 && n <= MAX_TURNS;
}

static gboolean
check_question (const Reading *reading, guint index, GHashTable *names, GError **error)
{
  const BtyGoldenQuestion *question = reading->suite->questions->pdata[index];
  g_autofree char *pointer = g_strdup_printf ("/questions/%u", index);
  g_autofree char *input = g_strconcat (pointer, "/input", NULL);

  if (!g_hash_table_add (names, question->name))
    return refuse (reading, pointer, _ ("another question has that name: give each its own"), error);
  if (!check_input (question))
    return refuse (reading, input, _ ("input must be a text, or a list of 1 to 20 texts, none of them empty"), error);
  for (guint i = 0; i < question->expect->len; i++)
    {
      g_autofree char *place = g_strdup_printf ("%s/expect/%u", pointer, i);
      g_autoptr (GError) problem = NULL;

      if (!bty_golden_check_validate (question->expect->pdata[i], &problem))
        return refuse (reading, place, problem->message, error);
    }
  return TRUE;
}

static gboolean
check_suite (const Reading *reading, GError **error)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < reading->suite->questions->len; i++)
    if (!check_question (reading, i, names, error))
      return FALSE;
  return TRUE;
}

BtyGoldenSuite *
bty_golden_suite_parse (const char *path, const char *text, gsize length, GError **error)
{
  const BtyYamlLimits limits = { .bytes = MAX_FILE, .depth = 24, .nodes = MAX_NODES, .first_line = 1 };
  g_autoptr (GError) problem = NULL;
  g_autoptr (GHashTable) lines = NULL;
  g_autofree char *json = bty_yaml_to_json (text, length, &limits, &lines, &problem);
  g_autoptr (BtyGoldenSuite) suite = bty_golden_suite_new ();
  Reading reading = { path, json, lines, suite };

  if (json == NULL)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("“%s”, %s"), path, problem->message);
      return NULL;
    }
  if (!bty_record_read_json (suite, BTY_VIEW_CREATE, json, strlen (json), &problem) ||
      !bty_record_check (suite, BTY_VIEW_CREATE, &problem))
    {
      refuse_record (&reading, problem->message, error);
      return NULL;
    }
  return check_suite (&reading, error) ? g_steal_pointer (&suite) : NULL;
}

static void
fail_to_read (const char *path, int saved, GError **error)
{
  if (saved == ENOENT)
    g_set_error (
      error, BTY_ERROR, BTY_ERROR_NOT_FOUND,
      _ ("there are no golden questions: write them into “%s”, as the manual shows under “Golden questions”"), path);
  else
    g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _ ("cannot read “%s”: %s"), path, g_strerror (saved));
}

BtyGoldenSuite *
bty_golden_suite_load (const char *path, GError **error)
{
  GStatBuf info;
  g_autofree char *text = NULL;
  g_autoptr (GError) problem = NULL;
  gsize length = 0;

  if (g_stat (path, &info) != 0)
    {
      fail_to_read (path, errno, error);
      return NULL;
    }
  if (!S_ISREG (info.st_mode) || info.st_size > MAX_FILE)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                   _ ("“%s” is not a text file of at most %d KiB: shorten or replace it"), path, MAX_FILE / 1024);
      return NULL;
    }
  if (!g_file_get_contents (path, &text, &length, &problem))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _ ("cannot read “%s”: %s"), path, problem->message);
      return NULL;
    }
  return bty_golden_suite_parse (path, text, length, error);
}

static BtyGoldenQuestion *
find_question (const BtyGoldenSuite *suite, const char *name)
{
  for (guint i = 0; i < suite->questions->len; i++)
    if (strcmp (((BtyGoldenQuestion *) suite->questions->pdata[i])->name, name) == 0)
      return suite->questions->pdata[i];
  return NULL;
}

BtyGoldenSuite *
bty_golden_suite_pick (const BtyGoldenSuite *suite, const char *const *names, GError **error)
{
  g_autoptr (BtyGoldenSuite) picked = bty_golden_suite_new ();
  g_autoptr (GHashTable) taken = g_hash_table_new (NULL, NULL);

  picked->questions = bty_record_list_new ();
  for (guint i = 0; names[i] != NULL; i++)
    {
      BtyGoldenQuestion *question = find_question (suite, names[i]);

      if (question == NULL)
        {
          g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND, _ ("no golden question is called “%.100s”"), names[i]);
          return NULL;
        }
      if (g_hash_table_add (taken, question))
        g_ptr_array_add (picked->questions, bty_golden_question_ref (question));
    }
  return g_steal_pointer (&picked);
}

GStrv
bty_golden_question_list_input (const BtyGoldenQuestion *question)
{
  g_auto (BtyJsonReader) reader = { 0 };
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  BtyJsonToken token;
  gboolean is_list;

  bty_json_reader_init (&reader, question->input, strlen (question->input), 2);
  token = bty_json_reader_next (&reader, NULL);
  is_list = token == BTY_JSON_ARRAY_BEGIN;
  if (is_list)
    token = bty_json_reader_next (&reader, NULL);
  while (token == BTY_JSON_STRING && memchr (reader.text, '\0', reader.length) == NULL)
    {
      g_ptr_array_add (texts, g_strndup (reader.text, reader.length));
      token = bty_json_reader_next (&reader, NULL);
    }
  if (token != (is_list ? BTY_JSON_ARRAY_END : BTY_JSON_END))
    return NULL;
  g_ptr_array_add (texts, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&texts), FALSE);
}
