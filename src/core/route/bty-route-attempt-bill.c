/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include "route/bty-route-attempt-private.h"

#define THOUGHTS_A_SECOND 150 /* tokens: about what the fastest of the large models do */

/* Whether the service may ask for money: it has begun to answer, or was silent after it had the request. */
static gboolean
may_be_billed (BtyRouteAttempt *self)
{
  BtyCompletionProgress progress = bty_completion_get_progress (self->completion);

  if (self->n_deltas > 0 || self->error == NULL || progress == BTY_PROGRESS_ACCEPTED)
    return TRUE;
  return progress != BTY_PROGRESS_UNSENT &&
         (self->error->code == BTY_ERROR_CANCELLED || self->error->code == BTY_ERROR_DEADLINE_EXCEEDED ||
          self->error->code == BTY_ERROR_DATA_LOSS);
}

/* A model may think before it says anything, and that is output that nobody sees: where the wire has not told how much it was, as much as it
 * can have thought in that time. */
static gint64
count_unseen (BtyRouteAttempt *self, gint64 seen)
{
  gint64 silent = (self->first_token_at > 0 ? self->first_token_at : g_get_monotonic_time ()) - self->asked_at;

  if (!bty_model_can (self->model, "reasoning") || bty_completion_get_progress (self->completion) < BTY_PROGRESS_SENT)
    return 0;
  return CLAMP (silent / G_USEC_PER_SEC * THOUGHTS_A_SECOND, 0, MAX (self->output - seen, 0));
}

/* What it used, by the wire or as we counted. */
static void
sum_up (BtyRouteAttempt *self)
{
  const BtyUsage *reported = bty_completion_get_usage (self->completion);
  gint64 counted = bty_route_meter_count (&self->meter, bty_router_get_book (self->router), self->model);
  gboolean is_whole = self->error == NULL && bty_completion_is_done (self->completion);
  gboolean is_told = reported != NULL && reported->output_tokens > 0;

  if (!is_whole && !is_told && may_be_billed (self))
    counted += count_unseen (self, counted);
  self->usage = bty_route_estimate_usage (reported, may_be_billed (self) ? self->estimate.input : 0, counted, is_whole);
}

static BtyUsageEntry *
make_entry (BtyRouteAttempt *self)
{
  BtyUsageEntry *entry = bty_route_make_entry (self->model, self->config->name, self->name, self->usage,
                                               self->estimate.input, self->asked_at);

  if (self->wish.is_hedge)
    entry->purpose = g_strdup ("hedge");
  entry->first_token_ms = self->first_token_at > 0 ? (self->first_token_at - self->asked_at) / 1000 : 0;
  entry->outcome = g_strdup (self->error != NULL ? bty_error_info (bty_error_code_of (self->error))->name
                                                 : bty_stop_reasons[self->stop_reason].nick);
  return entry;
}

void
bty_route_attempt_settle (BtyRouteAttempt *self)
{
  BtyReservation *reservation = g_steal_pointer (&self->reservation);
  g_autoptr (BtyUsageEntry) entry = NULL;

  if (reservation == NULL)
    return;
  if (self->completion == NULL)
    {
      bty_reservation_drop (reservation);
      return;
    }
  sum_up (self);
  entry = make_entry (self);
  if (!self->usage->is_estimate && self->usage->input_tokens > 0)
    bty_model_book_learn (bty_router_get_book (self->router), self->model, self->estimate.input,
                          self->usage->input_tokens);
  bty_reservation_settle (reservation, entry);
}
