/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-settings.h"
#include "evaluate/bty-golden.h"
#include "route/bty-router.h"

/* How many versions one run may ask: one, or one beside another. */
#define BTY_GOLDEN_MAX_SIDES 2

/*
 * BtyGoldenSide: a soul that is asked
 * @version: (nullable): id of the version; NULL: texts that are no version yet
 * @number: of the version; 0: not yet
 * @text: the system text
 */
typedef struct
{
  char *version;
  gint64 number;
  char *text;
} BtyGoldenSide;

/*
 * BtyGoldenPlan: what is asked, whom, and how much it may cost
 * @models: (nullable): the route to take; NULL or empty: the bot's own, or the setting's
 * @max_tokens: 0: as the setting says
 * @on_item: (nullable): told of each question that is over
 */
typedef struct
{
  BtyRouter *router;
  BtySettings *settings;
  BtyBot *bot;
  BtyGoldenSuite *suite;
  BtyGoldenSide sides[BTY_GOLDEN_MAX_SIDES];
  guint n_sides;
  GStrv models;
  gint64 max_tokens;
  void (*on_item) (const BtySoulTestItem *item, gpointer data);
  gpointer data;
} BtyGoldenPlan;
BtyGoldenPlan *bty_golden_plan_new (BtyRouter *router, BtySettings *settings);
void bty_golden_plan_free (BtyGoldenPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyGoldenPlan, bty_golden_plan_free)

/*
 * bty_golden_run_async:
 * @plan: (transfer full):
 *
 * Asks every question of every side, a few at a time. Main context.
 */
void bty_golden_run_async (BtyGoldenPlan *plan, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* bty_golden_run_finish: Returns: (transfer full): a report whose tests are not stored; NULL with CANCELLED alone */
BtySoulTestReport *bty_golden_run_finish (GAsyncResult *result, GError **error);
