/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ws"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-ws-limits.h"

const BtySetting bty_ws_settings[] = {
  { "ws", "max_calls", BTY_SETTING_INT, "1024", "calls", 1, 1000000,
    N_ ("Calls that run on one WebSocket at once; more are refused") },
  { "ws", "credit", BTY_SETTING_INT, "256", "items", 1, 1000000000,
    N_ ("Frames of items that a stream sends before its client asks for more, unless the call says otherwise") },
  { "ws", "max_credit", BTY_SETTING_INT, "1000000", "items", 1, 1000000000,
    N_ ("Frames of items that a client may ask for ahead") },
  { "ws", "max_pending", BTY_SETTING_INT, "262144", "B", 16384, 1073741824,
    N_ ("Bytes that wait for a WebSocket that does not read, before nothing more is made for it or taken from it") },
};
const guint bty_ws_n_settings = G_N_ELEMENTS (bty_ws_settings);

void
bty_ws_limits_load (BtyWsLimits *limits, BtyHost *host)
{
  limits->max_calls = bty_host_get_int (host, "ws", "max_calls");
  limits->credit = bty_host_get_int (host, "ws", "credit");
  limits->max_credit = bty_host_get_int (host, "ws", "max_credit");
  limits->max_pending = bty_host_get_int (host, "ws", "max_pending");
}
