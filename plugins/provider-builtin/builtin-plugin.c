/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-builtin"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "builtin-provider.h"

static void
builtin_register (BtyPlugin *plugin)
{
  builtin_provider_set_host (bty_plugin_get_host (plugin));
  bty_plugin_add_feature (plugin, BTY_FEATURE_PROVIDER, "builtin", BUILTIN_TYPE_PROVIDER);
}

BTY_PLUGIN_DEFINE ("builtin", N_ ("Answers from the manual and recalls, with no key and no network"), BTY_VERSION,
                   "LGPL-2.1-or-later", builtin_register)
