/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-ctl-command.h"

static gboolean
run_list (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "name",     N_ ("PLUGIN"), "state",  N_ ("STATE"),  "version", N_ ("VERSION"),
                                         "features", N_ ("OFFERS"), "reason", N_ ("REASON"), NULL };

  return bty_ctl_show_list (ctl, "plugin.list", NULL, &bty_plugin_info_schema, columns, 0, _ ("There are no plugins."), error);
}

static const BtyCtlCommand plugin_commands[] = {
  { .name = "list", .usage = "", .summary = N_ ("List the plugins, with the reason why one was refused"), .run = run_list,
    .examples = N_ ("  boternity-ctl plugin list\n  boternity-ctl plugin list --json") },
  { 0 },
};

const BtyCtlVerb bty_ctl_plugin_verb = { "plugin", N_ ("list the plugins"), plugin_commands, FALSE };
