/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-time-limit.h"
#include "route/bty-route-attempt-private.h"

/* How long a provider may take to say what it offers, when that is all that its window hangs on. */
#define ASK_WINDOW_MS 1000
/* The same, when without it there is no model to ask. */
#define ASK_MODEL_MS 15000
/* What a stream that goes on is granted at a time, once it has used what was reserved. */
#define MORE_TOKENS 256
#define MORE_TIME   60000 /* ms */

G_DEFINE_FINAL_TYPE (BtyRouteAttempt, bty_route_attempt, G_TYPE_OBJECT)

static void
bty_route_attempt_finalize (GObject *object)
{
  BtyRouteAttempt *self = BTY_ROUTE_ATTEMPT (object);

  g_clear_pointer (&self->step, bty_route_step_free);
  g_clear_object (&self->router);
  g_clear_object (&self->spender);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->provider);
  g_clear_object (&self->completion);
  g_clear_pointer (&self->config, bty_provider_config_unref);
  g_clear_pointer (&self->model, bty_model_unref);
  g_clear_pointer (&self->request, bty_completion_request_unref);
  g_clear_pointer (&self->usage, bty_usage_unref);
  g_clear_error (&self->error);
  bty_route_meter_clear (&self->meter);
  g_free (self->key);
  g_free (self->name);
  g_free (self->label);
  g_free (self->limit);
  G_OBJECT_CLASS (bty_route_attempt_parent_class)->finalize (object);
}

static void
bty_route_attempt_class_init (BtyRouteAttemptClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_route_attempt_finalize;
}

static void
bty_route_attempt_init (BtyRouteAttempt *self)
{
  self->cancellable = g_cancellable_new ();
  self->retry_after_ms = -1;
}

BtyRouteAttempt *
bty_route_attempt_new (BtyRouter *router, BtySpender *spender, const BtyRouteAttemptWish *wish,
                       const BtyRouteAttemptEvents *events, gpointer data)
{
  BtyRouteAttempt *self = g_object_new (BTY_TYPE_ROUTE_ATTEMPT, NULL);

  self->router = g_object_ref (router);
  self->providers = bty_router_get_providers (router);
  self->spender = g_object_ref (spender);
  self->step = bty_route_step_copy (wish->step, NULL);
  self->wish = *wish;
  self->wish.step = self->step;
  self->key = g_strdup (wish->key);
  self->wish.key = NULL;
  self->name = g_strdup (self->step->model);
  self->label = bty_route_step_label (self->step);
  self->events = events;
  self->data = data;
  return self;
}

static const char *
bot_of (BtyRouteAttempt *self)
{
  return bty_spender_get_for (self->spender)->slug;
}

/* The end. */

static void
leave_queue (BtyRouteAttempt *self)
{
  BtyLimiterTicket *ticket = g_steal_pointer (&self->ticket);

  if (ticket != NULL)
    bty_limiter_leave (
      ticket, self->usage != NULL ? MAX (self->usage->input_tokens, 0) + MAX (self->usage->output_tokens, 0) : 0);
}

static gboolean
is_breaking (const GError *error)
{
  return error->code == BTY_ERROR_UNAVAILABLE || error->code == BTY_ERROR_DEADLINE_EXCEEDED ||
         error->code == BTY_ERROR_DATA_LOSS;
}

/* Only what was asked says something of the model. */
static void
tell_breaker (BtyRouteAttempt *self)
{
  gboolean says_nothing = self->completion == NULL || (self->error != NULL && self->error->code == BTY_ERROR_CANCELLED);

  if (!says_nothing)
    bty_router_report (self->router, self->label,
                       self->error != NULL && is_breaking (self->error) ? self->error : NULL);
  else if (self->is_try)
    bty_router_give_up_try (self->router, self->label);
  if (self->completion != NULL)
    bty_router_note (self->router, self->config->name,
                     self->error != NULL && self->error->code != BTY_ERROR_CANCELLED ? self->error : NULL);
}

/* Everything that it holds goes; the reference of bty_route_attempt_start() goes last. */
static void
let_go (BtyRouteAttempt *self)
{
  self->state = ATTEMPT_STATE_DONE;
  g_clear_handle_id (&self->deadline, bty_time_limit_remove);
  g_clear_handle_id (&self->quiet, bty_time_limit_remove);
  bty_route_attempt_settle (self);
  leave_queue (self);
  tell_breaker (self);
}

static void
end (BtyRouteAttempt *self)
{
  let_go (self);
  self->events->done (self, self->data);
  g_object_unref (self);
}

static void
fail (BtyRouteAttempt *self, BtyRouteFault fault, const GError *error)
{
  self->error = g_error_copy (error);
  bty_error_convert (&self->error);
  self->stop_reason = self->error->code == BTY_ERROR_CANCELLED ? BTY_STOP_CANCELLED : BTY_STOP_FAILED;
  self->fault = fault;
  end (self);
}

static void G_GNUC_PRINTF (4, 5)
  fail_new (BtyRouteAttempt *self, BtyRouteFault fault, BtyErrorCode code, const char *format, ...)
{
  g_autoptr (GError) error = NULL;
  va_list args;

  va_start (args, format);
  error = g_error_new_valist (BTY_ERROR, (int) code, format, args);
  va_end (args);
  fail (self, fault, error);
}

/* Whether it was cancelled; then it has ended. */
static gboolean
end_if_cancelled (BtyRouteAttempt *self)
{
  g_autoptr (GError) error = NULL;

  if (!g_cancellable_set_error_if_cancelled (self->cancellable, &error))
    return FALSE;
  fail (self, BTY_ROUTE_FAULT_UNASKED, error);
  return TRUE;
}

/* Asking. */

/* It has said as much as was paid for: what it said is kept. */
static void
cut (BtyRouteAttempt *self, BtyBudgetUnit unit)
{
  g_autoptr (GCancellable) cancellable = g_object_ref (self->cancellable);

  self->limit = bty_reservation_tell_limit (self->reservation, unit);
  self->stop_reason = BTY_STOP_LENGTH;
  end (self);
  g_cancellable_cancel (cancellable);
}

static gboolean
grow_output (BtyRouteAttempt *self)
{
  gint64 before = bty_route_cost (self->model, self->estimate.input_most, self->output);
  gint64 after = bty_route_cost (self->model, self->estimate.input_most, self->output + MORE_TOKENS);
  BtyAmounts more = { { [BTY_UNIT_USD] = after - before, [BTY_UNIT_TOKENS] = MORE_TOKENS } };

  if (!bty_reservation_grow (self->reservation, &more))
    return FALSE;
  self->output += MORE_TOKENS;
  return TRUE;
}

static gboolean
grow_time (BtyRouteAttempt *self)
{
  BtyAmounts more = { { [BTY_UNIT_TIME] = MORE_TIME } };

  if (!bty_reservation_grow (self->reservation, &more))
    return FALSE;
  self->time_until += MORE_TIME * 1000;
  return TRUE;
}

static gboolean on_deadline (gpointer data);

static void
set_deadline (BtyRouteAttempt *self)
{
  gint64 left = self->time_until - g_get_monotonic_time ();

  self->deadline = bty_time_limit_add (MAX (left / 1000 + 1, 1), on_deadline, self);
}

static gboolean
on_deadline (gpointer data)
{
  BtyRouteAttempt *self = data;

  self->deadline = 0;
  if (grow_time (self))
    set_deadline (self);
  else
    cut (self, BTY_UNIT_TIME);
  return G_SOURCE_REMOVE;
}

/* Comments and pings keep a connection; only what it says of its answer shows that the model is at work. */
static gboolean
on_quiet (gpointer data)
{
  BtyRouteAttempt *self = data;
  gint64 limit = bty_router_get_policy (self->router)->token_ms;
  gint64 left = self->spoke_at + limit * 1000 - g_get_monotonic_time ();
  g_autoptr (GCancellable) cancellable = g_object_ref (self->cancellable);

  self->quiet = 0;
  if (left > 0)
    {
      self->quiet = bty_time_limit_add (left / 1000 + 1, on_quiet, self);
      return G_SOURCE_REMOVE;
    }
  fail_new (self, BTY_ROUTE_FAULT_PROVIDER, BTY_ERROR_DEADLINE_EXCEEDED,
            _ ("“%s” said nothing of its answer for %lld s: if it only is slow, raise the setting route.token_ms"),
            self->label, (long long) limit / 1000);
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

/* Which unit says how long the answer may be. */
static BtyBudgetUnit
output_unit (BtyRouteAttempt *self)
{
  const BtyAmounts *granted = bty_reservation_get (self->reservation);

  return granted->of[BTY_UNIT_TOKENS] - self->estimate.input_most <= self->output ? BTY_UNIT_TOKENS : BTY_UNIT_USD;
}

static void
check_reserve (BtyRouteAttempt *self)
{
  while (bty_route_meter_get_most (&self->meter) >= self->output)
    {
      if (bty_route_meter_count (&self->meter, bty_router_get_book (self->router), self->model) < self->output)
        return;
      if (grow_output (self))
        continue;
      cut (self, output_unit (self));
      return;
    }
}

static void
on_delta (BtyCompletion *completion, const BtyDelta *delta, gpointer data)
{
  BtyRouteAttempt *self = data;

  if (self->state != ATTEMPT_STATE_ASKING)
    return;
  self->spoke_at = g_get_monotonic_time ();
  if (self->n_deltas++ == 0)
    self->first_token_at = self->spoke_at;
  if (delta->kind != BTY_DELTA_SIGNATURE)
    bty_route_meter_add (&self->meter, bty_router_get_book (self->router), self->model, delta->text, delta->length);
  self->events->delta (self, delta, self->data);
  if (self->state == ATTEMPT_STATE_ASKING && !g_cancellable_is_cancelled (self->cancellable))
    check_reserve (self);
}

static BtyRouteFault
find_fault (BtyRouteAttempt *self, const GError *error)
{
  if (bty_error_code_of (error) != BTY_ERROR_RESOURCE_EXHAUSTED)
    return BTY_ROUTE_FAULT_PROVIDER;
  return bty_completion_is_quota (self->completion) ? BTY_ROUTE_FAULT_QUOTA : BTY_ROUTE_FAULT_RATE;
}

static void
on_completed (BtyCompletion *completion, gpointer data)
{
  g_autoptr (BtyRouteAttempt) self = data; /* the completion's own reference */
  const GError *error = bty_completion_get_error (completion);

  if (self->state != ATTEMPT_STATE_ASKING)
    return;
  self->retry_after_ms = bty_completion_get_retry_after_ms (completion);
  if (error != NULL)
    {
      fail (self, find_fault (self, error), error);
      return;
    }
  self->stop_reason = bty_completion_get_stop_reason (completion);
  /* The service was told to say no more than there is money for. */
  if (self->stop_reason == BTY_STOP_LENGTH && self->output < self->estimate.output)
    self->limit = bty_reservation_tell_limit (self->reservation, output_unit (self));
  end (self);
}

static void
ask (BtyRouteAttempt *self)
{
  const BtyRoutePolicy *policy = bty_router_get_policy (self->router);
  const BtyAmounts *granted = bty_reservation_get (self->reservation);
  gint64 bound = bty_route_estimate_bound (&self->estimate, self->model, granted);
  g_autoptr (BtyCompletionRequest) request = bty_completion_request_edit (self->request);
  g_autoptr (GError) error = NULL;

  bty_record_take_string (&request->model, g_strdup (self->name));
  if (bound < self->estimate.output || self->estimate.must_be_said)
    request->max_output = bound;
  self->output = bound;
  g_clear_pointer (&self->request, bty_completion_request_unref);
  if (!bty_provider_service_use_key_of (self->providers, self->config->name, self->key, bot_of (self), &error))
    {
      fail (self, BTY_ROUTE_FAULT_KEY, error);
      return;
    }
  self->completion = bty_completion_new (request, self->cancellable, on_delta, on_completed, g_object_ref (self));
  bty_recorder_attach (bty_router_get_recorder (self->router), self->completion, self->config,
                       bty_spender_get_for (self->spender)->turn);
  self->state = ATTEMPT_STATE_ASKING;
  self->asked_at = g_get_monotonic_time ();
  self->time_until = self->asked_at + granted->of[BTY_UNIT_TIME] * 1000;
  self->spoke_at = self->asked_at;
  set_deadline (self);
  if (policy->token_ms > 0)
    self->quiet = bty_time_limit_add (policy->token_ms, on_quiet, self);
  bty_provider_complete (self->provider, self->completion);
}

/* Reserving. */

static void
on_reserved (GObject *spender, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyRouteAttempt) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyReservation) reservation = bty_spender_reserve_finish (BTY_SPENDER (spender), result, &error);

  if (self->state != ATTEMPT_STATE_RESERVING || end_if_cancelled (self))
    return;
  self->reservation = g_steal_pointer (&reservation);
  if (self->reservation != NULL)
    ask (self);
  else
    fail (self,
          bty_error_code_of (error) == BTY_ERROR_RESOURCE_EXHAUSTED ? BTY_ROUTE_FAULT_CAP : BTY_ROUTE_FAULT_UNASKED,
          error);
}

/* Whether this model can do at all what is asked. */
static gboolean
check_model (BtyRouteAttempt *self, GError **error)
{
  const BtyModel *model = self->model;
  const BtyRouteDemand *demand = &self->wish.demand;

  if (!bty_route_demand_is_met (demand, model, error))
    return FALSE;
  if (self->wish.window_above > 0 && model->context_window <= self->wish.window_above)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_OUT_OF_RANGE,
                   _ ("its window of %lld tokens is no larger than the one that was too small"),
                   (long long) model->context_window);
      return FALSE;
    }
  return !bty_route_step_is_about_cost (self->step) ||
         bty_route_step_admits_cost (
           self->step, bty_route_cost (model, demand->tokens, bty_router_get_policy (self->router)->expected_output),
           error);
}

static void
reserve (BtyRouteAttempt *self)
{
  BtyModelBook *book = bty_router_get_book (self->router);
  const BtyModel *reported = bty_provider_service_peek_model (self->providers, self->config->name, self->name, NULL);
  g_autoptr (GError) error = NULL;

  self->model = bty_model_book_look (book, self->config, self->name, reported);
  if (!check_model (self, &error) ||
      (self->request = self->events->build (self, self->model, self->data, &error)) == NULL)
    {
      fail (self, BTY_ROUTE_FAULT_UNASKED, error);
      return;
    }
  bty_route_estimate (book, self->model, self->request, &self->estimate);
  if (self->wish.cost_below > 0 && self->estimate.least.of[BTY_UNIT_USD] >= self->wish.cost_below)
    {
      fail_new (self, BTY_ROUTE_FAULT_CAP, BTY_ERROR_RESOURCE_EXHAUSTED,
                _ ("it is no cheaper than the one that a cap of the budget kept from being asked"));
      return;
    }
  self->state = ATTEMPT_STATE_RESERVING;
  bty_spender_reserve_async (self->spender, &self->estimate.least, &self->estimate.most, self->cancellable, on_reserved,
                             g_object_ref (self));
}

/* Waiting for a turn. */

static void
on_granted (gpointer data, const GError *error)
{
  BtyRouteAttempt *self = data;

  if (end_if_cancelled (self))
    return;
  if (error != NULL)
    fail (self, BTY_ROUTE_FAULT_UNASKED, error);
  else
    reserve (self);
}

static void
wait_for_turn (BtyRouteAttempt *self)
{
  const BtyRoutePolicy *policy = bty_router_get_policy (self->router);
  BtyLimiter *limiter = bty_router_get_limiter (self->router, self->config);
  BtyLimiterWish wish = { .bot = bot_of (self),
                          .priority = self->wish.demand.priority,
                          .tokens = self->wish.demand.tokens,
                          .max_wait_ms = policy->queue_ms,
                          .granted = on_granted,
                          .data = self };
  g_autoptr (GError) error = NULL;
  gboolean may_go;

  if (!self->wish.demand.is_probe &&
      (!bty_router_check_pause (self->router, self->label, &self->retry_after_ms, &error) ||
       !bty_router_admit (self->router, self->label, &self->is_try, &error)))
    {
      fail (self, BTY_ROUTE_FAULT_UNASKED, error);
      return;
    }
  self->state = ATTEMPT_STATE_WAITING;
  self->ticket = bty_limiter_enter (limiter, &wish, &may_go, &error);
  if (self->ticket == NULL)
    fail (self, BTY_ROUTE_FAULT_UNASKED, error);
  else if (may_go)
    reserve (self);
}

/* Looking. */

static gboolean
on_looking_timeout (gpointer data)
{
  BtyRouteAttempt *self = data;

  self->looking_timeout = 0;
  g_cancellable_cancel (self->looking);
  return G_SOURCE_REMOVE;
}

static void
take_model (BtyRouteAttempt *self, const char *name)
{
  bty_record_take_string (&self->name, g_strdup (name));
  bty_record_take_string (&self->label, g_strconcat (self->config->name, "/", name, NULL));
}

static gboolean
choose_default_model (BtyRouteAttempt *self)
{
  const BtyModel *model = bty_provider_service_peek_model (self->providers, self->config->name, NULL, NULL);

  if (model != NULL)
    take_model (self, model->name + strlen (self->config->name) + 1);
  return self->name != NULL;
}

static void
on_models (GObject *providers, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyRouteAttempt) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) models = bty_provider_service_list_models_finish (self->providers, result, &error);
  gboolean timed_out = self->looking_timeout == 0;

  g_clear_handle_id (&self->looking_timeout, g_source_remove);
  g_clear_object (&self->looking);
  if (self->state != ATTEMPT_STATE_LOOKING || end_if_cancelled (self))
    return;
  if (self->name != NULL || choose_default_model (self))
    wait_for_turn (self);
  else if (timed_out)
    fail_new (self, BTY_ROUTE_FAULT_UNASKED, BTY_ERROR_DEADLINE_EXCEEDED,
              _ ("the provider “%s” does not say which models it has: name one, as %s/MODEL"), self->config->name,
              self->config->name);
  else if (models == NULL) /* it refused our question, not the caller's */
    fail (self,
          bty_error_code_of (error) == BTY_ERROR_INVALID_ARGUMENT ? BTY_ROUTE_FAULT_UNASKED : BTY_ROUTE_FAULT_PROVIDER,
          error);
  else
    fail_new (self, BTY_ROUTE_FAULT_UNASKED, BTY_ERROR_NOT_FOUND,
              _ ("the provider “%s” has no model: name one, as %s/MODEL"), self->config->name, self->config->name);
}

static void
look (BtyRouteAttempt *self)
{
  self->state = ATTEMPT_STATE_LOOKING;
  self->looking = g_cancellable_new ();
  self->looking_timeout = g_timeout_add (self->name != NULL ? ASK_WINDOW_MS : ASK_MODEL_MS, on_looking_timeout, self);
  bty_provider_service_list_models_async (self->providers, self->config->name, FALSE, self->looking, on_models,
                                          g_object_ref (self));
}

/* Opening. */

static void
on_opened (GObject *providers, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyRouteAttempt) self = data;
  g_autoptr (GError) error = NULL;
  gboolean known;

  if (self->state != ATTEMPT_STATE_OPENING)
    return;
  self->provider = bty_provider_service_open_finish (self->providers, result, &self->config, &error);
  bty_record_take_string (&self->key, g_strdup (bty_provider_service_get_opened_key (self->providers, result)));
  if (end_if_cancelled (self))
    return;
  if (self->provider == NULL)
    {
      fail (self, self->key != NULL ? BTY_ROUTE_FAULT_KEY : BTY_ROUTE_FAULT_UNASKED, error);
      return;
    }
  if (!self->wish.demand.is_probe && !bty_router_check_network (self->router, self->config, &error))
    {
      fail (self, BTY_ROUTE_FAULT_UNASKED, error);
      return;
    }
  if (self->name == NULL && self->config->default_model != NULL && self->config->default_model[0] != '\0')
    take_model (self, self->config->default_model);
  bty_provider_service_peek_model (self->providers, self->config->name, NULL, &known);
  if (self->name == NULL)
    choose_default_model (self);
  if (self->name == NULL || (!known && self->config->context_window == 0))
    look (self);
  else
    wait_for_turn (self);
}

void
bty_route_attempt_start (BtyRouteAttempt *self)
{
  g_return_if_fail (self->state == ATTEMPT_STATE_NEW);
  g_object_ref (self);
  self->state = ATTEMPT_STATE_OPENING;
  if (self->wish.has_key)
    bty_provider_service_open_key_async (self->providers, self->step->provider, bot_of (self), self->key,
                                         self->wish.previous, self->cancellable, on_opened, g_object_ref (self));
  else
    bty_provider_service_open_for_async (self->providers, self->step->provider, bot_of (self), FALSE, self->cancellable,
                                         on_opened, g_object_ref (self));
}

/* Giving up. */

static gboolean
on_cancelled_in_queue (gpointer data)
{
  BtyRouteAttempt *self = data;

  if (self->state == ATTEMPT_STATE_WAITING)
    end_if_cancelled (self);
  return G_SOURCE_REMOVE;
}

void
bty_route_attempt_cancel (BtyRouteAttempt *self)
{
  g_autoptr (BtyRouteAttempt) alive = g_object_ref (self);

  g_cancellable_cancel (self->cancellable);
  if (self->looking != NULL)
    g_cancellable_cancel (self->looking);
  if (self->state == ATTEMPT_STATE_WAITING)
    g_idle_add_full (G_PRIORITY_DEFAULT, on_cancelled_in_queue, g_object_ref (self), g_object_unref);
}

void
bty_route_attempt_set_hedge (BtyRouteAttempt *self, gboolean is_hedge)
{
  self->wish.is_hedge = is_hedge;
}

void
bty_route_attempt_abandon (BtyRouteAttempt *self)
{
  BtyRouteAttemptState state = self->state;

  if (state == ATTEMPT_STATE_NEW || state == ATTEMPT_STATE_DONE)
    return;
  self->error = g_error_new_literal (BTY_ERROR, BTY_ERROR_CANCELLED, _ ("another model was faster"));
  self->stop_reason = BTY_STOP_CANCELLED;
  let_go (self);
  bty_route_attempt_cancel (self);
  g_object_unref (self);
}

/* How it went. */

const GError *
bty_route_attempt_get_error (BtyRouteAttempt *self)
{
  return self->error;
}

BtyRouteFault
bty_route_attempt_get_fault (BtyRouteAttempt *self)
{
  return self->fault;
}

gint64
bty_route_attempt_get_retry_after_ms (BtyRouteAttempt *self)
{
  return self->retry_after_ms;
}

BtyStopReason
bty_route_attempt_get_stop_reason (BtyRouteAttempt *self)
{
  return self->stop_reason;
}

const BtyUsage *
bty_route_attempt_get_usage (BtyRouteAttempt *self)
{
  return self->usage;
}

gboolean
bty_route_attempt_is_previous (BtyRouteAttempt *self)
{
  return self->wish.previous;
}

const char *
bty_route_attempt_get_label (BtyRouteAttempt *self)
{
  return self->label;
}

const char *
bty_route_attempt_get_limit (BtyRouteAttempt *self)
{
  return self->limit;
}

const char *
bty_route_attempt_get_provider (BtyRouteAttempt *self)
{
  return self->step->provider;
}

const char *
bty_route_attempt_get_key (BtyRouteAttempt *self)
{
  return self->key;
}

guint64
bty_route_attempt_get_n_deltas (BtyRouteAttempt *self)
{
  return self->n_deltas;
}

gint64
bty_route_attempt_get_window (BtyRouteAttempt *self)
{
  return self->model != NULL ? self->model->context_window : 0;
}

gint64
bty_route_attempt_get_least_cost (BtyRouteAttempt *self)
{
  return self->estimate.least.of[BTY_UNIT_USD];
}
