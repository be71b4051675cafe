/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-event"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "event/bty-event-subscription.h"

static void
start_subscribe (BtyEventService *service, BtyCall *call)
{
  const BtyEventSubscribe *request = bty_call_request (call);
  BtyEventWish wish = { .topics = (const char *const *) request->topics,
                        .after = request->after,
                        .since = BTY_IS_NULL (request, BtyEventSubscribe, since) ? NULL : &request->since };

  bty_event_subscription_start (service, call, &wish);
}

static void
event_subscribe (BtyCall *call)
{
  bty_event_service_begin (bty_call_service (call), call, start_subscribe);
}

static void
start_replay (BtyEventService *service, BtyCall *call)
{
  const BtyEventReplay *request = bty_call_request (call);
  BtyEventWish wish = { .topics = (const char *const *) request->topics,
                        .after = request->after,
                        .since = BTY_IS_NULL (request, BtyEventReplay, since) ? NULL : &request->since,
                        .is_past = TRUE,
                        .limit = request->limit,
                        .last = request->last };

  bty_event_subscription_start (service, call, &wish);
}

static void
event_replay (BtyCall *call)
{
  bty_event_service_begin (bty_call_service (call), call, start_replay);
}

const BtyOperation bty_event_operations[] = {
  { .name = "event.subscribe",
    .summary = N_ ("Hear what happens, from a cursor or from now on, until you go"),
    .request = &bty_event_subscribe_schema,
    .item = &bty_client_event_schema,
    .response = &bty_event_end_schema,
    .http = "GET /events",
    .scope = "events:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT | BTY_EFFECT_STREAMING | BTY_EFFECT_ENDLESS,
    .errors = BTY_ERRORS (OUT_OF_RANGE),
    .run = event_subscribe },
  { .name = "event.replay",
    .summary = N_ ("Hear what has happened, from a cursor up to now"),
    .request = &bty_event_replay_schema,
    .item = &bty_client_event_schema,
    .response = &bty_event_end_schema,
    .http = "GET /events/replay",
    .scope = "events:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT | BTY_EFFECT_STREAMING,
    .errors = BTY_ERRORS (OUT_OF_RANGE),
    .run = event_replay },
};

const guint bty_n_event_operations = G_N_ELEMENTS (bty_event_operations);
