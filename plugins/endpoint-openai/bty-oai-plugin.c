/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-openai-door"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-oai-endpoint.h"

static void
oai_register (BtyPlugin *plugin)
{
  bty_plugin_add_settings (plugin, bty_oai_settings, bty_oai_n_settings);
  bty_plugin_add_feature (plugin, BTY_FEATURE_ENDPOINT, "openai", BTY_TYPE_OAI_ENDPOINT);
}

BTY_PLUGIN_DEFINE ("openai-api", N_ ("Serves bots and models to programs that speak the OpenAI API"), BTY_VERSION,
                   "LGPL-2.1-or-later", oai_register)
