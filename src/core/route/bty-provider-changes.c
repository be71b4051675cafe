/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "route/bty-provider-presets.h"
#include "route/bty-provider-service-private.h"

static gboolean
check_revision (const BtyProviderConfig *request, const BtyProviderConfig *current, GError **error)
{
  if (!BTY_HAS (request, BtyProviderConfig, record.revision) || request->record.revision == current->record.revision)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_ABORTED,
               _ ("the provider “%s” is at revision %lld, not %lld: read it again"), current->name,
               (long long) current->record.revision, (long long) request->record.revision);
  return FALSE;
}

static gboolean
check_config (const BtyProviderConfig *config, GError **error)
{
  g_autoptr (GUri) uri = NULL;
  const char *scheme;

  if (config->url == NULL || config->url[0] == '\0')
    return TRUE;
  uri = g_uri_parse (config->url, G_URI_FLAGS_NONE, NULL);
  scheme = uri != NULL ? g_uri_get_scheme (uri) : "";
  if ((g_str_equal (scheme, "http") || g_str_equal (scheme, "https")) && g_uri_get_host (uri) != NULL &&
      *g_uri_get_host (uri) != '\0' && g_uri_get_userinfo (uri) == NULL)
    return TRUE;
  /* Not repeated: a wrong URL may hold a password. */
  g_set_error (
    error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
    _ (
      "the url of the provider “%s” is no plain http or https URL: give one such as http://127.0.0.1:11434/v1, and the key apart from it"),
    config->name);
  return FALSE;
}

/* Whether a request says where to, rather than leaving it to the fallback of the kind. */
static gboolean
says_where (const BtyProviderConfig *request)
{
  return BTY_HAS (request, BtyProviderConfig, kind) || (request->url != NULL && *request->url != '\0') ||
         bty_provider_presets_find (request->name) != NULL;
}

/* A name that was misspelt must not lead a key to the service that the fallback means. */
static gboolean
check_place (const BtyProviderJob *job, GError **error)
{
  if (!job->is_lost)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
               _ ("“%s” is no service that is known in advance: give its URL, or its kind; boternity-ctl provider "
                  "presets lists those that are known"),
               job->config->name);
  return FALSE;
}

/* Adding and changing. */

/* Whether @reference leads to a key that was handed over to this provider. */
static gboolean
is_own_key (const BtyProviderConfig *config, const char *reference)
{
  g_autofree char *key_name = bty_provider_key_name (config->name);
  const char *colon = reference != NULL ? strchr (reference, ':') : NULL;

  return colon != NULL && g_str_equal (colon + 1, key_name) &&
         (g_str_has_prefix (reference, "memory:") || g_str_has_prefix (reference, "secret:"));
}

/* The record is as it was: a key that was kept for it is of no use, and one in memory is as it was, too. */
static void
take_key_back (BtyProviderService *self, BtyProviderJob *job)
{
  g_autofree char *key_name = bty_provider_key_name (job->config->name);

  if (job->key_before != NULL && g_str_has_prefix (job->config->key_ref, "memory:"))
    bty_secret_service_put (self->secrets, key_name, job->key_before);
  else if (g_strcmp0 (job->dropped_ref, job->config->key_ref) != 0)
    bty_secret_service_forget (self->secrets, job->config->key_ref);
  else
    g_warning ("the provider “%s” could not be changed, but its key was", job->config->name);
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
      if (job->key != NULL)
        take_key_back (self, job);
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (job->dropped_ref != NULL && g_strcmp0 (job->dropped_ref, job->config->key_ref) != 0)
    bty_secret_service_forget (self->secrets, job->dropped_ref);
  bty_provider_service_set_entry (self, job->config);
  g_task_return_pointer (
    task, bty_provider_entry_show (g_hash_table_lookup (self->entries, job->config->name), self->secrets),
    bty_record_unref);
}

static void
commit (BtyProviderService *self, GTask *task)
{
  BtyProviderJob *job = g_task_get_task_data (task);
  g_autoptr (BtyBatch) batch = bty_batch_new ();

  bty_batch_put (batch, job->config);
  bty_batch_publish (batch, job->topic, job->config);
  g_task_set_check_cancellable (task, FALSE); /* what was committed is told as such */
  bty_store_apply_async (self->store, batch, g_task_get_cancellable (task), on_stored, g_object_ref (task));
}

static void
on_key_kept (GObject *secrets, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  BtyProviderService *self = g_task_get_source_object (task);
  BtyProviderJob *job = g_task_get_task_data (task);
  GError *error = NULL;
  char *reference = bty_secret_service_keep_finish (BTY_SECRET_SERVICE (secrets), result, &error);

  if (reference == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  bty_record_take_string (&job->config->key_ref, reference);
  commit (self, task);
}

/* It is for this host alone: another one does not get it, whatever the record says later. */
static void
keep_key (BtyProviderService *self, GTask *task)
{
  BtyProviderJob *job = g_task_get_task_data (task);
  BtyProviderEntry entry = { .config = job->config };
  BtySecretUse use = bty_provider_entry_get_use (&entry, NULL);
  g_autoptr (GUri) uri = use.url != NULL ? g_uri_parse (use.url, G_URI_FLAGS_NONE, NULL) : NULL;
  g_autofree char *key_name = bty_provider_key_name (job->config->name);
  g_autofree char *text = g_strdup_printf (_ ("key of the provider %s"), job->config->name);

  bty_secret_service_keep_async (self->secrets, key_name, job->key, uri != NULL ? g_uri_get_host (uri) : NULL, text,
                                 on_key_kept, g_object_ref (task));
}

/* Takes @own. The key is parted from the record here, so that nothing past this place can store it with the record. */
static void
store_config (BtyProviderService *self, GTask *own, const char *topic)
{
  g_autoptr (GTask) task = own;
  BtyProviderJob *job = g_task_get_task_data (task);
  BtyProviderConfig *config = job->config;

  job->topic = topic;
  job->key = g_steal_pointer (&config->key);
  if (job->key == NULL)
    {
      commit (self, task);
      return;
    }
  if (is_own_key (config, config->key_ref))
    job->dropped_ref = g_strdup (config->key_ref);
  if (job->dropped_ref != NULL && g_str_has_prefix (job->dropped_ref, "memory:"))
    job->key_before = bty_secret_service_find (self->secrets, job->dropped_ref, NULL);
  if (bty_secret_get_length (job->key) > 0)
    {
      keep_key (self, task);
      return;
    }
  g_clear_pointer (&job->key, bty_secret_unref);
  if (job->dropped_ref != NULL)
    g_clear_pointer (&config->key_ref, g_free);
  commit (self, task);
}

/* Whether nothing has its name yet. */
static gboolean
check_free (BtyProviderService *self, const char *name, GError **error)
{
  if (g_hash_table_contains (self->entries, name))
    g_set_error (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS,
                 _ ("a provider is called “%s” already: change it with boternity-ctl provider update %s"), name, name);
  else if (g_hash_table_contains (self->routes, name))
    g_set_error (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS,
                 _ ("a route is called “%s”, and a provider needs a name of its own: take another"), name);
  else
    return TRUE;
  return FALSE;
}

static void
add (BtyProviderService *self, GTask *own)
{
  g_autoptr (GTask) task = own;
  g_autoptr (GError) error = NULL;
  BtyProviderJob *job = g_task_get_task_data (task);
  BtyProviderConfig *config = job->config;

  if (!check_free (self, config->name, &error) || !check_place (job, &error) ||
      !bty_provider_presets_apply (config, &error) || !check_config (config, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (config->key == NULL && (config->key_ref == NULL || config->key_ref[0] == '\0'))
    bty_record_take_string (&config->key_ref, g_strdup (bty_provider_usual_key_ref (config->kind, config->url)));
  store_config (self, g_steal_pointer (&task), "provider.added");
}

void
bty_provider_service_add_async (BtyProviderService *self, const BtyProviderConfig *config, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer data)
{
  BtyProviderJob *job;
  GError *error = NULL;

  if (!bty_provider_check_name (config->name, &error))
    {
      g_task_report_error (self, callback, data, bty_provider_service_add_async, error);
      return;
    }
  job = bty_provider_job_new (add, NULL);
  job->config = bty_provider_config_edit (config);
  job->is_lost = !says_where (config);
  bty_provider_job_begin (self, job, bty_provider_service_add_async, cancellable, callback, data);
}

BtyProviderConfig *
bty_provider_service_add_finish (BtyProviderService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
is_same_host (const char *a, const char *b)
{
  g_autoptr (GUri) left = a != NULL ? g_uri_parse (a, G_URI_FLAGS_SCHEME_NORMALIZE, NULL) : NULL;
  g_autoptr (GUri) right = b != NULL ? g_uri_parse (b, G_URI_FLAGS_SCHEME_NORMALIZE, NULL) : NULL;

  if (left == NULL || right == NULL)
    return a == NULL && b == NULL;
  return g_str_equal (g_uri_get_scheme (left), g_uri_get_scheme (right)) &&
         g_uri_get_port (left) == g_uri_get_port (right) &&
         g_ascii_strcasecmp (g_uri_get_host (left) != NULL ? g_uri_get_host (left) : "",
                             g_uri_get_host (right) != NULL ? g_uri_get_host (right) : "") == 0;
}

/* Where its key is sent; by custom a kind has a host of its own. */
static char *
find_host (const BtyProviderConfig *config)
{
  BtyProviderEntry entry = { .config = (BtyProviderConfig *) config };
  BtySecretUse use = bty_provider_entry_get_use (&entry, NULL);
  g_autoptr (GUri) uri = use.url != NULL ? g_uri_parse (use.url, G_URI_FLAGS_NONE, NULL) : NULL;

  return uri != NULL && g_uri_get_host (uri) != NULL ? g_ascii_strdown (g_uri_get_host (uri), -1) : NULL;
}

/* What is kept under a name of ours knows its hosts itself; anything else is as good as who names it, who meant the host before. */
static gboolean
check_host (BtyProviderService *self, const BtyProviderConfig *config, const BtyProviderConfig *before, GError **error)
{
  g_autofree char *old_host = find_host (before);
  g_autofree char *new_host = find_host (config);

  if (new_host == NULL || g_strcmp0 (old_host, new_host) == 0)
    return TRUE;
  if (before->key_ref == NULL || before->key_ref[0] == '\0' || g_str_has_prefix (before->key_ref, "memory:") ||
      bty_secret_service_is_kept (self->secrets, before->key_ref))
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
               _ ("the key “%s” of the provider “%s” was not meant for %s: give --key-ref or --key-stdin along with "
                  "the new url"),
               before->key_ref, config->name, new_host);
  return FALSE;
}

/* The same of the other keys of its pool. */
static gboolean
check_more_keys (BtyProviderService *self, const BtyProviderConfig *config, const BtyProviderConfig *before,
                 const BtyProviderConfig *changes, GError **error)
{
  g_autofree char *old_host = find_host (before);
  g_autofree char *new_host = find_host (config);

  if (before->more_keys == NULL || BTY_HAS (changes, BtyProviderConfig, more_keys) || new_host == NULL ||
      g_strcmp0 (old_host, new_host) == 0)
    return TRUE;
  for (guint i = 0; before->more_keys[i] != NULL; i++)
    if (!bty_secret_service_is_kept (self->secrets, before->more_keys[i]))
      {
        g_set_error (
          error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
          _ ("the key “%s” of the provider “%s” was not meant for %s: give --more-keys along with the new url"),
          before->more_keys[i], config->name, new_host);
        return FALSE;
      }
  return TRUE;
}

/* A key that was found by custom belongs to the old host: it must not go to another one. */
static gboolean
follow_url (BtyProviderService *self, BtyProviderConfig *config, const BtyProviderConfig *before,
            const BtyProviderConfig *changes, GError **error)
{
  const char *usual = bty_provider_usual_key_ref (before->kind, before->url);

  if (BTY_HAS (changes, BtyProviderConfig, key_ref) || config->key != NULL)
    return TRUE;
  if (BTY_HAS (changes, BtyProviderConfig, url) && (before->key_ref == NULL || g_strcmp0 (before->key_ref, usual) == 0))
    {
      bty_record_take_string (&config->key_ref, g_strdup (bty_provider_usual_key_ref (config->kind, config->url)));
      return TRUE;
    }
  /* A key was given for one host: another one does not get it. */
  if (BTY_HAS (changes, BtyProviderConfig, url) && g_str_has_prefix (before->key_ref, "memory:") &&
      !is_same_host (before->url, config->url))
    {
      g_autofree char *key_name = bty_provider_key_name (config->name);

      bty_secret_service_put (self->secrets, key_name, NULL);
    }
  return check_host (self, config, before, error);
}

static void
update (BtyProviderService *self, GTask *own)
{
  g_autoptr (GTask) task = own;
  g_autoptr (GError) error = NULL;
  BtyProviderJob *job = g_task_get_task_data (task);
  BtyProviderEntry *entry = bty_provider_service_find_entry (self, job->name, &error);

  if (entry == NULL || !check_revision (job->changes, entry->config, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  job->config = bty_provider_config_edit (entry->config);
  bty_record_merge (job->config, job->changes, BTY_VIEW_PATCH);
  if (!check_config (job->config, &error) ||
      !check_more_keys (self, job->config, entry->config, job->changes, &error) ||
      !follow_url (self, job->config, entry->config, job->changes, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  store_config (self, g_steal_pointer (&task), "provider.updated");
}

void
bty_provider_service_update_async (BtyProviderService *self, const BtyProviderConfig *changes,
                                   GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  BtyProviderJob *job = bty_provider_job_new (update, changes->name);

  job->changes = bty_provider_config_ref (changes);
  bty_provider_job_begin (self, job, bty_provider_service_update_async, cancellable, callback, data);
}

BtyProviderConfig *
bty_provider_service_update_finish (BtyProviderService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Deleting. */

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
  if (job->dropped_ref != NULL)
    bty_secret_service_forget (self->secrets, job->dropped_ref);
  g_hash_table_remove (self->entries, job->name);
  g_task_return_boolean (task, TRUE);
}

static void delete (BtyProviderService *self, GTask *own)
{
  g_autoptr (GTask) task = own;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyBatch) batch = NULL;
  BtyProviderJob *job = g_task_get_task_data (task);
  BtyProviderEntry *entry = bty_provider_service_find_entry (self, job->name, &error);

  if (entry == NULL || !check_revision (job->changes, entry->config, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (g_str_equal (job->name, BTY_BUILTIN_PROVIDER))
    {
      g_task_return_new_error (
        task, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
        _ ("the provider “builtin” cannot be deleted: boternity-ctl provider update builtin --enabled false"));
      return;
    }
  if (is_own_key (entry->config, entry->config->key_ref))
    job->dropped_ref = g_strdup (entry->config->key_ref);
  batch = bty_batch_new ();
  bty_batch_delete (batch, entry->config);
  bty_batch_publish (batch, "provider.deleted", entry->config);
  g_task_set_check_cancellable (task, FALSE);
  bty_store_apply_async (self->store, batch, g_task_get_cancellable (task), on_deleted, g_object_ref (task));
}

void
bty_provider_service_delete_async (BtyProviderService *self, const BtyProviderConfig *key, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer data)
{
  BtyProviderJob *job = bty_provider_job_new (delete, key->name);

  job->changes = bty_provider_config_ref (key);
  bty_provider_job_begin (self, job, bty_provider_service_delete_async, cancellable, callback, data);
}

gboolean
bty_provider_service_delete_finish (BtyProviderService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
