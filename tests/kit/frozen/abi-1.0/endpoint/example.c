/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "example"

#include "example-endpoint.h"

static void
example_register (BtyPlugin *plugin)
{
  bty_plugin_add_feature (plugin, BTY_FEATURE_ENDPOINT, "example", EXAMPLE_TYPE_ENDPOINT);
}

BTY_PLUGIN_DEFINE ("example", "Lists the bots as plain text", "0.1.0", "LGPL-2.1-or-later", example_register)
