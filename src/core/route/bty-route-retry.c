/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "route/bty-route-private.h"

static gboolean
on_wait_over (gpointer data)
{
  BtyRoute *self = data;

  self->wait_timer = 0;
  if (g_cancellable_is_cancelled (self->cancellable))
    bty_route_advance (self);
  else
    bty_route_begin (self, self->main_step, NULL, FALSE);
  return G_SOURCE_REMOVE;
}

static gint64
find_delay (BtyRoute *self, BtyRouteAttempt *attempt)
{
  const BtyRoutePolicy *policy = bty_router_get_policy (self->router);
  gint64 asked = bty_route_attempt_get_retry_after_ms (attempt);
  gint64 delay;

  if (asked >= 0)
    return asked + g_random_int_range (0, (gint32) CLAMP (asked / 10, 1, 1000));
  delay = MIN (policy->retry_ms << MIN (self->tries, 20), MAX (policy->max_wait_ms, 1));
  return delay / 2 + g_random_int_range (0, (gint32) MIN (delay / 2 + 1, G_MAXINT32));
}

/* Whether asking the same model again, a moment later, is worth it. */
static gboolean
may_pass (BtyRoute *self, BtyRouteAttempt *attempt)
{
  BtyRouteFault fault = bty_route_attempt_get_fault (attempt);
  BtyErrorCode code = bty_error_code_of (bty_route_attempt_get_error (attempt));
  const BtyBreaker *breaker = bty_router_find_breaker (self->router, bty_route_attempt_get_label (attempt));

  if (self->demand.is_probe || (breaker != NULL && breaker->until != 0))
    return FALSE;
  if (fault == BTY_ROUTE_FAULT_RATE)
    return TRUE;
  if (fault != BTY_ROUTE_FAULT_PROVIDER)
    return FALSE;
  return code == BTY_ERROR_UNAVAILABLE || code == BTY_ERROR_DATA_LOSS ||
         (code == BTY_ERROR_DEADLINE_EXCEEDED && !bty_route_find_next (self)); /* which has waited long already */
}

gboolean
bty_route_try_again (BtyRoute *self, BtyRouteAttempt *attempt)
{
  const BtyRoutePolicy *policy = bty_router_get_policy (self->router);
  gint64 delay;

  if (self->tries >= policy->retries || !may_pass (self, attempt))
    return FALSE;
  delay = find_delay (self, attempt);
  if (delay > policy->max_wait_ms)
    return FALSE;
  self->tries += 1;
  self->state = ROUTE_STATE_WAITING;
  self->wait_timer = g_timeout_add ((guint) delay, on_wait_over, self);
  return TRUE;
}

/* A key that was rotated may not count everywhere yet: while the one before is kept, it is tried once. */
gboolean
bty_route_try_the_key_before (BtyRoute *self, BtyRouteAttempt *attempt)
{
  const GError *error = bty_route_attempt_get_error (attempt);
  const char *label = bty_route_attempt_get_label (attempt);
  g_autoptr (GError) why = NULL;

  if (bty_error_code_of (error) != BTY_ERROR_UNAUTHENTICATED || bty_route_attempt_is_previous (attempt) ||
      !bty_provider_service_has_previous_key (self->providers, bty_route_attempt_get_provider (attempt),
                                              bty_route_attempt_get_key (attempt)))
    return FALSE;
  why = g_error_new (BTY_ERROR, BTY_ERROR_UNAUTHENTICATED,
                     _ ("its new key is refused, so the one before its rotation is tried (%s)"), error->message);
  g_warning ("%s: %s", label, why->message);
  bty_route_say_skipped (self, label, why);
  bty_route_begin (self, self->main_step, attempt, TRUE);
  return TRUE;
}

gboolean
bty_route_is_about_key (BtyRouteAttempt *attempt)
{
  BtyErrorCode code = bty_error_code_of (bty_route_attempt_get_error (attempt));

  switch (bty_route_attempt_get_fault (attempt))
    {
    case BTY_ROUTE_FAULT_KEY:
    case BTY_ROUTE_FAULT_RATE:
    case BTY_ROUTE_FAULT_QUOTA:
      return TRUE;
    case BTY_ROUTE_FAULT_PROVIDER:
      return code == BTY_ERROR_UNAUTHENTICATED || code == BTY_ERROR_PERMISSION_DENIED;
    default:
      return FALSE;
    }
}

/* How long it rests. One that this bot may not use is as good as ever for the others. */
static gint64
find_rest_ms (BtyRoute *self, BtyRouteAttempt *attempt)
{
  const BtyRoutePolicy *policy = bty_router_get_policy (self->router);
  gint64 asked = bty_route_attempt_get_retry_after_ms (attempt);
  BtyRouteFault fault = bty_route_attempt_get_fault (attempt);

  if (fault == BTY_ROUTE_FAULT_KEY &&
      bty_error_code_of (bty_route_attempt_get_error (attempt)) == BTY_ERROR_PERMISSION_DENIED)
    return 0;
  if (asked >= 0)
    return asked;
  return (fault == BTY_ROUTE_FAULT_QUOTA ? policy->quota_rest_seconds : policy->key_rest_seconds) * 1000;
}

/* The key rests; returns whether another of the pool can be taken at once. */
gboolean
bty_route_rest_key (BtyRoute *self, BtyRouteAttempt *attempt)
{
  const char *provider = bty_route_attempt_get_provider (attempt);
  gint64 asked = bty_route_attempt_get_retry_after_ms (attempt);

  if (bty_provider_service_rest_key (self->providers, provider, bty_route_attempt_get_key (attempt),
                                     find_rest_ms (self, attempt), bty_route_attempt_get_error (attempt)->message))
    return TRUE;
  if (asked > 0 && bty_route_attempt_get_fault (attempt) == BTY_ROUTE_FAULT_RATE)
    bty_router_pause (self->router, provider, bty_route_attempt_get_label (attempt), asked);
  return FALSE;
}

gboolean
bty_route_try_another_key (BtyRoute *self, BtyRouteAttempt *attempt)
{
  const BtyProviderEntry *entry;

  if (!bty_route_is_about_key (attempt) || !bty_route_rest_key (self, attempt))
    return FALSE;
  entry = bty_provider_service_peek (self->providers, bty_route_attempt_get_provider (attempt), NULL);
  if (entry == NULL || ++self->keys_tried >= entry->n_keys)
    return FALSE;
  if (bty_route_attempt_get_fault (attempt) != BTY_ROUTE_FAULT_RATE)
    bty_route_say_skipped (self, bty_route_attempt_get_label (attempt), bty_route_attempt_get_error (attempt));
  bty_route_begin (self, self->main_step, NULL, FALSE);
  return TRUE;
}
