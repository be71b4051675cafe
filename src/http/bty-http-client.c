/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-http-client-private.h"
#include "bty-http-key-private.h"
#include "bty-http-pump-private.h"
#include "bty-http-redact-private.h"

struct _BtyHttpClient
{
  gatomicrefcount references;
  BtyHttpOptions *options;
  BtyHttpKey key;
  BtyHttpPool *pool;         /* made with the first request */
  BtyHttpPump *pump;         /* the same; it stays between requests */
  GTlsDatabase *authorities; /* (nullable): read with it */
  gboolean offers_http2;
};

BtyHttpClient *
bty_http_client_new (BtyHttpOptions *options, const char *key_header, const char *key_prefix, BtySecret *key,
                     GError **error)
{
  BtyHttpClient *self;

  if (!bty_http_options_check_key (options, key != NULL, error))
    return NULL;
  self = g_new0 (BtyHttpClient, 1);
  g_atomic_ref_count_init (&self->references);
  self->options = bty_http_options_ref (options);
  self->offers_http2 = options->http2;
  self->key = (BtyHttpKey){ .header = key_header,
                            .prefix = key_prefix != NULL ? key_prefix : "",
                            .secret = key != NULL && key_header != NULL ? bty_secret_ref (key) : NULL,
                            .options = self->options };
  return self;
}

BtyHttpClient *
bty_http_client_ref (BtyHttpClient *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
bty_http_client_unref (BtyHttpClient *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_clear_pointer (&self->pool, bty_http_pool_close);
  g_clear_pointer (&self->pump, bty_http_pump_unref);
  g_clear_object (&self->authorities);
  g_clear_pointer (&self->key.secret, bty_secret_unref);
  bty_http_options_unref (self->options);
  g_free (self);
}

BtyHttpOptions *
bty_http_client_get_options (BtyHttpClient *self)
{
  return self->options;
}

char *
bty_http_client_redact (BtyHttpClient *self, const char *text, gsize length)
{
  return bty_http_redact (text, length, self->key.secret, (const char *const *) self->options->headers);
}

void
bty_http_client_redact_body (BtyHttpClient *self, GString *text)
{
  bty_http_redact_body (text, self->key.secret, (const char *const *) self->options->headers);
}

gboolean
bty_http_client_offers_http2 (BtyHttpClient *self)
{
  return self->offers_http2;
}

void
bty_http_client_offer_http2 (BtyHttpClient *self)
{
  g_debug ("%s: HTTP/1.1 is not taken; HTTP/2 is offered from now on", self->options->host);
  self->offers_http2 = TRUE;
}

static GTlsDatabase *
open_authorities (BtyHttpClient *self, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GTlsDatabase) database = NULL;
  g_autofree char *path = g_canonicalize_filename (self->options->ca_file, NULL);

  database = g_tls_file_database_new (path, &reason);
  if (database == NULL)
    g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                 _ ("the certificates in “%s” (ca_file, or SSL_CERT_FILE) cannot be read: %s"), path, reason->message);
  return g_steal_pointer (&database);
}

static SoupSession *
make_session (guint max_connections, gpointer data, GError **error)
{
  BtyHttpClient *self = data;
  gboolean is_tls = g_str_equal (g_uri_get_scheme (self->options->url), "https");
  SoupSession *session;

  if (is_tls && self->options->ca_file != NULL && self->authorities == NULL)
    {
      self->authorities = open_authorities (self, error);
      if (self->authorities == NULL)
        return NULL;
    }
  session = soup_session_new_with_options ("max-conns", (int) max_connections, "max-conns-per-host",
                                           (int) max_connections, "idle-timeout", 0, "user-agent",
                                           "boternity/" BTY_VERSION, NULL);
  /* An idle-timeout would cost a timer a connection: the pool closes what is idle. A decoder would hold streamed bytes back; the
   * manager of HTTP authentication would replace the key's header. */
  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);
  soup_session_remove_feature_by_type (session, SOUP_TYPE_AUTH_MANAGER);
  if (self->authorities != NULL)
    soup_session_set_tls_database (session, self->authorities);
  if (self->options->is_loopback)
    soup_session_set_proxy_resolver (session, NULL);
  return session;
}

BtyHttpShard *
bty_http_client_take_session (BtyHttpClient *self, GError **error)
{
  if (self->pump == NULL)
    self->pump = bty_http_pump_get ();
  if (self->pool == NULL)
    self->pool = bty_http_pool_new ((guint) self->options->max_connections, self->pump, make_session, self);
  return bty_http_pool_take (self->pool, error);
}

static GUri *
join_url (BtyHttpClient *self, const char *path)
{
  GUri *base = self->options->url;
  const char *question = strchr (path, '?');
  const char *base_query = g_uri_get_query (base);
  g_autoptr (GString) whole = g_string_new (g_uri_get_path (base));
  g_autoptr (GString) query = g_string_new (base_query);

  while (whole->len > 0 && whole->str[whole->len - 1] == '/')
    g_string_truncate (whole, whole->len - 1);
  while (*path == '/')
    path += 1;
  g_string_append_c (whole, '/');
  g_string_append_len (whole, path, question != NULL ? question - path : (gssize) strlen (path));
  if (question != NULL)
    g_string_append_printf (query, "%s%s", query->len > 0 ? "&" : "", question + 1);
  return g_uri_build (SOUP_HTTP_URI_FLAGS, g_uri_get_scheme (base), NULL, g_uri_get_host (base), g_uri_get_port (base),
                      whole->str, query->len > 0 ? query->str : NULL, NULL);
}

char *
bty_http_client_show_url (BtyHttpClient *self, const char *path)
{
  GUri *base = self->options->url;
  g_autofree char *root = g_uri_join (SOUP_HTTP_URI_FLAGS, g_uri_get_scheme (base), NULL, g_uri_get_host (base),
                                      g_uri_get_port (base), g_uri_get_path (base), NULL, NULL);

  return g_strconcat (root, g_str_has_suffix (root, "/") || path[0] == '/' ? "" : "/", path, NULL);
}

SoupMessage *
bty_http_client_message (BtyHttpClient *self, const BtyHttpRequest *request)
{
  g_autoptr (GUri) uri = join_url (self, request->path);
  SoupMessage *message = soup_message_new_from_uri (request->method, uri);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  /* Without IDEMPOTENT libsoup opens a connection for every POST. What it then may send again is decided in BtyHttpTransfer. */
  soup_message_set_flags (message,
                          SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_IDEMPOTENT | SOUP_MESSAGE_DO_NOT_USE_AUTH_CACHE);
  soup_message_headers_replace (headers, "Accept", request->accept != NULL ? request->accept : "application/json");
  for (char **header = self->options->headers; header != NULL && *header != NULL; header += 2)
    soup_message_headers_replace (headers, header[0], header[1]);
  for (guint i = 0; request->headers != NULL && i < request->headers->len; i += 2)
    soup_message_headers_replace (headers, request->headers->pdata[i], request->headers->pdata[i + 1]);
  if (request->body != NULL)
    soup_message_set_request_body_from_bytes (message, "application/json", request->body);
  if (self->key.secret != NULL)
    bty_http_key_attach (&self->key, message, bty_http_client_ref (self), (GDestroyNotify) bty_http_client_unref);
  return message;
}
