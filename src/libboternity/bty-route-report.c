/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-route-report.h"

static const BtyField route_test_fields[] = {
  BTY_FIELD_STRING (BtyRouteTest, name, BTY_REQUIRED | BTY_KEY, N_ ("Name of a route, or of a provider"), .min = 1,
                    .max = 64),
  BTY_FIELD_STRV (BtyRouteTest, needs, 0, N_ ("Abilities that the request would need: tools, vision, files"),
                  .max = 16),
  BTY_FIELD_INT64 (BtyRouteTest, tokens, 0, N_ ("Tokens that its input would come to"), .max = 1000000000000),
};
BTY_DEFINE_RECORD (BtyRouteTest, bty_route_test, "route_test", N_ ("Which step would be taken?"), route_test_fields)

const BtyEnumValue bty_step_verdicts[] = {
  { BTY_STEP_TAKEN, "taken", N_ ("It would be asked") },
  { BTY_STEP_SPARE, "spare", N_ ("It would be asked if those before it failed") },
  { BTY_STEP_SKIPPED, "skipped", N_ ("It would not be asked") },
  { 0 },
};

static const BtyField route_step_report_fields[] = {
  BTY_FIELD_STRING (BtyRouteStepReport, step, BTY_READ_ONLY, N_ ("The step as it is written")),
  BTY_FIELD_STRING (BtyRouteStepReport, model, BTY_READ_ONLY, N_ ("The model that it leads to")),
  BTY_FIELD_ENUM (BtyRouteStepReport, verdict, BTY_READ_ONLY, N_ ("Whether it would be asked"), bty_step_verdicts),
  BTY_FIELD_TEXT (BtyRouteStepReport, reason, BTY_READ_ONLY, N_ ("Why it would not be asked")),
  BTY_FIELD_INT64 (BtyRouteStepReport, context_window, BTY_READ_ONLY, N_ ("Tokens that it takes in and gives out")),
  BTY_FIELD_INT64 (BtyRouteStepReport, cost, BTY_READ_ONLY, N_ ("Micro-dollars that it would cost, about")),
  BTY_FIELD_ENUM (BtyRouteStepReport, pricing, BTY_READ_ONLY, N_ ("How sure that is"), bty_pricings),
};
BTY_DEFINE_RECORD (BtyRouteStepReport, bty_route_step_report, "route_step_report",
                   N_ ("A step of a route, held against a request"), route_step_report_fields)

const BtyEnumValue bty_breaker_states[] = {
  { BTY_BREAKER_STATE_CLOSED, "closed", N_ ("It is asked") },
  { BTY_BREAKER_STATE_OPEN, "open", N_ ("It failed several times in a row, and is not asked for a while") },
  { BTY_BREAKER_STATE_HALF_OPEN, "half_open", N_ ("The next request tries it") },
  { 0 },
};

static const BtyField breaker_info_fields[] = {
  BTY_FIELD_STRING (BtyBreakerInfo, model, BTY_READ_ONLY, N_ ("The model, as provider/model")),
  BTY_FIELD_ENUM (BtyBreakerInfo, state, BTY_READ_ONLY, N_ ("Whether it is asked"), bty_breaker_states),
  BTY_FIELD_INT64 (BtyBreakerInfo, failures, BTY_READ_ONLY, N_ ("Failures in a row")),
  BTY_FIELD_TIME (BtyBreakerInfo, until, BTY_READ_ONLY, N_ ("When it is tried again")),
  BTY_FIELD_TEXT (BtyBreakerInfo, reason, BTY_READ_ONLY, N_ ("What the last failure said")),
};
BTY_DEFINE_RECORD (BtyBreakerInfo, bty_breaker_info, "breaker_info", N_ ("A model that failed lately"),
                   breaker_info_fields)

static const BtyField provider_status_fields[] = {
  BTY_FIELD_STRING (BtyProviderStatus, name, BTY_READ_ONLY, N_ ("The provider")),
  BTY_FIELD_BOOL (BtyProviderStatus, ready, BTY_READ_ONLY, N_ ("Whether routes would ask it now")),
  BTY_FIELD_TEXT (BtyProviderStatus, reason, BTY_READ_ONLY, N_ ("Why they would not")),
  BTY_FIELD_INT64 (BtyProviderStatus, running, BTY_READ_ONLY, N_ ("Requests that it answers now")),
  BTY_FIELD_INT64 (BtyProviderStatus, waiting, BTY_READ_ONLY, N_ ("Requests that wait for their turn")),
  BTY_FIELD_INT64 (BtyProviderStatus, pause_ms, BTY_READ_ONLY, N_ ("How long it asked not to be asked, still")),
  BTY_FIELD_INT64 (BtyProviderStatus, requests_left, BTY_READ_ONLY | BTY_NULLABLE,
                   N_ ("Requests that may go within this minute; null: no limit")),
  BTY_FIELD_INT64 (BtyProviderStatus, tokens_left, BTY_READ_ONLY | BTY_NULLABLE,
                   N_ ("Tokens that may go within this minute; null: no limit")),
  BTY_FIELD_INT64 (BtyProviderStatus, keys, BTY_READ_ONLY, N_ ("Keys that requests take turns with")),
  BTY_FIELD_INT64 (BtyProviderStatus, keys_resting, BTY_READ_ONLY, N_ ("Keys that are not taken at the moment")),
  BTY_FIELD_INT64 (BtyProviderStatus, requests, BTY_READ_ONLY, N_ ("Requests since the daemon began")),
  BTY_FIELD_INT64 (BtyProviderStatus, failures, BTY_READ_ONLY, N_ ("Those of them that failed")),
  BTY_FIELD_TEXT (BtyProviderStatus, last_error, BTY_READ_ONLY, N_ ("What went wrong last")),
  BTY_FIELD_TIME (BtyProviderStatus, last_error_at, BTY_READ_ONLY, N_ ("When that was")),
  BTY_FIELD_RECORDS (BtyProviderStatus, breakers, BTY_READ_ONLY, N_ ("Its models that failed lately"),
                     bty_breaker_info_schema),
};
BTY_DEFINE_RECORD (BtyProviderStatus, bty_provider_status, "provider_status", N_ ("How a provider does"),
                   provider_status_fields)
