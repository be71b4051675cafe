/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-vault"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-vault-options.h"
#include "bty-vault-store.h"

static void
register_plugin (BtyPlugin *plugin)
{
  bty_vault_store_set_host (bty_plugin_get_host (plugin));
  bty_plugin_add_settings (plugin, bty_vault_settings, bty_vault_n_settings);
  bty_plugin_add_feature (plugin, BTY_FEATURE_SECRETS, "vault", BTY_TYPE_VAULT_STORE);
}

BTY_PLUGIN_DEFINE ("vault", N_ ("Keeps secrets in a sealed file"), BTY_VERSION, "LGPL-2.1-or-later", register_plugin)
