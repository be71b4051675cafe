/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-soul.h"

G_BEGIN_DECLS

/**
 * BtySoulTestRun:
 * @version: (nullable): name of the version to test; %NULL: the one in use
 * @compare: (nullable): name of another version, which is asked the same
 * @model: (nullable): `provider/model` that answers; %NULL: the bot's route
 * @questions: (nullable): names of the questions to ask; %NULL: all
 * @max_tokens: tokens that may be used, read and written ones together; 0: as the setting says
 *
 * Asks a bot its golden questions.
 */
typedef struct
{
  BtyRecord record;
  char *slug;
  char *version;
  char *compare;
  char *model;
  GStrv questions;
  gint64 max_tokens;
} BtySoulTestRun;
BTY_DECLARE_RECORD (BtySoulTestRun, bty_soul_test_run)

typedef enum
{
  BTY_TEST_PASSED,
  BTY_TEST_FAILED,  /* the answer is not as it must be */
  BTY_TEST_ERROR,   /* there is no answer, or it could not be judged: counts as not passed */
  BTY_TEST_SKIPPED, /* it was not asked, since the tokens were used up: counts as not passed */
} BtyTestOutcome;
BTY_EXPORT const BtyEnumValue bty_test_outcomes[];

/**
 * BtySoulTestItem:
 * @number: of the version that was asked; 0: one that is not stored yet
 * @question: its name
 * @weight: how much it counts
 * @reason: (nullable): why it did not pass
 * @answer: (nullable): what was answered last, perhaps cut
 * @model: (nullable): `provider/model` that answered
 * @milliseconds: how long it took
 * @done, @total: how many questions are over, and how many there are, over both versions
 * @cost_micros: micro-dollars that it cost, judges included; @priced: whether all prices are known
 *
 * One question and how it went.
 */
typedef struct
{
  BtyRecord record;
  gint64 number;
  char *question;
  BtyTestOutcome outcome;
  gint64 weight;
  char *reason;
  char *answer;
  char *model;
  gint64 input_tokens;
  gint64 output_tokens;
  gint64 milliseconds;
  gint64 done;
  gint64 total;
  gint64 cost_micros;
  gboolean priced;
} BtySoulTestItem;
BTY_DECLARE_RECORD (BtySoulTestItem, bty_soul_test_item)

/**
 * BtySoulTestReport:
 * @test: how the version did
 * @compare: (nullable): how the other one did
 * @difference: points of the score that @test is above @compare; 0 when nothing is compared
 * @priced: whether the cost is known: where it is not, cost_micros is 0
 * @stopped: (nullable): why not all was asked
 */
typedef struct
{
  BtyRecord record;
  BtySoulTest *test;
  BtySoulTest *compare;
  double difference;
  gboolean priced;
  char *stopped;
} BtySoulTestReport;
BTY_DECLARE_RECORD (BtySoulTestReport, bty_soul_test_report)

/** BtySoulTestList: the runs of a bot's golden questions, the latest first */
typedef struct
{
  BtyRecord record;
  char *slug;
  char *cursor;
  gint64 limit;
} BtySoulTestList;
BTY_DECLARE_RECORD (BtySoulTestList, bty_soul_test_list)

G_END_DECLS
