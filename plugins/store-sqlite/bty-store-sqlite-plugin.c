/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-store"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-store-sqlite.h"

static void
register_plugin (BtyPlugin *plugin)
{
  bty_store_sqlite_set_host (bty_plugin_get_host (plugin));
  bty_plugin_add_settings (plugin, bty_sqlite_settings, bty_sqlite_n_settings);
  bty_plugin_add_feature (plugin, BTY_FEATURE_STORE, "sqlite", BTY_TYPE_STORE_SQLITE);
}

BTY_PLUGIN_DEFINE ("sqlite", N_ ("Keeps records in an SQLite database"), BTY_VERSION, "LGPL-2.1-or-later",
                   register_plugin)
