/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-soul-test.h"

#define MAX_NUMBER G_MAXINT64

const BtyEnumValue bty_test_outcomes[] = {
  { BTY_TEST_PASSED, "passed", N_ ("The answer is as it must be") },
  { BTY_TEST_FAILED, "failed", N_ ("The answer is not as it must be") },
  { BTY_TEST_ERROR, "error", N_ ("There is no answer, or it could not be judged") },
  { BTY_TEST_SKIPPED, "skipped", N_ ("It was not asked: the tokens were used up") },
  { 0 },
};

static const BtyField soul_test_run_fields[] = {
  BTY_FIELD_STRING (BtySoulTestRun, slug, BTY_REQUIRED, N_ ("Slug of the bot"), .min = 1, .max = 64),
  BTY_FIELD_STRING (BtySoulTestRun, version, 0, N_ ("The version to test: a number, head, a branch, a tag"), .min = 1,
                    .max = 80),
  BTY_FIELD_STRING (BtySoulTestRun, compare, 0, N_ ("Another version, which is asked the same"), .min = 1, .max = 80),
  BTY_FIELD_STRING (BtySoulTestRun, model, 0, N_ ("Model that answers, as provider/model; absent: the bot's route"),
                    .min = 1, .max = 256),
  BTY_FIELD_STRV (BtySoulTestRun, questions, 0, N_ ("Names of the questions to ask; absent: all"), .max = 500),
  BTY_FIELD_INT64 (BtySoulTestRun, max_tokens, 0, N_ ("Tokens that may be used; 0: as the setting says"),
                   .max = 1000000000),
};
BTY_DEFINE_RECORD (BtySoulTestRun, bty_soul_test_run, "soul_test_run", N_ ("Which golden questions to ask"),
                   soul_test_run_fields)

static const BtyField soul_test_item_fields[] = {
  BTY_FIELD_INT64 (BtySoulTestItem, number, 0, N_ ("Number of the version that was asked"), .max = MAX_NUMBER),
  BTY_FIELD_STRING (BtySoulTestItem, question, BTY_REQUIRED, N_ ("Name of the question")),
  BTY_FIELD_ENUM (BtySoulTestItem, outcome, 0, N_ ("How it went"), bty_test_outcomes),
  BTY_FIELD_INT64 (BtySoulTestItem, weight, 0, N_ ("How much it counts"), .max = MAX_NUMBER),
  BTY_FIELD_TEXT (BtySoulTestItem, reason, 0, N_ ("Why it did not pass")),
  BTY_FIELD_TEXT (BtySoulTestItem, answer, 0, N_ ("What was answered last")),
  BTY_FIELD_STRING (BtySoulTestItem, model, 0, N_ ("The model that answered")),
  BTY_FIELD_INT64 (BtySoulTestItem, input_tokens, 0, N_ ("Tokens read"), .max = MAX_NUMBER),
  BTY_FIELD_INT64 (BtySoulTestItem, output_tokens, 0, N_ ("Tokens written"), .max = MAX_NUMBER),
  BTY_FIELD_INT64 (BtySoulTestItem, milliseconds, 0, N_ ("How long it took"), .max = MAX_NUMBER),
  BTY_FIELD_INT64 (BtySoulTestItem, done, 0, N_ ("How many questions are over"), .max = MAX_NUMBER),
  BTY_FIELD_INT64 (BtySoulTestItem, total, 0, N_ ("How many questions there are"), .max = MAX_NUMBER),
  BTY_FIELD_INT64 (BtySoulTestItem, cost_micros, 0, N_ ("Micro-dollars that it cost"), .max = MAX_NUMBER),
  BTY_FIELD_BOOL (BtySoulTestItem, priced, 0, N_ ("Whether all prices are known")),
};
BTY_DEFINE_RECORD (BtySoulTestItem, bty_soul_test_item, "soul_test_item", N_ ("A golden question and how it went"),
                   soul_test_item_fields)

static const BtyField soul_test_report_fields[] = {
  BTY_FIELD_RECORD (BtySoulTestReport, test, BTY_REQUIRED, N_ ("How the version did"), bty_soul_test_schema),
  BTY_FIELD_RECORD (BtySoulTestReport, compare, 0, N_ ("How the other version did"), bty_soul_test_schema),
  BTY_FIELD_DOUBLE (BtySoulTestReport, difference, 0, N_ ("Points that the first is above the second"), .min = -100,
                    .max = 100),
  BTY_FIELD_BOOL (BtySoulTestReport, priced, 0, N_ ("Whether the cost is known")),
  BTY_FIELD_TEXT (BtySoulTestReport, stopped, 0, N_ ("Why not all was asked")),
};
BTY_DEFINE_RECORD (BtySoulTestReport, bty_soul_test_report, "soul_test_report",
                   N_ ("How versions of a soul did at the golden questions"), soul_test_report_fields)

static const BtyField soul_test_list_fields[] = {
  BTY_FIELD_STRING (BtySoulTestList, slug, BTY_REQUIRED, N_ ("Slug of the bot"), .min = 1, .max = 64),
  BTY_FIELD_STRING (BtySoulTestList, cursor, 0, N_ ("Where to begin: next_cursor of the page before"), .max = 4096),
  BTY_FIELD_INT64 (BtySoulTestList, limit, 0, N_ ("How many records at most"), .min = 1, .max = 1000, .fallback = "20"),
};
BTY_DEFINE_RECORD (BtySoulTestList, bty_soul_test_list, "soul_test_list", N_ ("Which runs of golden questions"),
                   soul_test_list_fields)
