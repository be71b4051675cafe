/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-dbus"

#include "config.h"

#include <gio/gunixfdlist.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

#include "bty-dbus-answer.h"
#include "bty-dbus-codec.h"
#include "bty-dbus-door.h"
#include "bty-dbus-interface.h"
#include "bty-dbus-signals.h"
#include "bty-dbus-stream.h"

struct _BtyDbusDoor
{
  BtyHost *host; /* outlives us */
  GDBusConnection *connection;
  BtyDbusBoternity1 *skeleton;
  BtyDbusClients *clients;
  BtyDbusLimits limits;
  GCancellable *gone; /* cancelled when we are freed, for those that wait for the catalogue */
};

/* What a method's arguments say, all of (s operation, request, a{sv} options). */
typedef struct
{
  GVariant *request; /* a{sv} or s */
  GVariant *options_variant;
  const char *operation;
  BtyDbusOptions options;
} Arguments;

static void
arguments_clear (Arguments *arguments)
{
  g_clear_pointer (&arguments->request, g_variant_unref);
  g_clear_pointer (&arguments->options_variant, g_variant_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

static gboolean
check_size (BtyDbusDoor *self, GVariant *request, GError **error)
{
  gsize size = g_variant_get_size (request);

  if (size <= self->limits.max_request)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_OUT_OF_RANGE,
               _ ("the request has %zu bytes, at most %zu are allowed (setting dbus.max_request)"), size,
               self->limits.max_request);
  return FALSE;
}

/* A decoder is not asked for the request of an operation that takes none. */
static gboolean
check_empty (BtyDbusDoor *self, const Arguments *arguments, GError **error)
{
  const BtyOperation *operation = bty_catalogue_lookup (bty_host_get_catalogue (self->host), arguments->operation,
                                                        NULL);

  if (operation == NULL || operation->request != NULL || bty_dbus_is_empty (arguments->request))
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("“%s” takes no request: leave it empty"),
               operation->name);
  return FALSE;
}

/* Returns: (transfer full) (nullable): the call, which may have ended */
static BtyCall *
start_call (BtyDbusDoor *self, BtyDbusClient *client, GDBusMethodInvocation *invocation, Arguments *arguments,
            GError **error)
{
  GVariant *parameters = g_dbus_method_invocation_get_parameters (invocation);
  BtyCallSpec spec = { .principal = bty_dbus_client_get_principal (client), .decode = bty_dbus_decode, .door = "dbus" };

  g_variant_get_child (parameters, 0, "&s", &arguments->operation);
  arguments->request = g_variant_get_child_value (parameters, 1);
  arguments->options_variant = g_variant_get_child_value (parameters, 2);
  if (!bty_dbus_options_read (&arguments->options, arguments->options_variant, error) ||
      !check_size (self, arguments->request, error) || !check_empty (self, arguments, error) ||
      !bty_dbus_client_check (client, arguments->options.call, error))
    return NULL;
  spec.operation = arguments->operation;
  spec.input = arguments->request;
  spec.idempotency_key = arguments->options.idempotency_key;
  spec.timeout_ms = arguments->options.timeout_ms;
  return bty_host_start_call (self->host, &spec);
}

static const BtyOperation *
find_operation (BtyDbusDoor *self, GDBusMethodInvocation *invocation, const char **name)
{
  g_variant_get_child (g_dbus_method_invocation_get_parameters (invocation), 0, "&s", name);
  return bty_catalogue_lookup (bty_host_get_catalogue (self->host), *name, NULL);
}

/* What never ends cannot be handed over whole. */
static gboolean
check_whole (BtyDbusDoor *self, GDBusMethodInvocation *invocation, GError **error)
{
  const char *name;
  const BtyOperation *operation = find_operation (self, invocation, &name);

  if (operation == NULL || (operation->effect & BTY_EFFECT_ENDLESS) == 0)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("“%s” never ends: use Open or Subscribe"), name);
  return FALSE;
}

static void
answer (BtyDbusDoor *self, BtyDbusClient *client, GDBusMethodInvocation *invocation, BtyDbusForm form)
{
  g_auto (Arguments) arguments = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyCall) call = NULL;

  if (check_whole (self, invocation, &error))
    call = start_call (self, client, invocation, &arguments, &error);
  if (call == NULL)
    bty_dbus_return_error (invocation, error);
  else
    bty_dbus_answer (invocation, client, arguments.options.call, call, form, &self->limits);
}

static void
call_admitted (BtyDbusClient *client, GDBusMethodInvocation *invocation, gpointer data)
{
  answer (data, client, invocation, BTY_DBUS_VARIANT);
}

static void
call_json_admitted (BtyDbusClient *client, GDBusMethodInvocation *invocation, gpointer data)
{
  answer (data, client, invocation, BTY_DBUS_JSON);
}

/* What has no items has nothing to stream. */
static gboolean
check_stream (BtyDbusDoor *self, GDBusMethodInvocation *invocation, GError **error)
{
  const char *name;
  const BtyOperation *operation = find_operation (self, invocation, &name);

  if (operation != NULL && operation->item == NULL)
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("“%s” has no items to stream: use Call"), name);
  else if (bty_dbus_clients_count_streams (self->clients) >= self->limits.max_streams)
    g_set_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED,
                 _ ("%u streams are open: close some, or raise the setting dbus.max_streams"),
                 self->limits.max_streams);
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_descriptors (BtyDbusDoor *self, GError **error)
{
  if ((g_dbus_connection_get_capabilities (self->connection) & G_DBUS_CAPABILITY_FLAGS_UNIX_FD_PASSING) != 0)
    return TRUE;
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_UNIMPLEMENTED,
                       _ ("this bus does not pass descriptors: use Subscribe"));
  return FALSE;
}

/* A call that failed at once is told as the method's error. */
static gboolean
has_failed (BtyCall *call, GError **error)
{
  if (call == NULL || bty_call_state (call) != BTY_CALL_FAILED)
    return call == NULL;
  *error = g_error_copy (bty_call_error (call));
  return TRUE;
}

static void
open_admitted (BtyDbusClient *client, GDBusMethodInvocation *invocation, gpointer data)
{
  BtyDbusDoor *self = data;
  g_auto (Arguments) arguments = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyCall) call = NULL;
  g_autoptr (GUnixFDList) list = NULL;
  g_autofree char *name = NULL;
  int fd = -1;

  if (check_stream (self, invocation, &error) && check_descriptors (self, &error))
    call = start_call (self, client, invocation, &arguments, &error);
  if (error == NULL && !has_failed (call, &error))
    fd = bty_dbus_stream_open (client, arguments.options.call, call, &self->limits, &name, &error);
  if (fd < 0)
    {
      if (call != NULL)
        bty_call_cancel (call);
      bty_dbus_return_error (invocation, error);
      return;
    }
  list = g_unix_fd_list_new_from_array (&fd, 1);
  g_dbus_method_invocation_return_value_with_unix_fd_list (invocation, g_variant_new ("(hs)", 0, name), list);
}

static void
subscribe_admitted (BtyDbusClient *client, GDBusMethodInvocation *invocation, gpointer data)
{
  BtyDbusDoor *self = data;
  g_auto (Arguments) arguments = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyCall) call = NULL;
  g_autofree char *name = NULL;

  if (check_stream (self, invocation, &error))
    call = start_call (self, client, invocation, &arguments, &error);
  if (error != NULL || has_failed (call, &error))
    {
      bty_dbus_return_error (invocation, error);
      return;
    }
  name = bty_dbus_signals_open (self->connection, client, arguments.options.call, call, &self->limits);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(s)", name));
}

static void
cancel_admitted (BtyDbusClient *client, GDBusMethodInvocation *invocation, gpointer data)
{
  const char *name;

  g_variant_get_child (g_dbus_method_invocation_get_parameters (invocation), 0, "&s", &name);
  if (bty_dbus_client_cancel (client, name))
    g_dbus_method_invocation_return_value (invocation, NULL);
  else
    {
      g_autoptr (GError) error = g_error_new (BTY_ERROR, BTY_ERROR_NOT_FOUND,
                                              _ ("you have no running call named “%.64s”"), name);

      bty_dbus_return_error (invocation, error);
    }
}

/* What there is, is asked of the catalogue's own operations, as the caller. */
static void
describe_admitted (BtyDbusClient *client, GDBusMethodInvocation *invocation, gpointer data)
{
  BtyDbusDoor *self = data;
  g_autoptr (GVariant) request = NULL;
  g_autoptr (BtyCall) call = NULL;
  g_autoptr (GError) error = NULL;
  GVariantDict members;
  const char *name;
  BtyCallSpec spec = { .principal = bty_dbus_client_get_principal (client), .decode = bty_dbus_decode, .door = "dbus" };

  g_variant_get_child (g_dbus_method_invocation_get_parameters (invocation), 0, "&s", &name);
  g_variant_dict_init (&members, NULL);
  if (*name != '\0')
    g_variant_dict_insert (&members, "name", "s", name);
  request = g_variant_ref_sink (g_variant_dict_end (&members));
  if (!bty_dbus_client_check (client, NULL, &error))
    {
      bty_dbus_return_error (invocation, error);
      return;
    }
  spec.operation = *name != '\0' ? "operation.get" : "operation.list";
  spec.input = request;
  call = bty_host_start_call (self->host, &spec);
  bty_dbus_answer (invocation, client, NULL, call, BTY_DBUS_JSON, &self->limits);
}

static const struct
{
  const char *signal;
  BtyDbusAdmitted admitted;
} methods[] = {
  { "Call", call_admitted },         { "CallJson", call_json_admitted },  { "Open", open_admitted },
  { "OpenJson", open_admitted },     { "Subscribe", subscribe_admitted }, { "Cancel", cancel_admitted },
  { "Describe", describe_admitted },
};

static gboolean
admit_now (BtyDbusDoor *self, GDBusMethodInvocation *invocation)
{
  const char *name = g_dbus_method_invocation_get_method_name (invocation);

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    if (g_str_equal (methods[i].signal, name))
      {
        bty_dbus_clients_admit (self->clients, invocation, methods[i].admitted, self);
        return TRUE;
      }
  return FALSE;
}

/* A call of what is not there, or not yet. */
typedef struct
{
  BtyDbusDoor *door;
  GCancellable *gone;
  GDBusMethodInvocation *invocation;
} Early;

static void
early_free (gpointer data)
{
  Early *early = data;
  g_autoptr (GError) error = NULL;

  if (early->invocation != NULL)
    {
      g_set_error_literal (&error, BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("the daemon is stopping"));
      bty_dbus_return_error (early->invocation, error);
    }
  g_object_unref (early->gone);
  g_free (early);
}

static void
on_known (gpointer nothing, gpointer data)
{
  Early *early = data;

  if (!g_cancellable_is_cancelled (early->gone))
    admit_now (early->door, g_steal_pointer (&early->invocation));
}

/* Every method's signal has the invocation second and our data last, with its arguments between, which the invocation has too. */
static gboolean
admit (BtyDbusDoor *self, GDBusMethodInvocation *invocation)
{
  const char *name;
  Early *early;

  if (find_operation (self, invocation, &name) != NULL)
    return admit_now (self, invocation);
  early = g_new0 (Early, 1); /* its plugin may have come a moment ago */
  *early = (Early){ self, g_object_ref (self->gone), invocation };
  bty_catalogue_when_known (bty_host_get_catalogue (self->host), on_known, early, early_free);
  return TRUE;
}

static gboolean
on_three (BtyDbusBoternity1 *skeleton, GDBusMethodInvocation *invocation, const char *operation, gpointer request,
          GVariant *options, gpointer data)
{
  return admit (data, invocation);
}

static gboolean
on_three_fd (BtyDbusBoternity1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *operation,
             gpointer request, GVariant *options, gpointer data)
{
  return admit (data, invocation);
}

static gboolean
on_one (BtyDbusBoternity1 *skeleton, GDBusMethodInvocation *invocation, const char *name, gpointer data)
{
  return admit_now (data, invocation);
}

static void
connect_methods (BtyDbusDoor *self)
{
  g_signal_connect (self->skeleton, "handle-call", G_CALLBACK (on_three), self);
  g_signal_connect (self->skeleton, "handle-call-json", G_CALLBACK (on_three), self);
  g_signal_connect (self->skeleton, "handle-open", G_CALLBACK (on_three_fd), self);
  g_signal_connect (self->skeleton, "handle-open-json", G_CALLBACK (on_three_fd), self);
  g_signal_connect (self->skeleton, "handle-subscribe", G_CALLBACK (on_three), self);
  g_signal_connect (self->skeleton, "handle-cancel", G_CALLBACK (on_one), self);
  g_signal_connect (self->skeleton, "handle-describe", G_CALLBACK (on_one), self);
}

/* When the daemon was started, which may be long before the bus was there: NULL when it does not say. */
static GVariant *
find_start (BtyHost *host)
{
  BtyCredentials credentials = { .peer_uid = (gint64) geteuid () };
  g_autoptr (BtyPrincipal) owner = bty_host_identify (host, &credentials, NULL);
  BtyCallSpec spec = { .operation = "daemon.status", .principal = owner, .decode = bty_dbus_decode, .door = "dbus" };
  g_autoptr (GVariant) nothing = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  g_autoptr (BtyCall) call = NULL;
  const BtyStatus *status;

  spec.input = nothing;
  call = bty_host_start_call (host, &spec);
  status = bty_call_state (call) == BTY_CALL_RETURNED ? bty_call_response (call) : NULL;
  return status != NULL ? bty_dbus_encode_time (status->started_at) : NULL;
}

static GVariant *
make_status (BtyHost *host)
{
  GVariantDict status;
  GVariant *started = find_start (host);

  g_variant_dict_init (&status, NULL);
  g_variant_dict_insert (&status, "data_dir", "s", bty_host_get_data_dir (host));
  g_variant_dict_insert (&status, "pid", "x", (gint64) getpid ());
  if (started != NULL)
    g_variant_dict_insert_value (&status, "started_at", started);
  return g_variant_dict_end (&status);
}

BtyDbusDoor *
bty_dbus_door_new (BtyHost *host, GDBusConnection *connection, GError **error)
{
  BtyDbusDoor *self = g_new0 (BtyDbusDoor, 1);

  self->host = host;
  self->connection = g_object_ref (connection);
  self->gone = g_cancellable_new ();
  self->skeleton = bty_dbus_boternity1_skeleton_new ();
  self->clients = bty_dbus_clients_new (host, connection);
  bty_dbus_limits_load (&self->limits, host);
  bty_dbus_boternity1_set_version (self->skeleton, BTY_VERSION);
  connect_methods (self);
  if (!g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->skeleton), connection, BTY_DBUS_PATH, error))
    {
      bty_dbus_door_free (self);
      return NULL;
    }
  return self;
}

void
bty_dbus_door_free (BtyDbusDoor *self)
{
  g_signal_handlers_disconnect_by_data (self->skeleton, self);
  if (g_dbus_interface_skeleton_get_connection (G_DBUS_INTERFACE_SKELETON (self->skeleton)) != NULL)
    g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->skeleton));
  bty_dbus_clients_free (self->clients);
  g_cancellable_cancel (self->gone);
  g_object_unref (self->gone);
  g_object_unref (self->skeleton);
  g_object_unref (self->connection);
  g_free (self);
}

void
bty_dbus_door_ready (BtyDbusDoor *self)
{
  bty_dbus_boternity1_set_status (self->skeleton, make_status (self->host));
}

gboolean
bty_dbus_door_is_idle (BtyDbusDoor *self)
{
  return bty_dbus_clients_are_idle (self->clients);
}
