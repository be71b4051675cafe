/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-dbus"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-dbus-notices.h"
#include "bty-dbus-options.h"
#include "bty-dbus-transport.h"

static void
dbus_register (BtyPlugin *plugin)
{
  bty_plugin_add_settings (plugin, bty_dbus_settings, bty_dbus_n_settings);
  bty_plugin_add_settings (plugin, bty_dbus_notice_settings, bty_dbus_n_notice_settings);
  bty_plugin_add_feature (plugin, BTY_FEATURE_TRANSPORT, "dbus", BTY_TYPE_DBUS_TRANSPORT);
}

BTY_PLUGIN_DEFINE ("dbus", N_ ("Serves the session bus as org.boternity.Boternity1"), BTY_VERSION, "LGPL-2.1-or-later",
                   dbus_register)
