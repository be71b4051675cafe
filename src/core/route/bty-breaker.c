/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include "route/bty-breaker.h"

#define MAX_DOUBLINGS 4

BtyBreaker *
bty_breaker_new (void)
{
  return g_new0 (BtyBreaker, 1);
}

void
bty_breaker_free (BtyBreaker *self)
{
  g_free (self->reason);
  g_free (self);
}

BtyBreakerState
bty_breaker_get_state (const BtyBreaker *self, gint64 now)
{
  if (self->until == 0)
    return BTY_BREAKER_CLOSED;
  return now < self->until ? BTY_BREAKER_OPEN : BTY_BREAKER_HALF_OPEN;
}

gint64
bty_breaker_get_wait (const BtyBreaker *self, gint64 now)
{
  return MAX (self->until - now, 0);
}

gboolean
bty_breaker_admit (BtyBreaker *self, gint64 now)
{
  switch (bty_breaker_get_state (self, now))
    {
    case BTY_BREAKER_CLOSED:
      return TRUE;
    case BTY_BREAKER_OPEN:
      return FALSE;
    case BTY_BREAKER_HALF_OPEN:
      if (self->is_tried)
        return FALSE;
      self->is_tried = TRUE;
      return TRUE;
    }
  return TRUE;
}

void
bty_breaker_fail (BtyBreaker *self, const BtyBreakerRules *rules, gint64 now, const char *reason)
{
  gboolean was_open = self->until != 0;

  self->n_failures += 1;
  bty_record_take_string (&self->reason, g_strdup (reason));
  /* What was on its way before it opened tells nothing new. */
  if (was_open && !self->is_tried)
    return;
  self->is_tried = FALSE;
  if (!was_open && self->n_failures < rules->failures)
    return;
  self->until = now + (rules->pause_us << MIN (self->n_opened, MAX_DOUBLINGS));
  self->n_opened += 1;
}

void
bty_breaker_give_up (BtyBreaker *self)
{
  self->is_tried = FALSE;
}
