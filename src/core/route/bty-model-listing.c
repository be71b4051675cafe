/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "route/bty-model-listing.h"

#define TIMEOUT_MS 10000 /* for the slowest provider */

typedef struct
{
  GPtrArray *providers; /* BtyProviderConfig */
  GPtrArray **models;   /* of each, NULL where it failed */
  GString *failures;
  guint n_asked;
  guint n_failed;
  guint n_pending;
  GCancellable *cancellable;
  gulong link;
  guint timeout;
} Listing;

/* Which provider an answer is from. */
typedef struct
{
  GTask *task;
  guint index;
} Asked;

static void
listing_free (Listing *listing)
{
  for (guint i = 0; listing->providers != NULL && i < listing->providers->len; i++)
    g_clear_pointer (&listing->models[i], g_ptr_array_unref);
  g_clear_pointer (&listing->providers, g_ptr_array_unref);
  g_clear_handle_id (&listing->timeout, g_source_remove);
  g_clear_object (&listing->cancellable);
  g_string_free (listing->failures, TRUE);
  g_free (listing->models);
  g_free (listing);
}

static void
end (GTask *own)
{
  g_autoptr (GTask) task = own;
  Listing *listing = g_task_get_task_data (task);
  GPtrArray *all;

  g_clear_handle_id (&listing->timeout, g_source_remove);
  g_clear_signal_handler (&listing->link, g_task_get_cancellable (task));
  if (listing->n_asked > 0 && listing->n_failed == listing->n_asked)
    {
      g_task_return_new_error (
        task, BTY_ERROR, BTY_ERROR_UNAVAILABLE,
        _ ("no provider says what it offers: %s; boternity-ctl provider test NAME tries one, boternity-ctl model list "
           "--provider builtin shows what is there without any"),
        listing->failures->str);
      return;
    }
  all = bty_record_list_new ();
  for (guint i = 0; i < listing->providers->len; i++)
    for (guint m = 0; listing->models[i] != NULL && m < listing->models[i]->len; m++)
      g_ptr_array_add (all, bty_record_ref (listing->models[i]->pdata[m]));
  g_task_return_pointer (task, all, (GDestroyNotify) g_ptr_array_unref);
}

/* The built-in one never fails, and is not what a person looks for who has connected others. */
static void
note_failure (Listing *listing, const BtyProviderConfig *config, const GError *error)
{
  g_info ("no list of models from the provider “%s”: %s", config->name, error->message);
  if (g_str_equal (config->name, BTY_BUILTIN_PROVIDER))
    return;
  listing->n_failed += 1;
  g_string_append_printf (listing->failures, "%s%s: %s", listing->failures->len > 0 ? "; " : "", config->name,
                          error->message);
}

static void
on_listed (GObject *service, GAsyncResult *result, gpointer data)
{
  g_autofree Asked *asked = data;
  Listing *listing = g_task_get_task_data (asked->task);
  g_autoptr (GError) error = NULL;

  listing->models[asked->index] = bty_provider_service_list_models_finish (BTY_PROVIDER_SERVICE (service), result,
                                                                           &error);
  if (error != NULL)
    note_failure (listing, listing->providers->pdata[asked->index], error);
  listing->n_pending -= 1;
  if (listing->n_pending == 0)
    end (asked->task);
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  g_cancellable_cancel (data);
}

static gboolean
on_timeout (gpointer data)
{
  Listing *listing = data;

  listing->timeout = 0;
  g_cancellable_cancel (listing->cancellable);
  return G_SOURCE_REMOVE;
}

static void
ask_all (BtyProviderService *service, GTask *task)
{
  Listing *listing = g_task_get_task_data (task);

  listing->n_pending = 1; /* until all are asked */
  for (guint i = 0; i < listing->providers->len; i++)
    {
      const BtyProviderConfig *config = listing->providers->pdata[i];
      Asked *asked;

      if (!config->enabled)
        continue;
      asked = g_new (Asked, 1);
      listing->n_asked += !g_str_equal (config->name, BTY_BUILTIN_PROVIDER);
      *asked = (Asked){ .task = task, .index = i };
      listing->n_pending += 1;
      bty_provider_service_list_models_async (service, config->name, FALSE, listing->cancellable, on_listed, asked);
    }
  listing->n_pending -= 1;
  if (listing->n_pending == 0)
    end (task);
}

static void
on_providers (GObject *service, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Listing *listing = g_task_get_task_data (task);
  GCancellable *outer = g_task_get_cancellable (task);
  GError *error = NULL;

  listing->providers = bty_provider_service_list_finish (BTY_PROVIDER_SERVICE (service), result, &error);
  if (listing->providers == NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  listing->models = g_new0 (GPtrArray *, listing->providers->len);
  listing->timeout = g_timeout_add (TIMEOUT_MS, on_timeout, listing);
  if (outer != NULL)
    listing->link = g_cancellable_connect (outer, G_CALLBACK (on_cancelled), g_object_ref (listing->cancellable),
                                           g_object_unref);
  ask_all (BTY_PROVIDER_SERVICE (service), task);
}

static void
on_one (GObject *service, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  GPtrArray *models = bty_provider_service_list_models_finish (BTY_PROVIDER_SERVICE (service), result, &error);

  if (models != NULL)
    g_task_return_pointer (task, models, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

void
bty_model_listing_async (BtyProviderService *service, const char *provider, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (service, cancellable, callback, data);
  Listing *listing = g_new0 (Listing, 1);

  g_task_set_source_tag (task, bty_model_listing_async);
  g_task_set_task_data (task, listing, (GDestroyNotify) listing_free);
  listing->cancellable = g_cancellable_new ();
  listing->failures = g_string_new (NULL);
  if (provider != NULL)
    bty_provider_service_list_models_async (service, provider, FALSE, cancellable, on_one, g_steal_pointer (&task));
  else
    bty_provider_service_list_async (service, cancellable, on_providers, g_steal_pointer (&task));
}

GPtrArray *
bty_model_listing_finish (BtyProviderService *service, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, service), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
