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

/* Takes @own and @error. */
static void
fail (BtyProviderService *self, GTask *own, GError *error)
{
  g_autoptr (GTask) task = own;

  if (wait_for_plugin (self, task, &error))
    return;
  bty_error_convert (&error);
  g_task_return_error (task, error);
}

/* Opening: with the key that the record names, asked for when it is needed. Takes @own. */
static void
go_on_with (GTask *own, BtyProvider *provider)
{
  g_autoptr (GTask) task = own;
  BtyProviderService *self = g_task_get_source_object (task);
  BtyProviderJob *job = g_task_get_task_data (task);

  job->opened (self, g_steal_pointer (&task), provider);
}

static void
on_key (GObject *secrets, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  BtyProviderService *self = g_task_get_source_object (task);
  BtyProviderJob *job = g_task_get_task_data (task);
  BtyProviderEntry *entry = g_hash_table_lookup (self->entries, job->name);
  BtyProviderKey *place;
  g_autoptr (BtyProvider) provider = NULL;
  g_autoptr (BtyProviderConfig) asked_for = g_steal_pointer (&job->config);
  GError *error = NULL;
  g_autoptr (BtySecret) key = bty_secret_service_resolve_finish (BTY_SECRET_SERVICE (secrets), result, &error);

  if (entry == NULL || entry->config != asked_for)
    {
      g_clear_error (&error);
      job->step (self, g_steal_pointer (&task)); /* the record was changed meanwhile: this key may be another's */
      return;
    }
  if (key == NULL)
    {
      fail (self, g_steal_pointer (&task), bty_provider_entry_no_key (entry, error));
      return;
    }
  place = bty_provider_entry_find_key (entry, job->reference);
  if (!job->previous && place->provider != NULL)
    provider = g_object_ref (place->provider);
  else
    provider = bty_provider_entry_make (entry, key, self->make, self->make_data, &error);
  if (provider == NULL)
    {
      fail (self, g_steal_pointer (&task), error);
      return;
    }
  if (!job->previous)
    g_set_object (&place->provider, provider);
  go_on_with (g_steal_pointer (&task), provider);
}

/* Whose turn it is, or the key that was asked for. */
static BtyProviderKey *
choose_key (BtyProviderEntry *entry, BtyProviderJob *job, GError **error)
{
  BtyProviderKey *key = job->is_chosen ? bty_provider_entry_find_key (entry, job->reference) : NULL;

  if (key == NULL)
    key = bty_provider_entry_take_turn (entry, error);
  if (key != NULL)
    bty_record_take_string (&job->reference, g_strdup (key->reference));
  return key;
}

static void
open_entry (BtyProviderService *self, GTask *own)
{
  g_autoptr (GTask) task = own;
  g_autoptr (BtyProvider) provider = NULL;
  GError *error = NULL;
  BtyProviderJob *job = g_task_get_task_data (task);
  BtyProviderEntry *entry = bty_provider_service_find_entry (self, job->name, &error);
  BtyProviderKey *place = NULL;
  BtySecretUse use;

  if (entry == NULL || !bty_provider_entry_check (entry, &error) || (place = choose_key (entry, job, &error)) == NULL)
    {
      bty_error_convert (&error);
      g_task_return_error (task, error);
      return;
    }
  if (place->provider != NULL && !job->previous)
    {
      provider = g_object_ref (place->provider);
      go_on_with (g_steal_pointer (&task), provider);
      return;
    }
  if (place->reference != NULL)
    {
      use = bty_provider_entry_get_use (entry, job->bot);
      g_clear_pointer (&job->config, bty_provider_config_unref);
      job->config = bty_provider_config_ref (entry->config);
      bty_secret_service_resolve_async (self->secrets, place->reference, &use, job->previous,
                                        g_task_get_cancellable (task), on_key, g_object_ref (task));
      return;
    }
  provider = bty_provider_entry_make (entry, NULL, self->make, self->make_data, &error);
  if (provider == NULL)
    {
      fail (self, g_steal_pointer (&task), error);
      return;
    }
  g_set_object (&place->provider, provider);
  go_on_with (g_steal_pointer (&task), provider);
}

static void
on_opened (BtyProviderService *self, GTask *own, BtyProvider *provider)
{
  g_autoptr (GTask) task = own;
  BtyProviderJob *job = g_task_get_task_data (task);
  BtyProviderEntry *entry = g_hash_table_lookup (self->entries, job->name);

  g_clear_pointer (&job->config, bty_provider_config_unref);
  job->config = bty_provider_config_ref (entry->config);
  g_task_return_pointer (task, g_object_ref (provider), g_object_unref);
}

void
bty_provider_service_open_for_async (BtyProviderService *self, const char *name, const char *bot, gboolean previous,
                                     GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  BtyProviderJob *job = bty_provider_job_new (open_entry, name);

  job->opened = on_opened;
  job->bot = g_strdup (bot);
  job->previous = previous;
  bty_provider_job_begin (self, job, bty_provider_service_open_async, cancellable, callback, data);
}

void
bty_provider_service_open_async (BtyProviderService *self, const char *name, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer data)
{
  bty_provider_service_open_for_async (self, name, NULL, FALSE, cancellable, callback, data);
}

void
bty_provider_service_open_key_async (BtyProviderService *self, const char *name, const char *bot, const char *reference,
                                     gboolean previous, GCancellable *cancellable, GAsyncReadyCallback callback,
                                     gpointer data)
{
  BtyProviderJob *job = bty_provider_job_new (open_entry, name);

  job->opened = on_opened;
  job->bot = g_strdup (bot);
  job->previous = previous;
  job->reference = g_strdup (reference);
  job->is_chosen = TRUE;
  bty_provider_job_begin (self, job, bty_provider_service_open_async, cancellable, callback, data);
}

const char *
bty_provider_service_get_opened_key (BtyProviderService *self, GAsyncResult *result)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return ((BtyProviderJob *) g_task_get_task_data (G_TASK (result)))->reference;
}

gboolean
bty_provider_service_rest_key (BtyProviderService *self, const char *name, const char *reference, gint64 rest_ms,
                               const char *reason)
{
  BtyProviderEntry *entry = g_hash_table_lookup (self->entries, name);

  return entry != NULL && bty_provider_entry_rest (entry, reference, rest_ms, reason);
}

gboolean
bty_provider_service_use_key_of (BtyProviderService *self, const char *name, const char *reference, const char *bot,
                                 GError **error)
{
  BtyProviderEntry *entry = bty_provider_service_find_entry (self, name, error);
  BtySecretUse use;

  if (entry == NULL)
    return FALSE;
  if (reference == NULL)
    return TRUE;
  use = bty_provider_entry_get_use (entry, bot);
  return bty_secret_service_use (self->secrets, reference, &use, error);
}

gboolean
bty_provider_service_has_previous_key (BtyProviderService *self, const char *name, const char *reference)
{
  return reference != NULL && g_hash_table_contains (self->entries, name) &&
         bty_secret_service_has_previous (self->secrets, reference);
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

  if (entry == NULL || !bty_provider_entry_is_open (entry, object))
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
list_opened (BtyProviderService *self, GTask *own, BtyProvider *provider)
{
  g_autoptr (GTask) task = own;
  GError *error = NULL;
  BtyProviderJob *job = g_task_get_task_data (task);
  BtyProviderEntry *entry = g_hash_table_lookup (self->entries, job->name);

  if (!job->fresh && entry->models != NULL && g_get_monotonic_time () - entry->models_at < MODELS_KEEP_US)
    g_task_return_pointer (task, g_ptr_array_ref (entry->models), (GDestroyNotify) g_ptr_array_unref);
  else if (bty_provider_service_use_key_of (self, job->name, job->reference, NULL, &error))
    bty_provider_list_models_async (provider, g_task_get_cancellable (task), on_models, g_object_ref (task));
  else
    g_task_return_error (task, error);
}

void
bty_provider_service_list_models_async (BtyProviderService *self, const char *name, gboolean fresh,
                                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  BtyProviderJob *job = bty_provider_job_new (open_entry, name);

  job->opened = list_opened;
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
