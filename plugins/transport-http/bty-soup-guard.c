/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-soup-guard.h"

static GStrv
load_list (BtyHost *host, const char *key)
{
  g_autofree char *text = bty_host_get_setting (host, "http", key);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) words = g_strsplit_set (text != NULL ? text : "", ", ;", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0')
      g_strv_builder_add (builder, words[i]);
  return g_strv_builder_end (builder);
}

void
bty_soup_guard_load (BtySoupGuard *guard, BtyHost *host)
{
  g_autofree char *address = bty_host_get_setting (host, "http", "address");
  g_auto (GStrv) hosts = load_list (host, "allowed_hosts");
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_strv_builder_addv (builder, (const char **) hosts);
  if (address != NULL && *address != '\0')
    g_strv_builder_add (builder, address);
  guard->hosts = g_strv_builder_end (builder);
  guard->origins = load_list (host, "cors_origins");
}

void
bty_soup_guard_clear (BtySoupGuard *guard)
{
  g_clear_pointer (&guard->hosts, g_strfreev);
  g_clear_pointer (&guard->origins, g_strfreev);
}

static gboolean
is_listed (GStrv list, const char *word)
{
  for (guint i = 0; list[i] != NULL; i++)
    if (g_ascii_strcasecmp (list[i], word) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_loopback (const char *name)
{
  g_autoptr (GInetAddress) address = NULL;

  if (strcmp (name, "127.0.0.1") == 0 || g_ascii_strcasecmp (name, "localhost") == 0)
    return TRUE;
  address = g_inet_address_new_from_string (name);
  return address != NULL && g_inet_address_get_is_loopback (address);
}

/* The host of the URI is that of the Host header, or of the request line where that has one. */
static gboolean
is_host_allowed (const BtySoupGuard *guard, SoupServerMessage *message)
{
  const char *name = g_uri_get_host (soup_server_message_get_uri (message));

  return name != NULL && (is_loopback (name) || is_listed (guard->hosts, name));
}

static gboolean
is_same_origin (const char *origin, const char *host)
{
  const char *authority = strstr (origin, "://");

  return authority != NULL && host != NULL && g_ascii_strcasecmp (authority + 3, host) == 0 &&
         (g_str_has_prefix (origin, "http://") || g_str_has_prefix (origin, "https://"));
}

static gboolean
is_origin_allowed (const BtySoupGuard *guard, SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *origin = soup_message_headers_get_one (headers, "Origin");

  return origin == NULL || is_same_origin (origin, soup_message_headers_get_one (headers, "Host")) ||
         is_listed (guard->origins, origin);
}

const char *
bty_soup_guard_get_cors_origin (const BtySoupGuard *guard, SoupServerMessage *message)
{
  const char *origin;

  if (guard->origins[0] == NULL)
    return NULL;
  origin = soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Origin");
  return origin != NULL && is_listed (guard->origins, origin) ? origin : NULL;
}

/* Reads one byte of a path, decoded; gives -1 for a broken escape. */
static int
decode_byte (const char **place)
{
  const char *p = *place;

  if (*p != '%')
    {
      *place = p + 1;
      return (guchar) *p;
    }
  if (!g_ascii_isxdigit (p[1]) || !g_ascii_isxdigit (p[2]))
    return -1;
  *place = p + 3;
  return g_ascii_xdigit_value (p[1]) * 16 + g_ascii_xdigit_value (p[2]);
}

static gboolean
is_dots (guint length, guint dots)
{
  return length == dots && (length == 1 || length == 2);
}

/* Passes over one segment and says whether all readers would read it alike: not empty in the middle, not dots, no controls. An
   escaped slash is part of it, but not with dots about it. */
static gboolean
skip_segment (const char **place)
{
  const char *p = *place;
  guint length = 0, dots = 0;
  gboolean is_empty = *p == '/';

  while (*p != '\0' && *p != '/')
    {
      int byte = decode_byte (&p);

      if (byte < ' ' || byte == 127 || byte == '\\' || (byte == '/' && is_dots (length, dots)))
        return FALSE;
      length = byte == '/' ? 0 : length + 1;
      dots = byte == '.' ? dots + 1 : byte == '/' ? 0 : dots;
    }
  *place = p;
  return !is_empty && !is_dots (length, dots);
}

static gboolean
is_path_sane (const char *path)
{
  while (*path == '/')
    {
      path++;
      if (!skip_segment (&path))
        return FALSE;
    }
  return *path == '\0';
}

/* Two lengths that differ come as a list: who stands before us may have believed the other one. */
static gboolean
is_length (const char *text)
{
  gsize digits = strspn (text, "0123456789");

  return digits > 0 && digits <= 18 && text[digits] == '\0';
}

static guint
check_form (SoupServerMessage *message, const char **detail)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *method = soup_server_message_get_method (message);
  const char *path = g_uri_get_path (soup_server_message_get_uri (message));
  const char *length;

  if (strcmp (method, "CONNECT") == 0 || strcmp (method, "TRACE") == 0)
    {
      *detail = _ ("this method is not served");
      return 405;
    }
  if (!is_path_sane (path))
    {
      *detail = _ ("the path has an empty or dotted segment, a control character or a broken escape");
      return 400;
    }
  length = soup_message_headers_get_list (headers, "Content-Length");
  if (length != NULL && soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CHUNKED)
    {
      *detail = _ ("a request has either a Content-Length or a Transfer-Encoding, not both");
      return 400;
    }
  if (length != NULL && !is_length (length))
    {
      *detail = _ ("Content-Length must be one number");
      return 400;
    }
  return 0;
}

guint
bty_soup_guard_check (const BtySoupGuard *guard, SoupServerMessage *message, const char **detail)
{
  guint status = check_form (message, detail);

  if (status != 0)
    return status;
  if (!is_host_allowed (guard, message))
    {
      *detail = _ ("the request is addressed to a name that is not served here; http.allowed_hosts may allow it");
      return 403;
    }
  if (!is_origin_allowed (guard, message))
    {
      *detail = _ ("the request comes from another web page; http.cors_origins may allow its origin");
      return 403;
    }
  return 0;
}
