/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>
#include <string.h>

#include <boternity-http.h>
#include <boternity.h>

#include "bty-ctl-client.h"
#include "bty-ctl-json.h"

#define BASE_URL    "http://localhost/api/v1"
#define PIECE_BYTES 16384
#define MAX_PROBLEM 65536

struct _BtyCtlClient
{
  GObject parent;

  SoupSession *session;
};

G_DEFINE_FINAL_TYPE (BtyCtlClient, bty_ctl_client, G_TYPE_OBJECT)

static void
bty_ctl_client_finalize (GObject *object)
{
  BtyCtlClient *self = BTY_CTL_CLIENT (object);

  g_clear_object (&self->session);
  G_OBJECT_CLASS (bty_ctl_client_parent_class)->finalize (object);
}

static void
bty_ctl_client_class_init (BtyCtlClientClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_ctl_client_finalize;
}

static void
bty_ctl_client_init (BtyCtlClient *self)
{
}

/* No proxy and no decoder: the daemon is on this machine, and looking for a proxy may ask the session bus. */
BtyCtlClient *
bty_ctl_client_new (const char *socket_path)
{
  BtyCtlClient *self = g_object_new (BTY_CTL_TYPE_CLIENT, NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (socket_path);

  self->session = soup_session_new_with_options ("remote-connectable", address, "max-conns", 8, "max-conns-per-host", 8,
                                                 "user-agent", "boternity-ctl/" BTY_VERSION, NULL);
  soup_session_set_proxy_resolver (self->session, NULL);
  soup_session_remove_feature_by_type (self->session, SOUP_TYPE_CONTENT_DECODER);
  return self;
}

static SoupMessage *
make_message (const char *operation, GBytes *request, const char *accept)
{
  g_autofree char *escaped = g_uri_escape_string (operation, NULL, FALSE);
  g_autofree char *url = g_strconcat (BASE_URL "/call/", escaped, NULL);
  g_autoptr (GBytes) empty = g_bytes_new_static ("{}", 2);
  SoupMessage *message = soup_message_new ("POST", url);

  soup_message_set_request_body_from_bytes (message, "application/json", request != NULL ? request : empty);
  soup_message_headers_replace (soup_message_get_request_headers (message), "Accept", accept);
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  return message;
}

static void
keep_result (GObject *source, GAsyncResult *result, gpointer place)
{
  *(GAsyncResult **) place = g_object_ref (result);
}

static void
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* What an error answer says. Its detail is the daemon's message; anything that is no problem document is told by its status. */
static void
set_problem (GError **error, guint status, const char *body, gsize length)
{
  g_autofree char *json = NULL;
  g_autofree char *detail = NULL;
  g_autofree char *code = NULL;
  const BtyErrorInfo *info;

  if (!bty_json_validate (body, length, 0, NULL))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("the daemon answered with HTTP status %u and no reason"),
                   status);
      return;
    }
  json = g_strndup (body, length);
  detail = bty_ctl_json_get_string (json, "detail");
  if (detail == NULL)
    detail = bty_ctl_json_get_string (json, "title");
  code = bty_ctl_json_get_string (json, "code");
  info = code != NULL ? bty_error_info_by_name (code) : NULL;
  g_set_error_literal (error, BTY_ERROR, (int) (info != NULL ? info->code : BTY_ERROR_UNAVAILABLE),
                       detail != NULL ? detail : _ ("the daemon gave no reason"));
}

static gboolean
fail_transport (GError **error, GError *cause)
{
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_CANCELLED, _ ("stopped"));
  else
    g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("the connection to the daemon broke: %s"), cause->message);
  return FALSE;
}

/* An answer without a body is an object without members. */
static char *
take_answer (const char *body, gsize length, GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (length == 0)
    return g_strdup ("{}");
  if (!bty_json_validate (body, length, 0, &cause))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INTERNAL, _ ("the daemon's answer is no JSON: %s"), cause->message);
      return NULL;
    }
  return g_strndup (body, length);
}

static char *
send_and_read (BtyCtlClient *self, SoupMessage *message, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) cause = NULL;
  g_autoptr (GBytes) body = NULL;
  const char *bytes;
  gsize length;
  guint status;

  soup_session_send_and_read_async (self->session, message, G_PRIORITY_DEFAULT, cancellable, keep_result, &result);
  wait_for (&result);
  body = soup_session_send_and_read_finish (self->session, result, &cause);
  if (body == NULL)
    {
      fail_transport (error, cause);
      return NULL;
    }
  bytes = g_bytes_get_data (body, &length);
  status = soup_message_get_status (message);
  if (status >= 200 && status < 300)
    return take_answer (bytes, length, error);
  set_problem (error, status, bytes, length);
  return NULL;
}

char *
bty_ctl_client_call (BtyCtlClient *self, const char *operation, GBytes *request, GCancellable *cancellable,
                     GError **error)
{
  g_autoptr (SoupMessage) message = make_message (operation, request, "application/json");

  return send_and_read (self, message, cancellable, error);
}

char *
bty_ctl_client_get (BtyCtlClient *self, const char *path, GCancellable *cancellable, GError **error)
{
  g_autofree char *url = g_strconcat (BASE_URL, path, NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", url);

  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  return send_and_read (self, message, cancellable, error);
}

void
bty_ctl_client_send (BtyCtlClient *self, const char *operation, GBytes *request)
{
  g_autoptr (SoupMessage) message = make_message (operation, request, "application/json");

  soup_session_send_and_read_async (self->session, message, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
}

/* A stream on its way: what its events have said so far. */
typedef struct
{
  BtyCtlItemFunc func;
  gpointer data;
  char *answer;
  GError *failure;
} Stream;

static gboolean
on_event (const BtySseEvent *event, gpointer data, GError **error)
{
  Stream *stream = data;
  g_autofree char *json = NULL;

  if (stream->answer != NULL || stream->failure != NULL)
    return TRUE;
  if (g_strcmp0 (event->name, "error") == 0)
    {
      set_problem (&stream->failure, 200, event->data, event->length);
      return TRUE;
    }
  if (!bty_json_validate (event->data, event->length, 0, error))
    return FALSE;
  json = g_strndup (event->data, event->length);
  if (g_strcmp0 (event->name, "end") == 0)
    stream->answer = g_steal_pointer (&json);
  else if (event->name == NULL || strcmp (event->name, "item") == 0)
    stream->func (event->id != NULL ? g_ascii_strtoull (event->id, NULL, 10) : 0, json, stream->data);
  return TRUE;
}

static gboolean
read_events (Stream *stream, GInputStream *body, GCancellable *cancellable, GError **error)
{
  g_autoptr (BtySseReader) reader = bty_sse_reader_new (0, on_event, stream);

  while (stream->answer == NULL && stream->failure == NULL)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GBytes) piece = NULL;

      g_input_stream_read_bytes_async (body, PIECE_BYTES, G_PRIORITY_DEFAULT, cancellable, keep_result, &result);
      wait_for (&result);
      piece = g_input_stream_read_bytes_finish (body, result, error);
      if (piece == NULL)
        return FALSE;
      if (g_bytes_get_size (piece) == 0)
        return bty_sse_reader_end (reader, error);
      if (!bty_sse_reader_feed (reader, g_bytes_get_data (piece, NULL), g_bytes_get_size (piece), error))
        return FALSE;
    }
  return TRUE;
}

/* The whole of a short answer: a problem, or what an operation that does not stream gave. */
static char *
read_whole (GInputStream *body, gsize most, gsize *length, GCancellable *cancellable)
{
  GByteArray *whole = g_byte_array_new ();
  gsize got = 1;

  while (got > 0 && whole->len < most)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GBytes) piece = NULL;

      g_input_stream_read_bytes_async (body, PIECE_BYTES, G_PRIORITY_DEFAULT, cancellable, keep_result, &result);
      wait_for (&result);
      piece = g_input_stream_read_bytes_finish (body, result, NULL);
      got = piece != NULL ? g_bytes_get_size (piece) : 0;
      if (got > 0)
        g_byte_array_append (whole, g_bytes_get_data (piece, NULL), (guint) got);
    }
  *length = whole->len;
  g_byte_array_append (whole, (const guint8 *) "", 1);
  return (char *) g_byte_array_free (whole, FALSE);
}

static BtyCtlStreamEnd
end_stream (Stream *stream, GError *broken, char **answer, GError **error)
{
  if (stream->answer != NULL)
    {
      *answer = stream->answer;
      return BTY_CTL_STREAM_ENDED;
    }
  if (stream->failure != NULL)
    {
      g_propagate_error (error, stream->failure);
      return BTY_CTL_STREAM_FAILED;
    }
  if (broken != NULL)
    fail_transport (error, broken);
  else
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE,
                         _ ("the connection to the daemon broke before the answer's end"));
  return g_error_matches (broken, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? BTY_CTL_STREAM_FAILED : BTY_CTL_STREAM_DROPPED;
}

BtyCtlStreamEnd
bty_ctl_client_stream (BtyCtlClient *self, const char *operation, GBytes *request, BtyCtlItemFunc func, gpointer data,
                       GCancellable *cancellable, char **answer, GError **error)
{
  return bty_ctl_client_stream_once (self, operation, request, NULL, func, data, cancellable, answer, error);
}

BtyCtlStreamEnd
bty_ctl_client_stream_once (BtyCtlClient *self, const char *operation, GBytes *request, const char *key,
                            BtyCtlItemFunc func, gpointer data, GCancellable *cancellable, char **answer,
                            GError **error)
{
  g_autoptr (SoupMessage) message = make_message (operation, request, "text/event-stream");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GInputStream) body = NULL;
  g_autoptr (GError) broken = NULL;
  Stream stream = { func, data, NULL, NULL };
  const char *type;
  guint status;

  if (key != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (message), "Idempotency-Key", key);
  soup_session_send_async (self->session, message, G_PRIORITY_DEFAULT, cancellable, keep_result, &result);
  wait_for (&result);
  body = soup_session_send_finish (self->session, result, &broken);
  if (body == NULL)
    return end_stream (&stream, broken, answer, error);
  status = soup_message_get_status (message);
  type = soup_message_headers_get_content_type (soup_message_get_response_headers (message), NULL);
  if (status != 200 || g_strcmp0 (type, "text/event-stream") != 0)
    {
      gsize length = 0;
      g_autofree char *whole = read_whole (body, MAX_PROBLEM, &length, cancellable);

      set_problem (&stream.failure, status, whole, length);
      return end_stream (&stream, NULL, answer, error);
    }
  read_events (&stream, body, cancellable, &broken);
  return end_stream (&stream, broken, answer, error);
}
