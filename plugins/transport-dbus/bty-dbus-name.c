/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-dbus"

#include "config.h"

#include "bty-dbus-name.h"

#define DO_NOT_QUEUE  4 /* flag of RequestName */
#define PRIMARY_OWNER 1 /* its answers */
#define ALREADY_OWNER 4

struct _BtyDbusName
{
  GDBusConnection *connection;
  GCancellable *cancellable;
  char *name;
  gboolean is_owned;
  gboolean is_asked; /* a question to the bus is on its way */
  gboolean is_wanted;
};

static void
ask (BtyDbusName *self, const char *method, GVariant *parameters, GAsyncReadyCallback answered)
{
  self->is_asked = TRUE;
  g_dbus_connection_call (self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                          method, parameters, G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NONE, -1, self->cancellable,
                          answered, self);
}

/* Returns: the answer, or 0 when there is none; FALSE when we are gone ourselves. */
static gboolean
take_answer (GObject *source, GAsyncResult *result, guint32 *code, BtyDbusName *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return FALSE;
  self->is_asked = FALSE;
  *code = 0;
  if (answer != NULL)
    g_variant_get (answer, "(u)", code);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    g_warning ("a door stays closed: the session bus refuses the name %s: %s", self->name, error->message);
  return TRUE;
}

static void
on_requested (GObject *source, GAsyncResult *result, gpointer data)
{
  BtyDbusName *self = data;
  guint32 code;

  if (!take_answer (source, result, &code, self))
    return;
  self->is_owned = code == PRIMARY_OWNER || code == ALREADY_OWNER;
  if (self->is_owned)
    g_info ("serving on the session bus as %s", self->name);
  else if (code != 0)
    g_warning ("a door stays closed: the name %s is taken on the session bus, by another daemon", self->name);
}

static void
on_released (GObject *source, GAsyncResult *result, gpointer data)
{
  BtyDbusName *self = data;
  guint32 code;

  if (!take_answer (source, result, &code, self))
    return;
  self->is_owned = FALSE;
  if (self->is_wanted)
    bty_dbus_name_request (self);
}

void
bty_dbus_name_request (BtyDbusName *self)
{
  self->is_wanted = TRUE;
  if (!self->is_asked && !self->is_owned)
    ask (self, "RequestName", g_variant_new ("(su)", self->name, DO_NOT_QUEUE), on_requested);
}

gboolean
bty_dbus_name_release (BtyDbusName *self)
{
  self->is_wanted = FALSE;
  if (!self->is_asked && self->is_owned)
    ask (self, "ReleaseName", g_variant_new ("(s)", self->name), on_released);
  return !self->is_asked;
}

gboolean
bty_dbus_name_is_owned (BtyDbusName *self)
{
  return self->is_owned;
}

BtyDbusName *
bty_dbus_name_new (GDBusConnection *connection, const char *name)
{
  BtyDbusName *self = g_new0 (BtyDbusName, 1);

  self->connection = g_object_ref (connection);
  self->cancellable = g_cancellable_new ();
  self->name = g_strdup (name);
  bty_dbus_name_request (self);
  return self;
}

void
bty_dbus_name_free (BtyDbusName *self)
{
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  g_object_unref (self->connection);
  g_free (self->name);
  g_free (self);
}
