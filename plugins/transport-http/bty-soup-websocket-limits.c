/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-soup-websocket-limits.h"

#define GIB  G_GINT64_CONSTANT (1073741824)
#define HOUR G_GINT64_CONSTANT (3600000)

const BtySetting bty_soup_websocket_settings[] = {
  { "http", "websocket_max_message", BTY_SETTING_INT, "16777216", "B", 128, GIB,
    N_ ("Greatest message of a WebSocket; all unfinished ones together count towards http.max_bodies") },
  { "http", "websocket_max_fragments", BTY_SETTING_INT, "1024", NULL, 1, 1000000,
    N_ ("Fragments that a message of a WebSocket may come in") },
  { "http", "websocket_messages", BTY_SETTING_INT, "5000", "1/s", 1, 10000000,
    N_ ("Messages that a WebSocket may send in a second") },
  { "http", "websocket_pings", BTY_SETTING_INT, "20", "1/s", 1, 1000000,
    N_ ("Pings and pongs that a WebSocket may send in a second") },
  { "http", "websocket_message_time", BTY_SETTING_INT, "60000", "ms", 10, HOUR,
    N_ ("Time that a message of a WebSocket may take once it has begun") },
  { "http", "websocket_ping_interval", BTY_SETTING_INT, "30000", "ms", 10, 24 * HOUR,
    N_ ("How long a WebSocket may be silent before it is asked whether it is there") },
  { "http", "websocket_pong_time", BTY_SETTING_INT, "20000", "ms", 10, HOUR,
    N_ ("Time that a WebSocket has to say that it is there") },
  { "http", "websocket_close_time", BTY_SETTING_INT, "2000", "ms", 10, HOUR,
    N_ ("Time that a WebSocket has to answer a goodbye") },
};
const guint bty_soup_websocket_n_settings = G_N_ELEMENTS (bty_soup_websocket_settings);

void
bty_soup_websocket_limits_load (BtySoupWebsocketLimits *limits, BtyHost *host)
{
  limits->max_message = bty_host_get_int (host, "http", "websocket_max_message");
  limits->max_fragments = bty_host_get_int (host, "http", "websocket_max_fragments");
  limits->messages = bty_host_get_int (host, "http", "websocket_messages");
  limits->pings = bty_host_get_int (host, "http", "websocket_pings");
  limits->message_time = bty_host_get_int (host, "http", "websocket_message_time") * 1000;
  limits->ping_interval = bty_host_get_int (host, "http", "websocket_ping_interval") * 1000;
  limits->pong_time = bty_host_get_int (host, "http", "websocket_pong_time") * 1000;
  limits->close_time = bty_host_get_int (host, "http", "websocket_close_time") * 1000;
}

gint64
bty_soup_websocket_limits_get_shortest (const BtySoupWebsocketLimits *limits)
{
  return MIN (MIN (limits->message_time, limits->ping_interval), MIN (limits->pong_time, limits->close_time));
}
