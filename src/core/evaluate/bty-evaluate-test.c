/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-evaluate"

#include "config.h"

#include "evaluate/bty-evaluate-service-private.h"
#include "evaluate/bty-golden-run.h"

/* A test on its way: the data of its task. Its steps: bot, file, versions, questions, store. */
typedef struct
{
  BtySoulTestRun *request;
  gint64 least;
  BtyGoldenPlan *plan;
  BtySoulTestReport *report;
} Test;

static void find_side (GTask *task);

static void
test_free (Test *test)
{
  g_clear_pointer (&test->request, bty_soul_test_run_unref);
  g_clear_pointer (&test->plan, bty_golden_plan_free);
  g_clear_pointer (&test->report, bty_soul_test_report_unref);
  g_free (test);
}

/* Ends the task, whose last reference is taken, as @error is. */
static void
fail (GTask *own, GError *error)
{
  g_autoptr (GTask) task = own;

  g_task_return_error (task, error);
}

static void
on_stored (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Test *test = g_task_get_task_data (task);
  GError *error = NULL;

  if (bty_store_apply_finish (BTY_STORE (store), result, &error))
    g_task_return_pointer (task, bty_soul_test_report_ref (test->report), bty_record_unref);
  else
    g_task_return_error (task, error);
}

static void
store_tests (GTask *task)
{
  BtyEvaluateService *self = g_task_get_source_object (task);
  Test *test = g_task_get_task_data (task);
  g_autoptr (BtyBatch) batch = bty_batch_new ();

  bty_batch_put (batch, test->report->test);
  bty_batch_publish (batch, "soul.tested", test->report->test);
  if (test->report->test->score < (double) test->least)
    bty_batch_publish (batch, "soul.gate_failed", test->report->test);
  if (test->report->compare != NULL)
    {
      bty_batch_put (batch, test->report->compare);
      bty_batch_publish (batch, "soul.tested", test->report->compare);
    }
  bty_store_apply_async (self->store, batch, NULL, on_stored, task);
}

static void
on_run (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Test *test = g_task_get_task_data (task);
  GError *error = NULL;

  test->report = bty_golden_run_finish (result, &error);
  if (test->report == NULL)
    {
      fail (task, error);
      return;
    }
  if (test->report->test->version != NULL)
    {
      store_tests (task);
      return;
    }
  g_task_return_pointer (task, bty_soul_test_report_ref (test->report), bty_record_unref);
  g_object_unref (task);
}

/* Versions: one after another. */

static void
on_loaded (GObject *souls, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Test *test = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (BtySoulPrompt) prompt = bty_soul_service_load_finish (BTY_SOUL_SERVICE (souls), result, &error);
  BtyGoldenSide *side = &test->plan->sides[test->plan->n_sides];

  if (prompt == NULL)
    {
      fail (task, error);
      return;
    }
  side->version = g_strdup (prompt->version->record.id);
  side->number = prompt->version->number;
  side->text = g_strdup (prompt->text);
  test->plan->n_sides++;
  find_side (task);
}

static void
on_found (GObject *souls, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  GError *error = NULL;
  g_autoptr (BtySoulVersion) version = bty_soul_service_find_finish (BTY_SOUL_SERVICE (souls), result, &error);

  if (version == NULL)
    fail (task, error);
  else
    bty_soul_service_load_async (BTY_SOUL_SERVICE (souls), version, g_task_get_cancellable (task), on_loaded, task);
}

static void
find_side (GTask *task)
{
  BtyEvaluateService *self = g_task_get_source_object (task);
  Test *test = g_task_get_task_data (task);
  const BtySoulTestRun *request = test->request;
  guint n = test->plan->n_sides;
  const char *name = n == 0 ? (request->version != NULL ? request->version : "head") : request->compare;

  if (n == BTY_GOLDEN_MAX_SIDES || name == NULL)
    bty_golden_run_async (g_steal_pointer (&test->plan), g_task_get_cancellable (task), on_run, task);
  else
    bty_soul_service_find_async (self->souls, request->slug, name, g_task_get_cancellable (task), on_found, task);
}

/* The file: read and judged in a thread. */

static void
load (GTask *task, gpointer source, gpointer path, GCancellable *cancellable)
{
  GError *error = NULL;
  BtyGoldenSuite *suite = bty_golden_suite_load (path, &error);

  if (suite != NULL)
    g_task_return_pointer (task, suite, bty_record_unref);
  else
    g_task_return_error (task, error);
}

static void
on_suite (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Test *test = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (BtyGoldenSuite) suite = g_task_propagate_pointer (G_TASK (result), &error);
  const char *const *names = (const char *const *) test->request->questions;

  if (suite != NULL && names != NULL && names[0] != NULL)
    test->plan->suite = bty_golden_suite_pick (suite, names, &error);
  else if (suite != NULL)
    test->plan->suite = g_steal_pointer (&suite);
  if (error != NULL)
    fail (task, error);
  else
    find_side (task);
}

static void
on_bot (GObject *bots, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  BtyEvaluateService *self = g_task_get_source_object (task);
  Test *test = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GTask) loading = NULL;
  g_autofree char *folder = NULL;

  test->plan->bot = bty_bot_service_get_finish (BTY_BOT_SERVICE (bots), result, &error);
  if (test->plan->bot == NULL)
    {
      fail (task, error);
      return;
    }
  folder = bty_soul_folder (self->data_dir, test->plan->bot->slug);
  loading = g_task_new (self, g_task_get_cancellable (task), on_suite, task);
  g_task_set_source_tag (loading, on_bot);
  g_task_set_task_data (loading, g_build_filename (folder, BTY_GOLDEN_FILE, NULL), g_free);
  g_task_run_in_thread (loading, load);
}

void
bty_evaluate_test_async (BtyEvaluateService *self, const BtySoulTestRun *request, const BtySoulTexts *texts,
                         gint64 least, void (*on_item) (const BtySoulTestItem *item, gpointer data), gpointer item_data,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);
  Test *test = g_new0 (Test, 1);
  const char *models[] = { request->model, NULL };

  g_task_set_source_tag (task, bty_evaluate_test_async);
  g_task_set_task_data (task, test, (GDestroyNotify) test_free);
  test->request = bty_soul_test_run_ref (request);
  test->least = least;
  test->plan = bty_golden_plan_new (self->router, self->settings);
  test->plan->models = g_strdupv ((GStrv) models);
  test->plan->max_tokens = request->max_tokens;
  test->plan->on_item = on_item;
  test->plan->data = item_data;
  if (texts != NULL)
    test->plan->sides[test->plan->n_sides++].text = bty_soul_compose (texts);
  bty_bot_service_get_async (self->bots, request->slug, cancellable, on_bot, task);
}

BtySoulTestReport *
bty_evaluate_test_finish (BtyEvaluateService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
