/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <unistd.h>

#include "bty-ctl-soul.h"
#include "bty-ctl-table.h"
#include "bty-ctl-terminal.h"

/* How a question went, as a word that stands in a column. */
static const char *
word_of (BtyTestOutcome outcome, BtyCtlStyle *style)
{
  *style = outcome == BTY_TEST_PASSED ? BTY_CTL_GREEN : outcome == BTY_TEST_SKIPPED ? BTY_CTL_DIM : BTY_CTL_RED;
  switch (outcome)
    {
    case BTY_TEST_PASSED:
      return _ ("passed");
    case BTY_TEST_FAILED:
      return _ ("failed");
    case BTY_TEST_SKIPPED:
      return _ ("skipped");
    case BTY_TEST_ERROR:
    default:
      return _ ("error");
    }
}

/* A line for each question, as soon as it is over. */
static void
on_item (guint64 number, const char *json, gpointer data)
{
  const BtyCtl *ctl = data;
  g_autoptr (BtySoulTestItem) item = NULL;
  g_autoptr (GString) line = g_string_new (NULL);
  BtyCtlStyle style;
  const char *word;

  if (ctl->json)
    return;
  item = bty_ctl_read_record (&bty_soul_test_item_schema, json, NULL);
  if (item == NULL)
    return;
  bty_ctl_progress_end ();
  word = word_of (item->outcome, &style);
  printf ("%s%s%s  ", bty_ctl_terminal_style (STDOUT_FILENO, style), word,
          bty_ctl_terminal_style (STDOUT_FILENO, BTY_CTL_PLAIN));
  g_string_append_printf (line, _ ("%lld/%lld  version %lld  %s"), (long long) item->done, (long long) item->total,
                          (long long) item->number, item->question);
  if (item->reason != NULL)
    g_string_append_printf (line, ": %s", item->reason);
  g_string_append_c (line, '\n');
  fflush (stdout);
  bty_ctl_terminal_write (STDOUT_FILENO, line->str, line->len);
  if (item->done < item->total)
    bty_ctl_progress_begin (_ ("asking"));
}

static void
print_test (const BtySoulTest *test, gboolean is_priced)
{
  g_autofree char *cost = is_priced ? g_strdup_printf ("$%.4f", (double) test->cost_micros / 1e6)
                                    : g_strdup (_ ("unknown: the model's price is not known"));

  printf (_ ("%sVersion %lld: %.0f %%%s, %lld of %lld passed, by %s\n"),
          bty_ctl_terminal_style (STDOUT_FILENO, BTY_CTL_BOLD), (long long) test->number, test->score,
          bty_ctl_terminal_style (STDOUT_FILENO, BTY_CTL_PLAIN), (long long) test->passed, (long long) test->total,
          test->model != NULL ? test->model : "-");
  printf (_ ("  %lld tokens read, %lld written, cost %s\n"), (long long) test->input_tokens,
          (long long) test->output_tokens, cost);
}

static void
print_report (const BtySoulTestReport *report)
{
  putchar ('\n');
  print_test (report->test, report->priced);
  if (report->compare != NULL)
    {
      print_test (report->compare, report->priced);
      printf (_ ("Version %lld is %+.0f points against version %lld.\n"), (long long) report->test->number,
              report->difference, (long long) report->compare->number);
    }
  if (report->stopped != NULL)
    bty_ctl_note ("%s", report->stopped);
}

/* Questions that did not pass are a failure of the command too, so that scripts see it. */
static gboolean
check_report (const BtySoulTestReport *report, GError **error)
{
  if (report->test->passed == report->test->total)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _ ("version %lld did not pass all golden questions"),
               (long long) report->test->number);
  return FALSE;
}

static gboolean
make_request (BtyCtlRequest *request, const BtyCtlArgs *args, GError **error)
{
  GPtrArray *questions = bty_ctl_args_get_all (args, "question");
  gint64 max_tokens = 0;

  if (!bty_ctl_args_get_int (args, "max-tokens", 1, 1000000000, &max_tokens, error))
    return FALSE;
  bty_ctl_request_init (request);
  bty_ctl_request_string (request, "slug", bty_ctl_args_word (args, 0));
  if (bty_ctl_args_count (args) > 1)
    bty_ctl_request_string (request, "version", bty_ctl_args_word (args, 1));
  bty_ctl_request_string (request, "compare", bty_ctl_args_get (args, "compare"));
  bty_ctl_request_string (request, "model", bty_ctl_args_get (args, "model"));
  if (questions != NULL)
    bty_ctl_request_strings (request, "questions", questions);
  if (max_tokens > 0)
    bty_json_writer_member_int (&request->writer, "max_tokens", max_tokens);
  return TRUE;
}

gboolean
bty_ctl_soul_run_test (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };
  g_autoptr (GBytes) body = NULL;
  g_autofree char *answer = NULL;
  g_autoptr (BtySoulTestReport) report = NULL;
  BtyCtlStreamEnd end;

  if (!make_request (&request, args, error) || !bty_ctl_connect (ctl, error))
    return FALSE;
  body = bty_ctl_request_end (&request);
  bty_ctl_progress_begin (_ ("asking"));
  end = bty_ctl_client_stream (ctl->client, "soul.test", body, on_item, ctl, ctl->cancellable, &answer, error);
  bty_ctl_progress_end ();
  if (end != BTY_CTL_STREAM_ENDED || answer == NULL)
    return FALSE;
  report = bty_ctl_read_record (&bty_soul_test_report_schema, answer, error);
  if (report == NULL)
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else
    print_report (report);
  return check_report (report, error);
}

gboolean
bty_ctl_soul_run_tests (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "created_at",   N_ ("WHEN"),  "number",       N_ ("VERSION"), "score",
                                         N_ ("SCORE"),   "passed",     N_ ("PASSED"),  "total",        N_ ("QUESTIONS"),
                                         "model",        N_ ("MODEL"), "input_tokens", N_ ("READ"),    "output_tokens",
                                         N_ ("WRITTEN"), NULL };

  return bty_ctl_show_list (ctl, "soul.tests", bty_ctl_request_of ("slug", bty_ctl_args_word (args, 0)),
                            &bty_soul_test_schema, columns, 50,
                            _ ("The golden questions were not asked yet: boternity-ctl soul test BOT"), error);
}
