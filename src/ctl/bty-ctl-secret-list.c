/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>

#include "bty-ctl-secret-list.h"
#include "bty-ctl-table.h"
#include "bty-ctl-terminal.h"

/* A line of the table: what a secret's record says, as people put it. */
typedef struct
{
  BtyRecord record;
  char *name;
  char *store;
  char *used;
  char *bots;
  char *hosts;
} BtyCtlSecretRow;
BTY_DECLARE_RECORD (BtyCtlSecretRow, bty_ctl_secret_row)

static const BtyField row_fields[] = {
  BTY_FIELD_STRING (BtyCtlSecretRow, name, 0, ""),  BTY_FIELD_STRING (BtyCtlSecretRow, store, 0, ""),
  BTY_FIELD_STRING (BtyCtlSecretRow, used, 0, ""),  BTY_FIELD_STRING (BtyCtlSecretRow, bots, 0, ""),
  BTY_FIELD_STRING (BtyCtlSecretRow, hosts, 0, ""),
};
BTY_DEFINE_RECORD (BtyCtlSecretRow, bty_ctl_secret_row, "secret_row", "", row_fields)

static char *
say_when (gint64 then)
{
  gint64 seconds = (g_get_real_time () - then) / G_USEC_PER_SEC;

  if (then == 0)
    return g_strdup (_ ("never"));
  if (seconds < 60)
    return g_strdup (_ ("just now"));
  if (seconds < 3600)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d minute ago", "%d minutes ago", (gulong) (seconds / 60)),
                            (int) (seconds / 60));
  if (seconds < 86400)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d hour ago", "%d hours ago", (gulong) (seconds / 3600)),
                            (int) (seconds / 3600));
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d day ago", "%d days ago", (gulong) (seconds / 86400)),
                          (int) (seconds / 86400));
}

static char *
say_list (const GStrv list, const char *none)
{
  return list != NULL && list[0] != NULL ? g_strjoinv (", ", list) : g_strdup (none);
}

static BtyCtlSecretRow *
make_row (const BtySecretEntry *entry)
{
  BtyCtlSecretRow *row = bty_ctl_secret_row_new ();

  row->name = g_strdup (entry->name);
  row->store = g_strdup (entry->store);
  row->used = say_when (entry->last_used_at);
  row->bots = say_list (entry->bots, _ ("all"));
  row->hosts = say_list (entry->hosts, _ ("the first it is used for"));
  return row;
}

gboolean
bty_ctl_secret_list (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "name", N_ ("SECRET"), "store", N_ ("STORE"), "used", N_ ("LAST USED"),
                                         "bots", N_ ("BOTS"),   "hosts", N_ ("HOSTS"), NULL };
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GPtrArray) rows = bty_record_list_new ();

  if (ctl->json)
    return bty_ctl_show_list (ctl, "secret.list", NULL, &bty_secret_entry_schema, columns, 0, "", error);
  entries = bty_ctl_call_records (ctl, "secret.list", NULL, &bty_secret_entry_schema, 0, error);
  if (entries == NULL)
    return FALSE;
  for (guint i = 0; i < entries->len; i++)
    g_ptr_array_add (rows, make_row (entries->pdata[i]));
  if (rows->len == 0)
    bty_ctl_note (_ ("There are no secrets: boternity-ctl secret set NAME"));
  else
    bty_ctl_table_print (rows, columns);
  return TRUE;
}

gboolean
bty_ctl_secret_status (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "name",       N_ ("STORE"), "place",           N_ ("PLACE"), "state",
                                         N_ ("STATE"), "text",       N_ ("WHAT IT IS"), NULL };
  g_autofree char *answer = bty_ctl_call (ctl, "secret.status", NULL, error);
  g_autoptr (BtySecretStatus) status = NULL;
  gboolean is_first = TRUE;

  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    {
      bty_ctl_print_json (answer);
      return TRUE;
    }
  status = bty_ctl_read_record (&bty_secret_status_schema, answer, error);
  if (status == NULL)
    return FALSE;
  if (status->stores != NULL && status->stores->len > 0)
    bty_ctl_table_print (status->stores, columns);
  for (guint i = 0; status->stores != NULL && i < status->stores->len; i++)
    {
      const BtySecretStoreInfo *store = status->stores->pdata[i];
      g_autofree char *reason = store->reason != NULL ? bty_ctl_terminal_clean (store->reason, -1) : NULL;

      if (reason != NULL)
        printf ("%s%s: %s\n", is_first ? "\n" : "", store->name, reason);
      is_first = is_first && reason == NULL;
    }
  printf ("\n%s\n", status->why);
  return TRUE;
}
