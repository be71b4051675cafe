/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bty-ctl-command.h"
#include "bty-ctl-places.h"
#include "bty-ctl-request.h"
#include "bty-ctl-table.h"
#include "bty-ctl-terminal.h"

static gboolean
run_list (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "name",   N_ ("SETTING"), "value",   N_ ("VALUE"),   "unit", N_ ("UNIT"),
                                         "source", N_ ("FROM"),    "summary", N_ ("MEANING"), NULL };

  return bty_ctl_show_list (ctl, "config.list", NULL, &bty_setting_info_schema, columns, 0,
                            _ ("There are no settings."), error);
}

/* Only the value, for scripts; --json gives the rest. */
static gboolean
run_get (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  GBytes *request = bty_ctl_request_of ("name", bty_ctl_args_word (args, 0));
  g_autoptr (BtySettingInfo) setting = NULL;

  if (ctl->json)
    return bty_ctl_show (ctl, "config.get", request, &bty_setting_info_schema, error);
  setting = bty_ctl_call_record (ctl, "config.get", request, &bty_setting_info_schema, error);
  if (setting == NULL)
    return FALSE;
  if (setting->value != NULL)
    bty_ctl_terminal_write (STDOUT_FILENO, setting->value, strlen (setting->value));
  putchar ('\n');
  return TRUE;
}

/* What was written and does not count, or not yet, is said at once: nobody should wonder why nothing changes. */
static void
remark (BtyCtl *ctl, const BtySettingInfo *setting, gboolean is_unset)
{
  const char *folder = ctl->status != NULL ? ctl->status->config_dir : NULL;
  g_autofree char *own = folder != NULL ? g_build_filename (folder, "boternity.conf", NULL) : NULL;
  g_autofree char *variable = bty_ctl_setting_variable (setting->name);

  if (g_strcmp0 (setting->source, "environment") == 0)
    bty_ctl_note (_ ("%s in the daemon's environment goes before it: unset it, then boternity-ctl restart"), variable);
  else if (own != NULL && setting->source != NULL && g_path_is_absolute (setting->source) &&
           strcmp (setting->source, own) != 0)
    bty_ctl_note (_ ("“%s” decides about it: change it there"), setting->source);
  else if (setting->restart)
    bty_ctl_note (is_unset ? _ ("the default counts once the daemon is started again: boternity-ctl restart")
                           : _ ("it counts once the daemon is started again: boternity-ctl restart"));
}

/* What only its domain can judge is taken as a text; the status says then what is wrong with it. */
static void
tell_problem (BtyCtl *ctl, const char *name)
{
  g_autoptr (BtyStatus) status = NULL;

  if (ctl->json)
    return;
  status = bty_ctl_call_record (ctl, "daemon.status", NULL, &bty_status_schema, NULL);
  for (guint i = 0; status != NULL && status->problems != NULL && status->problems[i] != NULL; i++)
    if (strstr (status->problems[i], name) != NULL)
      bty_ctl_note ("%s", status->problems[i]);
}

static gboolean
set (BtyCtl *ctl, const char *name, const char *value, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };
  g_autoptr (BtySettingInfo) setting = NULL;
  g_autofree char *answer = NULL;

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "name", name);
  bty_json_writer_member_string (&request.writer, "value", value);
  answer = bty_ctl_call (ctl, "config.set", bty_ctl_request_end (&request), error);
  setting = answer != NULL ? bty_ctl_read_record (&bty_setting_info_schema, answer, error) : NULL;
  if (setting == NULL)
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else
    bty_ctl_record_print (setting);
  remark (ctl, setting, value == NULL);
  tell_problem (ctl, name);
  return TRUE;
}

static gboolean
run_set (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return set (ctl, bty_ctl_args_word (args, 0), bty_ctl_args_word (args, 1), error);
}

static gboolean
run_unset (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return set (ctl, bty_ctl_args_word (args, 0), NULL, error);
}

static const BtyCtlCommand config_commands[] = {
  { .name = "list",
    .usage = "",
    .summary = N_ ("List the settings with their values"),
    .run = run_list,
    .examples = N_ ("  boternity-ctl config list") },
  { .name = "get",
    .usage = N_ ("SETTING"),
    .summary = N_ ("Print the value of a setting"),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_SETTING },
    .run = run_get,
    .examples = N_ ("  boternity-ctl config get http.port") },
  { .name = "set",
    .usage = N_ ("SETTING VALUE"),
    .summary = N_ ("Change a setting"),
    .min = 2,
    .max = 2,
    .text = N_ (
      "It is written to boternity.conf. A variable of the environment, such as BOTERNITY_HTTP_PORT, goes before it."),
    .words = { BTY_CTL_SETTING, BTY_CTL_NOTHING },
    .run = run_set,
    .examples = N_ ("  boternity-ctl config set http.port 8765") },
  { .name = "unset",
    .usage = N_ ("SETTING"),
    .summary = N_ ("Go back to the default of a setting"),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_SETTING },
    .run = run_unset,
    .examples = N_ ("  boternity-ctl config unset http.port") },
  { 0 },
};

const BtyCtlVerb bty_ctl_config_verb = { "config", N_ ("read and change settings"), config_commands, FALSE };
