/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-keyring"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-keyring-collection.h"
#include "bty-keyring-error.h"
#include "bty-keyring-items.h"
#include "bty-keyring-options.h"

#define MAX_LENGTH (64 * 1024) /* of a BtySecret */

static const SecretSchema schema = {
  "org.boternity.Secret",
  SECRET_SCHEMA_NONE,
  { { "name", SECRET_SCHEMA_ATTRIBUTE_STRING }, { "installation", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, 0 } },
};

gboolean
bty_keyring_items_name_is_sound (const char *name)
{
  if (name == NULL || *name == '\0' || strlen (name) > 255 || !g_utf8_validate (name, -1, NULL))
    return FALSE;
  for (const char *c = name; *c != '\0'; c++)
    if ((guchar) *c < 0x20 || *c == 0x7f)
      return FALSE;
  return TRUE;
}

static GHashTable *
make_attributes (const char *name)
{
  GHashTable *attributes = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);

  g_hash_table_insert (attributes, (gpointer) "installation", bty_keyring_options_installation ());
  if (name != NULL)
    g_hash_table_insert (attributes, (gpointer) "name", g_strdup (name));
  return attributes;
}

/* A locked keyring need not show what it has: nothing found there means nothing. */
static void
on_looked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyKeyringCall) call = data;
  g_auto (BtyKeyringCollection) collection = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean found = bty_keyring_collection_find_finish (G_DBUS_CONNECTION (source), result, &collection, &error);

  if (found && collection.path != NULL && collection.is_locked)
    error = bty_keyring_error_locked ();
  else if (found && call->name != NULL)
    g_set_error (&error, BTY_ERROR, BTY_ERROR_NOT_FOUND,
                 _ ("the keyring has no secret “%s”: boternity-ctl secret list shows what there is"), call->name);
  if (error != NULL)
    bty_keyring_call_fail (call, error);
  else
    bty_keyring_call_return (call, g_new0 (char *, 1), (GDestroyNotify) g_strfreev);
}

static void
report_nothing (BtyKeyringCall *call)
{
  bty_keyring_collection_find_async (g_dbus_proxy_get_connection (G_DBUS_PROXY (call->service)), call->cancellable,
                                     on_looked, bty_keyring_call_ref (call));
}

/* Finds all items that @call is about and keeps them in it. FALSE: it is answered, or about to be. */
static gboolean
take_items (BtyKeyringCall *call, GObject *source, GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;

  call->items = secret_service_search_finish (SECRET_SERVICE (source), result, &error);
  for (GList *i = call->items; i != NULL && error == NULL; i = i->next)
    if (secret_item_get_locked (i->data))
      error = bty_keyring_error_locked ();
  if (error != NULL)
    bty_keyring_call_fail (call, error);
  else if (call->items == NULL && !bty_keyring_call_is_answered (call))
    report_nothing (call);
  return error == NULL && call->items != NULL && !bty_keyring_call_is_answered (call);
}

static void
search (BtyKeyringCall *call, GAsyncReadyCallback callback)
{
  g_autoptr (GHashTable) attributes = make_attributes (call->name);

  secret_service_search (SECRET_SERVICE (call->service), &schema, attributes, SECRET_SEARCH_ALL, call->cancellable,
                         callback, bty_keyring_call_ref (call));
}

/* libsecret's copy, in its own locked memory where there is some, is wiped with the last reference: at once. */
static BtySecret *
take_value (SecretItem *item, GError **error)
{
  SecretValue *value = secret_item_get_secret (item);
  BtySecret *secret = NULL;
  const char *bytes;
  gsize length = 0;

  if (value == NULL)
    {
      g_propagate_error (error, bty_keyring_error_locked ());
      return NULL;
    }
  bytes = secret_value_get (value, &length);
  if (length <= MAX_LENGTH)
    secret = bty_secret_new (bytes, length);
  else
    g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS,
                 _ ("what the keyring has under this name is longer than %d bytes: it is no secret of ours"),
                 MAX_LENGTH);
  secret_value_unref (value);
  return secret;
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyKeyringCall) call = data;
  g_autoptr (GError) error = NULL;
  BtySecret *secret = NULL;

  if (secret_item_load_secret_finish (SECRET_ITEM (source), result, &error))
    secret = take_value (SECRET_ITEM (source), &error);
  if (secret != NULL)
    bty_keyring_call_return (call, secret, (GDestroyNotify) bty_secret_unref);
  else
    bty_keyring_call_fail (call, error);
}

static void
on_found_to_get (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyKeyringCall) call = data;

  if (take_items (call, source, result))
    secret_item_load_secret (call->items->data, call->cancellable, on_loaded, bty_keyring_call_ref (call));
}

void
bty_keyring_items_get (BtyKeyringCall *call)
{
  search (call, on_found_to_get);
}

static void
on_stored (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyKeyringCall) call = data;
  g_autoptr (GError) error = NULL;

  if (secret_service_store_finish (SECRET_SERVICE (source), result, &error))
    bty_keyring_call_return (call, GINT_TO_POINTER (TRUE), NULL);
  else
    bty_keyring_call_fail (call, error);
}

void
bty_keyring_items_set (BtyKeyringCall *call)
{
  g_autoptr (GHashTable) attributes = make_attributes (call->name);
  g_autofree char *label = g_strdup_printf (_ ("Boternity: %s"), call->name);
  const char *bytes = bty_secret_peek (call->secret);
  gsize length = bty_secret_get_length (call->secret);
  SecretValue *value = secret_value_new (
    bytes, (gssize) length, g_utf8_validate_len (bytes, length, NULL) ? "text/plain" : "application/octet-stream");

  secret_service_store (SECRET_SERVICE (call->service), &schema, attributes, SECRET_COLLECTION_DEFAULT, label, value,
                        call->cancellable, on_stored, bty_keyring_call_ref (call));
  secret_value_unref (value);
}

/* One after the other: there is one as a rule, and more only if somebody copied it with another program. */
static void
on_deleted (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyKeyringCall) call = data;
  g_autoptr (GError) error = NULL;

  if (!secret_item_delete_finish (SECRET_ITEM (source), result, &error))
    {
      bty_keyring_call_fail (call, error);
      return;
    }
  g_object_unref (call->items->data);
  call->items = g_list_delete_link (call->items, call->items);
  if (call->items == NULL)
    bty_keyring_call_return (call, GINT_TO_POINTER (TRUE), NULL);
  else if (!bty_keyring_call_is_answered (call))
    secret_item_delete (call->items->data, call->cancellable, on_deleted, bty_keyring_call_ref (call));
}

static void
on_found_to_delete (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyKeyringCall) call = data;

  if (take_items (call, source, result))
    secret_item_delete (call->items->data, call->cancellable, on_deleted, bty_keyring_call_ref (call));
}

void
bty_keyring_items_delete (BtyKeyringCall *call)
{
  search (call, on_found_to_delete);
}

static void
on_found_to_list (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyKeyringCall) call = data;
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  if (!take_items (call, source, result))
    return;
  for (GList *i = call->items; i != NULL; i = i->next)
    {
      g_autoptr (GHashTable) attributes = secret_item_get_attributes (i->data);
      const char *name = attributes != NULL ? g_hash_table_lookup (attributes, "name") : NULL;

      if (name != NULL && bty_keyring_items_name_is_sound (name))
        g_strv_builder_add (names, name);
    }
  bty_keyring_call_return (call, g_strv_builder_end (names), (GDestroyNotify) g_strfreev);
}

void
bty_keyring_items_list (BtyKeyringCall *call)
{
  search (call, on_found_to_list);
}
