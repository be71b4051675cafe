/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "route/bty-provider-service-private.h"
#include "route/bty-route-step.h"

G_DEFINE_FINAL_TYPE (BtyProviderService, bty_provider_service, G_TYPE_OBJECT)

static void
job_free (BtyProviderJob *job)
{
  g_free (job->name);
  g_free (job->bot);
  g_free (job->dropped_ref);
  g_free (job->reference);
  g_clear_pointer (&job->config, bty_provider_config_unref);
  g_clear_pointer (&job->changes, bty_provider_config_unref);
  g_clear_pointer (&job->route, bty_route_config_unref);
  g_clear_pointer (&job->route_changes, bty_route_config_unref);
  g_clear_pointer (&job->key, bty_secret_unref);
  g_clear_pointer (&job->key_before, bty_secret_unref);
  g_free (job);
}

static void
bty_provider_service_finalize (GObject *object)
{
  BtyProviderService *self = BTY_PROVIDER_SERVICE (object);

  g_clear_signal_handler (&self->secrets_link, self->secrets);
  g_clear_object (&self->store);
  g_clear_object (&self->registry);
  g_clear_object (&self->secrets);
  g_hash_table_unref (self->entries);
  g_hash_table_unref (self->routes);
  g_ptr_array_unref (self->waiting);
  G_OBJECT_CLASS (bty_provider_service_parent_class)->finalize (object);
}

static void
bty_provider_service_class_init (BtyProviderServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_provider_service_finalize;
}

static void
bty_provider_service_init (BtyProviderService *self)
{
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) bty_provider_entry_free);
  self->routes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, bty_record_unref);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
}

static BtyProvider *
make_from_registry (gpointer data, const char *kind, GError **error)
{
  g_autoptr (GObject) object = bty_plugin_registry_make (data, BTY_FEATURE_PROVIDER, kind, error);

  if (object == NULL)
    return NULL;
  if (!BTY_IS_PROVIDER (object))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                   _ ("the plugin that offers “%s” makes no provider: replace it"), kind);
      return NULL;
    }
  return BTY_PROVIDER (g_steal_pointer (&object));
}

/* Whether a change of a secret, told by its name or by the whole reference, is one of @reference. */
static gboolean
is_about (const char *changed, const char *reference)
{
  const char *colon = strchr (reference, ':');

  return changed == NULL || g_str_equal (changed, reference) || (colon != NULL && g_str_equal (changed, colon + 1));
}

/* A provider object holds its key: it goes with it, and the next request makes another. */
static void
on_secret_changed (BtySecretService *secrets, const char *name, gpointer data)
{
  BtyProviderService *self = data;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      BtyProviderEntry *entry = value;

      for (guint i = 0; i < entry->n_keys; i++)
        if (entry->keys[i].reference != NULL && is_about (name, entry->keys[i].reference))
          {
            g_clear_object (&entry->keys[i].provider);
            entry->keys[i].rests_until = 0; /* what was refused was another value */
          }
    }
}

BtyProviderService *
bty_provider_service_new (BtyStore *store, BtyPluginRegistry *registry, BtySecretService *secrets)
{
  BtyProviderService *self = g_object_new (BTY_TYPE_PROVIDER_SERVICE, NULL);

  self->store = g_object_ref (store);
  self->secrets = g_object_ref (secrets);
  self->secrets_link = g_signal_connect (secrets, "changed", G_CALLBACK (on_secret_changed), self);
  if (registry != NULL)
    {
      self->registry = g_object_ref (registry);
      bty_provider_service_set_maker (self, make_from_registry, registry);
    }
  return self;
}

void
bty_provider_service_set_maker (BtyProviderService *self, BtyProviderMaker make, gpointer data)
{
  self->make = make;
  self->make_data = data;
}

BtyProvider *
bty_provider_service_make_played (BtyProviderService *self, const char *name, const char *kind, const char *url,
                                  GError **error)
{
  const BtyProviderEntry *entry = g_hash_table_lookup (self->entries, name);
  g_autoptr (BtyProviderConfig) config = bty_provider_config_new ();
  g_autoptr (BtyProvider) provider = self->make (self->make_data, kind, error);

  config->name = g_strdup (name);
  config->kind = g_strdup (kind);
  config->url = g_strdup (url);
  config->enabled = TRUE;
  if (entry != NULL && g_strcmp0 (entry->config->kind, kind) == 0)
    config->options = g_strdup (entry->config->options);
  if (provider == NULL || !bty_provider_configure (provider, config, NULL, error))
    return NULL;
  return g_steal_pointer (&provider);
}

/* The records. */

void
bty_provider_service_set_entry (BtyProviderService *self, const BtyProviderConfig *config)
{
  g_hash_table_insert (self->entries, g_strdup (config->name),
                       bty_provider_entry_new (bty_provider_config_ref (config)));
}

static BtyProviderConfig *
builtin_config (void)
{
  BtyProviderConfig *config = bty_provider_config_new ();

  config->name = g_strdup (BTY_BUILTIN_PROVIDER);
  config->kind = g_strdup (BTY_BUILTIN_PROVIDER);
  config->enabled = TRUE;
  return config;
}

static void load_routes (BtyProviderService *self, const char *cursor);

static void
end_loading (BtyProviderService *self, const GError *error)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->loaded = error == NULL;
  for (guint i = 0; i < waiting->len; i++)
    {
      GTask *task = waiting->pdata[i];
      BtyProviderJob *job = g_task_get_task_data (task);

      if (error != NULL)
        g_task_return_error (task, g_error_copy (error));
      else if (!g_task_return_error_if_cancelled (task))
        job->step (self, g_object_ref (task));
    }
}

static void
on_route_page (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyProviderService) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (store), result, &error);

  for (guint i = 0; page != NULL && i < page->items->len; i++)
    {
      const BtyRouteConfig *route = page->items->pdata[i];

      g_hash_table_insert (self->routes, g_strdup (route->name), bty_route_config_ref (route));
    }
  if (page != NULL && page->next_cursor != NULL)
    load_routes (self, page->next_cursor);
  else
    end_loading (self, error);
}

static void
load_routes (BtyProviderService *self, const char *cursor)
{
  g_autoptr (BtyQuery) query = bty_query_new (&bty_route_config_schema);

  bty_query_limit (query, 1000);
  bty_query_after (query, cursor);
  bty_store_query_async (self->store, query, NULL, on_route_page, g_object_ref (self));
}

static void load_page (BtyProviderService *self, const char *cursor);

static void
on_page (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyProviderService) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (store), result, &error);

  for (guint i = 0; page != NULL && i < page->items->len; i++)
    bty_provider_service_set_entry (self, page->items->pdata[i]);
  if (page != NULL && page->next_cursor != NULL)
    load_page (self, page->next_cursor);
  else if (page != NULL)
    load_routes (self, NULL);
  else
    end_loading (self, error);
}

static void
load_page (BtyProviderService *self, const char *cursor)
{
  g_autoptr (BtyQuery) query = bty_query_new (&bty_provider_config_schema);

  bty_query_limit (query, 1000);
  bty_query_after (query, cursor);
  bty_store_query_async (self->store, query, NULL, on_page, g_object_ref (self));
}

/* Whether a key is at hand is told by what is known of secrets. */
static void
on_secrets_loaded (GObject *secrets, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyProviderService) self = data;
  g_autoptr (BtyProviderConfig) builtin = builtin_config ();
  g_autoptr (GError) error = NULL;

  if (!bty_secret_service_load_finish (BTY_SECRET_SERVICE (secrets), result, &error))
    {
      end_loading (self, error);
      return;
    }
  g_hash_table_remove_all (self->entries);
  g_hash_table_remove_all (self->routes);
  bty_provider_service_set_entry (self, builtin);
  load_page (self, NULL);
}

static void
load (BtyProviderService *self)
{
  bty_secret_service_load_async (self->secrets, on_secrets_loaded, g_object_ref (self));
}

/* Takes @job. */
void
bty_provider_job_begin (BtyProviderService *self, BtyProviderJob *job, gpointer tag, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  if (self->loaded)
    {
      job->step (self, g_steal_pointer (&task));
      return;
    }
  g_ptr_array_add (self->waiting, g_steal_pointer (&task));
  if (self->waiting->len == 1)
    load (self);
}

BtyProviderJob *
bty_provider_job_new (BtyProviderStep step, const char *name)
{
  BtyProviderJob *job = g_new0 (BtyProviderJob, 1);

  job->step = step;
  job->name = g_strdup (name);
  return job;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  const char *one = *(const char *const *) a;
  const char *other = *(const char *const *) b;
  gboolean one_is_last = g_str_equal (one, BTY_BUILTIN_PROVIDER);
  gboolean other_is_last = g_str_equal (other, BTY_BUILTIN_PROVIDER);

  return one_is_last != other_is_last ? one_is_last - other_is_last : g_strcmp0 (one, other);
}

static GPtrArray *
sorted_names (BtyProviderService *self)
{
  GPtrArray *names = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (names, name);
  g_ptr_array_sort (names, compare_names);
  return names;
}

BtyProviderEntry *
bty_provider_service_find_entry (BtyProviderService *self, const char *name, GError **error)
{
  BtyProviderEntry *entry = name != NULL ? g_hash_table_lookup (self->entries, name) : NULL;
  g_autoptr (GPtrArray) names = NULL;
  g_autofree char *joined = NULL;

  if (entry != NULL)
    return entry;
  names = sorted_names (self);
  g_ptr_array_add (names, NULL);
  joined = g_strjoinv (", ", (char **) names->pdata);
  g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND, _ ("no provider is called “%s”: there are %s"),
               name != NULL ? name : "", joined);
  return NULL;
}

/* Looking. */

gboolean
bty_provider_service_is_ready (BtyProviderService *self)
{
  return self->loaded;
}

static void
be_ready (BtyProviderService *self, GTask *own)
{
  g_autoptr (GTask) task = own;

  g_task_return_boolean (task, TRUE);
}

void
bty_provider_service_ready_async (BtyProviderService *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                                  gpointer data)
{
  bty_provider_job_begin (self, bty_provider_job_new (be_ready, NULL), bty_provider_service_ready_async, cancellable,
                          callback, data);
}

gboolean
bty_provider_service_ready_finish (BtyProviderService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

const BtyProviderEntry *
bty_provider_service_peek (BtyProviderService *self, const char *name, GError **error)
{
  return bty_provider_service_find_entry (self, name, error);
}

const BtyRouteConfig *
bty_provider_service_peek_route (BtyProviderService *self, const char *name)
{
  return g_hash_table_size (self->routes) > 0 ? g_hash_table_lookup (self->routes, name) : NULL;
}

gboolean
bty_provider_service_check_key (BtyProviderService *self, const BtyProviderEntry *entry, GError **error)
{
  const BtyProviderConfig *config = entry->config;

  for (guint i = 0; i < entry->n_keys; i++)
    if (entry->keys[i].reference == NULL || bty_secret_service_knows (self->secrets, entry->keys[i].reference))
      return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
               _ ("nobody has the key of the provider “%s” (%s): boternity-ctl provider update %s --key-stdin"),
               config->name, entry->keys[0].reference, config->name);
  return FALSE;
}

/* Both kinds of names are one to whoever writes a route. */
static void
refuse_step (BtyProviderService *self, const BtyRouteStep *step, gboolean may_be_routes, GError **error)
{
  g_autoptr (GPtrArray) names = sorted_names (self);
  g_autofree char *joined = NULL;
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, self->routes);
  while (may_be_routes && step->model == NULL && g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (names, name);
  g_ptr_array_add (names, NULL);
  joined = g_strjoinv (", ", (char **) names->pdata);
  g_set_error (
    error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
    may_be_routes && step->model == NULL
      ? _ ("no provider and no route is called “%s”: there are %s; connect one with boternity-ctl provider add %s")
      : _ ("no provider is called “%s”: there are %s; connect one with boternity-ctl provider add %s"),
    step->provider, joined, step->provider);
}

gboolean
bty_provider_service_check_steps (BtyProviderService *self, const char *const *steps, gboolean may_be_routes,
                                  const char *place, GError **error)
{
  if (!bty_route_check (steps, place, error))
    return FALSE;
  for (guint i = 0; steps != NULL && steps[i] != NULL; i++)
    {
      g_autoptr (BtyRouteStep) step = bty_route_step_parse (steps[i], NULL);

      if (g_hash_table_contains (self->entries, step->provider) ||
          (may_be_routes && step->model == NULL && g_hash_table_contains (self->routes, step->provider)))
        continue;
      refuse_step (self, step, may_be_routes, error);
      if (place != NULL)
        g_prefix_error (error, "%s/%u: ", place, i);
      return FALSE;
    }
  return TRUE;
}

static void
get (BtyProviderService *self, GTask *own)
{
  g_autoptr (GTask) task = own;
  GError *error = NULL;
  BtyProviderJob *job = g_task_get_task_data (task);
  BtyProviderEntry *entry = bty_provider_service_find_entry (self, job->name, &error);

  if (entry == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, bty_provider_entry_show (entry, self->secrets), bty_record_unref);
}

void
bty_provider_service_get_async (BtyProviderService *self, const char *name, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer data)
{
  bty_provider_job_begin (self, bty_provider_job_new (get, name), bty_provider_service_get_async, cancellable, callback,
                          data);
}

BtyProviderConfig *
bty_provider_service_get_finish (BtyProviderService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
list (BtyProviderService *self, GTask *own)
{
  g_autoptr (GTask) task = own;
  g_autoptr (GPtrArray) names = sorted_names (self);
  GPtrArray *shown = bty_record_list_new ();

  for (guint i = 0; i < names->len; i++)
    g_ptr_array_add (shown,
                     bty_provider_entry_show (g_hash_table_lookup (self->entries, names->pdata[i]), self->secrets));
  g_task_return_pointer (task, shown, (GDestroyNotify) g_ptr_array_unref);
}

void
bty_provider_service_list_async (BtyProviderService *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                                 gpointer data)
{
  bty_provider_job_begin (self, bty_provider_job_new (list, NULL), bty_provider_service_list_async, cancellable,
                          callback, data);
}

GPtrArray *
bty_provider_service_list_finish (BtyProviderService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
