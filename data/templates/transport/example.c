/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "example"

#include "example-transport.h"

static void
example_register (BtyPlugin *plugin)
{
  bty_plugin_add_feature (plugin, BTY_FEATURE_TRANSPORT, "example", EXAMPLE_TYPE_TRANSPORT);
}

BTY_PLUGIN_DEFINE ("example", "Serves every operation on a socket, a line a call", "0.1.0", "LGPL-2.1-or-later",
                   example_register)
