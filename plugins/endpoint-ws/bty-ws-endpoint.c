/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ws"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-ws-endpoint.h"
#include "bty-ws-session.h"

#define PROBLEM_TYPE "application/problem+json"
#define SECRET       "bearer." /* a sub-protocol that is none: how a browser shows its token */

struct _BtyWsEndpoint
{
  GObject parent;
  BtyHost *host; /* outlives us */
  BtyWsLimits limits;
  GQueue sessions;
  BtyWsTurns turns;
};

static void bty_ws_endpoint_iface_init (BtyEndpointInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BtyWsEndpoint, bty_ws_endpoint, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_ENDPOINT, bty_ws_endpoint_iface_init))

static const char *const *
get_mounts (BtyEndpoint *endpoint)
{
  static const char *const mounts[] = { BTY_WS_MOUNT, NULL };

  return mounts;
}

static void
start (BtyEndpoint *endpoint, BtyHost *host)
{
  BtyWsEndpoint *self = BTY_WS_ENDPOINT (endpoint);

  self->host = host;
  bty_ws_limits_load (&self->limits, host);
}

static void
respond_problem (BtyExchange *exchange, const GError *error)
{
  g_autoptr (GString) text = g_string_sized_new (512);
  g_autoptr (GBytes) body = NULL;
  guint status = bty_error_info (bty_error_code_of (error))->http_status;
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, text);
  bty_problem_write (error, 0, &writer);
  body = g_string_free_to_bytes (g_steal_pointer (&text));
  if (status == 401)
    bty_exchange_set_header (exchange, "WWW-Authenticate", "Bearer realm=\"boternity\"");
  bty_exchange_set_header (exchange, "Cache-Control", "no-store");
  bty_exchange_respond (exchange, status, PROBLEM_TYPE, body);
}

static gboolean
is_word (const char *word, gsize length, const char *wanted)
{
  return length == strlen (wanted) && memcmp (word, wanted, length) == 0;
}

/* A client that names protocols must name ours; one that names none gets it too. The token among them is not one. */
static gboolean
choose_protocol (BtyExchange *exchange, const char **chosen, GError **error)
{
  const char *offered = bty_exchange_get_header (exchange, "Sec-WebSocket-Protocol");
  gboolean others = FALSE;

  *chosen = NULL;
  while (offered != NULL && *offered != '\0')
    {
      gsize length;

      offered += strspn (offered, ", \t");
      length = strcspn (offered, ", \t");
      if (is_word (offered, length, BTY_WS_PROTOCOL))
        *chosen = BTY_WS_PROTOCOL;
      else if (length > 0 && g_ascii_strncasecmp (offered, SECRET, strlen (SECRET)) != 0)
        others = TRUE;
      offered += length;
    }
  if (*chosen != NULL || !others)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
               _ ("none of the sub-protocols is served here: offer “%s”, or none"), BTY_WS_PROTOCOL);
  return FALSE;
}

/* Who it is comes first: nobody without a token learns what there is. */
static void
handle (BtyEndpoint *endpoint, BtyExchange *exchange)
{
  BtyWsEndpoint *self = BTY_WS_ENDPOINT (endpoint);
  g_autoptr (BtyPrincipal) principal = NULL;
  g_autoptr (GError) error = NULL;
  BtyCredentials credentials;
  const char *protocol;
  BtySocket *socket;

  bty_exchange_get_credentials (exchange, &credentials);
  principal = bty_host_identify (self->host, &credentials, &error);
  if (principal != NULL && strcmp (bty_exchange_get_path (exchange), "/") != 0)
    g_set_error_literal (&error, BTY_ERROR, BTY_ERROR_NOT_FOUND,
                         _ ("nothing is served at this path; the WebSocket is one path above"));
  if (error != NULL || !choose_protocol (exchange, &protocol, &error))
    {
      respond_problem (exchange, error);
      return;
    }
  socket = bty_exchange_upgrade (exchange, protocol, NULL);
  if (socket != NULL)
    bty_ws_session_new (self->host, &self->limits, principal, socket, &self->sessions, &self->turns);
}

static void
bty_ws_endpoint_iface_init (BtyEndpointInterface *iface)
{
  iface->get_mounts = get_mounts;
  iface->start = start;
  iface->handle = handle;
}

static void
bty_ws_endpoint_finalize (GObject *object)
{
  BtyWsEndpoint *self = BTY_WS_ENDPOINT (object);

  while (self->sessions.head != NULL)
    bty_ws_session_close (self->sessions.head->data, BTY_SOCKET_GOING_AWAY, NULL);
  bty_ws_turns_clear (&self->turns);
  G_OBJECT_CLASS (bty_ws_endpoint_parent_class)->finalize (object);
}

static void
bty_ws_endpoint_class_init (BtyWsEndpointClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_ws_endpoint_finalize;
}

static void
bty_ws_endpoint_init (BtyWsEndpoint *self)
{
  g_queue_init (&self->sessions);
  bty_ws_turns_init (&self->turns, bty_ws_session_run_turn);
}
