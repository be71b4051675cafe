/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-hashicorp"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-hashicorp-options.h"
#include "bty-hashicorp-store.h"

static void
hashicorp_register (BtyPlugin *plugin)
{
  bty_hashicorp_options_set_host (bty_plugin_get_host (plugin));
  bty_plugin_add_settings (plugin, bty_hashicorp_settings, bty_hashicorp_n_settings);
  bty_plugin_add_feature (plugin, BTY_FEATURE_SECRETS, "hashicorp", BTY_TYPE_HASHICORP_STORE);
}

BTY_PLUGIN_DEFINE ("hashicorp", N_ ("Keeps secrets in a HashiCorp Vault (KV, version 2)"), BTY_VERSION,
                   "LGPL-2.1-or-later", hashicorp_register)
