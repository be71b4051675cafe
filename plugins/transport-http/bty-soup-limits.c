/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-soup-limits.h"

#define KIB  G_GINT64_CONSTANT (1024)
#define MIB  (KIB * KIB)
#define HOUR G_GINT64_CONSTANT (3600000)

const BtySetting bty_soup_settings[] = {
  { "http", "address", BTY_SETTING_STRING, "127.0.0.1", NULL, 0, 0,
    N_ ("Address to listen on; empty: only the unix socket"), BTY_SETTING_RESTART },
  { "http", "port", BTY_SETTING_INT, "7717", NULL, 0, 65535, N_ ("TCP port; 0 picks a free one"), BTY_SETTING_RESTART },
  { "http", "allowed_hosts", BTY_SETTING_STRING, "", NULL, 0, 0,
    N_ ("Names besides the loopback ones that requests may be addressed to, separated by commas"),
    BTY_SETTING_RESTART },
  { "http", "cors_origins", BTY_SETTING_STRING, "", NULL, 0, 0,
    N_ ("Origins of other web pages that may use the API, such as https://example.org, separated by commas"),
    BTY_SETTING_RESTART },
  { "http", "max_headers", BTY_SETTING_INT, "32768", "B", KIB, 60 * KIB, N_ ("Greatest head of a request"),
    BTY_SETTING_RESTART },
  { "http", "max_body", BTY_SETTING_INT, "16777216", "B", KIB, 1024 * MIB, N_ ("Greatest body of a request"),
    BTY_SETTING_RESTART },
  { "http", "max_bodies", BTY_SETTING_INT, "134217728", "B", KIB, 65536 * MIB,
    N_ ("Greatest total of the bodies held at once"), BTY_SETTING_RESTART },
  { "http", "max_connections", BTY_SETTING_INT, "4096", NULL, 1, 100000, N_ ("Connections held at once"),
    BTY_SETTING_RESTART },
  { "http", "header_timeout", BTY_SETTING_INT, "10000", "ms", 10, HOUR, N_ ("Time to send the head of a request"),
    BTY_SETTING_RESTART },
  { "http", "body_timeout", BTY_SETTING_INT, "60000", "ms", 10, HOUR, N_ ("Time to send the body of a request"),
    BTY_SETTING_RESTART },
  { "http", "idle_timeout", BTY_SETTING_INT, "75000", "ms", 10, 24 * HOUR,
    N_ ("Time a connection is kept without a request, or an answer without progress"), BTY_SETTING_RESTART },
  { "http", "drain_time", BTY_SETTING_INT, "500", "ms", 0, HOUR, N_ ("Time that running answers have at the end"),
    BTY_SETTING_RESTART },
};
const guint bty_soup_n_settings = G_N_ELEMENTS (bty_soup_settings);

static gint64
get_time (BtyHost *host, const char *key)
{
  return bty_host_get_int (host, "http", key) * 1000;
}

void
bty_soup_limits_load (BtySoupLimits *limits, BtyHost *host)
{
  limits->max_headers = bty_host_get_int (host, "http", "max_headers");
  limits->max_body = bty_host_get_int (host, "http", "max_body");
  limits->max_bodies = bty_host_get_int (host, "http", "max_bodies");
  limits->max_connections = bty_host_get_int (host, "http", "max_connections");
  limits->header_timeout = get_time (host, "header_timeout");
  limits->body_timeout = get_time (host, "body_timeout");
  limits->idle_timeout = get_time (host, "idle_timeout");
  limits->drain_time = get_time (host, "drain_time");
  bty_soup_websocket_limits_load (&limits->websocket, host);
}

guint
bty_soup_limits_get_interval (const BtySoupLimits *limits)
{
  gint64 shortest = MIN (limits->header_timeout, MIN (limits->body_timeout, limits->idle_timeout));

  shortest = MIN (shortest, bty_soup_websocket_limits_get_shortest (&limits->websocket));
  return CLAMP (shortest / 4000, 10, 1000);
}
