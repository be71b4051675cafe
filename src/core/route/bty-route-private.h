/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "route/bty-route-attempt.h"
#include "route/bty-route.h"

/* What the two files of BtyRoute share: bty-route.c, and bty-route-retry.c, which knows what is worth asking the same model again. */

typedef enum
{
  ROUTE_STATE_NEW,
  ROUTE_STATE_LOADING, /* the records are read: what a name stands for is not known yet */
  ROUTE_STATE_ASKING,  /* one attempt is under way, or two */
  ROUTE_STATE_WAITING, /* before the same model is asked again */
  ROUTE_STATE_DONE,
} BtyRouteState;

struct _BtyRoute
{
  GObject parent_instance;
  BtyRouter *router;
  BtyProviderService *providers; /* the router's */
  BtySpender *spender;
  BtyRouteDemand demand;
  GStrv texts;
  GPtrArray *steps; /* BtyRouteStep */
  guint next;
  GCancellable *cancellable;
  gulong link;
  const BtyRouteEvents *events;
  gpointer data;

  BtyRouteState state;
  BtyRouteAttempt *main;
  guint main_step;
  BtyRouteAttempt *hedge; /* begun beside it */
  guint hedge_step;
  BtyRouteAttempt *told; /* whose model was told of last; only to be compared */
  gint64 hedge_ms;
  guint hedge_timer;
  guint wait_timer;
  gint64 tries;     /* of this step */
  guint keys_tried; /* of this step */
  gint64 window_above;
  gint64 cost_below;

  GString *said;         /* the answer so far, while it may have to be gone on from */
  gboolean is_text_only; /* only text was said: it can be gone on from */
  gboolean is_broken;    /* the answer broke off, and no other has begun yet */
  gboolean goes_on;      /* from what was said */
  char *broken_label;
  GError *broken_error;

  GError *first_error;
  GError *cap_error;
  char *limit;
  GString *failures;
  guint n_failures;
  GString *unmet; /* steps whose conditions do not hold */

  char *label;
  GError *error;
  gint64 retry_after_ms;
  BtyUsage *usage;
  BtyStopReason stop_reason;
};

/** bty_route_find_next: which step is next whose conditions hold; those before it are passed over. Returns: whether there is one */
gboolean bty_route_find_next (BtyRoute *self);
/** bty_route_advance: asks the next step; it ends where there is none, and when it was cancelled */
void bty_route_advance (BtyRoute *self);
void bty_route_say_skipped (BtyRoute *self, const char *label, const GError *error);
/** bty_route_begin: @after: (nullable): takes the key of this attempt, or with @previous its value before the rotation */
void bty_route_begin (BtyRoute *self, guint step, BtyRouteAttempt *after, gboolean previous);

/* Each returns whether the same step is asked again. */
gboolean bty_route_try_again (BtyRoute *self, BtyRouteAttempt *attempt);
gboolean bty_route_try_the_key_before (BtyRoute *self, BtyRouteAttempt *attempt);
gboolean bty_route_try_another_key (BtyRoute *self, BtyRouteAttempt *attempt);

gboolean bty_route_is_about_key (BtyRouteAttempt *attempt);
/** bty_route_rest_key: Returns: whether another of the pool can be taken at once */
gboolean bty_route_rest_key (BtyRoute *self, BtyRouteAttempt *attempt);
