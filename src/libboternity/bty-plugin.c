/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include "bty-plugin.h"

void
bty_plugin_add_operations (BtyPlugin *plugin, const BtyOperation *operations, guint n, gpointer service)
{
  plugin->klass->add_operations (plugin, operations, n, service);
}

void
bty_plugin_add_feature (BtyPlugin *plugin, BtyFeatureKind kind, const char *name, GType type)
{
  plugin->klass->add_feature (plugin, kind, name, type);
}

void
bty_plugin_add_settings (BtyPlugin *plugin, const BtySetting *settings, guint n)
{
  plugin->klass->add_settings (plugin, settings, n);
}

BtyHost *
bty_plugin_get_host (BtyPlugin *plugin)
{
  return plugin->klass->get_host (plugin);
}

void
bty_plugin_add_records (BtyPlugin *plugin, const BtySchema *const *schemas, guint n)
{
  plugin->klass->add_records (plugin, schemas, n);
}

const char *
bty_plugin_get_id (BtyPlugin *plugin)
{
  return plugin->klass->get_id (plugin);
}

char *
bty_plugin_get_setting (BtyPlugin *plugin, const char *key)
{
  return bty_host_get_setting (bty_plugin_get_host (plugin), bty_plugin_get_id (plugin), key);
}

gint64
bty_plugin_get_int (BtyPlugin *plugin, const char *key)
{
  return bty_host_get_int (bty_plugin_get_host (plugin), bty_plugin_get_id (plugin), key);
}
