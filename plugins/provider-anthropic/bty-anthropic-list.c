/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-anthropic"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-anthropic-list.h"

/* A page has up to 1,000 models: more pages than this are a server that goes round in circles. */
#define MAX_PAGES 100

typedef struct
{
  BtyAnthropicModels models;
  BtyAnthropicPageFunc page;
  guint n_pages;
} List;

static void
list_free (gpointer data)
{
  List *list = data;

  bty_anthropic_models_clear (&list->models);
  g_free (list);
}

static void on_page (GObject *source, GAsyncResult *result, gpointer data);

static void
ask (GTask *task)
{
  BtyHttpProvider *provider = g_task_get_source_object (task);
  List *list = g_task_get_task_data (task);

  list->n_pages += 1;
  bty_http_provider_fetch_async (provider, list->page (provider, list->models.last_id), g_task_get_cancellable (task),
                                 on_page, g_object_ref (task));
}

static void
on_page (GObject *source, GAsyncResult *result, gpointer data)
{
  BtyHttpProvider *provider = BTY_HTTP_PROVIDER (source);
  g_autoptr (GTask) task = data;
  List *list = g_task_get_task_data (task);
  GError *error = NULL, *reason = NULL;
  g_autoptr (GBytes) body = bty_http_provider_fetch_finish (provider, result, &error);
  gsize length = 0;
  const char *json = body != NULL ? g_bytes_get_data (body, &length) : NULL;

  if (body != NULL && !bty_anthropic_models_read (&list->models, bty_http_provider_get_options (provider)->name,
                                                  json != NULL ? json : "", length, &reason))
    bty_http_provider_not_protocol (provider, reason, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else if (list->models.has_more && list->models.last_id != NULL && list->n_pages < MAX_PAGES)
    ask (task);
  else
    g_task_return_boolean (task, TRUE);
}

void
bty_anthropic_list_async (BtyHttpProvider *provider, BtyAnthropicPageFunc page, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (provider, cancellable, callback, data);
  List *list = g_new0 (List, 1);

  bty_anthropic_models_init (&list->models);
  list->page = page;
  g_task_set_source_tag (task, bty_anthropic_list_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, list, list_free);
  if (bty_http_provider_get_options (provider) != NULL)
    ask (task);
  else
    g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, "%s",
                             _ ("the provider has not been configured"));
}

GPtrArray *
bty_anthropic_list_finish (BtyHttpProvider *provider, GAsyncResult *result, GHashTable **traits, GError **error)
{
  List *list = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  *traits = g_hash_table_ref (list->models.traits);
  return g_ptr_array_ref (list->models.models);
}
