/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <unistd.h>

#include "bty-ctl-command.h"
#include "bty-ctl-json.h"
#include "bty-ctl-request.h"
#include "bty-ctl-table.h"
#include "bty-ctl-terminal.h"

#define EXPORT_PAGE 1000

/* What both listing and exporting can be narrowed down by. */
static gboolean
add_filters (BtyCtlRequest *request, const BtyCtlArgs *args, GError **error)
{
  static const char *const times[] = { "since", "until" };

  bty_ctl_request_string (request, "actor", bty_ctl_args_get (args, "actor"));
  bty_ctl_request_string (request, "action", bty_ctl_args_get (args, "action"));
  bty_ctl_request_string (request, "subject", bty_ctl_args_get (args, "subject"));
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      gint64 time = 0;

      if (!bty_ctl_args_has (args, times[i]))
        continue;
      if (!bty_ctl_args_get_time (args, times[i], &time, error))
        return FALSE;
      bty_json_writer_key (&request->writer, times[i]);
      bty_json_writer_time (&request->writer, time);
    }
  return bty_ctl_request_field (request, &bty_audit_list_schema, "kind", bty_ctl_args_get (args, "kind"), error);
}

static gboolean
run_list (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "position",     N_ ("NO."),    "created_at", N_ ("WHEN"),    "actor",
                                         N_ ("WHO"),     "action",      N_ ("WHAT"),  "subject",      N_ ("TO WHAT"),
                                         "outcome",      N_ ("RESULT"), "code",       N_ ("WHY NOT"), "door",
                                         N_ ("THROUGH"), NULL };
  g_auto (BtyCtlRequest) request = { 0 };
  gint64 limit;

  if (!bty_ctl_request_init_list (&request, args, &limit, error) || !add_filters (&request, args, error))
    return FALSE;
  return bty_ctl_show_list (ctl, "audit.list", bty_ctl_request_end (&request), &bty_audit_entry_schema, columns,
                            (guint) limit, _ ("Nothing is on record."), error);
}

static void
on_progress (guint64 number, const char *json, gpointer data)
{
  g_autoptr (BtyAuditProgress) progress = bty_ctl_read_record (&bty_audit_progress_schema, json, NULL);
  g_autofree char *text = NULL;

  if (progress == NULL)
    return;
  text = g_strdup_printf (_ ("%lld of %lld entries checked"), (long long) progress->checked,
                          (long long) progress->total);
  bty_ctl_progress_say (text);
}

static BtyAuditReport *
verify (BtyCtl *ctl, char **answer, GError **error)
{
  BtyCtlStreamEnd end;

  if (!bty_ctl_connect (ctl, error))
    return NULL;
  bty_ctl_progress_begin (_ ("Checking the audit log"));
  end = bty_ctl_client_stream (ctl->client, "audit.verify", NULL, on_progress, NULL, ctl->cancellable, answer, error);
  bty_ctl_progress_end ();
  return end == BTY_CTL_STREAM_ENDED ? bty_ctl_read_record (&bty_audit_report_schema, *answer, error) : NULL;
}

static gboolean
run_verify (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_autofree char *answer = NULL;
  g_autoptr (BtyAuditReport) report = verify (ctl, &answer, error);

  if (report == NULL)
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else if (report->is_whole)
    printf (_ ("All %lld entries are as they were written. The last one's hash, to note down elsewhere: %s\n"),
            (long long) report->entries, report->hash != NULL ? report->hash : "-");
  if (report->is_whole)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS,
               _ ("the audit log is not whole: entry %lld: %s. The entries before it are as they were written"),
               (long long) report->position, report->reason);
  return FALSE;
}

static GBytes *
page_request (const BtyCtlArgs *args, const char *cursor, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };

  bty_ctl_request_init (&request);
  bty_json_writer_member_int (&request.writer, "limit", EXPORT_PAGE);
  bty_json_writer_member_bool (&request.writer, "oldest_first", TRUE);
  bty_ctl_request_string (&request, "cursor", cursor);
  return add_filters (&request, args, error) ? bty_ctl_request_end (&request) : NULL;
}

/* Page by page, so that a log of any length fits. */
static gboolean
run_export (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_autofree char *cursor = NULL;

  do
    {
      g_autoptr (GPtrArray) items = NULL;
      g_autofree char *answer = NULL;
      g_autofree char *list = NULL;
      g_autofree char *next = NULL;
      GBytes *request = page_request (args, cursor, error);

      answer = request != NULL ? bty_ctl_call (ctl, "audit.list", request, error) : NULL;
      if (answer == NULL)
        return FALSE;
      list = bty_ctl_json_get (answer, "items");
      items = bty_ctl_json_get_values (list != NULL ? list : "[]");
      for (guint i = 0; i < items->len; i++)
        puts (items->pdata[i]);
      next = bty_ctl_json_get (answer, "next_cursor");
      g_free (cursor);
      cursor = next != NULL ? bty_ctl_json_to_text (next) : NULL;
    }
  while (cursor != NULL);
  if (fflush (stdout) == 0)
    return TRUE;
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE,
                       _ ("the entries could not all be written: is the disk full?"));
  return FALSE;
}

#define FILTERS                                                                                                        \
  { "since", '\0', N_ ("TIME"), N_ ("only from so long ago (10m, 2h, 3d) or a time on"), BTY_CTL_NOTHING },            \
    { "until", '\0', N_ ("TIME"), N_ ("only before so long ago, or a time"), BTY_CTL_NOTHING },                        \
    { "actor", '\0', N_ ("WHO"), N_ ("only what this one did: owner, anonymous, bot:SLUG"), BTY_CTL_NOTHING },         \
    { "action", '\0', N_ ("OPERATION"), N_ ("only this, such as bot.delete"), BTY_CTL_OPERATION },                     \
    { "subject", '\0', N_ ("NAME"), N_ ("only what was done to this"), BTY_CTL_NOTHING },                              \
  {                                                                                                                    \
    "kind", '\0', N_ ("operation|approval|secret|denial|program"), N_ ("only this kind"), BTY_CTL_NOTHING              \
  }

static const BtyCtlOption list_options[] = {
  FILTERS,
  { "limit", 'n', N_ ("NUMBER"), N_ ("how many at most (100); 0: all"), BTY_CTL_NOTHING },
  { NULL },
};
static const BtyCtlOption export_options[] = {
  FILTERS,
  { NULL },
};

static const BtyCtlCommand audit_commands[] = {
  { .name = "list",
    .usage = "",
    .summary = N_ ("Show what was done, by whom and how it went, the newest first"),
    .options = list_options,
    .run = run_list,
    .examples = N_ ("  boternity-ctl audit list --since 1d\n  boternity-ctl audit list --kind denial") },
  { .name = "verify",
    .usage = "",
    .summary = N_ ("Check that nothing was changed in the log or taken out of it"),
    .run = run_verify },
  { .name = "export",
    .usage = "",
    .summary = N_ ("Write the log as JSON, one entry a line, the oldest first"),
    .options = export_options,
    .run = run_export,
    .examples = N_ ("  boternity-ctl audit export > audit.jsonl") },
  { 0 },
};

const BtyCtlVerb bty_ctl_audit_verb = { "audit", N_ ("see who did what"), audit_commands, FALSE };
