/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-http-key-private.h"

#define REFUSED "bty-http-key-refused"

static int
port_of (GUri *uri)
{
  int port = g_uri_get_port (uri);

  return port > 0 ? port : g_strcmp0 (g_uri_get_scheme (uri), "https") == 0 ? 443 : 80;
}

gboolean
bty_http_key_is_meant (const BtyHttpKey *key, SoupMessage *message)
{
  GUri *uri = soup_message_get_uri (message);
  GUri *meant = key->options->url;
  gboolean is_safe = g_strcmp0 (g_uri_get_scheme (uri), "https") == 0 || key->options->is_loopback;

  return is_safe && g_strcmp0 (g_uri_get_scheme (uri), g_uri_get_scheme (meant)) == 0 && g_uri_get_host (uri) != NULL &&
         g_ascii_strcasecmp (g_uri_get_host (uri), g_uri_get_host (meant)) == 0 && port_of (uri) == port_of (meant);
}

GError *
bty_http_key_refusal (SoupMessage *message)
{
  const char *host = g_object_get_data (G_OBJECT (message), REFUSED);

  return host == NULL
           ? NULL
           : g_error_new (BTY_ERROR, BTY_ERROR_PERMISSION_DENIED,
                          _ ("a key was about to be sent to %s, for which it is not: nothing was sent"), host);
}

static void
put (SoupMessage *message, gpointer data)
{
  const BtyHttpKey *key = data;
  gsize prefix_length = strlen (key->prefix);
  gsize length = prefix_length + bty_secret_get_length (key->secret);
  char *value;

  if (!bty_http_key_is_meant (key, message))
    {
      const char *host = g_uri_get_host (soup_message_get_uri (message));

      g_object_set_data_full (G_OBJECT (message), REFUSED, g_strdup (host != NULL ? host : "?"), g_free);
      return;
    }
  value = g_malloc (length + 1);
  memcpy (value, key->prefix, prefix_length);
  memcpy (value + prefix_length, bty_secret_peek (key->secret), length - prefix_length);
  value[length] = '\0';
  soup_message_headers_replace (soup_message_get_request_headers (message), key->header, value);
  bty_secret_clear_memory (value, length);
  g_free (value);
}

/* libsoup keeps the value in the heap and does not clear it: get_one gives that very copy when the header stands there once. */
static void
wipe (SoupMessage *message, gpointer data)
{
  const BtyHttpKey *key = data;
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);
  char *kept = (char *) soup_message_headers_get_one (headers, key->header);

  if (kept == NULL)
    return;
  bty_secret_clear_memory (kept, strlen (kept));
  soup_message_headers_remove (headers, key->header);
}

/* The signals' data is the key, which lives in @owner: a reference to that one goes with the message. */
void
bty_http_key_attach (const BtyHttpKey *key, SoupMessage *message, gpointer owner, GDestroyNotify unref)
{
  if (key->secret == NULL)
    return;
  g_object_set_data_full (G_OBJECT (message), "bty-http-key-owner", owner, unref);
  g_signal_connect (message, "starting", G_CALLBACK (put), (gpointer) key);
  g_signal_connect (message, "wrote-headers", G_CALLBACK (wipe), (gpointer) key);
}
