/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-settings.h"
#include "budget/bty-budget-service.h"
#include "model/bty-model-book.h"
#include "route/bty-breaker.h"
#include "route/bty-limiter.h"
#include "route/bty-provider-service.h"
#include "route/bty-recorder.h"

/**
 * BtyRouter:
 *
 * What all routes share: the providers, what is known of models, the budget, and what was lately seen of each provider (breakers,
 * queues). Settings group `route`. Main context.
 */
#define BTY_TYPE_ROUTER (bty_router_get_type ())
G_DECLARE_FINAL_TYPE (BtyRouter, bty_router, BTY, ROUTER, GObject)

/** BtyRoutePolicy: the settings of the group `route` as they are now */
typedef struct
{
  gint64 retries;
  gint64 retry_ms;
  gint64 max_wait_ms;
  gint64 queue_ms;
  gint64 token_ms;
  gint64 hedge_ms;
  gint64 key_rest_seconds;
  gint64 quota_rest_seconds;
  gint64 expected_output;
  gboolean network;
  BtyBreakerRules breaker;
} BtyRoutePolicy;

void bty_router_add_settings (BtySettings *settings);

BtyRouter *bty_router_new (BtyProviderService *providers, BtyModelBook *book, BtyBudgetService *budgets,
                           BtySettings *settings);
/* Returns: (transfer none): its parts */
BtyProviderService *bty_router_get_providers (BtyRouter *router);
BtyModelBook *bty_router_get_book (BtyRouter *router);
BtyBudgetService *bty_router_get_budgets (BtyRouter *router);
BtySettings *bty_router_get_settings (BtyRouter *router);

const BtyRoutePolicy *bty_router_get_policy (BtyRouter *router);

/** bty_router_pause: @label, a model of @provider, asked not to be asked for so long */
void bty_router_pause (BtyRouter *router, const char *provider, const char *label, gint64 ms);
gint64 bty_router_get_pause_ms (BtyRouter *router, const char *label);
/** bty_router_get_longest_pause_ms: of the provider's models */
gint64 bty_router_get_longest_pause_ms (BtyRouter *router, const char *provider);
/** bty_router_check_pause: RESOURCE_EXHAUSTED, and in @pause_ms how long: it is not to be asked now */
gboolean bty_router_check_pause (BtyRouter *router, const char *label, gint64 *pause_ms, GError **error);

/** bty_router_get_limiter: Returns: (transfer none): the queue of a provider, with the limits of its record; one that was changed begins without failures */
BtyLimiter *bty_router_get_limiter (BtyRouter *router, const BtyProviderConfig *provider);
/** bty_router_find_limiter: Returns: (transfer none) (nullable): %NULL: it was never asked */
BtyLimiter *bty_router_find_limiter (BtyRouter *router, const char *provider);

/** bty_router_find_breaker: @label: `provider/model`: Returns: (transfer none) (nullable): %NULL: it did not fail lately */
BtyBreaker *bty_router_find_breaker (BtyRouter *router, const char *label);
/**
 * bty_router_admit:
 * @is_try: (out): whether this request is the one that tries a model that failed: to be told how it ended
 *
 * Whether @label (`provider/model`) may be asked now; UNAVAILABLE says why it may not, and for how long.
 */
gboolean bty_router_admit (BtyRouter *router, const char *label, gboolean *is_try, GError **error);
/** bty_router_report: how a request to @label ended: @error: (nullable): what makes its breaker count a failure */
void bty_router_report (BtyRouter *router, const char *label, const GError *error);
/** bty_router_give_up_try: the request that tried it ended in a way that says nothing */
void bty_router_give_up_try (BtyRouter *router, const char *label);
/**
 * BtyProviderTrace:
 * @n_requests: since the daemon began; @n_failures: of these
 * @last_error: (nullable): what went wrong last, and @last_error_at: when, microseconds since 1970
 *
 * What was seen of a provider.
 */
typedef struct
{
  gint64 revision; /* of its record */
  gint64 n_requests;
  gint64 n_failures;
  char *last_error;
  gint64 last_error_at;
} BtyProviderTrace;
/** bty_router_note: a request to @provider ended: @error: (nullable): so */
void bty_router_note (BtyRouter *router, const char *provider, const GError *error);
/** bty_router_find_trace: Returns: (transfer none) (nullable): %NULL: it was not asked yet */
const BtyProviderTrace *bty_router_find_trace (BtyRouter *router, const char *provider);
/** bty_router_list_breakers: Returns: (transfer container) (element-type utf8): labels of @provider whose breaker has counted a failure */
GPtrArray *bty_router_list_breakers (BtyRouter *router, const char *provider);

/** BtyNetworkCheck: Returns: whether there is a network that leads out of this machine */
typedef gboolean (*BtyNetworkCheck) (gpointer data);
/** bty_router_set_network: asks @check in the place of the system; @data: static */
void bty_router_set_network (BtyRouter *router, BtyNetworkCheck check, gpointer data);
/** bty_router_check_network: whether @provider can be reached at all; UNAVAILABLE when there is no network to it */
gboolean bty_router_check_network (BtyRouter *router, const BtyProviderConfig *provider, GError **error);

/** bty_router_set_recorder: what goes along with every completion; without one nothing does */
void bty_router_set_recorder (BtyRouter *router, BtyRecorder *recorder);
/** bty_router_get_recorder: Returns: (transfer none) (nullable): */
BtyRecorder *bty_router_get_recorder (BtyRouter *router);

/* cassette.list and its like; their service is the router */
extern const BtyOperation bty_cassette_operations[];
extern const guint bty_n_cassette_operations;
/* provider.test, and what else asks a model */
extern const BtyOperation bty_router_operations[];
extern const guint bty_n_router_operations;

/* what is known of models, by a router */
extern const BtyOperation bty_model_operations[];
extern const guint bty_n_model_operations;
