/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>
#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * BtyDbusClients:
 *
 * Who calls on the bus: for each, who it is (asked of the bus once), and its running calls. A client that leaves the bus gives up
 * its calls. Main context.
 */
typedef struct _BtyDbusClients BtyDbusClients;
typedef struct _BtyDbusClient BtyDbusClient;

/**
 * BtyDbusEntry:
 *
 * One running call of a client. @cancel is called when it is given up by name or because the client went; whoever added the entry
 * removes it, then or later.
 */
typedef struct _BtyDbusEntry BtyDbusEntry;
/* @has_left: the client is gone, or we are going: nothing more reaches it. */
typedef void (*BtyDbusCancel) (BtyDbusEntry *entry, gboolean has_left);

struct _BtyDbusEntry
{
  BtyDbusClient *client;
  char *name;
  BtyDbusCancel cancel;
  gboolean is_stream;
  gboolean is_retired; /* it was cancelled, and only tells that to the end */
};

/* @principal: who calls; @client: alive until the function returns, or while it has an entry. */
typedef void (*BtyDbusAdmitted) (BtyDbusClient *client, GDBusMethodInvocation *invocation, gpointer data);

BtyDbusClients *bty_dbus_clients_new (BtyHost *host, GDBusConnection *connection);
/* Gives up all calls. */
void bty_dbus_clients_free (BtyDbusClients *clients);
/* Whether anyone has a call that runs. */
gboolean bty_dbus_clients_are_idle (BtyDbusClients *clients);
guint bty_dbus_clients_count_streams (BtyDbusClients *clients);

/**
 * bty_dbus_clients_admit: @invocation: (transfer full): handed on to @admitted, now or later, or answered with the reason why not
 */
void bty_dbus_clients_admit (BtyDbusClients *clients, GDBusMethodInvocation *invocation, BtyDbusAdmitted admitted,
                             gpointer data);

BtyPrincipal *bty_dbus_client_get_principal (BtyDbusClient *client);
const char *bty_dbus_client_get_name (BtyDbusClient *client);

/* Whether the client may begin a call of this name: it must have no other that runs, nor too many. @name: (nullable) */
gboolean bty_dbus_client_check (BtyDbusClient *client, const char *name, GError **error);

/* @entry: @cancel and @is_stream are set; @name: (nullable): checked; NULL makes one. */
void bty_dbus_client_add (BtyDbusClient *client, BtyDbusEntry *entry, const char *name);
/* Harmless for an entry that is not there. */
void bty_dbus_entry_remove (BtyDbusEntry *entry);
/* Its name is free again, and nobody cancels it a second time; the client's leaving still ends it. */
void bty_dbus_entry_retire (BtyDbusEntry *entry);
gboolean bty_dbus_client_cancel (BtyDbusClient *client, const char *name);

/* Answers with the error under its name on the bus; takes @invocation. */
void bty_dbus_return_error (GDBusMethodInvocation *invocation, const GError *error);

G_END_DECLS
