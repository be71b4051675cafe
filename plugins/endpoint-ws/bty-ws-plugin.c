/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ws"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-ws-endpoint.h"
#include "bty-ws-limits.h"

static void
ws_register (BtyPlugin *plugin)
{
  bty_plugin_add_settings (plugin, bty_ws_settings, bty_ws_n_settings);
  bty_plugin_add_feature (plugin, BTY_FEATURE_ENDPOINT, "ws", BTY_TYPE_WS_ENDPOINT);
}

BTY_PLUGIN_DEFINE ("ws", N_ ("Serves every operation as JSON-RPC over a WebSocket"), BTY_VERSION, "LGPL-2.1-or-later",
                   ws_register)
