/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-fake-provider.h"
#include "route/bty-route.h"

/**
 * BtyFailover:
 *
 * Two providers, `a` and `b`, that say "I am a" and "I am b" unless the test makes them do something else, and what a route over them told.
 */
typedef struct _BtyFailover BtyFailover;

struct _BtyFailover
{
  BtyStore *store;
  BtySecretService *secrets;
  BtyProviderService *service;
  BtySettings *settings;
  BtyRouter *router;
  GHashTable *fakes;
  GPtrArray *made; /* of a pool: one for each key */
  BtyFakeProvider *a, *b;
  GCancellable *cancellable;
  BtyRoute *route;
  BtyRouteDemand demand;
  gboolean is_offline;
  gboolean forbids_restart;
  GString *log; /* what the route told, in order */
  GString *said;
  gboolean done;
};

extern const char *const bty_failover_from_a[];
extern const char *const bty_failover_from_b[];
extern const char *const bty_failover_nothing[];

/** bty_failover_set_up: @retries, @hedge_ms: the settings of the route, which are taken from the environment */
void bty_failover_set_up (BtyFailover *f, const char *retries, const char *hedge_ms);
void bty_failover_tear_down (BtyFailover *f, gconstpointer unused);
/** bty_failover_add_provider: @json: its record; the kind `pool` is one of many keys, each with a provider of its own in `made` */
void bty_failover_add_provider (BtyFailover *f, const char *json);
/** bty_failover_add_fake: Returns: (transfer none): one more, with further members of its record in @more */
BtyFakeProvider *bty_failover_add_fake (BtyFailover *f, const char *name, const char *const *words, const char *more);
/** bty_failover_begin: @models: steps of the route, parted by blanks */
void bty_failover_begin (BtyFailover *f, const char *models);
/** bty_failover_ask: as bty_failover_begin(), and waits for the end */
void bty_failover_ask (BtyFailover *f, const char *models);
void bty_failover_assert_answer (BtyFailover *f, const char *model, const char *text);
void bty_failover_assert_failure (BtyFailover *f, BtyErrorCode code, const char *says);
