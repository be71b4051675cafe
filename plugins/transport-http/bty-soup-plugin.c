/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-soup-limits.h"
#include "bty-soup-transport.h"

static void
http_register (BtyPlugin *plugin)
{
  bty_plugin_add_settings (plugin, bty_soup_settings, bty_soup_n_settings);
  bty_plugin_add_settings (plugin, bty_soup_websocket_settings, bty_soup_websocket_n_settings);
  bty_plugin_add_feature (plugin, BTY_FEATURE_TRANSPORT, "http", BTY_TYPE_SOUP_TRANSPORT);
}

BTY_PLUGIN_DEFINE ("http", N_ ("Serves HTTP on a TCP port and a unix socket"), BTY_VERSION, "LGPL-2.1-or-later",
                   http_register)
