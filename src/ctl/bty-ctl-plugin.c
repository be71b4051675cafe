/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>

#include "bty-ctl-command.h"
#include "bty-ctl-plugin-new.h"
#include "bty-ctl-table.h"
#include "bty-ctl-terminal.h"

/* A reason is a sentence or two: it stands under the table, where nothing cuts it. */
static void
print_reasons (GPtrArray *plugins)
{
  for (guint i = 0; i < plugins->len; i++)
    {
      const BtyPluginInfo *plugin = plugins->pdata[i];
      g_autofree char *line = NULL;
      g_autofree char *clean = NULL;

      if (plugin->state != BTY_PLUGIN_REFUSED)
        continue;
      line = g_strdup_printf ("%s: %s", plugin->path != NULL ? plugin->path : plugin->name,
                              plugin->reason != NULL ? plugin->reason : _ ("no reason was given"));
      clean = bty_ctl_terminal_clean (line, -1);
      printf ("\n%s\n", clean);
    }
}

static gboolean
run_list (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "name",    N_ ("PLUGIN"),  "state",    N_ ("STATE"),
                                         "version", N_ ("VERSION"), "features", N_ ("OFFERS"),
                                         "summary", N_ ("SUMMARY"), NULL };
  g_autoptr (GPtrArray) plugins = NULL;

  if (ctl->json)
    return bty_ctl_show_list (ctl, "plugin.list", NULL, &bty_plugin_info_schema, columns, 0, "", error);
  plugins = bty_ctl_call_records (ctl, "plugin.list", NULL, &bty_plugin_info_schema, 0, error);
  if (plugins == NULL)
    return FALSE;
  bty_ctl_table_print (plugins, columns);
  print_reasons (plugins);
  return TRUE;
}

static const BtyCtlCommand plugin_commands[] = {
  { .name = "list",
    .usage = "",
    .summary = N_ ("List the plugins, with the reason why one was refused"),
    .run = run_list,
    .examples = N_ ("  boternity-ctl plugin list\n  boternity-ctl plugin list --json") },
  BTY_CTL_PLUGIN_NEW_COMMAND,
  { 0 },
};

const BtyCtlVerb bty_ctl_plugin_verb = { "plugin", N_ ("list the plugins"), plugin_commands, FALSE };
