/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>

#include "bty-http-transfer-errors-private.h"

#define DAY_MS (24 * 60 * 60 * (gint64) 1000)

/* host:port, as one would type it. */
static char *
where (GUri *uri)
{
  const char *host = g_uri_get_host (uri);
  gboolean is_v6 = strchr (host, ':') != NULL;
  int port = g_uri_get_port (uri);

  if (port < 0)
    port = g_str_equal (g_uri_get_scheme (uri), "https") ? 443 : 80;
  return g_strdup_printf ("%s%s%s:%d", is_v6 ? "[" : "", host, is_v6 ? "]" : "", port);
}

GError *
bty_http_transfer_cut_off (const BtyHttpOptions *options)
{
  g_autofree char *place = where (options->url);
  GError *error = g_error_new (BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("the answer of the provider “%s” (%s) was cut off"),
                               options->name, place);

  bty_error_set_cut_off (error);
  return error;
}

GError *
bty_http_transfer_silent (const BtyHttpOptions *options, const char *option, gint64 limit_ms)
{
  g_autofree char *place = where (options->url);

  return g_error_new (BTY_ERROR, BTY_ERROR_DEADLINE_EXCEEDED,
                      _ ("the provider “%s” (%s) was silent for %lld ms: if it only is slow, raise its option %s"),
                      options->name, place, (long long) limit_ms, option);
}

static GError *
unreachable (const BtyHttpOptions *options, const char *why, const char *remedy)
{
  g_autofree char *place = where (options->url);

  return g_error_new (BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("cannot reach the provider “%s” at %s: %s; %s"),
                      options->name, place, why, remedy);
}

GError *
bty_http_transfer_convert (const BtyHttpOptions *options, gboolean was_connected, const GError *error)
{
  if (error->domain == BTY_ERROR)
    return g_error_copy (error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return unreachable (options, _ ("the connection was refused"),
                        _ ("check that its server runs and that its url is right"));
  if (error->domain == G_RESOLVER_ERROR)
    return unreachable (options, error->message, _ ("check its url and the network"));
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    return unreachable (options, error->message,
                        _ ("if the certificate is of an authority of your own, name it in the option ca_file"));
  if (error->domain == G_TLS_ERROR && !g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_EOF))
    return unreachable (options, error->message,
                        _ ("check that its url is right, and whether it begins with http or https"));
  if (g_error_matches (error, SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_PARSING))
    {
      g_autofree char *place = where (options->url);

      return g_error_new (BTY_ERROR, BTY_ERROR_DATA_LOSS,
                          _ ("the provider “%s” (%s) does not answer in HTTP: check its url"), options->name, place);
    }
  if (error->domain == G_CONVERT_ERROR || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA))
    return g_error_new (BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("the answer of the provider “%s” cannot be decoded: %s"),
                        options->name, error->message);
  if (was_connected)
    return bty_http_transfer_cut_off (options);
  return unreachable (options, error->message, _ ("check its url and the network"));
}

GError *
bty_http_transfer_redirected (BtyHttpClient *client, GUri *from, const char *location)
{
  BtyHttpOptions *options = bty_http_client_get_options (client);
  g_autoptr (GUri) to = g_uri_parse_relative (from, location, SOUP_HTTP_URI_FLAGS, NULL);
  g_autofree char *there = NULL, *here = where (options->url), *shown = NULL;

  if (to == NULL || g_uri_get_host (to) == NULL)
    return g_error_new (BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                        _ ("the provider “%s” (%s) redirects to an address that cannot be read"), options->name, here);
  there = where (to);
  shown = bty_http_client_redact (client, there, strlen (there));
  if (g_str_equal (here, there))
    return g_error_new (
      BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
      _ ("the provider “%s” redirects within %s, which is not followed: set its url to where the service really is"),
      options->name, here);
  return g_error_new (
    BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
    _ ("the provider “%s” redirects from %s to %s, which is not followed, so that the key stays where it belongs: "
       "if the service has moved, change its url"),
    options->name, here, shown);
}

gint64
bty_http_retry_after_ms (const char *milliseconds, const char *retry_after)
{
  double ms = -1;
  char *end = NULL;

  if (milliseconds != NULL)
    ms = g_ascii_strtod (milliseconds, &end);
  if ((end == NULL || end == milliseconds) && retry_after != NULL)
    {
      ms = g_ascii_strtod (retry_after, &end) * 1000;
      if (end == retry_after)
        {
          g_autoptr (GDateTime) date = soup_date_time_new_from_http_string (retry_after);
          g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

          ms = date != NULL ? MAX (0, g_date_time_difference (date, now) / 1000.0) : -1;
        }
    }
  return ms >= 0 ? (gint64) MIN (ms, (double) DAY_MS) : -1;
}
