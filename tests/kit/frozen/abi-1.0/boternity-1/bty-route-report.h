/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-model.h"

G_BEGIN_DECLS

/**
 * BtyRouteTest:
 * @name: name of a route, or of a provider
 * @needs: (nullable): abilities that a request would need, such as `tools`
 * @tokens: that its input would come to
 *
 * Which step would be taken?
 */
typedef struct
{
  BtyRecord record;
  char *name;
  GStrv needs;
  gint64 tokens;
} BtyRouteTest;
BTY_DECLARE_RECORD (BtyRouteTest, bty_route_test)

typedef enum
{
  BTY_STEP_TAKEN,   /* it would be asked */
  BTY_STEP_SPARE,   /* it would be asked if those before it failed */
  BTY_STEP_SKIPPED, /* it would not be asked */
} BtyStepVerdict;
BTY_EXPORT const BtyEnumValue bty_step_verdicts[];

/**
 * BtyRouteStepReport:
 * @step: as it is written
 * @model: (nullable): `provider/model` that it leads to, when that is known without asking
 * @verdict: whether it would be taken; @reason: (nullable): why it would not
 * @context_window: tokens; 0: not known
 * @cost: micro-dollars that the call would cost, about; @pricing: how sure that is
 *
 * One step of a route, held against a request.
 */
typedef struct
{
  BtyRecord record;
  char *step;
  char *model;
  BtyStepVerdict verdict;
  char *reason;
  gint64 context_window;
  gint64 cost;
  BtyPricing pricing;
} BtyRouteStepReport;
BTY_DECLARE_RECORD (BtyRouteStepReport, bty_route_step_report)

typedef enum
{
  BTY_BREAKER_STATE_CLOSED,    /* it is asked */
  BTY_BREAKER_STATE_OPEN,      /* it failed several times in a row, and is not asked for a while */
  BTY_BREAKER_STATE_HALF_OPEN, /* the next request tries it */
} BtyBreakerStateName;
BTY_EXPORT const BtyEnumValue bty_breaker_states[];

/**
 * BtyBreakerInfo:
 * @model: `provider/model`
 * @failures: in a row
 * @until: when it is tried again, microseconds since 1970; 0: it is asked
 * @reason: (nullable): what the last failure said
 *
 * A model that failed lately.
 */
typedef struct
{
  BtyRecord record;
  char *model;
  BtyBreakerStateName state;
  gint64 failures;
  gint64 until;
  char *reason;
} BtyBreakerInfo;
BTY_DECLARE_RECORD (BtyBreakerInfo, bty_breaker_info)

/**
 * BtyProviderStatus:
 * @ready: whether routes would ask it now; @reason: (nullable): why not
 * @running: requests that it answers; @waiting: that wait for their turn
 * @pause_ms: how long it asked not to be asked, still
 * @requests_left: @tokens_left: that may go within this minute; null where there is no limit
 * @keys: how many it has; @keys_resting: that are not taken at the moment
 * @requests: since the daemon began; @failures: of these
 * @last_error: (nullable): what went wrong last, and @last_error_at: when
 * @breakers: (element-type BtyBreakerInfo): its models that failed lately
 *
 * How a provider does.
 */
typedef struct
{
  BtyRecord record;
  char *name;
  gboolean ready;
  char *reason;
  gint64 running;
  gint64 waiting;
  gint64 pause_ms;
  gint64 requests_left;
  gint64 tokens_left;
  gint64 keys;
  gint64 keys_resting;
  gint64 requests;
  gint64 failures;
  char *last_error;
  gint64 last_error_at;
  GPtrArray *breakers;
} BtyProviderStatus;
BTY_DECLARE_RECORD (BtyProviderStatus, bty_provider_status)

G_END_DECLS
