/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "example"

#include "example-provider.h"

static void
example_register (BtyPlugin *plugin)
{
  bty_plugin_add_feature (plugin, BTY_FEATURE_PROVIDER, "example", EXAMPLE_TYPE_PROVIDER);
}

BTY_PLUGIN_DEFINE ("example", "Speaks to models, a JSON document a line", "0.1.0", "LGPL-2.1-or-later",
                   example_register)
