/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-http-series.h"

#define MAX_REQUESTS 1000

typedef struct
{
  BtyHttpSeriesStep step;
  gpointer data;
  GDestroyNotify free_data;
  guint n_asked;
} Series;

static void
series_free (gpointer data)
{
  Series *series = data;

  if (series->data != NULL)
    series->free_data (series->data);
  g_free (series);
}

static void ask (GTask *task, BtyHttpRequest *request);

static void
on_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  BtyHttpProvider *self = BTY_HTTP_PROVIDER (source);
  Series *series = g_task_get_task_data (task);
  g_autoptr (GError) failure = NULL;
  g_autoptr (GBytes) body = bty_http_provider_fetch_finish (self, result, &failure);
  BtyHttpRequest *next = NULL;
  GError *error = NULL;
  gsize length = 0;
  const char *json = body != NULL ? g_bytes_get_data (body, &length) : NULL;

  if (g_error_matches (failure, BTY_ERROR, BTY_ERROR_CANCELLED))
    g_task_return_error (task, g_steal_pointer (&failure));
  else if (!series->step (self, json, length, failure, series->data, &next, &error))
    g_task_return_error (task, error);
  else if (next == NULL)
    g_task_return_pointer (task, g_steal_pointer (&series->data), series->free_data);
  else
    ask (g_steal_pointer (&task), next);
}

/* Takes both. */
static void
ask (GTask *task, BtyHttpRequest *request)
{
  Series *series = g_task_get_task_data (task);

  if (series->n_asked >= MAX_REQUESTS)
    {
      bty_http_request_free (request);
      g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_DATA_LOSS,
                               _ ("the provider “%s” does not come to an end with its list"),
                               bty_http_provider_get_options (g_task_get_source_object (task))->name);
      g_object_unref (task);
      return;
    }
  series->n_asked += 1;
  bty_http_provider_fetch_async (g_task_get_source_object (task), request, g_task_get_cancellable (task), on_answer,
                                 task);
}

void
bty_http_series_async (BtyHttpProvider *self, BtyHttpRequest *first, BtyHttpSeriesStep step, gpointer data,
                       GDestroyNotify free_data, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Series *series = g_new0 (Series, 1);

  series->step = step;
  series->data = data;
  series->free_data = free_data;
  g_task_set_source_tag (task, bty_http_series_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, series, series_free);
  ask (task, first);
}

gpointer
bty_http_series_finish (BtyHttpProvider *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
