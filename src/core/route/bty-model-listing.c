/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "route/bty-model-listing.h"

#define TIMEOUT_MS 10000 /* for the slowest provider */

typedef struct
{
  BtyModelBook *book;
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
  g_clear_object (&listing->book);
  g_string_free (listing->failures, TRUE);
  g_free (listing->models);
  g_free (listing);
}

/* What a service says of a model, with what else is known of it. */
static BtyModel *
describe (BtyModelBook *book, const BtyProviderConfig *provider, const BtyModel *reported)
{
  return bty_model_book_describe (book, provider, reported->name + strlen (provider->name) + 1, reported);
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
      g_ptr_array_add (all, describe (listing->book, listing->providers->pdata[i], listing->models[i]->pdata[m]));
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

/* One provider. */

typedef struct
{
  char *provider;
  char *model; /* (nullable): only this one */
  BtyProviderConfig *config;
} One;

static void
one_free (One *one)
{
  g_free (one->provider);
  g_free (one->model);
  g_clear_pointer (&one->config, bty_provider_config_unref);
  g_free (one);
}

static void
on_one (GObject *service, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  One *one = g_task_get_task_data (task);
  BtyModelBook *book = bty_router_get_book (g_task_get_source_object (task));
  GError *error = NULL;
  g_autoptr (GPtrArray) models = bty_provider_service_list_models_finish (BTY_PROVIDER_SERVICE (service), result,
                                                                          &error);
  GPtrArray *all;

  if (models == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  all = bty_record_list_new ();
  for (guint i = 0; i < models->len; i++)
    g_ptr_array_add (all, describe (book, one->config, models->pdata[i]));
  g_task_return_pointer (task, all, (GDestroyNotify) g_ptr_array_unref);
}

/* A service that does not say what it has is no reason not to say what others know of a model. */
static void
on_asked (GObject *service, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  One *one = g_task_get_task_data (task);
  BtyRouter *router = g_task_get_source_object (task);
  g_autoptr (GPtrArray) models = bty_provider_service_list_models_finish (BTY_PROVIDER_SERVICE (service), result, NULL);
  const BtyModel *reported = bty_provider_service_peek_model (BTY_PROVIDER_SERVICE (service), one->provider, one->model,
                                                              NULL);

  g_task_return_pointer (
    task, bty_model_book_describe (bty_router_get_book (router), one->config, one->model, reported), bty_record_unref);
}

static void
on_config (GObject *service, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  One *one = g_task_get_task_data (task);
  GError *error = NULL;
  gboolean is_model = one->model != NULL;

  one->config = bty_provider_service_get_finish (BTY_PROVIDER_SERVICE (service), result, &error);
  if (one->config == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  bty_provider_service_list_models_async (BTY_PROVIDER_SERVICE (service), one->provider, FALSE,
                                          g_task_get_cancellable (task), is_model ? on_asked : on_one,
                                          g_object_ref (task));
}

static void
begin_one (GTask *task, const char *provider, const char *model)
{
  One *one = g_new0 (One, 1);

  one->provider = g_strdup (provider);
  one->model = g_strdup (model);
  g_task_set_task_data (task, one, (GDestroyNotify) one_free);
  bty_provider_service_get_async (bty_router_get_providers (g_task_get_source_object (task)), provider,
                                  g_task_get_cancellable (task), on_config, task);
}

void
bty_model_listing_async (BtyRouter *router, const char *provider, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (router, cancellable, callback, data);
  Listing *listing;

  g_task_set_source_tag (task, bty_model_listing_async);
  if (provider != NULL)
    {
      begin_one (task, provider, NULL);
      return;
    }
  listing = g_new0 (Listing, 1);
  g_task_set_task_data (task, listing, (GDestroyNotify) listing_free);
  listing->book = g_object_ref (bty_router_get_book (router));
  listing->cancellable = g_cancellable_new ();
  listing->failures = g_string_new (NULL);
  bty_provider_service_list_async (bty_router_get_providers (router), cancellable, on_providers, task);
}

GPtrArray *
bty_model_listing_finish (BtyRouter *router, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, router), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
bty_model_get_async (BtyRouter *router, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback,
                     gpointer data)
{
  g_autoptr (GTask) task = g_task_new (router, cancellable, callback, data);
  const char *slash = strchr (name, '/');
  g_autofree char *provider = NULL;

  g_task_set_source_tag (task, bty_model_get_async);
  if (slash == NULL || slash == name || slash[1] == '\0')
    {
      g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                               _ ("/name: “%s” is not a model's name such as openai/gpt-4o"), name);
      return;
    }
  provider = g_strndup (name, (gsize) (slash - name));
  begin_one (g_steal_pointer (&task), provider, slash + 1);
}

BtyModel *
bty_model_get_finish (BtyRouter *router, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, router), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
