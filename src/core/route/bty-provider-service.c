/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "route/bty-provider-service.h"

#define MODELS_KEEP_US (5 * 60 * G_USEC_PER_SEC)

struct _BtyProviderService
{
  GObject            parent_instance;
  BtyStore          *store;
  BtyPluginRegistry *registry;
  BtySecretService  *secrets;
  BtyProviderMaker   make;
  gpointer           make_data;
  GHashTable        *entries; /* name -> BtyProviderEntry */
  GPtrArray         *waiting; /* Job: begun before the records were here */
  gboolean           loaded;
};

G_DEFINE_FINAL_TYPE (BtyProviderService, bty_provider_service, G_TYPE_OBJECT)

/* What a task is about; a step runs once the records are here. It ends the task, or hands it on. */
typedef void (*Step) (BtyProviderService *self, GTask *task);

typedef struct
{
  Step               step;
  char              *name;
  BtyProviderConfig *config;  /* what the caller gave, later what is stored */
  BtyProviderConfig *changes; /* an update as the caller gave it */
  BtySecret         *key;
  gboolean           drop_key;
  gboolean           fresh;
} Job;

static void
job_free (Job *job)
{
  g_free (job->name);
  g_clear_pointer (&job->config, bty_provider_config_unref);
  g_clear_pointer (&job->changes, bty_provider_config_unref);
  g_clear_pointer (&job->key, bty_secret_unref);
  g_free (job);
}

static void
bty_provider_service_finalize (GObject *object)
{
  BtyProviderService *self = BTY_PROVIDER_SERVICE (object);

  g_clear_object (&self->store);
  g_clear_object (&self->registry);
  g_clear_object (&self->secrets);
  g_hash_table_unref (self->entries);
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
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
}

static BtyProvider *
make_from_registry (gpointer data, const char *kind, GError **error)
{
  g_autoptr(GObject) object = bty_plugin_registry_make (data, BTY_FEATURE_PROVIDER, kind, error);

  if (object == NULL)
    return NULL;
  if (!BTY_IS_PROVIDER (object))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _("the plugin that offers “%s” makes no provider: replace it"), kind);
      return NULL;
    }
  return BTY_PROVIDER (g_steal_pointer (&object));
}

BtyProviderService *
bty_provider_service_new (BtyStore *store, BtyPluginRegistry *registry, BtySecretService *secrets)
{
  BtyProviderService *self = g_object_new (BTY_TYPE_PROVIDER_SERVICE, NULL);

  self->store = g_object_ref (store);
  self->secrets = g_object_ref (secrets);
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

/* The records. */

static void
set_entry (BtyProviderService *self, const BtyProviderConfig *config)
{
  g_hash_table_insert (self->entries, g_strdup (config->name), bty_provider_entry_new (bty_provider_config_ref (config)));
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

static void
end_loading (BtyProviderService *self, const GError *error)
{
  g_autoptr(GPtrArray) waiting = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->loaded = error == NULL;
  for (guint i = 0; i < waiting->len; i++)
    {
      GTask *task = waiting->pdata[i];
      Job   *job = g_task_get_task_data (task);

      if (error != NULL)
        g_task_return_error (task, g_error_copy (error));
      else if (!g_task_return_error_if_cancelled (task))
        job->step (self, g_object_ref (task));
    }
}

static void load_page (BtyProviderService *self, const char *cursor);

static void
on_page (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr(BtyProviderService) self = data;
  g_autoptr(GError)             error = NULL;
  g_autoptr(BtyPage)            page = bty_store_query_finish (BTY_STORE (store), result, &error);

  for (guint i = 0; page != NULL && i < page->items->len; i++)
    set_entry (self, page->items->pdata[i]);
  if (page != NULL && page->next_cursor != NULL)
    load_page (self, page->next_cursor);
  else
    end_loading (self, error);
}

static void
load_page (BtyProviderService *self, const char *cursor)
{
  g_autoptr(BtyQuery) query = bty_query_new (&bty_provider_config_schema);

  bty_query_limit (query, 1000);
  bty_query_after (query, cursor);
  bty_store_query_async (self->store, query, NULL, on_page, g_object_ref (self));
}

static void
load (BtyProviderService *self)
{
  g_autoptr(BtyProviderConfig) builtin = builtin_config ();

  g_hash_table_remove_all (self->entries);
  set_entry (self, builtin);
  load_page (self, NULL);
}

/* Takes @job. */
static void
begin (BtyProviderService *self, Job *job, gpointer tag, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, data);

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

static Job *
job_new (Step step, const char *name)
{
  Job *job = g_new0 (Job, 1);

  job->step = step;
  job->name = g_strdup (name);
  return job;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  const char *one = *(const char *const *) a;
  const char *other = *(const char *const *) b;
  gboolean    one_is_last = g_str_equal (one, BTY_BUILTIN_PROVIDER);
  gboolean    other_is_last = g_str_equal (other, BTY_BUILTIN_PROVIDER);

  return one_is_last != other_is_last ? one_is_last - other_is_last : g_strcmp0 (one, other);
}

static GPtrArray *
sorted_names (BtyProviderService *self)
{
  GPtrArray     *names = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer       name;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (names, name);
  g_ptr_array_sort (names, compare_names);
  return names;
}

static BtyProviderEntry *
find_entry (BtyProviderService *self, const char *name, GError **error)
{
  BtyProviderEntry    *entry = name != NULL ? g_hash_table_lookup (self->entries, name) : NULL;
  g_autoptr(GPtrArray) names = NULL;
  g_autofree char     *joined = NULL;

  if (entry != NULL)
    return entry;
  names = sorted_names (self);
  g_ptr_array_add (names, NULL);
  joined = g_strjoinv (", ", (char **) names->pdata);
  g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND, _("no provider is called “%s”: there are %s"), name != NULL ? name : "", joined);
  return NULL;
}

static gboolean
check_revision (const BtyProviderConfig *request, const BtyProviderConfig *current, GError **error)
{
  if (!BTY_HAS (request, BtyProviderConfig, record.revision) || request->record.revision == current->record.revision)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_ABORTED,
               _("the provider “%s” is at revision %" G_GINT64_FORMAT ", not %" G_GINT64_FORMAT ": read it again"), current->name,
               current->record.revision, request->record.revision);
  return FALSE;
}

static gboolean
check_config (const BtyProviderConfig *config, GError **error)
{
  g_autoptr(GUri) uri = NULL;
  const char     *scheme;

  if (config->url == NULL || config->url[0] == '\0')
    return TRUE;
  uri = g_uri_parse (config->url, G_URI_FLAGS_NONE, NULL);
  scheme = uri != NULL ? g_uri_get_scheme (uri) : "";
  if ((g_str_equal (scheme, "http") || g_str_equal (scheme, "https")) && g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0'
      && g_uri_get_userinfo (uri) == NULL)
    return TRUE;
  /* Not repeated: a wrong URL may hold a password. */
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
               _("the url of the provider “%s” is no plain http or https URL: give one such as http://127.0.0.1:11434/v1, and the key apart from it"),
               config->name);
  return FALSE;
}

/* Adding and changing. */

static void
on_stored (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr(GTask)    task = data;
  g_autoptr(GError)   error = NULL;
  BtyProviderService *self = g_task_get_source_object (task);
  Job                *job = g_task_get_task_data (task);
  g_autofree char    *key_name = bty_provider_key_name (job->config->name);

  if (!bty_store_apply_finish (BTY_STORE (store), result, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (job->key != NULL || job->drop_key)
    bty_secret_service_put (self->secrets, key_name, job->key);
  set_entry (self, job->config);
  g_task_return_pointer (task, bty_provider_entry_show (g_hash_table_lookup (self->entries, job->config->name), self->secrets),
                         bty_record_unref);
}

/* Takes @task. The key is parted from the record here, so that nothing past this place can store it. */
static void
store_config (BtyProviderService *self, GTask *task, const char *topic)
{
  Job                *job = g_task_get_task_data (task);
  BtyProviderConfig  *config = job->config;
  g_autoptr(BtyBatch) batch = bty_batch_new ();
  g_autofree char    *key_name = bty_provider_key_name (config->name);
  g_autofree char    *reference = g_strconcat ("memory:", key_name, NULL);

  job->key = g_steal_pointer (&config->key);
  if (job->key != NULL && bty_secret_get_length (job->key) == 0)
    {
      g_clear_pointer (&job->key, bty_secret_unref);
      job->drop_key = TRUE;
      if (g_strcmp0 (config->key_ref, reference) == 0)
        g_clear_pointer (&config->key_ref, g_free);
    }
  if (job->key != NULL)
    bty_record_take_string (&config->key_ref, g_steal_pointer (&reference));
  bty_batch_put (batch, config);
  bty_batch_publish (batch, topic, config);
  bty_store_apply_async (self->store, batch, g_task_get_cancellable (task), on_stored, task);
}

static void
add (BtyProviderService *self, GTask *own)
{
  g_autoptr(GTask)   task = own;
  g_autoptr(GError)  error = NULL;
  Job               *job = g_task_get_task_data (task);
  BtyProviderConfig *config = job->config;

  if (!bty_provider_check_name (config->name, &error) || !check_config (config, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (g_hash_table_contains (self->entries, config->name))
    {
      g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS,
                               _("a provider is called “%s” already: change it with boternity-ctl provider update %s"), config->name,
                               config->name);
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
  Job *job = job_new (add, NULL);

  job->config = bty_provider_config_edit (config);
  begin (self, job, bty_provider_service_add_async, cancellable, callback, data);
}

BtyProviderConfig *
bty_provider_service_add_finish (BtyProviderService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* A key that was found by custom belongs to the old host: it must not go to another one. */
static void
follow_url (BtyProviderConfig *config, const BtyProviderConfig *before, const BtyProviderConfig *changes)
{
  const char *usual = bty_provider_usual_key_ref (before->kind, before->url);

  if (!BTY_HAS (changes, BtyProviderConfig, url) || BTY_HAS (changes, BtyProviderConfig, key_ref) || config->key != NULL)
    return;
  if (before->key_ref == NULL || g_strcmp0 (before->key_ref, usual) == 0)
    bty_record_take_string (&config->key_ref, g_strdup (bty_provider_usual_key_ref (config->kind, config->url)));
}

static void
update (BtyProviderService *self, GTask *own)
{
  g_autoptr(GTask)  task = own;
  g_autoptr(GError) error = NULL;
  Job              *job = g_task_get_task_data (task);
  BtyProviderEntry *entry = find_entry (self, job->name, &error);

  if (entry == NULL || !check_revision (job->changes, entry->config, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  job->config = bty_provider_config_edit (entry->config);
  bty_record_merge (job->config, job->changes, BTY_VIEW_PATCH);
  if (!check_config (job->config, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  follow_url (job->config, entry->config, job->changes);
  store_config (self, g_steal_pointer (&task), "provider.updated");
}

void
bty_provider_service_update_async (BtyProviderService *self, const BtyProviderConfig *changes, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer data)
{
  Job *job = job_new (update, changes->name);

  job->changes = bty_provider_config_ref (changes);
  begin (self, job, bty_provider_service_update_async, cancellable, callback, data);
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
  g_autoptr(GTask)    task = data;
  g_autoptr(GError)   error = NULL;
  BtyProviderService *self = g_task_get_source_object (task);
  Job                *job = g_task_get_task_data (task);
  g_autofree char    *key_name = bty_provider_key_name (job->name);

  if (!bty_store_apply_finish (BTY_STORE (store), result, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  bty_secret_service_put (self->secrets, key_name, NULL);
  g_hash_table_remove (self->entries, job->name);
  g_task_return_boolean (task, TRUE);
}

static void
delete (BtyProviderService *self, GTask *own)
{
  g_autoptr(GTask)    task = own;
  g_autoptr(GError)   error = NULL;
  g_autoptr(BtyBatch) batch = NULL;
  Job                *job = g_task_get_task_data (task);
  BtyProviderEntry   *entry = find_entry (self, job->name, &error);

  if (entry == NULL || !check_revision (job->changes, entry->config, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (g_str_equal (job->name, BTY_BUILTIN_PROVIDER))
    {
      g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                               _("the provider “builtin” cannot be deleted: boternity-ctl provider update builtin --enabled false"));
      return;
    }
  batch = bty_batch_new ();
  bty_batch_delete (batch, entry->config);
  bty_batch_publish (batch, "provider.deleted", entry->config);
  bty_store_apply_async (self->store, batch, g_task_get_cancellable (task), on_deleted, g_object_ref (task));
}

void
bty_provider_service_delete_async (BtyProviderService *self, const BtyProviderConfig *key, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer data)
{
  Job *job = job_new (delete, key->name);

  job->changes = bty_provider_config_ref (key);
  begin (self, job, bty_provider_service_delete_async, cancellable, callback, data);
}

gboolean
bty_provider_service_delete_finish (BtyProviderService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Looking. */

static void
get (BtyProviderService *self, GTask *own)
{
  g_autoptr(GTask)  task = own;
  GError           *error = NULL;
  Job              *job = g_task_get_task_data (task);
  BtyProviderEntry *entry = find_entry (self, job->name, &error);

  if (entry == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, bty_provider_entry_show (entry, self->secrets), bty_record_unref);
}

void
bty_provider_service_get_async (BtyProviderService *self, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer data)
{
  begin (self, job_new (get, name), bty_provider_service_get_async, cancellable, callback, data);
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
  g_autoptr(GTask)     task = own;
  g_autoptr(GPtrArray) names = sorted_names (self);
  GPtrArray           *shown = bty_record_list_new ();

  for (guint i = 0; i < names->len; i++)
    g_ptr_array_add (shown, bty_provider_entry_show (g_hash_table_lookup (self->entries, names->pdata[i]), self->secrets));
  g_task_return_pointer (task, shown, (GDestroyNotify) g_ptr_array_unref);
}

void
bty_provider_service_list_async (BtyProviderService *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  begin (self, job_new (list, NULL), bty_provider_service_list_async, cancellable, callback, data);
}

GPtrArray *
bty_provider_service_list_finish (BtyProviderService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Using. */

static void
open_provider (BtyProviderService *self, GTask *own)
{
  g_autoptr(GTask)       task = own;
  g_autoptr(BtyProvider) provider = NULL;
  GError                *error = NULL;
  Job                   *job = g_task_get_task_data (task);
  BtyProviderEntry      *entry = find_entry (self, job->name, &error);

  if (entry != NULL)
    provider = bty_provider_entry_open (entry, self->secrets, self->make, self->make_data, &error);
  if (provider == NULL)
    {
      bty_error_convert (&error);
      g_task_return_error (task, error);
      return;
    }
  job->config = bty_provider_config_ref (entry->config);
  g_task_return_pointer (task, g_steal_pointer (&provider), g_object_unref);
}

void
bty_provider_service_open_async (BtyProviderService *self, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback,
                                 gpointer data)
{
  begin (self, job_new (open_provider, name), bty_provider_service_open_async, cancellable, callback, data);
}

BtyProvider *
bty_provider_service_open_finish (BtyProviderService *self, GAsyncResult *result, BtyProviderConfig **config, GError **error)
{
  BtyProvider *provider;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  provider = g_task_propagate_pointer (G_TASK (result), error);
  if (provider != NULL && config != NULL)
    *config = bty_provider_config_ref (((Job *) g_task_get_task_data (G_TASK (result)))->config);
  return provider;
}

/* Models. */

static void
on_models (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr(GTask)     task = data;
  BtyProviderService  *self = g_task_get_source_object (task);
  Job                 *job = g_task_get_task_data (task);
  BtyProviderEntry    *entry = g_hash_table_lookup (self->entries, job->name);
  GError              *error = NULL;
  g_autoptr(GPtrArray) models = bty_provider_list_models_finish (BTY_PROVIDER (object), result, &error);

  if (entry == NULL || (gpointer) entry->provider != (gpointer) object)
    {
      g_clear_error (&error);
      g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_ABORTED, _("the provider “%s” was changed meanwhile: ask again"), job->name);
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
  g_autoptr(GTask)       task = own;
  g_autoptr(BtyProvider) provider = NULL;
  GError                *error = NULL;
  Job                   *job = g_task_get_task_data (task);
  BtyProviderEntry      *entry = find_entry (self, job->name, &error);

  if (entry != NULL)
    provider = bty_provider_entry_open (entry, self->secrets, self->make, self->make_data, &error);
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
bty_provider_service_list_models_async (BtyProviderService *self, const char *name, gboolean fresh, GCancellable *cancellable,
                                        GAsyncReadyCallback callback, gpointer data)
{
  Job *job = job_new (list_models, name);

  job->fresh = fresh;
  begin (self, job, bty_provider_service_list_models_async, cancellable, callback, data);
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
    *known = entry != NULL && (entry->models != NULL || (entry->asked_at > 0 && g_get_monotonic_time () - entry->asked_at < MODELS_KEEP_US));
  return entry != NULL ? bty_provider_entry_find_model (entry, model) : NULL;
}
