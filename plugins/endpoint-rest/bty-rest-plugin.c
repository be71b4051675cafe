/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-rest"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-rest-endpoint.h"
#include "bty-rest-stream.h"

static void
rest_register (BtyPlugin *plugin)
{
  bty_plugin_add_settings (plugin, bty_rest_settings, bty_rest_n_settings);
  bty_plugin_add_feature (plugin, BTY_FEATURE_ENDPOINT, "rest", BTY_TYPE_REST_ENDPOINT);
}

BTY_PLUGIN_DEFINE ("rest", N_ ("Serves every operation as REST with server-sent events"), BTY_VERSION,
                   "LGPL-2.1-or-later", rest_register)
