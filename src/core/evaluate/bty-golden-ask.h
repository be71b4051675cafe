/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-settings.h"
#include "evaluate/bty-golden.h"
#include "route/bty-router.h"

/*
 * BtyGoldenAsk: one question to one soul
 * @soul: the system text
 * @models: the route: `provider/model` each; @judges: the one for judges
 * @seconds: how long it may take
 *
 * All of it must stay until the question is over.
 */
typedef struct
{
  BtyRouter *router;
  BtySettings *settings;
  const BtyBot *bot;
  const BtyGoldenQuestion *question;
  const char *soul;
  const char *const *models;
  const char *const *judges;
  gint64 seconds;
} BtyGoldenAsk;

/*
 * bty_golden_ask_async:
 *
 * Says what the question says, turn by turn, as a chat would, but keeps nothing of it, and looks at the last answer: first at what costs
 * nothing, then, if all of that passed, with judges. Main context.
 */
void bty_golden_ask_async (const BtyGoldenAsk *ask, GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer data);

/*
 * bty_golden_ask_finish:
 *
 * Returns: (transfer full): how it went, but for the fields that tell of the whole run; a model that does not answer is
 * %BTY_TEST_ERROR with the reason. NULL with CANCELLED alone
 */
BtySoulTestItem *bty_golden_ask_finish (GAsyncResult *result, GError **error);
