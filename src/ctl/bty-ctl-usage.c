/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <unistd.h>

#include "bty-ctl-amount.h"
#include "bty-ctl-command.h"
#include "bty-ctl-request.h"
#include "bty-ctl-table.h"

static gboolean
add_times (BtyCtlRequest *request, const BtyCtlArgs *args, GError **error)
{
  static const char *const times[] = { "since", "until" };

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
  return TRUE;
}

static char *
price_text (gint64 cost, BtyPricing pricing)
{
  g_autofree char *usd = bty_ctl_amount_to_text (cost, BTY_UNIT_USD);

  if (pricing == BTY_PRICING_FREE)
    return g_strdup (_ ("free"));
  return pricing == BTY_PRICING_UNKNOWN ? g_strdup_printf (_ ("%s (price unknown)"), usd) : g_steal_pointer (&usd);
}

static char *
field_text (gconstpointer record, const BtySchema *schema, const char *name)
{
  return bty_ctl_field_to_text (record, bty_schema_get_field (schema, (guint) bty_schema_find (schema, name, -1, 0)));
}

static gboolean
run_list (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "a", N_ ("WHEN"), "b", N_ ("BOT"),  "c", N_ ("MODEL"),  "d", N_ ("IN"),
                                         "e", N_ ("OUT"),  "f", N_ ("COST"), "g", N_ ("RESULT"), NULL };
  g_auto (BtyCtlRequest) request = { 0 };
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GPtrArray) lines = bty_record_list_new ();
  const char *nothing = _ ("No model was asked.");
  gint64 limit;

  if (!bty_ctl_request_init_list (&request, args, &limit, error) || !add_times (&request, args, error))
    return FALSE;
  bty_ctl_request_string (&request, "slug", bty_ctl_args_word (args, 0));
  bty_ctl_request_string (&request, "session", bty_ctl_args_get (args, "session"));
  bty_ctl_request_string (&request, "turn", bty_ctl_args_get (args, "turn"));
  bty_ctl_request_string (&request, "provider", bty_ctl_args_get (args, "provider"));
  if (ctl->json)
    return bty_ctl_show_list (ctl, "usage.list", bty_ctl_request_end (&request), &bty_usage_entry_schema, columns,
                              (guint) limit, nothing, error);
  entries = bty_ctl_call_records (ctl, "usage.list", bty_ctl_request_end (&request), &bty_usage_entry_schema,
                                  (guint) limit, error);
  for (guint i = 0; entries != NULL && i < entries->len; i++)
    {
      const BtyUsageEntry *entry = entries->pdata[i];
      BtyCtlLine *line = bty_ctl_line_new ();

      line->a = field_text (entry, &bty_usage_entry_schema, "created_at");
      line->b = g_strdup (entry->slug);
      line->c = g_strdup_printf ("%s/%s", entry->provider != NULL ? entry->provider : "",
                                 entry->model != NULL ? entry->model : "");
      line->d = bty_ctl_amount_group (entry->input_tokens);
      line->e = bty_ctl_amount_group (entry->output_tokens);
      line->f = price_text (entry->cost, entry->pricing);
      line->g = g_strdup (entry->outcome);
      g_ptr_array_add (lines, line);
    }
  if (entries != NULL && lines->len == 0)
    puts (nothing);
  else if (entries != NULL)
    bty_ctl_table_print (lines, columns);
  return entries != NULL;
}

static gboolean
run_summary (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "a", N_ ("OF"),  "b", N_ ("COST"),      "c", N_ ("CALLS"), "d", N_ ("IN"),
                                         "e", N_ ("OUT"), "f", N_ ("ESTIMATED"), NULL };
  g_auto (BtyCtlRequest) request = { 0 };
  g_autoptr (GPtrArray) sums = NULL;
  g_autoptr (GPtrArray) lines = bty_record_list_new ();

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "slug", bty_ctl_args_word (args, 0));
  if (!add_times (&request, args, error) ||
      !bty_ctl_request_field (&request, &bty_usage_summary_schema, "by", bty_ctl_args_get (args, "by"), error))
    return FALSE;
  if (ctl->json)
    return bty_ctl_show_list (ctl, "usage.summary", bty_ctl_request_end (&request), &bty_usage_sum_schema, columns, 0,
                              "", error);
  sums = bty_ctl_call_records (ctl, "usage.summary", bty_ctl_request_end (&request), &bty_usage_sum_schema, 0, error);
  for (guint i = 0; sums != NULL && i < sums->len; i++)
    {
      const BtyUsageSum *sum = sums->pdata[i];
      BtyCtlLine *line = bty_ctl_line_new ();

      line->a = g_strdup (sum->name == NULL ? _ ("together") : sum->name[0] == '\0' ? "-" : sum->name);
      line->b = price_text (sum->cost, sum->pricing);
      line->c = bty_ctl_amount_group (sum->calls);
      line->d = bty_ctl_amount_group (sum->input_tokens);
      line->e = bty_ctl_amount_group (sum->output_tokens);
      line->f = sum->estimates > 0 ? bty_ctl_amount_group (sum->estimates) : NULL;
      g_ptr_array_add (lines, line);
    }
  if (sums != NULL && lines->len <= 1 && (lines->len == 0 || ((const BtyUsageSum *) sums->pdata[0])->calls == 0))
    puts (_ ("No model was asked."));
  else if (sums != NULL)
    bty_ctl_table_print (lines, columns);
  return sums != NULL;
}

static void
on_text (guint64 number, const char *json, gpointer data)
{
  g_autoptr (BtyUsageText) piece = bty_ctl_read_record (&bty_usage_text_schema, json, NULL);

  if (piece != NULL && piece->text != NULL)
    fputs (piece->text, stdout);
}

static gboolean
run_export (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };
  g_autoptr (GBytes) body = NULL;
  g_autofree char *answer = NULL;

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "slug", bty_ctl_args_word (args, 0));
  if (!add_times (&request, args, error) || !bty_ctl_connect (ctl, error))
    return FALSE;
  body = bty_ctl_request_end (&request);
  if (bty_ctl_client_stream (ctl->client, "usage.export", body, on_text, NULL, ctl->cancellable, &answer, error) !=
      BTY_CTL_STREAM_ENDED)
    return FALSE;
  if (fflush (stdout) == 0)
    return TRUE;
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE,
                       _ ("the calls could not all be written: is the disk full?"));
  return FALSE;
}

#define TIMES                                                                                                          \
  { "since", '\0', N_ ("TIME"), N_ ("only from so long ago (10m, 2h, 3d) or a time on"), BTY_CTL_NOTHING },            \
  {                                                                                                                    \
    "until", '\0', N_ ("TIME"), N_ ("only before so long ago, or a time"), BTY_CTL_NOTHING                             \
  }

static const BtyCtlOption list_options[] = {
  TIMES,
  { "session", 's', N_ ("ID"), N_ ("only of this session"), BTY_CTL_SESSION },
  { "turn", '\0', N_ ("ID"), N_ ("only of this turn"), BTY_CTL_NOTHING },
  { "provider", 'p', N_ ("NAME"), N_ ("only of this provider"), BTY_CTL_PROVIDER },
  { "limit", 'n', N_ ("NUMBER"), N_ ("how many at most (100); 0: all"), BTY_CTL_NOTHING },
  { NULL },
};
static const BtyCtlOption summary_options[] = {
  TIMES,
  { "by", 'b', N_ ("bot|session|model|provider|tool|purpose|day|pricing"), N_ ("what to add up by (bot)"),
    BTY_CTL_NOTHING },
  { NULL },
};
static const BtyCtlOption export_options[] = {
  TIMES,
  { NULL },
};

static const BtyCtlCommand usage_commands[] = {
  { .name = "list",
    .usage = N_ ("[BOT]"),
    .summary = N_ ("List calls of models, the newest first"),
    .options = list_options,
    .max = 1,
    .words = { BTY_CTL_BOT },
    .run = run_list,
    .examples = N_ ("  boternity-ctl usage list --since 1d") },
  { .name = "summary",
    .usage = N_ ("[BOT]"),
    .summary = N_ ("Add up what calls of models used and cost, by default in the last 30 days"),
    .options = summary_options,
    .max = 1,
    .words = { BTY_CTL_BOT },
    .run = run_summary,
    .examples = N_ (
      "  boternity-ctl usage summary --by model\n  boternity-ctl usage summary ada --by day --since 7d") },
  { .name = "export",
    .usage = N_ ("[BOT]"),
    .summary = N_ ("Write calls of models as CSV, the oldest first"),
    .options = export_options,
    .max = 1,
    .words = { BTY_CTL_BOT },
    .run = run_export,
    .examples = N_ ("  boternity-ctl usage export --since 30d > usage.csv") },
  { 0 },
};

const BtyCtlVerb bty_ctl_usage_verb = { "usage", N_ ("see what calls of models used and cost"), usage_commands, FALSE };
