/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

typedef enum
{
  BTY_BREAKER_CLOSED,    /* it is asked */
  BTY_BREAKER_OPEN,      /* it failed several times in a row: it is not asked for a while */
  BTY_BREAKER_HALF_OPEN, /* the while is over: one request tries it */
} BtyBreakerState;

/**
 * BtyBreakerRules:
 * @failures: in a row, until it opens
 * @pause_us: how long it stays open at first; each time that the try fails, it is twice as long, up to 16 times
 */
typedef struct
{
  gint64 failures;
  gint64 pause_us;
} BtyBreakerRules;

/**
 * BtyBreaker:
 *
 * Keeps requests from a model that does not answer. All times are of the monotonic clock, in microseconds, and given by the caller.
 */
typedef struct
{
  gint64 n_failures; /* in a row */
  guint n_opened;    /* in a row: how long the pause is */
  gint64 until;      /* open until then; 0: closed */
  gboolean is_tried; /* the one request that tries it is on its way */
  char *reason;      /* what the last failure said */
} BtyBreaker;

BtyBreaker *bty_breaker_new (void);
void bty_breaker_free (BtyBreaker *breaker);
BtyBreakerState bty_breaker_get_state (const BtyBreaker *breaker, gint64 now);
/** bty_breaker_get_wait: Returns: microseconds until it may be tried; 0 when it may be now */
gint64 bty_breaker_get_wait (const BtyBreaker *breaker, gint64 now);
/** bty_breaker_admit: whether a request may go; in the half-open state this request is the one that tries */
gboolean bty_breaker_admit (BtyBreaker *breaker, gint64 now);
/* How that request ended; bty_breaker_give_up(): in a way that says nothing. After a success there is none: it is freed. */
void bty_breaker_fail (BtyBreaker *breaker, const BtyBreakerRules *rules, gint64 now, const char *reason);
void bty_breaker_give_up (BtyBreaker *breaker);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyBreaker, bty_breaker_free)
