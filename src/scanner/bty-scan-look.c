/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-scanner"

#include "config.h"

#include "bty-scan-look.h"

#include "bty-plugin-module.h"
#include "bty-scan-host.h"

BtyPluginManifest *
bty_scan_look (const char *path, gboolean is_own)
{
  g_autoptr (GError) error = NULL;
  BtyPluginModule *module = bty_plugin_module_open (path, TRUE, &error);
  g_autoptr (BtyCatalogue) catalogue = bty_catalogue_new ();
  g_autoptr (BtyHost) host = bty_scan_host_new (catalogue);
  BtyPluginManifest *manifest;

  if (module == NULL)
    {
      manifest = bty_plugin_manifest_new ();
      manifest->outcome = BTY_PLUGIN_UNFIT;
      manifest->reason = g_utf8_make_valid (error->message, -1);
      return manifest;
    }
  if (is_own)
    bty_plugin_module_set_own (module);
  bty_plugin_module_register (module, host, catalogue, NULL);
  manifest = bty_plugin_module_describe (module, catalogue);
  bty_plugin_module_free (module);
  return manifest;
}
