/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-dbus"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-dbus-codec.h"
#include "bty-dbus-door.h"
#include "bty-dbus-signals.h"

typedef struct
{
  BtyDbusEntry entry; /* first: the client knows us by it */
  GDBusConnection *connection;
  BtyCallReader *reader;
  GCancellable *cancellable; /* of the sign that is waited for */
  guint begin;
  guint window;
  guint sent; /* since the last sign */
  guint sign_ms;
  gboolean waits_for_sign;
} Signals;

static void advance (Signals *self);

static void
signals_free (Signals *self)
{
  bty_dbus_entry_remove (&self->entry);
  g_clear_handle_id (&self->begin, g_source_remove);
  bty_call_reader_free (self->reader);
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  g_object_unref (self->connection);
  g_free (self);
}

static void
emit (Signals *self, const char *signal, GVariant *parameters)
{
  g_dbus_connection_emit_signal (self->connection, bty_dbus_client_get_name (self->entry.client), BTY_DBUS_PATH,
                                 BTY_DBUS_INTERFACE, signal, parameters, NULL);
}

static void
emit_ended (Signals *self, const GError *error, gconstpointer response)
{
  GVariant *answer = error == NULL && response != NULL ? bty_dbus_encode (response, BTY_VIEW_READ)
                                                       : g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0);

  emit (self, "Ended",
        g_variant_new ("(sss@a{sv})", self->entry.name,
                       error != NULL ? bty_error_info (bty_error_code_of (error))->dbus_name : "",
                       error != NULL ? error->message : "", answer));
}

static void
give_up (Signals *self, const char *why)
{
  g_autoptr (BtyCall) call = bty_call_ref (bty_call_reader_call (self->reader));
  g_autoptr (GError) error = g_error_new_literal (BTY_ERROR, BTY_ERROR_CANCELLED, why);

  emit_ended (self, error, NULL);
  /* First: a handler may end the call within the cancelling, which would wake the reader. */
  signals_free (self);
  bty_call_cancel (call);
}

static void
on_cancel (BtyDbusEntry *entry, gboolean has_left)
{
  give_up ((Signals *) entry, _ ("the caller has given it up"));
}

/* Any answer is a sign, an error of the other side's included. */
static void
on_sign (GObject *source, GAsyncResult *result, gpointer data)
{
  Signals *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->waits_for_sign = FALSE;
  self->sent = 0;
  if (answer == NULL && !g_dbus_error_is_remote_error (error))
    give_up (self, _ ("the listener does not read its signals"));
  else
    advance (self);
}

static void
ask_for_sign (Signals *self)
{
  self->waits_for_sign = TRUE;
  g_dbus_connection_call (self->connection, bty_dbus_client_get_name (self->entry.client), "/",
                          "org.freedesktop.DBus.Peer", "Ping", NULL, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          (int) self->sign_ms, self->cancellable, on_sign, self);
}

static void
emit_item (Signals *self, const BtyItem *item)
{
  const BtySchema *schema = bty_call_operation (bty_call_reader_call (self->reader))->item;

  emit (self, "Item",
        g_variant_new ("(st@a{sv})", self->entry.name, item->number, bty_dbus_encode_item (item, schema)));
  self->sent++;
}

static void
advance (Signals *self)
{
  BtyCall *call = bty_call_reader_call (self->reader);
  BtyReadResult result = BTY_READ_WAIT;
  BtyItem item;

  if (self->begin != 0 || self->waits_for_sign)
    return;
  while (self->sent < self->window && (result = bty_call_reader_next (self->reader, &item)) == BTY_READ_ITEM)
    emit_item (self, &item);
  if (self->sent >= self->window)
    ask_for_sign (self);
  else if (result == BTY_READ_END)
    {
      emit_ended (self, bty_call_error (call), bty_call_response (call));
      signals_free (self);
    }
}

static void
on_wake (BtyCallReader *reader, gpointer data)
{
  advance (data);
}

static gboolean
on_begin (gpointer data)
{
  Signals *self = data;

  self->begin = 0;
  advance (self);
  return G_SOURCE_REMOVE;
}

char *
bty_dbus_signals_open (GDBusConnection *connection, BtyDbusClient *client, const char *name, BtyCall *call,
                       const BtyDbusLimits *limits)
{
  Signals *self = g_new0 (Signals, 1);

  self->connection = g_object_ref (connection);
  self->cancellable = g_cancellable_new ();
  self->window = limits->window;
  self->sign_ms = limits->sign_ms;
  self->reader = bty_call_reader_new (call, 0, on_wake, self);
  self->entry.cancel = on_cancel;
  self->entry.is_stream = TRUE;
  bty_dbus_client_add (client, &self->entry, name);
  self->begin = g_idle_add (on_begin, self); /* after the answer that names it */
  return g_strdup (self->entry.name);
}

G_STATIC_ASSERT (G_STRUCT_OFFSET (Signals, entry) == 0);
