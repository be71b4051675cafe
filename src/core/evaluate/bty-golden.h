/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/*
 * BtyGoldenCheck: what an answer must be; exactly one of the fields from @contains to @max_length is there
 * @matches, @not_matches: regular expressions
 * @json_schema: JSON text of a schema that the answer, read as JSON, must follow: see bty-golden-schema.h
 * @judge: what a model is asked about the answer
 * @max_length: characters; 0: not there
 * @ignore_case: for the first four
 */
typedef struct
{
  BtyRecord record;
  char *contains;
  char *not_contains;
  char *matches;
  char *not_matches;
  char *json_schema;
  char *judge;
  gint64 max_length;
  gboolean ignore_case;
} BtyGoldenCheck;
BTY_DECLARE_RECORD (BtyGoldenCheck, bty_golden_check)

/*
 * BtyGoldenQuestion:
 * @input: JSON: what a person says: a text, or a list of texts that are said one after another
 * @expect: (element-type BtyGoldenCheck): what the last answer must be
 */
typedef struct
{
  BtyRecord record;
  char *name;
  char *input;
  gint64 weight;
  GPtrArray *expect;
} BtyGoldenQuestion;
BTY_DECLARE_RECORD (BtyGoldenQuestion, bty_golden_question)

/* BtyGoldenSuite: what evals.yaml holds. @questions: (element-type BtyGoldenQuestion): */
typedef struct
{
  BtyRecord record;
  GPtrArray *questions;
} BtyGoldenSuite;
BTY_DECLARE_RECORD (BtyGoldenSuite, bty_golden_suite)

#define BTY_GOLDEN_FILE "evals.yaml"

/*
 * bty_golden_suite_parse:
 * @path: named in errors
 *
 * Returns: (transfer full): a suite whose every question can be asked and every check carried out; NULL with INVALID_ARGUMENT, which
 * names file, line and question
 */
BtyGoldenSuite *bty_golden_suite_parse (const char *path, const char *text, gsize length, GError **error);

/* bty_golden_suite_load: reads the file; any thread. NOT_FOUND when there is none, FAILED_PRECONDITION when it cannot be read */
BtyGoldenSuite *bty_golden_suite_load (const char *path, GError **error);

/* bty_golden_suite_pick: Returns: (transfer full): only those questions; NOT_FOUND names one that is not there */
BtyGoldenSuite *bty_golden_suite_pick (const BtyGoldenSuite *suite, const char *const *names, GError **error);

/* bty_golden_question_list_input: Returns: (transfer full): what is said, in order */
GStrv bty_golden_question_list_input (const BtyGoldenQuestion *question);
