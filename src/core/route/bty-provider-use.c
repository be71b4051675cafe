/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "route/bty-provider-service-private.h"

#define MODELS_KEEP_US (5 * 60 * G_USEC_PER_SEC)

static void
step_again (gpointer index, gpointer data)
{
  GTask *task = data;
  BtyProviderJob *job = g_task_get_task_data (task);

  if (!g_task_return_error_if_cancelled (task))
    job->step (g_task_get_source_object (task), g_object_ref (task));
}

/* Once: its plugin may be one that is being looked at. Returns: whether the step is taken again, and @error gone */
static gboolean
wait_for_plugin (BtyProviderService *self, GTask *task, GError **error)
{
  BtyProviderJob *job = g_task_get_task_data (task);

  if (job->has_waited || self->registry == NULL || !g_error_matches (*error, BTY_ERROR, BTY_ERROR_UNAVAILABLE))
    return FALSE;
  g_clear_error (error);
  job->has_waited = TRUE;
  bty_plugin_index_when_known (bty_plugin_registry_get_index (self->registry), step_again, g_object_ref (task),
                               g_object_unref);
  return TRUE;
}

static void
open_provider (BtyProviderService *self, GTask *own)
{
  g_autoptr (GTask) task = own;
  g_autoptr (BtyProvider) provider = NULL;
  GError *error = NULL;
  BtyProviderJob *job = g_task_get_task_data (task);
  BtyProviderEntry *entry = bty_provider_service_find_entry (self, job->name, &error);

  if (entry != NULL)
    provider = bty_provider_entry_open (entry, self->secrets, self->make, self->make_data, &error);
  if (provider == NULL)
    {
      if (wait_for_plugin (self, task, &error))
        return;
      bty_error_convert (&error);
      g_task_return_error (task, error);
      return;
    }
  job->config = bty_provider_config_ref (entry->config);
  g_task_return_pointer (task, g_steal_pointer (&provider), g_object_unref);
}

void
bty_provider_service_open_async (BtyProviderService *self, const char *name, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer data)
{
  bty_provider_job_begin (self, bty_provider_job_new (open_provider, name), bty_provider_service_open_async,
                          cancellable, callback, data);
}

BtyProvider *
bty_provider_service_open_finish (BtyProviderService *self, GAsyncResult *result, BtyProviderConfig **config,
                                  GError **error)
{
  BtyProvider *provider;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  provider = g_task_propagate_pointer (G_TASK (result), error);
  if (provider != NULL && config != NULL)
    *config = bty_provider_config_ref (((BtyProviderJob *) g_task_get_task_data (G_TASK (result)))->config);
  return provider;
}

/* Models. */

static void
on_models (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  BtyProviderService *self = g_task_get_source_object (task);
  BtyProviderJob *job = g_task_get_task_data (task);
  BtyProviderEntry *entry = g_hash_table_lookup (self->entries, job->name);
  GError *error = NULL;
  g_autoptr (GPtrArray) models = bty_provider_list_models_finish (BTY_PROVIDER (object), result, &error);

  if (entry == NULL || (gpointer) entry->provider != (gpointer) object)
    {
      g_clear_error (&error);
      g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_ABORTED,
                               _ ("the provider “%s” was changed meanwhile: ask again"), job->name);
      return;
    }
  bty_provider_entry_set_models (entry, g_steal_pointer (&models));
  if (error != NULL)
    {
      bty_error_convert (&error);
      g_task_return_error (task, error);
    }
  else
    g_task_return_pointer (task, g_ptr_array_ref (entry->models), (GDestroyNotify) g_ptr_array_unref);
}

static void
list_models (BtyProviderService *self, GTask *own)
{
  g_autoptr (GTask) task = own;
  g_autoptr (BtyProvider) provider = NULL;
  GError *error = NULL;
  BtyProviderJob *job = g_task_get_task_data (task);
  BtyProviderEntry *entry = bty_provider_service_find_entry (self, job->name, &error);

  if (entry != NULL)
    provider = bty_provider_entry_open (entry, self->secrets, self->make, self->make_data, &error);
  if (provider == NULL && wait_for_plugin (self, task, &error))
    return;
  if (provider == NULL)
    {
      bty_error_convert (&error);
      g_task_return_error (task, error);
    }
  else if (!job->fresh && entry->models != NULL && g_get_monotonic_time () - entry->models_at < MODELS_KEEP_US)
    g_task_return_pointer (task, g_ptr_array_ref (entry->models), (GDestroyNotify) g_ptr_array_unref);
  else
    bty_provider_list_models_async (provider, g_task_get_cancellable (task), on_models, g_object_ref (task));
}

void
bty_provider_service_list_models_async (BtyProviderService *self, const char *name, gboolean fresh,
                                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  BtyProviderJob *job = bty_provider_job_new (list_models, name);

  job->fresh = fresh;
  bty_provider_job_begin (self, job, bty_provider_service_list_models_async, cancellable, callback, data);
}

GPtrArray *
bty_provider_service_list_models_finish (BtyProviderService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

const BtyModel *
bty_provider_service_peek_model (BtyProviderService *self, const char *provider, const char *model, gboolean *known)
{
  BtyProviderEntry *entry = g_hash_table_lookup (self->entries, provider);

  if (known != NULL)
    *known = entry != NULL && (entry->models != NULL ||
                               (entry->asked_at > 0 && g_get_monotonic_time () - entry->asked_at < MODELS_KEEP_US));
  return entry != NULL ? bty_provider_entry_find_model (entry, model) : NULL;
}
