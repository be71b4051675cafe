/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "example"

#include "example-store.h"

static void
example_register (BtyPlugin *plugin)
{
  bty_plugin_add_feature (plugin, BTY_FEATURE_STORE, "example", EXAMPLE_TYPE_STORE);
}

BTY_PLUGIN_DEFINE ("example", "Keeps records in memory", "0.1.0", "LGPL-2.1-or-later", example_register)
