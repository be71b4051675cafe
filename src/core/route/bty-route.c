/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "route/bty-route-private.h"
#include "route/bty-route-steps.h"

G_DEFINE_FINAL_TYPE (BtyRoute, bty_route, G_TYPE_OBJECT)

static void
bty_route_finalize (GObject *object)
{
  BtyRoute *self = BTY_ROUTE (object);

  g_clear_object (&self->router);
  g_clear_object (&self->spender);
  g_clear_object (&self->cancellable);
  g_strfreev (self->texts);
  g_clear_pointer (&self->steps, g_ptr_array_unref);
  g_free (self->label);
  g_free (self->broken_label);
  g_string_free (self->said, TRUE);
  g_string_free (self->failures, TRUE);
  g_string_free (self->unmet, TRUE);
  g_clear_error (&self->broken_error);
  g_clear_error (&self->first_error);
  g_clear_error (&self->cap_error);
  g_free (self->limit);
  g_clear_error (&self->error);
  g_clear_pointer (&self->usage, bty_usage_unref);
  G_OBJECT_CLASS (bty_route_parent_class)->finalize (object);
}

static void
bty_route_class_init (BtyRouteClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_route_finalize;
}

static void
bty_route_init (BtyRoute *self)
{
  self->failures = g_string_new (NULL);
  self->unmet = g_string_new (NULL);
  self->said = g_string_new (NULL);
  self->is_text_only = TRUE;
  self->retry_after_ms = -1;
}

BtyRoute *
bty_route_new (BtyRouter *router, const char *const *steps, BtySpender *spender, GCancellable *cancellable,
               const BtyRouteEvents *events, gpointer data)
{
  BtyRoute *self = g_object_new (BTY_TYPE_ROUTE, NULL);

  self->router = g_object_ref (router);
  self->providers = bty_router_get_providers (router);
  self->spender = g_object_ref (spender);
  self->texts = g_strdupv ((char **) steps);
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : g_cancellable_new ();
  self->events = events;
  self->data = data;
  return self;
}

void
bty_route_set_demand (BtyRoute *self, const BtyRouteDemand *demand)
{
  self->demand = *demand;
}

/* The end. */

static void
give_up_attempt (BtyRouteAttempt **place)
{
  g_autoptr (BtyRouteAttempt) attempt = g_steal_pointer (place);

  if (attempt != NULL)
    bty_route_attempt_abandon (attempt);
}

/* The reference of bty_route_start() goes. */
static void
end (BtyRoute *self)
{
  self->state = ROUTE_STATE_DONE;
  g_clear_handle_id (&self->hedge_timer, g_source_remove);
  g_clear_handle_id (&self->wait_timer, g_source_remove);
  g_clear_signal_handler (&self->link,
                          self->cancellable); /* g_cancellable_disconnect waits for ever when it is cancelling now */
  give_up_attempt (&self->main);
  give_up_attempt (&self->hedge);
  self->events->on_done (self, self->data);
  g_object_unref (self);
}

static void
end_with_error (BtyRoute *self, const GError *error)
{
  self->error = g_error_copy (error);
  bty_error_convert (&self->error);
  self->stop_reason = self->error->code == BTY_ERROR_CANCELLED ? BTY_STOP_CANCELLED : BTY_STOP_FAILED;
  end (self);
}

/* The end of a list that nobody on it answered. The first model is the one that was wished for, so its code counts; but a cap of the
 * owner's counts more: with more room it goes on. */
static void
end_unanswered (BtyRoute *self)
{
  g_autoptr (GError) error = NULL;

  if (self->cap_error != NULL)
    error = g_error_copy (self->cap_error);
  else if (self->first_error == NULL)
    error = g_error_new (BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                         _ ("no step of the route is for this request (%s): add one without a condition as the last"),
                         self->unmet->str);
  else if (self->n_failures == 1)
    error = g_error_copy (self->first_error);
  else
    error = g_error_new (BTY_ERROR, bty_error_code_of (self->first_error), _ ("no model of the route answered: %s"),
                         self->failures->str);
  end_with_error (self, error);
}

/* Which step is next whose conditions hold; those before it are passed over. */
gboolean
bty_route_find_next (BtyRoute *self)
{
  for (; self->next < self->steps->len; self->next++)
    {
      const BtyRouteStep *step = self->steps->pdata[self->next];
      g_autofree char *label = NULL;
      g_autoptr (GError) error = NULL;

      if (step->n_conditions == 0 || bty_route_step_admits (step, &self->demand, bty_route_hour (), &error))
        return TRUE;
      label = bty_route_step_label (step);
      g_string_append_printf (self->unmet, "%s%s: %s", self->unmet->len > 0 ? "; " : "", label, error->message);
    }
  return FALSE;
}

static void
note_failure (BtyRoute *self, const char *label, const GError *error)
{
  g_debug ("%s cannot answer: %s", label, error->message);
  if (self->first_error == NULL)
    self->first_error = g_error_copy (error);
  g_string_append_printf (self->failures, "%s%s: %s", self->n_failures > 0 ? "; " : "", label, error->message);
  self->n_failures += 1;
}

void
bty_route_say_skipped (BtyRoute *self, const char *label, const GError *error)
{
  if (self->events->on_skipped != NULL)
    self->events->on_skipped (self, label, error, self->data);
}

/* Going on after a break. */

static gboolean
can_go_on (BtyRoute *self, const BtyModel *model)
{
  return self->is_text_only && self->said->len > 0 && model->abilities != NULL &&
         g_strv_contains ((const char *const *) model->abilities, "continue");
}

/* What was said stands last, for the model to go on from. Some services take no blank at its end. */
static BtyCompletionRequest *
add_said (BtyRoute *self, BtyCompletionRequest *own)
{
  g_autoptr (BtyCompletionRequest) request = own;
  BtyCompletionRequest *more = bty_completion_request_edit (request);
  GPtrArray *messages = bty_record_list_new ();
  g_autofree char *said = g_strchomp (g_strdup (self->said->str));

  for (guint i = 0; request->messages != NULL && i < request->messages->len; i++)
    g_ptr_array_add (messages, bty_record_ref (request->messages->pdata[i]));
  g_ptr_array_add (messages, bty_prompt_message_new_text (BTY_ROLE_ASSISTANT, said));
  g_clear_pointer (&more->messages, g_ptr_array_unref);
  more->messages = messages;
  return more;
}

static BtyCompletionRequest *
on_build (BtyRouteAttempt *attempt, const BtyModel *model, gpointer data, GError **error)
{
  BtyRoute *self = data;
  BtyCompletionRequest *request;

  self->goes_on = self->is_broken && can_go_on (self, model);
  if (self->is_broken && !self->goes_on)
    {
      self->is_broken = FALSE;
      self->is_text_only = TRUE;
      g_string_truncate (self->said, 0);
      self->events->on_restarted (self, self->broken_label, self->broken_error, self->data);
    }
  self->told = attempt;
  bty_record_take_string (&self->label, g_strdup (model->name));
  request = self->events->on_model (self, model, self->data, error);
  return request != NULL && self->goes_on ? add_said (self, request) : request;
}

/* The end of what was said and the beginning of what goes on from it may both be a blank. */
static gboolean
drop_blank (BtyRoute *self, BtyDelta *delta)
{
  if (delta->kind != BTY_DELTA_TEXT || self->said->len == 0 || !g_ascii_isspace (self->said->str[self->said->len - 1]))
    return TRUE;
  while (delta->length > 0 && g_ascii_isspace (*delta->text))
    {
      delta->text += 1;
      delta->length -= 1;
    }
  return delta->length > 0;
}

/* Of two the first that says something is taken. */
static void
choose (BtyRoute *self, BtyRouteAttempt *attempt)
{
  g_clear_handle_id (&self->hedge_timer, g_source_remove);
  if (self->hedge == NULL)
    return;
  bty_route_attempt_set_hedge (self->main, attempt == self->hedge);
  bty_route_attempt_set_hedge (self->hedge, attempt != self->hedge);
  if (attempt == self->hedge)
    {
      give_up_attempt (&self->main);
      self->main = g_steal_pointer (&self->hedge);
      self->main_step = self->hedge_step;
    }
  else
    give_up_attempt (&self->hedge);
  bty_record_take_string (&self->label, g_strdup (bty_route_attempt_get_label (attempt)));
  if (self->told != attempt && self->events->on_chosen != NULL)
    self->events->on_chosen (self, self->label, self->data);
}

static void
on_delta (BtyRouteAttempt *attempt, const BtyDelta *delta, gpointer data)
{
  BtyRoute *self = data;
  BtyDelta shown = *delta;

  if (bty_route_attempt_get_n_deltas (attempt) == 1)
    choose (self, attempt);
  if (self->goes_on && !drop_blank (self, &shown))
    return;
  self->goes_on = FALSE;
  self->is_broken = FALSE;
  if (self->events->on_restarted != NULL)
    {
      self->is_text_only = self->is_text_only && shown.kind == BTY_DELTA_TEXT;
      if (self->is_text_only)
        g_string_append_len (self->said, shown.text, (gssize) shown.length);
    }
  self->events->on_delta (self, &shown, self->data);
}

/* Judging. */

static gboolean
falls_through (BtyRouteAttempt *attempt)
{
  BtyErrorCode code = bty_error_code_of (bty_route_attempt_get_error (attempt));

  return code != BTY_ERROR_CANCELLED &&
         (code != BTY_ERROR_INVALID_ARGUMENT || bty_route_attempt_get_fault (attempt) != BTY_ROUTE_FAULT_PROVIDER);
}

/* What the next models must be better at. */
static void
learn_from (BtyRoute *self, BtyRouteAttempt *attempt)
{
  const GError *error = bty_route_attempt_get_error (attempt);
  gint64 asked = bty_route_attempt_get_retry_after_ms (attempt);

  if (asked >= 0)
    self->retry_after_ms = self->retry_after_ms < 0 ? asked : MIN (self->retry_after_ms, asked);
  if (bty_route_attempt_get_fault (attempt) == BTY_ROUTE_FAULT_CAP)
    {
      if (self->cap_error == NULL)
        self->cap_error = g_error_copy (error);
      if (self->cost_below == 0)
        self->cost_below = MAX (bty_route_attempt_get_least_cost (attempt), 1);
    }
  else if (bty_route_attempt_get_fault (attempt) == BTY_ROUTE_FAULT_PROVIDER &&
           bty_error_code_of (error) == BTY_ERROR_OUT_OF_RANGE)
    self->window_above = MAX (self->window_above, bty_route_attempt_get_window (attempt));
}

static void
keep_usage (BtyRoute *self, BtyRouteAttempt *attempt)
{
  const BtyUsage *usage = bty_route_attempt_get_usage (attempt);

  g_clear_pointer (&self->usage, bty_usage_unref);
  self->usage = usage != NULL ? bty_usage_ref (usage) : NULL;
}

/* It broke off in its middle: the next one is taken, or where there is none, the same again. */
static void
judge_break (BtyRoute *self, BtyRouteAttempt *attempt)
{
  const GError *error = bty_route_attempt_get_error (attempt);
  const char *label = bty_route_attempt_get_label (attempt);

  if (self->events->on_restarted == NULL || !falls_through (attempt))
    {
      end_with_error (self, error);
      return;
    }
  if (bty_route_is_about_key (attempt)) /* it is said in the middle of an answer, too */
    bty_route_rest_key (self, attempt);
  note_failure (self, label, error);
  self->is_broken = TRUE;
  bty_record_take_string (&self->broken_label, g_strdup (label));
  g_clear_error (&self->broken_error);
  self->broken_error = g_error_copy (error);
  if (bty_route_find_next (self))
    {
      self->tries = 0;
      self->keys_tried = 0;
      bty_route_advance (self);
    }
  else if (!bty_route_try_again (self, attempt))
    end_with_error (self, error);
}

/* A model that takes no beginning of an answer refuses a request that has one: that was the route's mistake, not the caller's. */
static gboolean
ask_without_said (BtyRoute *self, BtyRouteAttempt *attempt)
{
  gboolean went_on = self->goes_on;

  self->goes_on = FALSE; /* the next one may be asked before its request is made */
  if (!went_on || bty_route_attempt_get_fault (attempt) != BTY_ROUTE_FAULT_PROVIDER ||
      bty_error_code_of (bty_route_attempt_get_error (attempt)) != BTY_ERROR_INVALID_ARGUMENT)
    return FALSE;
  self->is_text_only = FALSE;
  bty_route_begin (self, self->main_step, NULL, FALSE);
  return TRUE;
}

static void
judge (BtyRoute *self, BtyRouteAttempt *attempt)
{
  const GError *error = bty_route_attempt_get_error (attempt);

  if (ask_without_said (self, attempt))
    return;
  if (!falls_through (attempt))
    end_with_error (self, error);
  else if (bty_route_attempt_get_n_deltas (attempt) > 0)
    judge_break (self, attempt);
  else if (bty_route_try_the_key_before (self, attempt) || bty_route_try_another_key (self, attempt) ||
           bty_route_try_again (self, attempt))
    return;
  else
    {
      note_failure (self, bty_route_attempt_get_label (attempt), error);
      if (bty_route_find_next (self))
        bty_route_say_skipped (self, bty_route_attempt_get_label (attempt), error);
      self->tries = 0;
      self->keys_tried = 0;
      bty_route_advance (self);
    }
}

/* One of two failed: the other one is the only one now. */
static void
judge_one_of_two (BtyRoute *self, BtyRouteAttempt *attempt, BtyRouteAttempt *other)
{
  const GError *error = bty_route_attempt_get_error (attempt);

  note_failure (self, bty_route_attempt_get_label (attempt), error);
  bty_route_say_skipped (self, bty_route_attempt_get_label (attempt), error);
  if (bty_route_is_about_key (attempt))
    bty_route_rest_key (self, attempt);
  if (other == self->hedge)
    {
      self->main = g_steal_pointer (&self->hedge);
      self->main_step = self->hedge_step;
      bty_route_attempt_set_hedge (self->main, FALSE);
      self->tries = 0;
      self->keys_tried = 0;
    }
}

static void
on_done (BtyRouteAttempt *own, gpointer data)
{
  BtyRoute *self = data;
  gboolean is_main = own == self->main;
  g_autoptr (BtyRouteAttempt) attempt = is_main ? g_steal_pointer (&self->main) : g_steal_pointer (&self->hedge);
  BtyRouteAttempt *other = is_main ? self->hedge : self->main;

  if (attempt == NULL || self->state != ROUTE_STATE_ASKING)
    return;
  keep_usage (self, attempt);
  bty_record_take_string (&self->label, g_strdup (bty_route_attempt_get_label (attempt)));
  if (bty_route_attempt_get_error (attempt) == NULL)
    {
      self->stop_reason = bty_route_attempt_get_stop_reason (attempt);
      bty_record_take_string (&self->limit, g_strdup (bty_route_attempt_get_limit (attempt)));
      end (self);
      return;
    }
  learn_from (self, attempt);
  if (other != NULL && falls_through (attempt) && !g_cancellable_is_cancelled (self->cancellable))
    judge_one_of_two (self, attempt, other);
  else
    {
      g_clear_handle_id (&self->hedge_timer, g_source_remove);
      judge (self, attempt);
    }
}

static const BtyRouteAttemptEvents attempt_events = { .build = on_build, .delta = on_delta, .done = on_done };

/* Asking. */

static BtyRouteAttempt *
make_attempt (BtyRoute *self, guint step, gboolean is_hedge, BtyRouteAttempt *after, gboolean previous)
{
  BtyRouteAttemptWish wish = { .step = self->steps->pdata[step],
                               .demand = self->demand,
                               .is_hedge = is_hedge,
                               .has_key = after != NULL,
                               .key = after != NULL ? bty_route_attempt_get_key (after) : NULL,
                               .previous = previous,
                               .window_above = self->window_above,
                               .cost_below = self->cost_below };

  return bty_route_attempt_new (self->router, self->spender, &wish, &attempt_events, self);
}

static gboolean
on_hedge (gpointer data)
{
  BtyRoute *self = data;

  self->hedge_timer = 0;
  if (!bty_route_find_next (self))
    return G_SOURCE_REMOVE;
  self->hedge_step = self->next++;
  self->hedge = make_attempt (self, self->hedge_step, TRUE, NULL, FALSE);
  bty_route_attempt_start (self->hedge);
  return G_SOURCE_REMOVE;
}

void
bty_route_begin (BtyRoute *self, guint step, BtyRouteAttempt *after, gboolean previous)
{
  self->state = ROUTE_STATE_ASKING;
  self->main_step = step;
  self->next = MAX (self->next, step + 1);
  self->main = make_attempt (self, step, FALSE, after, previous);
  if (self->hedge_ms > 0 && !self->is_broken && !self->demand.is_probe && self->hedge_timer == 0)
    self->hedge_timer = g_timeout_add ((guint) self->hedge_ms, on_hedge, self);
  bty_route_attempt_start (self->main);
}

void
bty_route_advance (BtyRoute *self)
{
  g_autoptr (GError) error = NULL;

  if (g_cancellable_set_error_if_cancelled (self->cancellable, &error))
    end_with_error (self, error);
  else if (!bty_route_find_next (self))
    end_unanswered (self);
  else
    bty_route_begin (self, self->next, NULL, FALSE);
}

/* Beginning. */

static void
expand (BtyRoute *self)
{
  g_autoptr (GError) error = NULL;

  self->hedge_ms = bty_router_get_policy (self->router)->hedge_ms;
  self->steps = bty_route_expand (self->providers, (const char *const *) self->texts, &self->hedge_ms, &error);
  if (self->steps != NULL)
    bty_route_advance (self);
  else
    end_with_error (self, error);
}

static void
on_ready (GObject *providers, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyRoute) self = data;
  g_autoptr (GError) error = NULL;

  if (self->state != ROUTE_STATE_LOADING)
    return;
  if (bty_provider_service_ready_finish (self->providers, result, &error))
    expand (self);
  else
    end_with_error (self, error);
}

static gboolean
on_stop_waiting (gpointer data)
{
  BtyRoute *self = data;

  if (self->state == ROUTE_STATE_WAITING)
    bty_route_advance (self);
  return G_SOURCE_REMOVE;
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  g_autoptr (BtyRoute) self = g_object_ref (data);
  g_autoptr (BtyRouteAttempt) main = self->main != NULL ? g_object_ref (self->main) : NULL;
  g_autoptr (BtyRouteAttempt) hedge = self->hedge != NULL ? g_object_ref (self->hedge) : NULL;

  if (main != NULL)
    bty_route_attempt_cancel (main);
  if (hedge != NULL)
    bty_route_attempt_cancel (hedge);
  if (self->state == ROUTE_STATE_WAITING)
    g_idle_add_full (G_PRIORITY_DEFAULT, on_stop_waiting, g_object_ref (self), g_object_unref);
}

static gboolean
on_started (gpointer data)
{
  BtyRoute *self = data;
  g_autoptr (GError) error = NULL;

  if (g_cancellable_set_error_if_cancelled (self->cancellable, &error))
    {
      end_with_error (self, error);
      return G_SOURCE_REMOVE;
    }
  self->link = g_cancellable_connect (self->cancellable, G_CALLBACK (on_cancelled), self, NULL);
  if (bty_provider_service_is_ready (self->providers))
    expand (self);
  else
    bty_provider_service_ready_async (self->providers, self->cancellable, on_ready, g_object_ref (self));
  return G_SOURCE_REMOVE;
}

void
bty_route_start (BtyRoute *self)
{
  g_return_if_fail (self->state == ROUTE_STATE_NEW);
  self->state = ROUTE_STATE_LOADING;
  g_object_ref (self);
  g_idle_add_full (G_PRIORITY_DEFAULT, on_started, self, NULL);
}

const GError *
bty_route_get_error (BtyRoute *self)
{
  return self->error;
}

gint64
bty_route_get_retry_after_ms (BtyRoute *self)
{
  return self->error != NULL ? self->retry_after_ms : -1;
}

const char *
bty_route_get_model (BtyRoute *self)
{
  return self->label;
}

const BtyUsage *
bty_route_get_usage (BtyRoute *self)
{
  return self->usage;
}

const char *
bty_route_get_limit (BtyRoute *self)
{
  return self->limit;
}

BtyStopReason
bty_route_get_stop_reason (BtyRoute *self)
{
  return self->stop_reason;
}
