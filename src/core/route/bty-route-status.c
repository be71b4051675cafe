/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "route/bty-route-estimate.h"
#include "route/bty-route-status.h"
#include "route/bty-route-steps.h"

/* Providers. */

static BtyBreakerInfo *
breaker_info_of (BtyRouter *router, const char *label)
{
  static const BtyBreakerStateName states[] = { [BTY_BREAKER_CLOSED] = BTY_BREAKER_STATE_CLOSED,
                                                [BTY_BREAKER_OPEN] = BTY_BREAKER_STATE_OPEN,
                                                [BTY_BREAKER_HALF_OPEN] = BTY_BREAKER_STATE_HALF_OPEN };
  const BtyBreaker *breaker = bty_router_find_breaker (router, label);
  BtyBreakerInfo *info = bty_breaker_info_new ();
  gint64 now = g_get_monotonic_time ();

  info->model = g_strdup (label);
  info->state = states[bty_breaker_get_state (breaker, now)];
  info->failures = breaker->n_failures;
  info->until = breaker->until > 0 ? g_get_real_time () + breaker->until - now : 0;
  info->reason = g_strdup (breaker->reason);
  return info;
}

static void
add_breakers (BtyRouter *router, BtyProviderStatus *status)
{
  g_autoptr (GPtrArray) labels = bty_router_list_breakers (router, status->name);

  status->breakers = bty_record_list_new ();
  for (guint i = 0; i < labels->len; i++)
    g_ptr_array_add (status->breakers, breaker_info_of (router, labels->pdata[i]));
}

static void
add_queue (BtyRouter *router, const BtyProviderConfig *config, BtyProviderStatus *status)
{
  BtyLimiter *limiter = bty_router_get_limiter (router, config);
  BtyLimits left;

  bty_limiter_get_left (limiter, &left);
  status->running = bty_limiter_get_running (limiter);
  status->waiting = bty_limiter_get_waiting (limiter);
  status->pause_ms = MAX (bty_limiter_get_pause_ms (limiter), bty_router_get_longest_pause_ms (router, config->name));
  status->requests_left = MAX (left.requests, 0);
  BTY_SET_NULL (status, BtyProviderStatus, requests_left, left.requests < 0);
  status->tokens_left = MAX (left.tokens, 0);
  BTY_SET_NULL (status, BtyProviderStatus, tokens_left, left.tokens < 0);
}

/* Whether routes would ask it at all, whatever the model. */
static gboolean
check_provider (BtyRouter *router, const BtyProviderEntry *entry, GError **error)
{
  BtyProviderService *providers = bty_router_get_providers (router);
  if (!bty_provider_entry_check (entry, error) || !bty_router_check_network (router, entry->config, error) ||
      !bty_provider_service_check_key (providers, entry, error))
    return FALSE;
  if (entry->n_keys > 1 && bty_provider_entry_get_resting (entry) == entry->n_keys)
    g_set_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED, _ ("all %u keys of the provider “%s” rest"),
                 entry->n_keys, entry->config->name);
  else
    return TRUE;
  return FALSE;
}

BtyProviderStatus *
bty_provider_status_of (BtyRouter *router, const BtyProviderConfig *config)
{
  const BtyProviderEntry *entry = bty_provider_service_peek (bty_router_get_providers (router), config->name, NULL);
  const BtyProviderTrace *trace = bty_router_find_trace (router, config->name);
  BtyProviderStatus *status = bty_provider_status_new ();
  g_autoptr (GError) error = NULL;

  status->name = g_strdup (config->name);
  status->ready = entry != NULL && check_provider (router, entry, &error);
  status->reason = error != NULL ? g_strdup (error->message) : NULL;
  if (entry != NULL)
    {
      status->keys = entry->keys[0].reference != NULL || entry->n_keys > 1 ? entry->n_keys : 0;
      status->keys_resting = bty_provider_entry_get_resting (entry);
    }
  add_queue (router, config, status);
  add_breakers (router, status);
  if (trace != NULL)
    {
      status->requests = trace->n_requests;
      status->failures = trace->n_failures;
      status->last_error = g_strdup (trace->last_error);
      status->last_error_at = trace->last_error_at;
    }
  return status;
}

/* Routes. */

/* Its own name, as far as it is known without asking. */
static char *
find_model (BtyRouter *router, const BtyProviderEntry *entry, const BtyRouteStep *step)
{
  const char *chosen = entry->config->default_model;
  const BtyModel *first;

  if (step->model != NULL)
    return g_strdup (step->model);
  if (chosen != NULL && chosen[0] != '\0')
    return g_strdup (chosen);
  first = bty_provider_service_peek_model (bty_router_get_providers (router), step->provider, NULL, NULL);
  return first != NULL ? g_strdup (first->name + strlen (step->provider) + 1) : NULL;
}

static gboolean
check_breaker (BtyRouter *router, const char *label, GError **error)
{
  const BtyBreaker *breaker = bty_router_find_breaker (router, label);
  gint64 wait = breaker != NULL ? bty_breaker_get_wait (breaker, g_get_monotonic_time ()) : 0;

  if (wait == 0)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE,
               _ ("it failed %lld times in a row and rests for %lld s more: %s"), (long long) breaker->n_failures,
               (long long) ((wait + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC), breaker->reason);
  return FALSE;
}

static gboolean
judge (BtyRouter *router, const BtyRouteStep *step, const BtyRouteDemand *demand, BtyRouteStepReport *report,
       GError **error)
{
  BtyProviderService *providers = bty_router_get_providers (router);
  const BtyProviderEntry *entry = bty_provider_service_peek (providers, step->provider, error);
  g_autoptr (BtyModel) model = NULL;
  g_autofree char *name = NULL;
  gint64 pause;

  if (entry == NULL)
    return FALSE;
  name = find_model (router, entry, step);
  if (name != NULL)
    {
      const BtyModel *reported = bty_provider_service_peek_model (providers, step->provider, name, NULL);

      model = bty_model_book_look (bty_router_get_book (router), entry->config, name, reported);
      report->model = g_strdup (model->name);
      report->context_window = model->context_window;
      report->pricing = model->pricing;
      report->cost = bty_route_cost (model, demand->tokens, bty_router_get_policy (router)->expected_output);
    }
  if (!bty_route_step_admits (step, demand, bty_route_hour (), error) || !check_provider (router, entry, error))
    return FALSE;
  return model == NULL ||
         (bty_route_demand_is_met (demand, model, error) && bty_route_step_admits_cost (step, report->cost, error) &&
          bty_router_check_pause (router, model->name, &pause, error) && check_breaker (router, model->name, error));
}

GPtrArray *
bty_route_report (BtyRouter *router, const BtyRouteTest *test, GError **error)
{
  BtyProviderService *providers = bty_router_get_providers (router);
  const char *const names[] = { test->name, NULL };
  BtyRouteDemand demand = { .needs = (const char *const *) test->needs, .tokens = test->tokens };
  g_autoptr (GPtrArray) steps = NULL;
  GPtrArray *reports;
  gboolean is_taken = FALSE;

  if (!bty_provider_service_check_steps (providers, names, TRUE, NULL, error))
    return NULL;
  steps = bty_route_expand (providers, names, NULL, error);
  if (steps == NULL)
    return NULL;
  reports = bty_record_list_new ();
  for (guint i = 0; i < steps->len; i++)
    {
      BtyRouteStepReport *report = bty_route_step_report_new ();
      g_autoptr (GError) why = NULL;

      g_ptr_array_add (reports, report);
      report->step = bty_route_step_print (steps->pdata[i]);
      if (!judge (router, steps->pdata[i], &demand, report, &why))
        report->verdict = BTY_STEP_SKIPPED;
      else
        report->verdict = is_taken ? BTY_STEP_SPARE : BTY_STEP_TAKEN;
      is_taken = is_taken || report->verdict == BTY_STEP_TAKEN;
      report->reason = why != NULL ? g_strdup (why->message) : NULL;
    }
  return reports;
}
