/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "route/bty-route-attempt.h"
#include "route/bty-route-estimate.h"

/* What the two files of BtyRouteAttempt share: bty-route-attempt.c, and bty-route-attempt-bill.c, which says what it cost. */

typedef enum
{
  ATTEMPT_STATE_NEW,
  ATTEMPT_STATE_OPENING,   /* its provider is being opened */
  ATTEMPT_STATE_LOOKING,   /* its provider is asked what it offers */
  ATTEMPT_STATE_WAITING,   /* it waits for its turn */
  ATTEMPT_STATE_RESERVING, /* the budget is asked */
  ATTEMPT_STATE_ASKING,    /* it answers */
  ATTEMPT_STATE_DONE,
} BtyRouteAttemptState;

struct _BtyRouteAttempt
{
  GObject parent_instance;
  BtyRouter *router;
  BtyProviderService *providers; /* the router's */
  BtySpender *spender;
  BtyRouteStep *step;
  BtyRouteAttemptWish wish; /* without its strings */
  const BtyRouteAttemptEvents *events;
  gpointer data;

  BtyRouteAttemptState state;
  GCancellable *cancellable; /* its own: the route's goes through bty_route_attempt_cancel() */
  char *key;
  char *name;  /* the model's own name, NULL until it is known */
  char *label; /* provider/model */
  BtyProvider *provider;
  BtyProviderConfig *config;
  GCancellable *looking;
  guint looking_timeout;
  BtyLimiterTicket *ticket;
  BtyModel *model;
  BtyCompletionRequest *request;
  BtyRouteEstimate estimate;
  BtyReservation *reservation;
  gint64 output;     /* tokens that are granted */
  gint64 time_until; /* of the monotonic clock */
  guint deadline;
  guint quiet; /* rings when it has said nothing for too long */
  BtyCompletion *completion;
  BtyRouteMeter meter;
  gboolean is_try; /* of a model that failed */
  char *limit;     /* what cut the answer short, in words */

  gint64 asked_at;
  gint64 first_token_at;
  gint64 spoke_at;
  guint64 n_deltas;
  GError *error;
  BtyRouteFault fault;
  gint64 retry_after_ms;
  BtyStopReason stop_reason;
  BtyUsage *usage;
};

/** bty_route_attempt_settle: gives its reservation back but for what was used, by the wire or as we counted */
void bty_route_attempt_settle (BtyRouteAttempt *attempt);
