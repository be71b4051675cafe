/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-secret"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "secret/bty-secret-redact.h"
#include "secret/bty-secret-service-private.h"

/* From a reference to the value: the data of its task. */
typedef struct
{
  char *reference;
  char *name; /* what stands after the colon */
  char *bot;
  char *url;
  char *plugin;
  gboolean previous;
  GStrv chain; /* stores yet to be asked */
  guint next;
  GError *first; /* why a store before could not be asked */
} Search;

static void
search_free (gpointer data)
{
  Search *search = data;

  g_free (search->reference);
  g_free (search->name);
  g_free (search->bot);
  g_free (search->url);
  g_free (search->plugin);
  g_strfreev (search->chain);
  g_clear_error (&search->first);
  g_free (search);
}

static BtySecretUse
use_of (const Search *search)
{
  return (BtySecretUse){ .bot = search->bot, .url = search->url, .plugin = search->plugin };
}

/* Takes @value. */
static void
give (GTask *task, BtySecret *value)
{
  bty_secret_redact_learn (value);
  g_task_return_pointer (task, value, (GDestroyNotify) bty_secret_unref);
}

/* What is kept under a name of ours. */

static void
on_got (GObject *stores, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Search *search = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  BtySecret *value = NULL;

  if (bty_secret_stores_ask_finish (BTY_SECRET_STORES (stores), result, &value, &error))
    {
      give (task, value);
      return;
    }
  g_prefix_error (&error, _ ("the secret “%s” cannot be read: "), search->name);
  g_task_return_error (task, g_steal_pointer (&error));
}

static void
get_entry (BtySecretService *self, GTask *task, const BtySecretEntry *entry)
{
  Search *search = g_task_get_task_data (task);
  g_autofree char *slot = search->previous ? bty_secret_previous_slot (entry) : bty_secret_slot (entry);

  bty_secret_stores_ask_async (self->stores, BTY_SECRET_ASK_GET, entry->store, slot, NULL, NULL,
                               g_task_get_cancellable (task), on_got, g_object_ref (task));
}

/* What somebody else put into a store. */

static void ask_next (GTask *own);

/* Who may use it begins to count with the first host, and is not written down. */
static gboolean
adopt (BtySecretService *self, const Search *search, const char *store, GError **error)
{
  BtySecretUse use = use_of (search);

  if (!g_hash_table_contains (self->found, search->reference))
    {
      BtySecretEntry *entry = bty_secret_entry_new ();

      entry->name = g_strdup (search->name);
      entry->store = g_strdup (store);
      g_hash_table_insert (self->found, g_strdup (search->reference), entry);
    }
  return bty_secret_service_check (self, search->reference, &use, error);
}

static void
on_asked (GObject *stores, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  BtySecretService *self = g_task_get_source_object (task);
  Search *search = g_task_get_task_data (task);
  g_autoptr (BtySecret) value = NULL;
  GError *error = NULL;

  if (!bty_secret_stores_ask_finish (BTY_SECRET_STORES (stores), result, &value, &error))
    {
      if (search->first == NULL && !g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
        search->first = g_steal_pointer (&error);
      g_clear_error (&error);
      ask_next (g_steal_pointer (&task));
    }
  else if (adopt (self, search, search->chain[search->next - 1], &error))
    give (task, g_steal_pointer (&value));
  else
    g_task_return_error (task, error);
}

static void
end_unfound (GTask *task)
{
  Search *search = g_task_get_task_data (task);

  if (search->first != NULL)
    g_task_return_error (task, g_steal_pointer (&search->first));
  else
    g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_NOT_FOUND,
                             _ ("no secret is called “%s”: boternity-ctl secret set %s keeps one"), search->name,
                             search->name);
}

/* Takes @own. */
static void
ask_next (GTask *own)
{
  g_autoptr (GTask) task = own;
  BtySecretService *self = g_task_get_source_object (task);
  Search *search = g_task_get_task_data (task);
  const char *store = search->chain[search->next];
  g_autofree char *variable = NULL;
  BtySecret *value;

  if (store == NULL)
    {
      end_unfound (task);
      return;
    }
  search->next += 1;
  if (!g_str_equal (store, "env") && !g_str_equal (store, "memory"))
    {
      bty_secret_stores_ask_async (self->stores, BTY_SECRET_ASK_GET, store, search->name, NULL, NULL,
                                   g_task_get_cancellable (task), on_asked, g_object_ref (task));
      return;
    }
  variable = g_strconcat (store, ":", search->name, NULL);
  value = bty_secret_service_find (self, variable, NULL);
  if (value != NULL)
    give (task, value);
  else
    ask_next (g_steal_pointer (&task));
}

/* A command of the user's. */

static void
on_command (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  BtySecret *value = bty_secret_command_run_finish (result, &error);

  if (value != NULL)
    give (task, value);
  else
    g_task_return_error (task, error);
}

static void
run_command (BtySecretService *self, GTask *task)
{
  Search *search = g_task_get_task_data (task);

  if (self->settings == NULL)
    g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_NOT_FOUND, _ ("no command is called “%s”"), search->name);
  else
    bty_secret_command_run_async (bty_settings_get_config_dir (self->settings), search->name,
                                  (guint) bty_secret_stores_get_int (self->stores, "command_timeout"),
                                  g_task_get_cancellable (task), on_command, g_object_ref (task));
}

static void
find_now (BtySecretService *self, GTask *task)
{
  Search *search = g_task_get_task_data (task);
  GError *error = NULL;
  BtySecret *value = bty_secret_service_find (self, search->reference, &error);

  if (value != NULL)
    give (task, value);
  else
    g_task_return_error (task, error);
}

static gboolean
is_store_reference (BtySecretService *self, const Search *search)
{
  return self->stores != NULL && search->name != NULL && search->name[0] != '\0' &&
         !g_str_has_prefix (search->reference, "env:") && !g_str_has_prefix (search->reference, "memory:") &&
         search->reference[0] != ':';
}

static void
on_loaded (GObject *object, GAsyncResult *result, gpointer data)
{
  BtySecretService *self = BTY_SECRET_SERVICE (object);
  g_autoptr (GTask) task = data;
  Search *search = g_task_get_task_data (task);
  BtySecretUse use = use_of (search);
  const BtySecretEntry *entry;
  GError *error = NULL;

  if (!bty_secret_service_load_finish (self, result, &error) ||
      !bty_secret_service_check (self, search->reference, &use, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  entry = bty_secret_service_lookup (self, search->reference);
  if (entry != NULL && g_hash_table_lookup (self->entries, entry->name) == entry)
    get_entry (self, task, entry);
  else if (search->name != NULL && g_str_has_prefix (search->reference, "cmd:"))
    run_command (self, task);
  else if (!is_store_reference (self, search))
    find_now (self, task);
  else if (bty_secret_name_check (search->name, &error))
    ask_next (g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

static GStrv
chain_of (BtySecretService *self, const char *reference, const char *colon)
{
  GStrv chain;

  if (self->stores == NULL || colon == NULL)
    return g_new0 (char *, 1);
  if (g_str_has_prefix (reference, "secret:"))
    return bty_secret_stores_get_order (self->stores);
  chain = g_new0 (char *, 2);
  chain[0] = g_strndup (reference, (gsize) (colon - reference));
  return chain;
}

void
bty_secret_service_resolve_async (BtySecretService *self, const char *reference, const BtySecretUse *use,
                                  gboolean previous, GCancellable *cancellable, GAsyncReadyCallback callback,
                                  gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Search *search = g_new0 (Search, 1);
  const char *colon = strchr (reference, ':');

  g_task_set_source_tag (task, bty_secret_service_resolve_async);
  g_task_set_task_data (task, search, search_free);
  search->reference = g_strdup (reference);
  search->name = colon != NULL ? g_strdup (colon + 1) : NULL;
  search->bot = g_strdup (use->bot);
  search->url = g_strdup (use->url);
  search->plugin = g_strdup (use->plugin);
  search->chain = chain_of (self, reference, colon);
  search->previous = previous;
  if (previous && !bty_secret_service_has_previous (self, reference))
    {
      g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_NOT_FOUND, _ ("no value before the last rotation is kept"));
      return;
    }
  bty_secret_service_load_async (self, on_loaded, g_steal_pointer (&task));
}

BtySecret *
bty_secret_service_resolve_finish (BtySecretService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
