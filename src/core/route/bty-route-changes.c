/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "route/bty-provider-service-private.h"
#include "route/bty-route-changes.h"

/* The routes with names: few, kept in memory as the providers are, with which they share their names. */

static BtyRouteConfig *
find_route (BtyProviderService *self, const char *name, GError **error)
{
  BtyRouteConfig *route = g_hash_table_lookup (self->routes, name);
  g_autofree char **names = NULL;
  g_autofree char *joined = NULL;

  if (route != NULL)
    return route;
  names = (char **) g_hash_table_get_keys_as_array (self->routes, NULL);
  joined = g_strjoinv (", ", names);
  if (joined[0] != '\0')
    g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND, _ ("no route is called “%s”: there are %s"), name, joined);
  else
    g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND,
                 _ ("no route is called “%s”, and there is none yet: boternity-ctl route create %s PROVIDER/MODEL…"),
                 name, name);
  return NULL;
}

static gboolean
check_revision (const BtyRouteConfig *request, const BtyRouteConfig *current, GError **error)
{
  if (!BTY_HAS (request, BtyRouteConfig, record.revision) || request->record.revision == current->record.revision)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_ABORTED, _ ("the route “%s” is at revision %lld, not %lld: read it again"),
               current->name, (long long) current->record.revision, (long long) request->record.revision);
  return FALSE;
}

static void
on_stored (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;
  BtyProviderService *self = g_task_get_source_object (task);
  BtyProviderJob *job = g_task_get_task_data (task);

  if (!bty_store_apply_finish (BTY_STORE (store), result, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  g_hash_table_insert (self->routes, g_strdup (job->route->name), bty_route_config_ref (job->route));
  g_task_return_pointer (task, bty_route_config_ref (job->route), bty_record_unref);
}

static void
commit (BtyProviderService *self, GTask *task)
{
  BtyProviderJob *job = g_task_get_task_data (task);
  g_autoptr (BtyBatch) batch = bty_batch_new ();

  bty_batch_put (batch, job->route);
  bty_batch_publish (batch, job->topic, job->route);
  g_task_set_check_cancellable (task, FALSE); /* what was committed is told as such */
  bty_store_apply_async (self->store, batch, g_task_get_cancellable (task), on_stored, g_object_ref (task));
}

static gboolean
check_route (BtyProviderService *self, const BtyRouteConfig *route, GError **error)
{
  return bty_provider_service_check_steps (self, (const char *const *) route->steps, FALSE, "/steps", error);
}

static gboolean
check_free (BtyProviderService *self, const char *name, GError **error)
{
  if (g_hash_table_contains (self->routes, name))
    g_set_error (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS,
                 _ ("a route is called “%s” already: change it with boternity-ctl route update %s"), name, name);
  else if (g_hash_table_contains (self->entries, name))
    g_set_error (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS,
                 _ ("a provider is called “%s”, and a route needs a name of its own: take another"), name);
  else
    return TRUE;
  return FALSE;
}

static void
create (BtyProviderService *self, GTask *own)
{
  g_autoptr (GTask) task = own;
  g_autoptr (GError) error = NULL;
  BtyProviderJob *job = g_task_get_task_data (task);

  job->topic = "route.created";
  if (!bty_provider_check_name (job->route->name, &error) || !check_free (self, job->route->name, &error) ||
      !check_route (self, job->route, &error))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    commit (self, task);
}

static void
update (BtyProviderService *self, GTask *own)
{
  g_autoptr (GTask) task = own;
  g_autoptr (GError) error = NULL;
  BtyProviderJob *job = g_task_get_task_data (task);
  const BtyRouteConfig *route = find_route (self, job->name, &error);

  if (route == NULL || !check_revision (job->route_changes, route, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  job->topic = "route.updated";
  g_clear_pointer (&job->route, bty_route_config_unref);
  job->route = bty_route_config_edit (route);
  bty_record_merge (job->route, job->route_changes, BTY_VIEW_PATCH);
  if (check_route (self, job->route, &error))
    commit (self, task);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_deleted (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;
  BtyProviderService *self = g_task_get_source_object (task);
  BtyProviderJob *job = g_task_get_task_data (task);

  if (!bty_store_apply_finish (BTY_STORE (store), result, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  g_hash_table_remove (self->routes, job->name);
  g_task_return_pointer (task, NULL, NULL);
}

static void delete (BtyProviderService *self, GTask *own)
{
  g_autoptr (GTask) task = own;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyBatch) batch = NULL;
  BtyProviderJob *job = g_task_get_task_data (task);
  BtyRouteConfig *route = find_route (self, job->name, &error);

  if (route == NULL || !check_revision (job->route_changes, route, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  batch = bty_batch_new ();
  bty_batch_delete (batch, route);
  bty_batch_publish (batch, "route.deleted", route);
  g_task_set_check_cancellable (task, FALSE);
  bty_store_apply_async (self->store, batch, g_task_get_cancellable (task), on_deleted, g_object_ref (task));
}

static void
get (BtyProviderService *self, GTask *own)
{
  g_autoptr (GTask) task = own;
  GError *error = NULL;
  BtyProviderJob *job = g_task_get_task_data (task);
  const BtyRouteConfig *route = find_route (self, job->name, &error);

  if (route == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, bty_route_config_ref (route), bty_record_unref);
}

void
bty_route_change_async (BtyProviderService *self, BtyRouteChange change, const BtyRouteConfig *config,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  static const BtyProviderStep steps[] = {
    [BTY_ROUTE_CREATE] = create, [BTY_ROUTE_GET] = get, [BTY_ROUTE_UPDATE] = update, [BTY_ROUTE_DELETE] = delete
  };
  BtyProviderJob *job = bty_provider_job_new (steps[change], config->name);

  if (change == BTY_ROUTE_CREATE)
    job->route = bty_route_config_edit (config);
  else
    job->route_changes = bty_route_config_ref (config);
  bty_provider_job_begin (self, job, bty_route_change_async, cancellable, callback, data);
}

BtyRouteConfig *
bty_route_change_finish (BtyProviderService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static int
compare_routes (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 ((*(const BtyRouteConfig *const *) a)->name, (*(const BtyRouteConfig *const *) b)->name);
}

GPtrArray *
bty_route_list (BtyProviderService *self)
{
  GPtrArray *routes = bty_record_list_new ();
  GHashTableIter iter;
  gpointer route;

  g_hash_table_iter_init (&iter, self->routes);
  while (g_hash_table_iter_next (&iter, NULL, &route))
    g_ptr_array_add (routes, bty_record_ref (route));
  g_ptr_array_sort (routes, compare_routes);
  return routes;
}
