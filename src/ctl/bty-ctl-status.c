/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>

#include "bty-ctl-budget.h"
#include "bty-ctl-command.h"
#include "bty-ctl-first.h"
#include "bty-ctl-keys.h"
#include "bty-ctl-provider.h"
#include "bty-ctl-table.h"
#include "bty-ctl-soul.h"
#include "bty-ctl-terminal.h"

/* What there is to say when no daemon runs: the same members, so that a script need not tell the cases apart. */
static void
print_absent (BtyCtl *ctl)
{
  g_autoptr (GString) text = g_string_new (NULL);
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, text);
  bty_json_writer_begin_object (&writer);
  bty_json_writer_member_bool (&writer, "running", FALSE);
  bty_json_writer_member_string (&writer, "version", BTY_VERSION);
  bty_json_writer_member_string (&writer, "pid", NULL);
  bty_json_writer_member_string (&writer, "http_url", NULL);
  bty_json_writer_member_string (&writer, "data_dir", ctl->data_dir);
  bty_json_writer_key (&writer, "plugins");
  bty_json_writer_begin_array (&writer);
  bty_json_writer_end_array (&writer);
  bty_json_writer_end_object (&writer);
  bty_ctl_print_json (text->str);
}

/* What goes wrong one day, unless somebody looks after it now. */
static void
tell_cares (BtyCtl *ctl)
{
  g_autoptr (BtySecretStatus) secrets = NULL;
  g_autoptr (GPtrArray) providers = NULL;
  g_autoptr (GPtrArray) standings = NULL;
  g_autoptr (GPtrArray) backups = NULL;

  if (ctl->json)
    return;
  secrets = bty_ctl_call_record (ctl, "secret.status", NULL, &bty_secret_status_schema, NULL);
  for (guint i = 0; secrets != NULL && secrets->stores != NULL && i < secrets->stores->len; i++)
    {
      const BtySecretStoreInfo *store = secrets->stores->pdata[i];

      if (store->place > 0 && store->state == BTY_SECRET_STORE_LOCKED)
        bty_ctl_note (_ ("%s is locked, and its secrets cannot be used: boternity-ctl secret unlock %s"), store->name,
                      store->name);
    }
  providers = bty_ctl_call_records (ctl, "provider.status", NULL, &bty_provider_status_schema, 0, NULL);
  if (providers != NULL)
    bty_ctl_provider_tell_breakers (providers);
  standings = bty_ctl_call_records (ctl, "budget.show", NULL, &bty_standing_schema, 0, NULL);
  for (guint i = 0; standings != NULL && i < standings->len; i++)
    if (bty_ctl_budget_is_full (standings->pdata[i]))
      {
        g_autofree char *text = bty_ctl_budget_tell (standings->pdata[i]);

        bty_ctl_note (_ ("%s, and what asks for more waits: boternity-ctl budget show"), text);
      }
  backups = bty_ctl_call_records (ctl, "backup.list", NULL, &bty_backup_schema, 0, NULL);
  if (backups != NULL && backups->len == 0)
    bty_ctl_note (_ ("No backup was made yet: boternity-ctl backup create"));
  else if (backups != NULL && ((const BtyBackup *) backups->pdata[0])->key_unseen)
    bty_ctl_note (_ ("Nobody was shown the key of the backups yet: boternity-ctl backup key"));
}

static gboolean
run_status (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  GError *cause = NULL;
  g_autofree char *clean = NULL;

  if (bty_ctl_find (ctl, &cause))
    {
      if (!bty_ctl_show (ctl, "daemon.status", NULL, &bty_status_schema, error))
        return FALSE;
      bty_ctl_soul_tell_held (ctl);
      tell_cares (ctl);
      if (!ctl->json && !bty_ctl_keys_hand_over (ctl))
        bty_ctl_first_offer (ctl);
      return TRUE;
    }
  if (cause != NULL)
    {
      g_propagate_error (error, cause);
      return FALSE;
    }
  if (ctl->json)
    {
      print_absent (ctl);
      return TRUE;
    }
  clean = bty_ctl_terminal_clean (ctl->data_dir, -1);
  printf (_ ("No daemon runs for %s. Any command that needs one starts it."), clean);
  putchar ('\n');
  return TRUE;
}

static const BtyCtlCommand status_commands[] = {
  { .usage = "",
    .summary = N_ ("Show the daemon at a glance"),
    .text = N_ (
      "Never starts a daemon. With --json it always gives running, version, pid, http_url, data_dir and plugins; when no\n"
      "daemon runs, running is false, pid and http_url are null, and the exit code is 0 all the same."),
    .examples = N_ ("  boternity-ctl status\n"
                    "  boternity-ctl status --json"),
    .run = run_status },
  { 0 },
};

const BtyCtlVerb bty_ctl_status_verb = { "status", N_ ("show the daemon at a glance"), status_commands, FALSE };
