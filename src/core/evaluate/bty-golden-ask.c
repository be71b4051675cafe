/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-evaluate"

#include "config.h"

#include "evaluate/bty-golden-ask.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "chat/bty-context.h"
#include "evaluate/bty-golden-check.h"
#include "route/bty-route.h"

#define SHOWN_ANSWER 8000 /* characters of an answer that are kept with its result */

/* One question on its way: the data of its task. */
typedef struct
{
  BtyGoldenAsk ask;
  BtySoulTestItem *item;
  GStrv input;
  guint turn;  /* what is said next */
  guint check; /* which is looked at next */
  GPtrArray *history;
  GString *answer;
  gsize said_bytes;
  BtyBot *judge;        /* while a judge is asked: a bot without preferences */
  GPtrArray *to_judge;  /* its messages */
  gint64 sent_estimate; /* tokens of the request on its way */
  BtyRoute *route;
  BtySpender *spender;
  gint64 began;
  GCancellable *cancellable; /* of the work: the caller's, the time-out's, or an answer without end */
  gulong link;
  guint timeout;
  gboolean is_late;
} Asking;

static void say_next (GTask *task);
static void check_next (GTask *task);

static void
asking_free (Asking *asking)
{
  g_clear_handle_id (&asking->timeout, g_source_remove);
  g_clear_pointer (&asking->item, bty_soul_test_item_unref);
  g_clear_pointer (&asking->input, g_strfreev);
  g_clear_pointer (&asking->history, g_ptr_array_unref);
  g_clear_pointer (&asking->to_judge, g_ptr_array_unref);
  g_clear_pointer (&asking->judge, bty_bot_unref);
  g_clear_object (&asking->route);
  g_clear_object (&asking->spender);
  g_clear_object (&asking->cancellable);
  g_string_free (asking->answer, TRUE);
  g_free (asking);
}

static char *
shorten (const char *text)
{
  g_autofree char *start = NULL;

  if (g_utf8_strlen (text, -1) <= SHOWN_ANSWER)
    return g_strdup (text);
  start = g_utf8_substring (text, 0, SHOWN_ANSWER);
  return g_strconcat (start, "…", NULL);
}

/* Ends the task, whose last reference is taken. */
static void
end (GTask *own, BtyTestOutcome outcome)
{
  g_autoptr (GTask) task = own;
  Asking *asking = g_task_get_task_data (task);

  g_clear_handle_id (&asking->timeout, g_source_remove);
  g_clear_signal_handler (&asking->link, g_task_get_cancellable (task));
  asking->item->outcome = outcome;
  asking->item->milliseconds = (g_get_monotonic_time () - asking->began) / 1000;
  if (!g_task_return_error_if_cancelled (task))
    g_task_return_pointer (task, bty_soul_test_item_ref (asking->item), bty_record_unref);
}

static void
end_with (GTask *task, BtyTestOutcome outcome, const char *reason)
{
  Asking *asking = g_task_get_task_data (task);

  bty_record_take_string (&asking->item->reason, g_strdup (reason));
  end (task, outcome);
}

/* Asking a model: the question, or a judge. */

static BtyCompletionRequest *
on_model (BtyRoute *route, const BtyModel *model, gpointer data, GError **error)
{
  Asking *asking = g_task_get_task_data (data);
  gint64 reserve = bty_settings_get_int (asking->ask.settings, "chat", "reserve");
  g_autoptr (BtyTurn) turn = bty_turn_new ();
  const BtyBot *bot = asking->judge != NULL ? asking->judge : asking->ask.bot;
  const char *soul = asking->judge != NULL ? bty_golden_judge_text : asking->ask.soul;
  GPtrArray *messages = asking->judge != NULL ? asking->to_judge : asking->history;
  guint left_out = 0;

  turn->record.id = g_strdup (((BtyMessage *) messages->pdata[messages->len - 1])->turn);
  turn->bot = g_strdup (asking->ask.bot->record.id);
  asking->sent_estimate = bty_context_estimate (soul);
  for (guint i = 0; i < messages->len; i++)
    asking->sent_estimate += bty_context_estimate (((BtyMessage *) messages->pdata[i])->text);
  if (asking->judge == NULL)
    bty_record_take_string (&asking->item->model, g_strdup (model->name));
  return bty_context_build (bot, soul, messages, turn, bty_router_get_book (asking->ask.router), model, reserve,
                            &left_out, error);
}

static void
on_delta (BtyRoute *route, const BtyDelta *delta, gpointer data)
{
  Asking *asking = g_task_get_task_data (data);

  asking->said_bytes += delta->length;
  if (delta->kind == BTY_DELTA_TEXT)
    g_string_append_len (asking->answer, delta->text, (gssize) delta->length);
  if (asking->said_bytes > (gsize) bty_settings_get_int (asking->ask.settings, "chat", "max_answer"))
    g_cancellable_cancel (asking->cancellable);
}

/* What the wire reported, or else what we make of it. */
static void
count_usage (Asking *asking)
{
  const BtyUsage *usage = bty_route_get_usage (asking->route);
  BtyPricing pricing;

  asking->item->cost_micros += bty_spender_get_cost (asking->spender, &pricing);
  asking->item->priced = asking->item->priced && pricing != BTY_PRICING_UNKNOWN;
  asking->item->input_tokens += usage != NULL ? usage->input_tokens : asking->sent_estimate;
  asking->item->output_tokens += usage != NULL ? usage->output_tokens : bty_context_estimate (asking->answer->str);
}

/* (transfer full) (nullable): why there is no answer */
static char *
why_not (const Asking *asking)
{
  const GError *error = bty_route_get_error (asking->route);

  if (asking->is_late)
    return g_strdup_printf (_ ("there was no answer within %lld s: the setting evaluate.timeout allows for more"),
                            (long long) asking->ask.seconds);
  if (error != NULL && g_cancellable_is_cancelled (asking->cancellable))
    return g_strdup (_ ("the answer is longer than the setting chat.max_answer allows"));
  return error != NULL ? g_strdup (error->message) : NULL;
}

static void
add_message (GPtrArray *messages, guint turn, BtyRole role, const char *text)
{
  BtyMessage *message = bty_message_new ();

  message->turn = g_strdup_printf ("%04u", turn); /* they sort by it */
  message->role = role;
  message->text = g_strdup (text);
  g_ptr_array_add (messages, message);
}

static void
take_verdict (GTask *task)
{
  Asking *asking = g_task_get_task_data (task);
  g_autofree char *reason = NULL;
  BtyGoldenVerdict verdict = bty_golden_check_read_verdict (asking->answer->str, &reason);

  g_clear_pointer (&asking->judge, bty_bot_unref);
  g_clear_pointer (&asking->to_judge, g_ptr_array_unref);
  if (verdict == BTY_GOLDEN_PASS)
    check_next (task);
  else
    end_with (task, verdict == BTY_GOLDEN_FAIL ? BTY_TEST_FAILED : BTY_TEST_ERROR, reason);
}

static void
take_answer (GTask *task)
{
  Asking *asking = g_task_get_task_data (task);

  add_message (asking->history, asking->turn, BTY_ROLE_ASSISTANT, asking->answer->str);
  bty_record_take_string (&asking->item->answer, shorten (asking->answer->str));
  asking->turn++;
  say_next (task);
}

static void
on_done (BtyRoute *route, gpointer data)
{
  Asking *asking = g_task_get_task_data (data);
  g_autofree char *reason = NULL;

  count_usage (asking);
  reason = why_not (asking);
  if (reason != NULL)
    end_with (data, BTY_TEST_ERROR, reason);
  else if (asking->judge != NULL)
    take_verdict (data);
  else
    take_answer (data);
}

static const BtyRouteEvents events = { .on_model = on_model, .on_delta = on_delta, .on_done = on_done };

static void
ask_model (GTask *task)
{
  Asking *asking = g_task_get_task_data (task);
  const BtySpenderFor what = { .purpose = asking->judge != NULL ? "judge" : "test",
                               .bot = asking->ask.bot->record.id,
                               .slug = asking->ask.bot->slug };
  const char *const *models = asking->judge != NULL ? asking->ask.judges : asking->ask.models;

  g_string_truncate (asking->answer, 0);
  asking->said_bytes = 0;
  g_clear_object (&asking->route);
  g_clear_object (&asking->spender);
  asking->spender = bty_spender_new (bty_router_get_budgets (asking->ask.router), NULL, &what);
  asking->route = bty_route_new (asking->ask.router, models, asking->spender, asking->cancellable, &events, task);
  bty_route_set_demand (asking->route, &(BtyRouteDemand){ .priority = BTY_PRIORITY_WORKFLOW });
  bty_route_start (asking->route);
}

/* Looking at the answer. */

static const BtyGoldenCheck *
check_at (const Asking *asking, guint index)
{
  return asking->ask.question->expect->pdata[index];
}

static void
ask_judge (GTask *task, const BtyGoldenCheck *check)
{
  Asking *asking = g_task_get_task_data (task);
  guint last = g_strv_length (asking->input) - 1;
  const BtyMessage *answer = asking->history->pdata[asking->history->len - 1];
  g_autofree char *request = bty_golden_check_write_request (check, asking->input[last], answer->text);

  asking->judge = bty_bot_new ();
  asking->to_judge = bty_record_list_new ();
  add_message (asking->to_judge, 0, BTY_ROLE_USER, request);
  ask_model (task);
}

/* The judges that are left, one after another. */
static void
check_next (GTask *task)
{
  Asking *asking = g_task_get_task_data (task);
  guint n = asking->ask.question->expect->len;

  while (asking->check < n && check_at (asking, asking->check)->judge == NULL)
    asking->check++;
  if (asking->check < n)
    ask_judge (task, check_at (asking, asking->check++));
  else
    end (task, BTY_TEST_PASSED);
}

/* What costs nothing: all of it, so that one run tells all that is wrong. */
static void
check_answer (GTask *task)
{
  Asking *asking = g_task_get_task_data (task);
  const BtyMessage *answer = asking->history->pdata[asking->history->len - 1];
  g_autoptr (GString) reasons = g_string_new (NULL);
  gboolean is_broken = FALSE;

  for (guint i = 0; i < asking->ask.question->expect->len; i++)
    {
      g_autofree char *reason = NULL;
      BtyGoldenVerdict verdict = check_at (asking, i)->judge != NULL
                                   ? BTY_GOLDEN_PASS
                                   : bty_golden_check_try (check_at (asking, i), answer->text, &reason);

      is_broken = is_broken || verdict == BTY_GOLDEN_BROKEN;
      if (verdict != BTY_GOLDEN_PASS)
        g_string_append_printf (reasons, "%s%s", reasons->len > 0 ? "; " : "", reason);
    }
  if (reasons->len > 0)
    end_with (task, is_broken ? BTY_TEST_ERROR : BTY_TEST_FAILED, reasons->str);
  else
    check_next (task);
}

static void
say_next (GTask *task)
{
  Asking *asking = g_task_get_task_data (task);

  if (asking->input[asking->turn] == NULL)
    {
      check_answer (task);
      return;
    }
  add_message (asking->history, asking->turn, BTY_ROLE_USER, asking->input[asking->turn]);
  ask_model (task);
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  g_cancellable_cancel (data);
}

static gboolean
on_timeout (gpointer data)
{
  Asking *asking = data;

  asking->timeout = 0;
  asking->is_late = TRUE;
  g_cancellable_cancel (asking->cancellable);
  return G_SOURCE_REMOVE;
}

void
bty_golden_ask_async (const BtyGoldenAsk *ask, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, data);
  Asking *asking = g_new0 (Asking, 1);

  g_task_set_source_tag (task, bty_golden_ask_async);
  g_task_set_task_data (task, asking, (GDestroyNotify) asking_free);
  asking->ask = *ask;
  asking->item = bty_soul_test_item_new ();
  asking->item->question = g_strdup (ask->question->name);
  asking->item->weight = ask->question->weight;
  asking->item->priced = TRUE;
  asking->input = bty_golden_question_list_input (ask->question);
  asking->history = bty_record_list_new ();
  asking->answer = g_string_new (NULL);
  asking->began = g_get_monotonic_time ();
  asking->cancellable = g_cancellable_new ();
  asking->timeout = g_timeout_add_seconds ((guint) ask->seconds, on_timeout, asking);
  if (cancellable != NULL)
    asking->link = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), g_object_ref (asking->cancellable),
                                          g_object_unref);
  say_next (task);
}

BtySoulTestItem *
bty_golden_ask_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
