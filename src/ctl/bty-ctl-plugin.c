/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>

#include "bty-ctl-command.h"
#include "bty-ctl-plugin-new.h"
#include "bty-ctl-inspect.h"
#include "bty-ctl-request.h"
#include "bty-ctl-stage.h"
#include "bty-ctl-table.h"
#include "bty-ctl-terminal.h"

/* A reason is a sentence or two: it stands under the table, where nothing cuts it. */
static void
print_reasons (GPtrArray *plugins)
{
  for (guint i = 0; i < plugins->len; i++)
    {
      const BtyPluginInfo *plugin = plugins->pdata[i];
      const char *reason = plugin->reason != NULL ? plugin->reason : _ ("no reason was given");
      g_autofree char *line = NULL;
      g_autofree char *clean = NULL;

      if (plugin->state != BTY_PLUGIN_REFUSED && (plugin->reason == NULL || *plugin->reason == '\0'))
        continue;
      line = g_strdup_printf (plugin->remedy != NULL ? "%s: %s; %s" : "%s: %s",
                              plugin->path != NULL ? plugin->path : plugin->name, reason, plugin->remedy);
      clean = bty_ctl_terminal_clean (line, -1);
      printf ("\n%s\n", clean);
    }
}

static gboolean
show_plugins (BtyCtl *ctl, const char *operation, GBytes *request, GError **error)
{
  static const char *const columns[] = { "name",    N_ ("PLUGIN"),  "state",    N_ ("STATE"),
                                         "version", N_ ("VERSION"), "features", N_ ("OFFERS"),
                                         "summary", N_ ("SUMMARY"), NULL };
  g_autoptr (GPtrArray) plugins = NULL;

  if (ctl->json)
    return bty_ctl_show_list (ctl, operation, request, &bty_plugin_info_schema, columns, 0, "", error);
  plugins = bty_ctl_call_records (ctl, operation, request, &bty_plugin_info_schema, 0, error);
  if (plugins == NULL)
    return FALSE;
  bty_ctl_table_print (plugins, columns);
  print_reasons (plugins);
  return TRUE;
}

static gboolean
run_list (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return show_plugins (ctl, "plugin.list", NULL, error);
}

static gboolean
run_scan (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return show_plugins (ctl, "plugin.scan", bty_ctl_request_of ("name", bty_ctl_args_word (args, 0)), error);
}

static gboolean
show_named (BtyCtl *ctl, const BtyCtlArgs *args, const char *operation, GError **error)
{
  return bty_ctl_show (ctl, operation, bty_ctl_request_of ("name", bty_ctl_args_word (args, 0)),
                       &bty_plugin_info_schema, error);
}

static gboolean
run_get (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return show_named (ctl, args, "plugin.get", error);
}

static gboolean
run_enable (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return show_named (ctl, args, "plugin.enable", error);
}

static gboolean
run_disable (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return show_named (ctl, args, "plugin.disable", error);
}

static gboolean
run_remove (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return show_named (ctl, args, "plugin.remove", error);
}

static gboolean
run_install (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };
  g_auto (BtyCtlStage) stage = { 0 };

  if (!bty_ctl_stage_init (&stage, ctl, bty_ctl_args_word (args, 0), error))
    return FALSE;
  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "path", stage.path);
  bty_json_writer_member_bool (&request.writer, "replace", bty_ctl_args_has (args, "replace"));
  return bty_ctl_show (ctl, "plugin.install", bty_ctl_request_end (&request), &bty_plugin_info_schema, error);
}

static gboolean
run_update (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };
  g_auto (BtyCtlStage) stage = { 0 };

  if (!bty_ctl_stage_init (&stage, ctl, bty_ctl_args_word (args, 1), error))
    return FALSE;
  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "name", bty_ctl_args_word (args, 0));
  bty_ctl_request_string (&request, "path", stage.path);
  bty_json_writer_member_bool (&request.writer, "older", bty_ctl_args_has (args, "older"));
  return bty_ctl_show (ctl, "plugin.update", bty_ctl_request_end (&request), &bty_plugin_info_schema, error);
}

static const BtyCtlOption install_options[] = {
  { "replace", 0, NULL, N_ ("take the place of the one with the same id"), BTY_CTL_NOTHING }, { NULL }
};
static const BtyCtlOption update_options[] = {
  { "older", 0, NULL, N_ ("also when the file is older, or of the same version"), BTY_CTL_NOTHING }, { NULL }
};

static const BtyCtlCommand plugin_commands[] = {
  { .name = "list",
    .usage = "",
    .summary = N_ ("List the plugins, with the reason why one was refused"),
    .run = run_list,
    .examples = N_ ("  boternity-ctl plugin list\n  boternity-ctl plugin list --json") },
  BTY_CTL_PLUGIN_NEW_COMMAND,
  { .name = "get",
    .usage = N_ ("PLUGIN"),
    .summary = N_ ("Show a plugin: what it offers, its operations and settings"),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_PLUGIN },
    .run = run_get,
    .examples = N_ ("  boternity-ctl plugin get openai") },
  { .name = "scan",
    .usage = N_ ("[PLUGIN]"),
    .summary = N_ ("Look again at the plugins that are not open, also at those that crashed"),
    .min = 0,
    .max = 1,
    .words = { BTY_CTL_PLUGIN },
    .run = run_scan,
    .examples = N_ ("  boternity-ctl plugin scan\n  boternity-ctl plugin scan weather") },
  { .name = "enable",
    .usage = N_ ("PLUGIN"),
    .summary = N_ ("Let a disabled plugin be opened again"),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_PLUGIN },
    .run = run_enable,
    .examples = N_ ("  boternity-ctl plugin enable weather") },
  { .name = "disable",
    .usage = N_ ("PLUGIN"),
    .summary = N_ ("Keep a plugin closed"),
    .text = N_ (
      "One that is open stays open until the daemon is restarted. The setting plugins.disabled holds the list."),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_PLUGIN },
    .run = run_disable,
    .examples = N_ ("  boternity-ctl plugin disable weather") },
  { .name = "install",
    .usage = N_ ("FILE"),
    .summary = N_ ("Install a plugin: check it, then copy it into your folder of plugins"),
    .text = N_ ("A plugin runs with all your rights: install only what you trust. It is usable at once."),
    .options = install_options,
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_FILE },
    .run = run_install,
    .examples = N_ ("  boternity-ctl plugin install ./weather.so") },
  { .name = "update",
    .usage = N_ ("PLUGIN FILE"),
    .summary = N_ ("Replace an installed plugin by a newer file of it"),
    .text = N_ ("If the plugin is open, the new file counts after the daemon was restarted."),
    .options = update_options,
    .min = 2,
    .max = 2,
    .words = { BTY_CTL_PLUGIN, BTY_CTL_FILE },
    .run = run_update,
    .examples = N_ ("  boternity-ctl plugin update weather ./weather-1.1.so") },
  { .name = "remove",
    .usage = N_ ("PLUGIN"),
    .summary = N_ ("Remove a plugin from your folder of plugins"),
    .text = N_ ("One that is open stays open until the daemon is restarted."),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_PLUGIN },
    .run = run_remove,
    .examples = N_ ("  boternity-ctl plugin remove weather") },
  { .name = "inspect",
    .usage = N_ ("FILE"),
    .summary = N_ ("Explain a plugin's file without installing it, or say what is wrong with it"),
    .text = N_ ("The file is opened in a process of its own, never in the daemon."),
    .options = bty_ctl_inspect_options,
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_FILE },
    .run = bty_ctl_inspect_run,
    .examples = N_ ("  boternity-ctl plugin inspect ./weather.so\n"
                    "  boternity-ctl plugin inspect ./weather.so --json") },
  { 0 },
};

const BtyCtlVerb bty_ctl_plugin_verb = { "plugin", N_ ("list, install, switch and explain plugins"), plugin_commands,
                                         FALSE };
