/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-evaluate"

#include "config.h"

#include "evaluate/bty-golden-run.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "evaluate/bty-golden-ask.h"

/* Its models run on this machine and cost nothing. */
#define BUILTIN "builtin"

/* A run on its way: the data of its task. */
typedef struct
{
  BtyGoldenPlan *plan;
  GStrv models;
  GStrv judges; /* (nullable): the same */
  guint total;
  guint next; /* index over all sides: the question that is asked next */
  guint n_running;
  guint n_done;
  gint64 max_tokens;
  gint64 used_tokens;
  gboolean is_stopped; /* the tokens are used up */
  gboolean is_priced;
  BtySoulTestItem **items; /* by index */
} Run;

/* One question of it. */
typedef struct
{
  GTask *task;
  guint index;
} Question;

BtyGoldenPlan *
bty_golden_plan_new (BtyRouter *router, BtySettings *settings)
{
  BtyGoldenPlan *plan = g_new0 (BtyGoldenPlan, 1);

  plan->router = g_object_ref (router);
  plan->settings = g_object_ref (settings);
  return plan;
}

void
bty_golden_plan_free (BtyGoldenPlan *plan)
{
  if (plan == NULL)
    return;
  g_object_unref (plan->router);
  g_object_unref (plan->settings);
  g_clear_pointer (&plan->bot, bty_bot_unref);
  g_clear_pointer (&plan->suite, bty_golden_suite_unref);
  for (guint i = 0; i < BTY_GOLDEN_MAX_SIDES; i++)
    {
      g_free (plan->sides[i].version);
      g_free (plan->sides[i].text);
    }
  g_strfreev (plan->models);
  g_free (plan);
}

static void
run_free (Run *run)
{
  for (guint i = 0; i < run->total; i++)
    g_clear_pointer (&run->items[i], bty_soul_test_item_unref);
  g_free (run->items);
  g_strfreev (run->models);
  g_strfreev (run->judges);
  bty_golden_plan_free (run->plan);
  g_free (run);
}

static GStrv
choose_models (const BtyGoldenPlan *plan)
{
  g_autofree char *fallback = NULL;

  if (plan->models != NULL && plan->models[0] != NULL)
    return g_strdupv (plan->models);
  if (plan->bot->route != NULL && plan->bot->route[0] != NULL)
    return g_strdupv (plan->bot->route);
  fallback = bty_settings_get (plan->settings, "chat", "route");
  return g_strsplit_set (fallback, ", ", -1);
}

/* (transfer full) (nullable): what the setting names */
static GStrv
choose_judges (const BtyGoldenPlan *plan)
{
  g_autofree char *route = g_strstrip (bty_settings_get (plan->settings, "evaluate", "judge"));

  return route[0] != '\0' ? g_strsplit_set (route, ", ", -1) : NULL;
}

static gboolean
is_free (const char *model)
{
  return g_strcmp0 (model, BUILTIN) == 0 || g_str_has_prefix (model, BUILTIN "/");
}

/* A test of one side, of the items that are its own. */
static BtySoulTest *
make_test (const Run *run, guint side)
{
  BtySoulTest *test = bty_soul_test_new ();
  guint n = run->plan->suite->questions->len;
  gint64 weight = 0, passed_weight = 0;
  GString *results = g_string_new (NULL);
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, results);
  bty_json_writer_begin_array (&writer);
  for (guint i = side * n; i < (side + 1) * n; i++)
    {
      const BtySoulTestItem *item = run->items[i];

      weight += item->weight;
      passed_weight += item->outcome == BTY_TEST_PASSED ? item->weight : 0;
      test->passed += item->outcome == BTY_TEST_PASSED;
      test->input_tokens += item->input_tokens;
      test->output_tokens += item->output_tokens;
      test->cost_micros += item->cost_micros;
      if (test->model == NULL)
        test->model = g_strdup (item->model);
      bty_record_write_json (item, BTY_VIEW_READ, &writer);
    }
  bty_json_writer_end_array (&writer);
  test->results = g_string_free (results, FALSE);
  test->total = n;
  test->score = 100.0 * (double) passed_weight / (double) MAX (weight, 1);
  test->bot = g_strdup (run->plan->bot->record.id);
  test->slug = g_strdup (run->plan->bot->slug);
  test->version = g_strdup (run->plan->sides[side].version);
  test->number = run->plan->sides[side].number;
  return test;
}

static void
end (GTask *task)
{
  Run *run = g_task_get_task_data (task);
  BtySoulTestReport *report;

  if (g_task_return_error_if_cancelled (task))
    return;
  report = bty_soul_test_report_new ();
  report->test = make_test (run, 0);
  if (run->plan->n_sides > 1)
    {
      report->compare = make_test (run, 1);
      report->difference = report->test->score - report->compare->score;
    }
  report->priced = run->is_priced;
  if (run->is_stopped)
    report->stopped = g_strdup_printf (
      _ ("the %lld tokens that this run may use were used up: the questions that were left count as not passed"),
      (long long) run->max_tokens);
  g_task_return_pointer (task, report, bty_record_unref);
}

static const BtyGoldenQuestion *
question_at (const Run *run, guint index)
{
  return run->plan->suite->questions->pdata[index % run->plan->suite->questions->len];
}

static const BtyGoldenSide *
side_at (const Run *run, guint index)
{
  return &run->plan->sides[index / run->plan->suite->questions->len];
}

/* A question is over; takes @item. */
static void
add_item (Run *run, guint index, BtySoulTestItem *item)
{
  run->n_done++;
  item->number = side_at (run, index)->number;
  item->done = run->n_done;
  item->total = run->total;
  run->used_tokens += item->input_tokens + item->output_tokens;
  run->items[index] = item;
  if (item->model != NULL && !is_free (item->model) && !item->priced)
    run->is_priced = FALSE;
  if (run->plan->on_item != NULL)
    run->plan->on_item (item, run->plan->data);
}

static void
skip_rest (Run *run)
{
  for (; run->next < run->total; run->next++)
    {
      BtySoulTestItem *item = bty_soul_test_item_new ();

      run->is_stopped = TRUE;
      item->question = g_strdup (question_at (run, run->next)->name);
      item->weight = question_at (run, run->next)->weight;
      item->outcome = BTY_TEST_SKIPPED;
      item->reason = g_strdup (_ ("the tokens of this run were used up before"));
      add_item (run, run->next, item);
    }
}

static void go_on (GTask *task);

static void
on_asked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Question *question = data;
  g_autoptr (GTask) task = question->task;
  Run *run = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  BtySoulTestItem *item = bty_golden_ask_finish (result, &error);

  run->n_running--;
  if (item != NULL)
    {
      BtySoulTestItem *own = bty_soul_test_item_edit (item);

      bty_soul_test_item_unref (item);
      add_item (run, question->index, own);
    }
  go_on (task);
}

static void
ask (GTask *task)
{
  Run *run = g_task_get_task_data (task);
  Question *question = g_new0 (Question, 1);
  BtyGoldenAsk asked = { .router = run->plan->router,
                         .settings = run->plan->settings,
                         .bot = run->plan->bot,
                         .question = question_at (run, run->next),
                         .soul = side_at (run, run->next)->text,
                         .models = (const char *const *) run->models,
                         .judges = (const char *const *) (run->judges != NULL ? run->judges : run->models),
                         .seconds = bty_settings_get_int (run->plan->settings, "evaluate", "timeout") };

  question->task = g_object_ref (task);
  question->index = run->next++;
  run->n_running++;
  bty_golden_ask_async (&asked, g_task_get_cancellable (task), on_asked, question);
}

static void
go_on (GTask *task)
{
  Run *run = g_task_get_task_data (task);
  guint at_once = (guint) bty_settings_get_int (run->plan->settings, "evaluate", "concurrency");
  gboolean is_cancelled = g_cancellable_is_cancelled (g_task_get_cancellable (task));

  if (g_task_get_completed (task))
    return;
  if (!is_cancelled && run->used_tokens >= run->max_tokens)
    skip_rest (run);
  while (!is_cancelled && run->next < run->total && run->n_running < at_once)
    ask (task);
  if (run->n_running == 0)
    end (task);
}

void
bty_golden_run_async (BtyGoldenPlan *plan, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  Run *run = g_new0 (Run, 1);

  g_task_set_source_tag (task, bty_golden_run_async);
  g_task_set_task_data (task, run, (GDestroyNotify) run_free);
  run->plan = plan;
  run->models = choose_models (plan);
  run->judges = choose_judges (plan);
  run->total = plan->suite->questions->len * plan->n_sides;
  run->items = g_new0 (BtySoulTestItem *, run->total);
  run->max_tokens = plan->max_tokens > 0 ? plan->max_tokens
                                         : bty_settings_get_int (plan->settings, "evaluate", "max_tokens");
  run->is_priced = TRUE;
  go_on (task);
}

BtySoulTestReport *
bty_golden_run_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
