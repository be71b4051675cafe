/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-dbus"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-dbus-clients.h"

struct _BtyDbusClients
{
  BtyHost *host; /* outlives us */
  GDBusConnection *connection;
  GCancellable *cancellable;
  GHashTable *clients; /* unique name -> BtyDbusClient */
  guint64 last_call;
  guint n_entries;
  guint max_calls; /* of one client */
  guint n_streams;
  guint n_waiting; /* messages of clients that the bus is asked about */
};

typedef struct
{
  GDBusMethodInvocation *invocation;
  BtyDbusAdmitted admitted;
  gpointer data;
} Waiting;

struct _BtyDbusClient
{
  BtyDbusClients *clients; /* NULL when it has left */
  char *name;
  BtyPrincipal *principal; /* NULL until the bus has said who it is */
  GQueue waiting;
  GHashTable *entries; /* name -> BtyDbusEntry */
  guint watch;
  gatomicrefcount references;
};

static BtyDbusClient *
client_ref (BtyDbusClient *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

static void
client_unref (BtyDbusClient *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_clear_pointer (&self->principal, bty_principal_unref);
  g_hash_table_unref (self->entries);
  g_free (self->name);
  g_free (self);
}

void
bty_dbus_return_error (GDBusMethodInvocation *invocation, const GError *error)
{
  g_autofree char *message = g_utf8_make_valid (error->message, -1);

  g_dbus_method_invocation_return_dbus_error (invocation, bty_error_info (bty_error_code_of (error))->dbus_name,
                                              message);
}

static Waiting *
pop_waiting (BtyDbusClient *self)
{
  Waiting *waiting = g_queue_pop_head (&self->waiting);

  if (waiting != NULL)
    self->clients->n_waiting--;
  return waiting;
}

static void
refuse_waiting (BtyDbusClient *self, const GError *error)
{
  Waiting *waiting;

  while ((waiting = pop_waiting (self)) != NULL)
    {
      bty_dbus_return_error (waiting->invocation, error);
      g_free (waiting);
    }
}

/* The client is gone, or we are going: its calls are given up. Its place in the table goes with it. */
static void
client_leave (gpointer data)
{
  BtyDbusClient *self = data;
  g_autoptr (GError) error = g_error_new_literal (BTY_ERROR, BTY_ERROR_CANCELLED, _ ("the caller has left the bus"));
  GHashTableIter iter;
  gpointer entry;

  g_clear_handle_id (&self->watch, g_bus_unwatch_name);
  refuse_waiting (self, error);
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &entry))
    {
      g_hash_table_iter_remove (&iter);
      ((BtyDbusEntry *) entry)->cancel (entry, TRUE);
      g_hash_table_iter_init (&iter, self->entries); /* the cancelling may have ended others */
    }
  self->clients = NULL;
  client_unref (self);
}

BtyDbusClients *
bty_dbus_clients_new (BtyHost *host, GDBusConnection *connection)
{
  BtyDbusClients *self = g_new0 (BtyDbusClients, 1);

  self->host = host;
  self->max_calls = (guint) bty_host_get_int (host, "dbus", "max_calls");
  self->connection = g_object_ref (connection);
  self->cancellable = g_cancellable_new ();
  self->clients = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, client_leave);
  return self;
}

void
bty_dbus_clients_free (BtyDbusClients *self)
{
  g_cancellable_cancel (self->cancellable);
  g_hash_table_remove_all (self->clients);
  g_hash_table_unref (self->clients);
  g_object_unref (self->cancellable);
  g_object_unref (self->connection);
  g_free (self);
}

gboolean
bty_dbus_clients_are_idle (BtyDbusClients *self)
{
  return self->n_entries == 0 && self->n_waiting == 0;
}

guint
bty_dbus_clients_count_streams (BtyDbusClients *self)
{
  return self->n_streams;
}

static void
on_vanished (GDBusConnection *connection, const char *name, gpointer data)
{
  BtyDbusClient *self = data;

  if (self->clients != NULL)
    g_hash_table_remove (self->clients->clients, self->name);
}

static void
settle (BtyDbusClient *self, const GError *error)
{
  Waiting *waiting;

  if (error != NULL)
    {
      refuse_waiting (self, error);
      g_hash_table_remove (self->clients->clients, self->name);
      return;
    }
  while ((waiting = pop_waiting (self)) != NULL)
    {
      waiting->admitted (self, waiting->invocation, waiting->data);
      g_free (waiting);
    }
}

static void
on_uid (GObject *source, GAsyncResult *result, gpointer data)
{
  BtyDbusClient *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (self->clients != NULL)
    {
      BtyCredentials credentials = { .peer_uid = -1 };
      guint32 uid;

      if (answer != NULL)
        {
          g_variant_get (answer, "(u)", &uid);
          credentials.peer_uid = uid;
          self->principal = bty_host_identify (self->clients->host, &credentials, &error);
        }
      else
        {
          g_dbus_error_strip_remote_error (error);
          bty_error_convert (&error);
        }
      settle (self, error);
    }
  client_unref (self);
}

static BtyDbusClient *
client_new (BtyDbusClients *clients, const char *name)
{
  BtyDbusClient *self = g_new0 (BtyDbusClient, 1);

  g_atomic_ref_count_init (&self->references);
  self->clients = clients;
  self->name = g_strdup (name);
  self->entries = g_hash_table_new (g_str_hash, g_str_equal);
  g_queue_init (&self->waiting);
  g_hash_table_insert (clients->clients, self->name, self);
  self->watch = g_bus_watch_name_on_connection (clients->connection, name, G_BUS_NAME_WATCHER_FLAGS_NONE, NULL,
                                                on_vanished, client_ref (self), (GDestroyNotify) client_unref);
  g_dbus_connection_call (clients->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                          "GetConnectionUnixUser", g_variant_new ("(s)", name), G_VARIANT_TYPE ("(u)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, clients->cancellable, on_uid, client_ref (self));
  return self;
}

static gboolean
check_calls (BtyDbusClient *self, GError **error)
{
  guint max_calls = self->clients->max_calls;

  if (g_hash_table_size (self->entries) + self->waiting.length < max_calls)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED,
               _ ("you have %u calls running: wait for some, or raise the setting dbus.max_calls"), max_calls);
  return FALSE;
}

void
bty_dbus_clients_admit (BtyDbusClients *self, GDBusMethodInvocation *invocation, BtyDbusAdmitted admitted,
                        gpointer data)
{
  const char *name = g_dbus_method_invocation_get_sender (invocation);
  BtyDbusClient *client = g_hash_table_lookup (self->clients, name);
  g_autoptr (GError) error = NULL;
  Waiting *waiting;

  if (client == NULL)
    client = client_new (self, name);
  if (client->principal != NULL)
    {
      admitted (client, invocation, data);
      return;
    }
  if (!check_calls (client, &error))
    {
      bty_dbus_return_error (invocation, error);
      return;
    }
  waiting = g_new0 (Waiting, 1);
  *waiting = (Waiting){ invocation, admitted, data };
  g_queue_push_tail (&client->waiting, waiting);
  self->n_waiting++;
}

BtyPrincipal *
bty_dbus_client_get_principal (BtyDbusClient *self)
{
  return self->principal;
}

const char *
bty_dbus_client_get_name (BtyDbusClient *self)
{
  return self->name;
}

gboolean
bty_dbus_client_check (BtyDbusClient *self, const char *name, GError **error)
{
  if (!check_calls (self, error))
    return FALSE;
  if (name == NULL || !g_hash_table_contains (self->entries, name))
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS, _ ("you have a call named “%s” already"), name);
  return FALSE;
}

static char *
make_name (BtyDbusClients *self)
{
  /* No name that a client may choose holds a space. */
  return g_strdup_printf ("call %" G_GUINT64_FORMAT, ++self->last_call);
}

void
bty_dbus_client_add (BtyDbusClient *self, BtyDbusEntry *entry, const char *name)
{
  entry->name = name != NULL ? g_strdup (name) : make_name (self->clients);
  entry->client = client_ref (self);
  g_hash_table_insert (self->entries, entry->name, entry);
  self->clients->n_entries++;
  self->clients->n_streams += entry->is_stream ? 1 : 0;
}

void
bty_dbus_entry_remove (BtyDbusEntry *entry)
{
  BtyDbusClient *client = g_steal_pointer (&entry->client);

  if (client == NULL)
    return;
  if (g_hash_table_lookup (client->entries, entry->name) == entry)
    g_hash_table_remove (client->entries, entry->name);
  if (client->clients != NULL)
    {
      client->clients->n_entries--;
      client->clients->n_streams -= entry->is_stream ? 1 : 0;
    }
  g_clear_pointer (&entry->name, g_free);
  client_unref (client);
}

void
bty_dbus_entry_retire (BtyDbusEntry *entry)
{
  BtyDbusClient *client = entry->client;

  g_hash_table_remove (client->entries, entry->name);
  g_free (entry->name);
  entry->name = make_name (client->clients);
  g_hash_table_insert (client->entries, entry->name, entry);
  entry->is_retired = TRUE;
}

gboolean
bty_dbus_client_cancel (BtyDbusClient *self, const char *name)
{
  BtyDbusEntry *entry = g_hash_table_lookup (self->entries, name);

  if (entry == NULL || entry->is_retired)
    return FALSE;
  entry->cancel (entry, FALSE);
  return TRUE;
}
