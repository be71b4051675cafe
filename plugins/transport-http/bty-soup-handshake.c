/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-soup-handshake.h"

#define VERSION      "13"
#define GUID         "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" /* RFC 6455, section 1.3 */
#define KEY_SIZE     16
#define TOKEN_PREFIX "bearer."

gboolean
bty_soup_handshake_is_asked (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  return soup_message_headers_header_contains (headers, "Upgrade", "websocket");
}

static gboolean
is_key (const char *key)
{
  gsize length = 0;
  g_autofree guchar *bytes = key != NULL && strlen (key) == 24 ? g_base64_decode (key, &length) : NULL;
  g_autofree char *again = length == KEY_SIZE ? g_base64_encode (bytes, length) : NULL;

  return again != NULL && strcmp (again, key) == 0;
}

guint
bty_soup_handshake_check (SoupServerMessage *message, const char **detail)
{
  SoupMessageHeaders *asked = soup_server_message_get_request_headers (message);
  SoupMessageHeaders *answered = soup_server_message_get_response_headers (message);
  const char *version = soup_message_headers_get_list (asked, "Sec-WebSocket-Version");

  if (soup_server_message_get_method (message) != SOUP_METHOD_GET ||
      soup_server_message_get_http_version (message) < SOUP_HTTP_1_1 || !bty_soup_handshake_is_asked (message) ||
      !soup_message_headers_header_contains (asked, "Connection", "upgrade"))
    *detail = _ ("a WebSocket is served here: ask with GET, Upgrade: websocket and Connection: Upgrade");
  else if (version == NULL || strcmp (version, VERSION) != 0)
    *detail = _ ("Sec-WebSocket-Version must be 13");
  else if (!is_key (soup_message_headers_get_list (asked, "Sec-WebSocket-Key")))
    {
      *detail = _ ("Sec-WebSocket-Key must be 16 bytes in base64");
      return 400;
    }
  else
    return 0;
  soup_message_headers_append (answered, "Connection", "Upgrade");
  soup_message_headers_append (answered, "Upgrade", "websocket");
  soup_message_headers_append (answered, "Sec-WebSocket-Version", VERSION);
  return 426;
}

static char *
make_accept (const char *key)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  guint8 digest[20];
  gsize size = sizeof digest;

  g_checksum_update (checksum, (const guchar *) key, -1);
  g_checksum_update (checksum, (const guchar *) GUID, -1);
  g_checksum_get_digest (checksum, digest, &size);
  return g_base64_encode (digest, size);
}

GString *
bty_soup_handshake_make_head (SoupServerMessage *message, const char *protocol)
{
  SoupMessageHeaders *asked = soup_server_message_get_request_headers (message);
  g_autofree char *accept = make_accept (soup_message_headers_get_one (asked, "Sec-WebSocket-Key"));
  GString *head = g_string_new ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");

  g_string_append_printf (head, "Sec-WebSocket-Accept: %s\r\n", accept);
  if (protocol != NULL)
    g_string_append_printf (head, "Sec-WebSocket-Protocol: %s\r\n", protocol);
  g_string_append (head, "\r\n");
  return head;
}

void
bty_soup_handshake_find_token (SoupServerMessage *message, BtyCredentials *credentials)
{
  const char *word = bty_soup_handshake_is_asked (message)
                       ? soup_message_headers_get_list (soup_server_message_get_request_headers (message),
                                                        "Sec-WebSocket-Protocol")
                       : NULL;

  while (word != NULL && *word != '\0')
    {
      gsize length;

      word += strspn (word, ", \t");
      length = strcspn (word, ", \t");
      if (length > strlen (TOKEN_PREFIX) && g_ascii_strncasecmp (word, TOKEN_PREFIX, strlen (TOKEN_PREFIX)) == 0)
        {
          credentials->token = word + strlen (TOKEN_PREFIX);
          credentials->token_length = length - strlen (TOKEN_PREFIX);
          return;
        }
      word += length;
    }
}
