/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-secret"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "secret/bty-secret-redact.h"
#include "secret/bty-secret-service-private.h"

#define MAX_LENGTH   (64 * 1024)
#define JOURNAL_FILE "secrets.pending"

G_DEFINE_FINAL_TYPE (BtySecretService, bty_secret_service, G_TYPE_OBJECT)

static void
bty_secret_service_finalize (GObject *object)
{
  BtySecretService *self = BTY_SECRET_SERVICE (object);

  g_clear_handle_id (&self->writer, g_source_remove);
  g_clear_handle_id (&self->expirer, g_source_remove);
  g_hash_table_unref (self->environment);
  g_hash_table_unref (self->memory);
  g_hash_table_unref (self->entries);
  g_hash_table_unref (self->found);
  g_hash_table_unref (self->used);
  g_ptr_array_unref (self->waiting);
  g_clear_object (&self->stores);
  g_clear_pointer (&self->journal, bty_secret_journal_free);
  g_clear_object (&self->store);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (bty_secret_service_parent_class)->finalize (object);
}

static void
bty_secret_service_class_init (BtySecretServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_secret_service_finalize;
  g_signal_new ("used", BTY_TYPE_SECRET_SERVICE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 4, G_TYPE_STRING,
                G_TYPE_STRING, G_TYPE_STRING, G_TYPE_INT64);
  g_signal_new ("denied", BTY_TYPE_SECRET_SERVICE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 4,
                G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
  g_signal_new ("changed", BTY_TYPE_SECRET_SERVICE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                G_TYPE_STRING);
  g_signal_new ("shown", BTY_TYPE_SECRET_SERVICE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING,
                G_TYPE_STRING);
}

static gboolean
names_a_secret (const char *name)
{
  static const char *const endings[] = { "_API_KEY", "_ACCESS_KEY", "_SECRET_KEY", "_TOKEN",
                                         "_SECRET",  "_PASSWORD",   "_PASSPHRASE", "PGPASSWORD" };

  if (g_str_has_prefix (name, "BOTERNITY_")) /* our own settings, which are read later */
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (name, endings[i]))
      return TRUE;
  return FALSE;
}

/* The bytes are zeroed where they stand, since unsetenv leaves them there for everyone who reads /proc/<pid>/environ. */
static void
take_variable (BtySecretService *self, const char *name)
{
  char *value = (char *) g_getenv (name);
  gsize length = value != NULL ? strlen (value) : 0;

  if (length == 0)
    return;
  if (length > MAX_LENGTH)
    {
      g_warning ("the environment variable %s is longer than %d bytes: it is left alone", name, MAX_LENGTH);
      return;
    }
  g_hash_table_insert (self->environment, g_strdup (name), bty_secret_new (value, length));
  bty_secret_clear_memory (value, length);
  g_unsetenv (name);
}

static void
bty_secret_service_init (BtySecretService *self)
{
  g_auto (GStrv) names = g_listenv ();

  self->environment = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) bty_secret_unref);
  self->memory = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) bty_secret_unref);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) bty_record_unref);
  self->found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) bty_record_unref);
  self->used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; names[i] != NULL; i++)
    if (names_a_secret (names[i]))
      take_variable (self, names[i]);
}

BtySecretService *
bty_secret_service_new (void)
{
  return g_object_new (BTY_TYPE_SECRET_SERVICE, NULL);
}

void
bty_secret_service_add_store (BtySecretService *self, const char *name, BtySecretStore *store)
{
  if (self->stores == NULL)
    self->stores = bty_secret_stores_new ();
  bty_secret_stores_add (self->stores, name, store);
}

static void
on_loaded_for_repair (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (bty_secret_service_load_finish (BTY_SECRET_SERVICE (object), result, &error))
    bty_secret_change_repair (BTY_SECRET_SERVICE (object));
  else
    g_warning ("what is known of secrets cannot be read: %s", error->message);
}

void
bty_secret_add_settings (BtySettings *settings)
{
  bty_settings_add (settings, bty_secret_settings, bty_n_secret_settings);
}

void
bty_secret_service_open (BtySecretService *self, BtyStore *store, BtyPluginRegistry *registry, BtySettings *settings,
                         const char *data_dir)
{
  g_autofree char *path = data_dir != NULL ? g_build_filename (data_dir, JOURNAL_FILE, NULL) : NULL;

  g_set_object (&self->settings, settings);
  g_set_object (&self->store, store);
  if (self->stores == NULL)
    self->stores = bty_secret_stores_new ();
  bty_secret_stores_open (self->stores, registry, settings);
  self->journal = bty_secret_journal_new (path);
  bty_secret_service_load_async (self, on_loaded_for_repair, NULL);
}

char *
bty_secret_service_find_problem (BtySecretService *self)
{
  g_autofree char *why = NULL;
  g_autofree char *chosen = NULL;

  if (self->stores == NULL || !bty_secret_stores_is_probed (self->stores))
    return NULL;
  chosen = bty_secret_stores_choose (self->stores, &why);
  return chosen == NULL ? g_steal_pointer (&why) : NULL;
}

/* The records. */

void
bty_secret_service_put_entry (BtySecretService *self, BtySecretEntry *entry)
{
  g_hash_table_replace (self->entries, g_strdup (entry->name), bty_secret_entry_ref (entry));
}

static void
end_loading (BtySecretService *self, const GError *error)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->is_loaded = error == NULL;
  if (self->is_loaded)
    bty_secret_service_expect_expiry (self);
  for (guint i = 0; i < waiting->len; i++)
    if (error != NULL)
      g_task_return_error (waiting->pdata[i], g_error_copy (error));
    else
      g_task_return_boolean (waiting->pdata[i], TRUE);
}

static void load_page (BtySecretService *self, const char *cursor);

static void
on_page (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtySecretService) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (store), result, &error);

  for (guint i = 0; page != NULL && i < page->items->len; i++)
    bty_secret_service_put_entry (self, page->items->pdata[i]);
  if (page != NULL && page->next_cursor != NULL)
    load_page (self, page->next_cursor);
  else
    end_loading (self, error);
}

static void
load_page (BtySecretService *self, const char *cursor)
{
  g_autoptr (BtyQuery) query = bty_query_new (&bty_secret_entry_schema);

  bty_query_limit (query, 1000);
  bty_query_after (query, cursor);
  bty_store_query_async (self->store, query, NULL, on_page, g_object_ref (self));
}

void
bty_secret_service_load_async (BtySecretService *self, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, data);

  g_task_set_source_tag (task, bty_secret_service_load_async);
  if (self->is_loaded || self->store == NULL)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  g_ptr_array_add (self->waiting, g_steal_pointer (&task));
  if (self->waiting->len == 1)
    load_page (self, NULL);
}

gboolean
bty_secret_service_load_finish (BtySecretService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

const BtySecretEntry *
bty_secret_service_find_entry (BtySecretService *self, const char *name, GError **error)
{
  const BtySecretEntry *entry = name != NULL ? g_hash_table_lookup (self->entries, name) : NULL;

  if (entry == NULL)
    g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND,
                 _ ("no secret is called “%.128s”: boternity-ctl secret list shows those there are"),
                 name != NULL ? name : "");
  return entry;
}

/* `secret:NAME` and, where that is where it is kept, `STORE:NAME` are one: who may use it counts for both. */
const BtySecretEntry *
bty_secret_service_lookup (BtySecretService *self, const char *reference)
{
  const char *colon = strchr (reference, ':');
  const BtySecretEntry *entry = colon != NULL ? g_hash_table_lookup (self->entries, colon + 1) : NULL;

  if (entry != NULL && (g_str_has_prefix (reference, "secret:") ||
                        (strlen (entry->store) == (gsize) (colon - reference) &&
                         strncmp (reference, entry->store, (gsize) (colon - reference)) == 0)))
    return entry;
  return g_hash_table_lookup (self->found, reference);
}

gboolean
bty_secret_service_is_kept (BtySecretService *self, const char *reference)
{
  const BtySecretEntry *entry = bty_secret_service_lookup (self, reference);

  return entry != NULL && g_hash_table_lookup (self->entries, entry->name) == entry;
}

/* Names. */

gboolean
bty_secret_name_check (const char *name, GError **error)
{
  gboolean is_good = name != NULL && g_ascii_isalnum (name[0]) && strlen (name) <= 128;

  for (const char *c = name; is_good && *c != '\0'; c++)
    is_good = g_ascii_isalnum (*c) || strchr ("-_./#", *c) != NULL;
  /* The name is not repeated: it may be a secret that was given in the wrong place. */
  if (!is_good)
    g_set_error_literal (
      error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
      _ ("this cannot name a secret: begin with a letter or digit and use only letters, digits, “-”, "
         "“_”, “.”, “/” and “#”, at most 128 of them"));
  return is_good;
}

/* Each value has a name of its own in the store, which its record tells: with the record the old value turns into the new one. */
char *
bty_secret_slot (const BtySecretEntry *entry)
{
  return entry->rotated_at > 0 ? g_strdup_printf ("%s~%" G_GINT64_FORMAT, entry->name, entry->rotated_at)
                               : g_strdup (entry->name);
}

char *
bty_secret_previous_slot (const BtySecretEntry *entry)
{
  return entry->previous_until > 0 ? g_strdup_printf ("%s~until-%" G_GINT64_FORMAT, entry->name, entry->previous_until)
                                   : NULL;
}

/* What needs no asking. */

void
bty_secret_service_put (BtySecretService *self, const char *name, BtySecret *secret)
{
  g_autofree char *reference = g_strconcat ("memory:", name, NULL);

  g_return_if_fail (name != NULL && name[0] != '\0');

  if (secret != NULL)
    bty_secret_redact_learn (secret);
  if (secret == NULL)
    g_hash_table_remove (self->memory, name);
  else
    g_hash_table_insert (self->memory, g_strdup (name), bty_secret_ref (secret));
  if (secret != NULL)
    bty_secret_redact_learn (secret);
  g_signal_emit_by_name (self, "changed", reference);
}

static BtySecret *
find_variable (BtySecretService *self, const char *name, GError **error)
{
  BtySecret *secret = g_hash_table_lookup (self->environment, name);
  const char *value;

  if (secret != NULL)
    {
      bty_secret_redact_learn (secret);
      return bty_secret_ref (secret);
    }
  value = g_getenv (name);
  if (value != NULL && value[0] != '\0' && strlen (value) <= MAX_LENGTH)
    return bty_secret_new (value, strlen (value));
  g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND,
               _ ("the daemon has no environment variable “%s”: set it and restart the daemon"), name);
  return NULL;
}

static BtySecret *
find_in_memory (BtySecretService *self, const char *name, GError **error)
{
  BtySecret *secret = g_hash_table_lookup (self->memory, name);

  if (secret != NULL)
    return bty_secret_ref (secret);
  g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND,
               _ ("no secret is kept as “memory:%s”: those are forgotten when the daemon stops; give it again"), name);
  return NULL;
}

static gboolean
is_variable_name (const char *name)
{
  if (!g_ascii_isalpha (name[0]) && name[0] != '_')
    return FALSE;
  for (const char *c = name; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && *c != '_')
      return FALSE;
  return TRUE;
}

BtySecret *
bty_secret_service_find (BtySecretService *self, const char *reference, GError **error)
{
  const char *name = reference != NULL ? strchr (reference, ':') : NULL;

  if (name != NULL && g_str_has_prefix (reference, "env:") && is_variable_name (name + 1))
    return find_variable (self, name + 1, error);
  if (name != NULL && g_str_has_prefix (reference, "memory:") && name[1] != '\0')
    return find_in_memory (self, name + 1, error);
  /* The reference is not repeated: it may be a key that was given in the wrong place. */
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                       _ ("a reference to a secret is none of secret:NAME, env:NAME, memory:NAME, cmd:NAME and "
                          "STORE:NAME: name where the secret is found, not the secret"));
  return NULL;
}

static gboolean
is_in_chain_variable (BtySecretService *self, const char *name)
{
  g_auto (GStrv) order = self->stores != NULL ? bty_secret_stores_get_order (self->stores) : NULL;
  g_autoptr (BtySecret) secret = NULL;

  if (order == NULL || !g_strv_contains ((const char *const *) order, "env") || !is_variable_name (name))
    return FALSE;
  secret = find_variable (self, name, NULL);
  return secret != NULL;
}

gboolean
bty_secret_service_knows (BtySecretService *self, const char *reference)
{
  const char *name = strchr (reference, ':');
  const BtySecretEntry *entry = bty_secret_service_lookup (self, reference);
  g_autoptr (BtySecret) secret = NULL;
  BtySecretStore *store;

  if (entry != NULL)
    {
      store = self->stores != NULL ? bty_secret_stores_peek (self->stores, entry->store) : NULL;
      return store == NULL || bty_secret_store_get_state (store) == BTY_SECRET_STORE_OPEN;
    }
  if (name == NULL)
    return FALSE;
  if (g_str_has_prefix (reference, "cmd:"))
    return self->settings != NULL && bty_secret_command_exists (bty_settings_get_config_dir (self->settings), name + 1);
  if (g_str_has_prefix (reference, "secret:"))
    return is_in_chain_variable (self, name + 1);
  if (g_str_has_prefix (reference, "env:") || g_str_has_prefix (reference, "memory:"))
    {
      secret = bty_secret_service_find (self, reference, NULL);
      return secret != NULL;
    }
  return self->stores != NULL; /* a store's own: nobody knows before it is asked */
}
