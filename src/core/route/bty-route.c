/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "route/bty-route.h"

/* How long a provider may take to say what it offers, when that is all that its window hangs on. */
#define ASK_WINDOW_MS 1000
/* The same, when without it there is no model to ask. */
#define ASK_MODEL_MS 15000

typedef enum
{
  STATE_NEXT,    /* take the next model of the list */
  STATE_OPENING, /* its provider is being opened */
  STATE_LOOKING, /* its provider is asked what it offers */
  STATE_ASKING,  /* it answers */
  STATE_DONE,
} State;

struct _BtyRoute
{
  GObject parent_instance;
  BtyRouter *router;
  BtyProviderService *providers; /* the router's */
  BtySpender *spender;
  BtyRouteDemand demand;
  GStrv models;
  guint next;
  GCancellable *cancellable;
  BtyRouteEvents events;
  gpointer data;

  State state;
  gboolean is_with_previous; /* the key before its last rotation */
  char *provider_name;
  char *model; /* its own name, NULL until it is known */
  char *label; /* provider/model */
  BtyProvider *provider;
  BtyProviderConfig *config;
  BtyCompletion *completion;
  GCancellable *looking;
  guint looking_timeout;
  gulong looking_link;

  GError *first_error;
  GString *failures;
  guint n_failures;

  GError *error;
  BtyUsage *usage;
  BtyStopReason stop_reason;
};

G_DEFINE_FINAL_TYPE (BtyRoute, bty_route, G_TYPE_OBJECT)

static void advance (BtyRoute *self);

static void
clear_attempt (BtyRoute *self)
{
  g_clear_pointer (&self->provider_name, g_free);
  g_clear_pointer (&self->model, g_free);
  g_clear_object (&self->provider);
  g_clear_pointer (&self->config, bty_provider_config_unref);
  g_clear_object (&self->completion);
}

static void
bty_route_finalize (GObject *object)
{
  BtyRoute *self = BTY_ROUTE (object);

  clear_attempt (self);
  g_clear_object (&self->router);
  g_clear_object (&self->spender);
  g_clear_object (&self->cancellable);
  g_strfreev (self->models);
  g_free (self->label);
  g_string_free (self->failures, TRUE);
  g_clear_error (&self->first_error);
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
}

static GStrv
copy_once (const char *const *models)
{
  g_autoptr (GPtrArray) copy = g_ptr_array_new ();

  for (guint i = 0; models != NULL && models[i] != NULL; i++)
    if (models[i][0] != '\0' && !g_ptr_array_find_with_equal_func (copy, models[i], g_str_equal, NULL))
      g_ptr_array_add (copy, g_strdup (models[i]));
  if (copy->len == 0)
    g_ptr_array_add (copy, g_strdup (BTY_BUILTIN_PROVIDER));
  g_ptr_array_add (copy, NULL);
  return (GStrv) g_ptr_array_steal (copy, NULL);
}

BtyRoute *
bty_route_new (BtyRouter *router, const char *const *steps, BtySpender *spender, GCancellable *cancellable,
               const BtyRouteEvents *events, gpointer data)
{
  BtyRoute *self = g_object_new (BTY_TYPE_ROUTE, NULL);

  self->router = g_object_ref (router);
  self->providers = bty_router_get_providers (router);
  self->spender = g_object_ref (spender);
  self->models = copy_once (steps);
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : g_cancellable_new ();
  self->events = *events;
  self->data = data;
  return self;
}

void
bty_route_set_demand (BtyRoute *self, const BtyRouteDemand *demand)
{
  self->demand = *demand;
}

static const char *
bot_of (BtyRoute *self)
{
  return bty_spender_get_for (self->spender)->slug;
}

/* Ends the route; the reference of bty_route_start() goes. */
static void
end (BtyRoute *self)
{
  self->state = STATE_DONE;
  self->events.on_done (self, self->data);
  clear_attempt (self);
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

static gboolean
falls_through (const GError *error)
{
  switch (bty_error_code_of (error))
    {
    case BTY_ERROR_RESOURCE_EXHAUSTED:
    case BTY_ERROR_UNAVAILABLE:
    case BTY_ERROR_DEADLINE_EXCEEDED:
    case BTY_ERROR_DATA_LOSS:
    case BTY_ERROR_NOT_FOUND:
    case BTY_ERROR_FAILED_PRECONDITION:
      return TRUE;
    default:
      return FALSE;
    }
}

/* The end of a list that nobody on it answered. The first model is the one that was wished for, so its code counts. */
static void
end_unanswered (BtyRoute *self)
{
  g_autoptr (GError) error = NULL;

  if (self->n_failures == 1)
    error = g_error_copy (self->first_error);
  else
    error = g_error_new (BTY_ERROR, bty_error_code_of (self->first_error), _ ("no model of the route answered: %s"),
                         self->failures->str);
  end_with_error (self, error);
}

static void
skip (BtyRoute *self, const GError *error)
{
  g_debug ("%s cannot answer: %s", self->label, error->message);
  if (self->first_error == NULL)
    self->first_error = g_error_copy (error);
  g_string_append_printf (self->failures, "%s%s: %s", self->n_failures > 0 ? "; " : "", self->label, error->message);
  self->n_failures += 1;
  if (self->events.on_skipped != NULL && self->models[self->next] != NULL)
    self->events.on_skipped (self, self->label, error, self->data);
  self->state = STATE_NEXT;
  advance (self);
}

static void
fail_attempt (BtyRoute *self, const GError *error)
{
  if (falls_through (error))
    skip (self, error);
  else
    end_with_error (self, error);
}

static void G_GNUC_PRINTF (3, 4) skip_new (BtyRoute *self, BtyErrorCode code, const char *format, ...)
{
  g_autoptr (GError) error = NULL;
  va_list args;

  va_start (args, format);
  error = g_error_new_valist (BTY_ERROR, code, format, args);
  va_end (args);
  skip (self, error);
}

/* Asking. */

static void on_opened (GObject *providers, GAsyncResult *result, gpointer data);

/* A key that was rotated may not count everywhere yet: while the one before is kept, it is tried once. */
static gboolean
is_worth_the_key_before (BtyRoute *self, const GError *error)
{
  return bty_error_code_of (error) == BTY_ERROR_UNAUTHENTICATED && !self->is_with_previous &&
         bty_provider_service_has_previous_key (self->providers, self->provider_name);
}

static void
try_the_key_before (BtyRoute *self, const GError *error)
{
  g_autoptr (GError) why = g_error_new (BTY_ERROR, BTY_ERROR_UNAUTHENTICATED,
                                        _ ("its new key is refused, so the one before its rotation is tried (%s)"),
                                        error->message);

  g_warning ("%s: %s", self->label, why->message);
  if (self->events.on_skipped != NULL)
    self->events.on_skipped (self, self->label, why, self->data);
  self->is_with_previous = TRUE;
  g_clear_object (&self->provider);
  g_clear_object (&self->completion);
  g_clear_pointer (&self->config, bty_provider_config_unref);
  self->state = STATE_OPENING;
  bty_provider_service_open_for_async (self->providers, self->provider_name, bot_of (self), TRUE, self->cancellable,
                                       on_opened, self);
}

static void
on_delta (BtyCompletion *completion, const BtyDelta *delta, gpointer data)
{
  BtyRoute *self = data;

  self->events.on_delta (self, delta, self->data);
}

static void
on_completed (BtyCompletion *completion, gpointer data)
{
  BtyRoute *self = data;
  const GError *error = bty_completion_get_error (completion);
  const BtyUsage *usage = bty_completion_get_usage (completion);

  g_clear_pointer (&self->usage, bty_usage_unref);
  self->usage = usage != NULL ? bty_usage_ref (usage) : NULL;
  self->stop_reason = bty_completion_get_stop_reason (completion);
  if (error == NULL)
    end (self);
  else if (bty_completion_get_n_deltas (completion) == 0 && is_worth_the_key_before (self, error))
    try_the_key_before (self, error);
  else if (bty_completion_get_n_deltas (completion) == 0)
    fail_attempt (self, error);
  else
    end_with_error (self, error);
}

static void
ask (BtyRoute *self)
{
  const BtyModel *reported = bty_provider_service_peek_model (self->providers, self->provider_name, self->model, NULL);
  g_autoptr (BtyModel) model = bty_model_book_look (bty_router_get_book (self->router), self->config, self->model,
                                                    reported);
  g_autoptr (BtyCompletionRequest) request = NULL;
  g_autoptr (BtyCompletion) completion = NULL;
  g_autoptr (GError) error = NULL;

  bty_record_take_string (&self->label, g_strdup (model->name));
  request = self->events.on_model (self, model, self->data, &error);
  if (request == NULL)
    {
      skip (self, error);
      return;
    }
  if (g_strcmp0 (request->model, self->model) != 0)
    {
      g_autoptr (BtyCompletionRequest) named = bty_completion_request_edit (request);

      bty_record_take_string (&named->model, g_strdup (self->model));
      bty_completion_request_unref (request);
      request = g_steal_pointer (&named);
    }
  if (!bty_provider_service_use_key (self->providers, self->provider_name, bot_of (self), &error))
    {
      fail_attempt (self, error);
      return;
    }
  completion = bty_completion_new (request, self->cancellable, on_delta, on_completed, self);
  bty_recorder_attach (bty_router_get_recorder (self->router), completion, self->config,
                       bty_spender_get_for (self->spender)->turn);
  g_set_object (&self->completion, completion);
  self->state = STATE_ASKING;
  bty_provider_complete (self->provider, completion);
}

/* Looking. */

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  g_cancellable_cancel (data);
}

static gboolean
on_looking_timeout (gpointer data)
{
  BtyRoute *self = data;

  self->looking_timeout = 0;
  g_cancellable_cancel (self->looking);
  return G_SOURCE_REMOVE;
}

static gboolean
choose_default_model (BtyRoute *self)
{
  const BtyModel *model = bty_provider_service_peek_model (self->providers, self->provider_name, NULL, NULL);

  if (model != NULL)
    self->model = g_strdup (model->name + strlen (self->provider_name) + 1);
  return self->model != NULL;
}

static void
on_models (GObject *providers, GAsyncResult *result, gpointer data)
{
  BtyRoute *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) models = bty_provider_service_list_models_finish (self->providers, result, &error);
  gboolean timed_out = self->looking_timeout == 0;

  g_clear_handle_id (&self->looking_timeout, g_source_remove);
  g_clear_signal_handler (&self->looking_link,
                          self->cancellable); /* g_cancellable_disconnect waits for ever when it is cancelling now */
  g_clear_object (&self->looking);
  if (g_cancellable_is_cancelled (self->cancellable))
    advance (self);
  else if (self->model != NULL || choose_default_model (self))
    ask (self);
  else if (timed_out)
    skip_new (self, BTY_ERROR_DEADLINE_EXCEEDED,
              _ ("the provider “%s” does not say which models it has: name one, as %s/MODEL"), self->provider_name,
              self->provider_name);
  else if (models == NULL)
    fail_attempt (self, error);
  else
    skip_new (self, BTY_ERROR_NOT_FOUND, _ ("the provider “%s” has no model: name one, as %s/MODEL"),
              self->provider_name, self->provider_name);
}

static void
look (BtyRoute *self)
{
  self->state = STATE_LOOKING;
  self->looking = g_cancellable_new ();
  self->looking_timeout = g_timeout_add (self->model != NULL ? ASK_WINDOW_MS : ASK_MODEL_MS, on_looking_timeout, self);
  self->looking_link = g_cancellable_connect (self->cancellable, G_CALLBACK (on_cancelled),
                                              g_object_ref (self->looking), g_object_unref);
  bty_provider_service_list_models_async (self->providers, self->provider_name, FALSE, self->looking, on_models, self);
}

/* Opening. */

static void
on_opened (GObject *providers, GAsyncResult *result, gpointer data)
{
  BtyRoute *self = data;
  g_autoptr (GError) error = NULL;
  gboolean known;

  self->provider = bty_provider_service_open_finish (self->providers, result, &self->config, &error);
  if (g_cancellable_is_cancelled (self->cancellable))
    {
      advance (self);
      return;
    }
  if (self->provider == NULL)
    {
      fail_attempt (self, error);
      return;
    }
  if (self->model == NULL && self->config->default_model != NULL && self->config->default_model[0] != '\0')
    self->model = g_strdup (self->config->default_model);
  bty_provider_service_peek_model (self->providers, self->provider_name, NULL, &known);
  if (self->model == NULL)
    choose_default_model (self);
  if (self->model == NULL || (!known && self->config->context_window == 0))
    look (self);
  else
    ask (self);
}

static void
open_next (BtyRoute *self)
{
  const char *label = self->models[self->next++];
  const char *slash = strchr (label, '/');

  clear_attempt (self);
  self->is_with_previous = FALSE;
  bty_record_take_string (&self->label, g_strdup (label));
  self->provider_name = slash != NULL ? g_strndup (label, slash - label) : g_strdup (label);
  self->model = slash != NULL && slash[1] != '\0' ? g_strdup (slash + 1) : NULL;
  self->state = STATE_OPENING;
  bty_provider_service_open_for_async (self->providers, self->provider_name, bot_of (self), FALSE, self->cancellable,
                                       on_opened, self);
}

static void
advance (BtyRoute *self)
{
  g_autoptr (GError) error = NULL;

  if (g_cancellable_set_error_if_cancelled (self->cancellable, &error))
    end_with_error (self, error);
  else if (self->models[self->next] == NULL)
    end_unanswered (self);
  else
    open_next (self);
}

static gboolean
on_started (gpointer data)
{
  advance (data);
  return G_SOURCE_REMOVE;
}

void
bty_route_start (BtyRoute *self)
{
  g_return_if_fail (self->state == STATE_NEXT && self->next == 0);
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
  return -1;
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

BtyStopReason
bty_route_get_stop_reason (BtyRoute *self)
{
  return self->stop_reason;
}
