/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "example"

#include "example-runtime.h"

static void
example_register (BtyPlugin *plugin)
{
  bty_plugin_add_feature (plugin, BTY_FEATURE_RUNTIME, "example", EXAMPLE_TYPE_RUNTIME);
}

BTY_PLUGIN_DEFINE ("example", "Runs skills that are texts", "0.1.0", "LGPL-2.1-or-later", example_register)
