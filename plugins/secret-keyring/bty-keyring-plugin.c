/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-keyring"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-keyring-options.h"
#include "bty-keyring-store.h"

static void
keyring_register (BtyPlugin *plugin)
{
  bty_keyring_options_set_host (bty_plugin_get_host (plugin));
  bty_plugin_add_settings (plugin, bty_keyring_settings, bty_keyring_n_settings);
  bty_plugin_add_feature (plugin, BTY_FEATURE_SECRETS, "keyring", BTY_TYPE_KEYRING_STORE);
}

BTY_PLUGIN_DEFINE ("keyring", N_ ("Keeps secrets in the keyring of the desktop session"), BTY_VERSION,
                   "LGPL-2.1-or-later", keyring_register)
