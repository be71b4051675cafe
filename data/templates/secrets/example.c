/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "example"

#include "example-secrets.h"

static void
example_register (BtyPlugin *plugin)
{
  bty_plugin_add_feature (plugin, BTY_FEATURE_SECRETS, "example", EXAMPLE_TYPE_SECRETS);
}

BTY_PLUGIN_DEFINE ("example", "Keeps secrets in memory", "0.1.0", "LGPL-2.1-or-later", example_register)
