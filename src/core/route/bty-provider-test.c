/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "route/bty-provider-test.h"
#include "route/bty-route.h"

#define TIMEOUT_MS 60000
#define MAX_ANSWER 200 /* characters that are shown */

typedef enum
{
  STATE_CHECKING, /* is there such a provider? */
  STATE_LISTING,  /* what does it offer? */
  STATE_ASKING,   /* does it answer? */
} State;

/* One test call: the data of its task. */
typedef struct
{
  State state;
  BtyProviderConfig *config;
  BtyProviderReport *report;
  BtyRoute *route;
  BtySpender *spender;
  GString *answer;
  gint64 began;
  GCancellable *cancellable; /* of the work: the caller's, or the time-out */
  gulong link;
  guint timeout;
} Test;

static void
test_free (Test *test)
{
  g_clear_handle_id (&test->timeout, g_source_remove);
  g_clear_pointer (&test->config, bty_provider_config_unref);
  g_clear_pointer (&test->report, bty_provider_report_unref);
  g_clear_object (&test->route);
  g_clear_object (&test->spender);
  g_clear_object (&test->cancellable);
  g_string_free (test->answer, TRUE);
  g_free (test);
}

static gint64
elapsed_ms (const Test *test)
{
  return (g_get_monotonic_time () - test->began) / 1000;
}

/* Ends the task, whose last reference is taken. */
static void
end (GTask *own)
{
  g_autoptr (GTask) task = own;
  Test *test = g_task_get_task_data (task);

  g_clear_handle_id (&test->timeout, g_source_remove);
  g_clear_signal_handler (&test->link, g_task_get_cancellable (task));
  if (!g_task_return_error_if_cancelled (task))
    g_task_return_pointer (task, bty_provider_report_ref (test->report), bty_record_unref);
}

static void
fail (GTask *task, const GError *error)
{
  Test *test = g_task_get_task_data (task);
  const GError *shown = error;
  g_autoptr (GError) late = NULL;

  if (test->timeout == 0)
    {
      late = g_error_new (
        BTY_ERROR, BTY_ERROR_DEADLINE_EXCEEDED,
        _ ("the provider “%s” did not answer within %d s: check its url and whether the server is up"),
        test->config->name, TIMEOUT_MS / 1000);
      shown = late;
    }
  test->report->ok = FALSE;
  bty_record_take_string (&test->report->error_code, g_strdup (bty_error_info (bty_error_code_of (shown))->name));
  bty_record_take_string (&test->report->error, g_strdup (shown->message));
  test->report->total_ms = elapsed_ms (test);
  end (task);
}

/* Asking. */

static BtyCompletionRequest *
on_model (BtyRoute *route, const BtyModel *model, gpointer data, GError **error)
{
  Test *test = g_task_get_task_data (data);
  BtyCompletionRequest *request = bty_completion_request_new ();

  bty_record_take_string (&test->report->model, g_strdup (model->name));
  test->report->pricing = model->pricing;
  test->report->input_price = model->input_price;
  test->report->output_price = model->output_price;
  request->messages = bty_record_list_new ();
  g_ptr_array_add (request->messages, bty_prompt_message_new_text (BTY_ROLE_USER, "Say hello in at most five words."));
  request->max_output = 256; /* a model that reasons spends some before its first word */
  return request;
}

static void
on_delta (BtyRoute *route, const BtyDelta *delta, gpointer data)
{
  Test *test = g_task_get_task_data (data);

  if (test->report->first_token_ms == 0)
    test->report->first_token_ms = MAX (elapsed_ms (test), 1);
  if (delta->kind == BTY_DELTA_TEXT && test->answer->len <= MAX_ANSWER)
    g_string_append_len (test->answer, delta->text, (gssize) delta->length);
}

static char *
shorten (const char *answer)
{
  g_autofree char *start = NULL;

  if (g_utf8_strlen (answer, -1) <= MAX_ANSWER)
    return g_strdup (answer);
  start = g_utf8_substring (answer, 0, MAX_ANSWER);
  return g_strconcat (start, "…", NULL);
}

static void
on_done (BtyRoute *route, gpointer data)
{
  Test *test = g_task_get_task_data (data);
  const GError *error = bty_route_get_error (route);

  if (error != NULL)
    {
      fail (data, error);
      return;
    }
  test->report->ok = TRUE;
  bty_record_take_string (&test->report->answer, shorten (test->answer->str));
  test->report->cost = bty_spender_get_cost (test->spender, NULL);
  test->report->total_ms = MAX (elapsed_ms (test), test->report->first_token_ms);
  end (data);
}

static const BtyRouteEvents events = { .on_model = on_model, .on_delta = on_delta, .on_done = on_done };

static void
ask (GTask *task)
{
  Test *test = g_task_get_task_data (task);
  const char *models[] = { test->config->name, NULL };
  BtyRouter *router = g_task_get_source_object (task);

  test->spender = bty_spender_new (bty_router_get_budgets (router), NULL, &(BtySpenderFor){ .purpose = "test" });
  test->state = STATE_ASKING;
  test->route = bty_route_new (router, models, test->spender, test->cancellable, &events, task);
  bty_route_set_demand (test->route, &(BtyRouteDemand){ .is_probe = TRUE });
  bty_route_start (test->route);
}

/* Listing. */

static gboolean
names_model (const BtyProviderConfig *config)
{
  return config->default_model != NULL && config->default_model[0] != '\0';
}

static void
on_listed (GObject *service, GAsyncResult *result, gpointer data)
{
  Test *test = g_task_get_task_data (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) models = bty_provider_service_list_models_finish (BTY_PROVIDER_SERVICE (service), result,
                                                                          &error);

  if (models != NULL)
    test->report->models = models->len;
  if (g_cancellable_is_cancelled (test->cancellable) || (models == NULL && !names_model (test->config)))
    fail (data, error);
  else
    ask (data); /* not every service tells what it offers */
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  g_cancellable_cancel (data);
}

static gboolean
on_timeout (gpointer data)
{
  Test *test = data;

  test->timeout = 0;
  g_cancellable_cancel (test->cancellable);
  return G_SOURCE_REMOVE;
}

static void
on_checked (GObject *service, GAsyncResult *result, gpointer data)
{
  Test *test = g_task_get_task_data (data);
  GCancellable *outer = g_task_get_cancellable (data);
  GError *error = NULL;

  test->config = bty_provider_service_get_finish (BTY_PROVIDER_SERVICE (service), result, &error);
  if (test->config == NULL)
    {
      g_task_return_error (data, error);
      g_object_unref (data);
      return;
    }
  test->report->name = g_strdup (test->config->name);
  test->report->kind = g_strdup (test->config->kind);
  test->state = STATE_LISTING;
  test->timeout = g_timeout_add (TIMEOUT_MS, on_timeout, test);
  if (outer != NULL)
    test->link = g_cancellable_connect (outer, G_CALLBACK (on_cancelled), g_object_ref (test->cancellable),
                                        g_object_unref);
  bty_provider_service_list_models_async (BTY_PROVIDER_SERVICE (service), test->config->name, TRUE, test->cancellable,
                                          on_listed, data);
}

void
bty_provider_test_async (BtyRouter *router, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer data)
{
  g_autoptr (GTask) task = g_task_new (router, cancellable, callback, data);
  Test *test = g_new0 (Test, 1);

  g_task_set_source_tag (task, bty_provider_test_async);
  g_task_set_task_data (task, test, (GDestroyNotify) test_free);
  test->report = bty_provider_report_new ();
  test->answer = g_string_new (NULL);
  test->cancellable = g_cancellable_new ();
  test->began = g_get_monotonic_time ();
  bty_provider_service_get_async (bty_router_get_providers (router), name, cancellable, on_checked,
                                  g_steal_pointer (&task));
}

BtyProviderReport *
bty_provider_test_finish (BtyRouter *router, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, router), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
