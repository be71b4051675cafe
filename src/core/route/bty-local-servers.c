/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "route/bty-local-servers.h"
#include "route/bty-provider-presets.h"

#define MAX_ANSWER (256 * 1024)
#define PIECE      16384

/* What is asked of a service, and a word that no other says there. */
static const struct
{
  const char *name;
  const char *path;
  const char *word;
} signs[] = {
  { "ollama", "/api/version", "\"version\"" },
  { "llamacpp", "/v1/models", "\"llamacpp\"" },
  { "lmstudio", "/api/v0/models", "\"data\"" },
  { "vllm", "/v1/models", "\"vllm\"" },
};

static const BtySetting settings_table[] = {
  { .group = "providers",
    .key = "discover_ms",
    .type = BTY_SETTING_INT,
    .fallback = "700",
    .unit = "ms",
    .min = 0,
    .max = 60000,
    .summary = N_ ("How long servers of models on this machine are looked for; 0: never") },
};

void
bty_local_servers_add_settings (BtySettings *settings)
{
  bty_settings_add (settings, settings_table, G_N_ELEMENTS (settings_table));
}

typedef struct
{
  GPtrArray *found; /* BtyLocalServer, NULL for those that do not run */
  guint n_pending;
  GCancellable *cancellable;
  gulong link;
  guint timeout;
} Search;

/* One service that is looked for. */
typedef struct
{
  GTask *task;
  guint index;
  guint sign;
  BtyLocalServer *server;
  char *request;
  GSocketConnection *connection;
  GByteArray *answer;
} Probe;

static void
search_free (Search *search)
{
  g_clear_handle_id (&search->timeout, g_source_remove);
  for (guint i = 0; i < search->found->len; i++)
    g_clear_pointer (&search->found->pdata[i], bty_record_unref);
  g_ptr_array_unref (search->found);
  g_object_unref (search->cancellable);
  g_free (search);
}

static void
end (GTask *own)
{
  g_autoptr (GTask) task = own;
  Search *search = g_task_get_task_data (task);
  GPtrArray *all = bty_record_list_new ();

  g_clear_handle_id (&search->timeout, g_source_remove);
  g_clear_signal_handler (&search->link, g_task_get_cancellable (task));
  for (guint i = 0; i < search->found->len; i++)
    if (search->found->pdata[i] != NULL)
      g_ptr_array_add (all, bty_record_ref (search->found->pdata[i]));
  if (g_task_return_error_if_cancelled (task))
    g_ptr_array_unref (all);
  else
    g_task_return_pointer (task, all, (GDestroyNotify) g_ptr_array_unref);
}

static void
expect_one_less (GTask *task)
{
  Search *search = g_task_get_task_data (task);

  search->n_pending -= 1;
  if (search->n_pending == 0)
    end (task);
}

static void
probe_end (Probe *probe, gboolean is_there)
{
  GTask *task = probe->task;
  Search *search = g_task_get_task_data (task);

  if (is_there)
    search->found->pdata[probe->index] = bty_local_server_ref (probe->server);
  bty_local_server_unref (probe->server);
  g_clear_object (&probe->connection);
  g_byte_array_unref (probe->answer);
  g_free (probe->request);
  g_free (probe);
  expect_one_less (task);
}

static int
find_sign (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (signs); i++)
    if (strcmp (signs[i].name, name) == 0)
      return (int) i;
  return -1;
}

gboolean
bty_local_servers_is_answer (const char *name, const char *answer, gsize length)
{
  int sign = find_sign (name);
  const char *body = g_strstr_len (answer, (gssize) length, "\r\n\r\n");
  gsize rest;

  if (sign < 0 || body == NULL || length < strlen ("HTTP/1.1 200") || !g_str_has_prefix (answer, "HTTP/1.") ||
      strncmp (answer + strlen ("HTTP/1.1"), " 200", 4) != 0)
    return FALSE;
  body += 4;
  rest = length - (gsize) (body - answer);
  return bty_json_validate (body, rest, 0, NULL) && *body == '{' &&
         g_strstr_len (body, (gssize) rest, signs[sign].word) != NULL;
}

static void read_on (Probe *probe);

static void
on_read (GObject *stream, GAsyncResult *result, gpointer data)
{
  Probe *probe = data;
  g_autoptr (GBytes) piece = g_input_stream_read_bytes_finish (G_INPUT_STREAM (stream), result, NULL);
  gsize length = 0;
  gconstpointer bytes = piece != NULL ? g_bytes_get_data (piece, &length) : NULL;

  if (length > 0)
    g_byte_array_append (probe->answer, bytes, (guint) length);
  if (length > 0 && probe->answer->len < MAX_ANSWER)
    {
      read_on (probe);
      return;
    }
  g_byte_array_append (probe->answer, (const guint8 *) "", 1);
  probe_end (probe,
             piece != NULL && bty_local_servers_is_answer (signs[probe->sign].name, (const char *) probe->answer->data,
                                                           probe->answer->len - 1));
}

static void
read_on (Probe *probe)
{
  Search *search = g_task_get_task_data (probe->task);

  g_input_stream_read_bytes_async (g_io_stream_get_input_stream (G_IO_STREAM (probe->connection)), PIECE,
                                   G_PRIORITY_DEFAULT, search->cancellable, on_read, probe);
}

static void
on_written (GObject *stream, GAsyncResult *result, gpointer data)
{
  Probe *probe = data;

  if (g_output_stream_write_all_finish (G_OUTPUT_STREAM (stream), result, NULL, NULL))
    read_on (probe);
  else
    probe_end (probe, FALSE);
}

static void
on_connected (GObject *client, GAsyncResult *result, gpointer data)
{
  Probe *probe = data;
  Search *search = g_task_get_task_data (probe->task);

  probe->connection = g_socket_client_connect_finish (G_SOCKET_CLIENT (client), result, NULL);
  if (probe->connection == NULL)
    probe_end (probe, FALSE);
  else
    g_output_stream_write_all_async (g_io_stream_get_output_stream (G_IO_STREAM (probe->connection)), probe->request,
                                     strlen (probe->request), G_PRIORITY_DEFAULT, search->cancellable, on_written,
                                     probe);
}

/* HTTP/1.0, so that the answer comes in one piece and ends with the connection. */
static void
probe_begin (GTask *task, const BtyProviderPreset *preset, guint sign, guint16 port)
{
  Search *search = g_task_get_task_data (task);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, port);
  Probe *probe = g_new0 (Probe, 1);

  probe->task = task;
  probe->index = search->found->len;
  probe->sign = sign;
  probe->server = bty_local_server_new ();
  probe->server->name = g_strdup (preset->name);
  probe->server->title = g_strdup (preset->title);
  probe->server->url = g_strdup (preset->url);
  probe->answer = g_byte_array_new ();
  probe->request = g_strdup_printf ("GET %s HTTP/1.0\r\nHost: 127.0.0.1:%u\r\nAccept: application/json\r\n\r\n",
                                    signs[sign].path, port);
  g_ptr_array_add (search->found, NULL);
  search->n_pending += 1;
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_async (client, G_SOCKET_CONNECTABLE (address), search->cancellable, on_connected, probe);
}

static gboolean
on_timeout (gpointer data)
{
  Search *search = data;

  search->timeout = 0;
  g_cancellable_cancel (search->cancellable);
  return G_SOURCE_REMOVE;
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  g_cancellable_cancel (data);
}

/* The owner may have given a service another port, but not another machine. */
static guint16
loopback_port (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_SCHEME_NORMALIZE, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  int port = uri != NULL ? g_uri_get_port (uri) : -1;

  if (host == NULL || (strcmp (host, "127.0.0.1") != 0 && strcmp (host, "localhost") != 0))
    return 0;
  return port > 0 && port <= G_MAXUINT16 ? (guint16) port : 0;
}

void
bty_local_servers_find_async (guint patience_ms, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, data);
  Search *search = g_new0 (Search, 1);
  GError *error = NULL;
  GPtrArray *presets = bty_provider_presets_list (&error);

  g_task_set_source_tag (task, bty_local_servers_find_async);
  g_task_set_task_data (task, search, (GDestroyNotify) search_free);
  search->found = g_ptr_array_new ();
  search->cancellable = g_cancellable_new ();
  search->n_pending = 1; /* until all are looked for */
  search->timeout = g_timeout_add (patience_ms, on_timeout, search);
  if (cancellable != NULL)
    search->link = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), g_object_ref (search->cancellable),
                                          g_object_unref);
  if (presets == NULL)
    {
      g_clear_signal_handler (&search->link, cancellable);
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  for (guint i = 0; i < presets->len; i++)
    {
      const BtyProviderPreset *preset = presets->pdata[i];
      int sign = preset->is_local ? find_sign (preset->name) : -1;
      guint16 port = sign >= 0 && preset->url != NULL ? loopback_port (preset->url) : 0;

      if (port != 0)
        probe_begin (task, preset, (guint) sign, port);
    }
  expect_one_less (task);
}

GPtrArray *
bty_local_servers_find_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
