/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-evaluate"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "evaluate/bty-evaluate-service-private.h"

G_DEFINE_FINAL_TYPE (BtyEvaluateService, bty_evaluate_service, G_TYPE_OBJECT)

static const BtySetting settings_table[] = {
  { .group = "evaluate",
    .key = "concurrency",
    .type = BTY_SETTING_INT,
    .fallback = "2",
    .min = 1,
    .max = 64,
    .summary = N_ ("How many golden questions are asked at once") },
  { .group = "evaluate",
    .key = "timeout",
    .type = BTY_SETTING_INT,
    .fallback = "180",
    .unit = "s",
    .min = 1,
    .max = 86400,
    .summary = N_ ("How long a golden question may take, all its turns and judges together") },
  { .group = "evaluate",
    .key = "max_tokens",
    .type = BTY_SETTING_INT,
    .fallback = "1000000",
    .unit = "tokens",
    .min = 100,
    .max = 1000000000,
    .summary = N_ ("Tokens that one run of golden questions may use, read and written ones together") },
  { .group = "evaluate",
    .key = "judge",
    .type = BTY_SETTING_STRING,
    .fallback = "",
    .summary = N_ (
      "Models that judge answers, in order, separated by commas, each as provider/model; empty: those that answer") },
};

void
bty_evaluate_add_settings (BtySettings *settings)
{
  bty_settings_add (settings, settings_table, G_N_ELEMENTS (settings_table));
}

static void
bty_evaluate_service_finalize (GObject *object)
{
  BtyEvaluateService *self = BTY_EVALUATE_SERVICE (object);

  bty_evaluate_service_stop (self);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->passed, g_hash_table_unref);
  g_clear_pointer (&self->looked_at, g_hash_table_unref);
  g_clear_object (&self->bots);
  g_clear_object (&self->router);
  g_clear_object (&self->bus);
  g_clear_object (&self->settings);
  g_free (self->data_dir);
  G_OBJECT_CLASS (bty_evaluate_service_parent_class)->finalize (object);
}

static void
bty_evaluate_service_class_init (BtyEvaluateServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_evaluate_service_finalize;
}

static void
bty_evaluate_service_init (BtyEvaluateService *self)
{
  self->cancellable = g_cancellable_new ();
  self->passed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->looked_at = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/* The gate */

/* What is asked of a gate. */
typedef struct
{
  char *slug;
  char *hash; /* of the texts */
  gint64 least;
} Gate;

static void
gate_free (Gate *gate)
{
  g_free (gate->slug);
  g_free (gate->hash);
  g_free (gate);
}

static char *
hash_texts (const char *text)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
}

static void
on_gate_tested (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  BtyEvaluateService *self = BTY_EVALUATE_SERVICE (source);
  Gate *gate = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoulTestReport) report = bty_evaluate_test_finish (self, result, &error);

  if (report != NULL && report->test->score >= (double) gate->least)
    {
      g_hash_table_replace (self->passed, g_strdup (gate->slug), g_strdup (gate->hash));
      g_task_return_boolean (task, TRUE);
    }
  else if (report != NULL)
    g_task_return_new_error (
      task, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
      _ (
        "with this change the golden questions of “%s” give %.0f percent, and its gate asks for %lld: “boternity-ctl soul "
        "test %s” shows them all"),
      gate->slug, report->test->score, (long long) gate->least, gate->slug);
  else if (g_error_matches (error, BTY_ERROR, BTY_ERROR_CANCELLED) ||
           g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                             _ ("the gate of “%s” asks for its golden questions, and they cannot be asked: %s"),
                             gate->slug, error->message);
}

void
bty_evaluate_gate_async (gpointer service, const char *slug, const BtySoulTexts *texts, gint64 least,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  BtyEvaluateService *self = service;
  GTask *task = g_task_new (self, cancellable, callback, data);
  g_autoptr (BtySoulTestRun) request = bty_soul_test_run_new ();
  g_autofree char *text = bty_soul_compose (texts);
  Gate *gate = g_new0 (Gate, 1);

  g_task_set_source_tag (task, bty_evaluate_gate_async);
  g_task_set_task_data (task, gate, (GDestroyNotify) gate_free);
  gate->slug = g_strdup (slug);
  gate->hash = hash_texts (text);
  gate->least = least;
  request->slug = g_strdup (slug);
  bty_evaluate_test_async (self, request, texts, 0, NULL, NULL, cancellable, on_gate_tested, task);
}

gboolean
bty_evaluate_gate_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Souls that an editor changed: they count, and are looked at afterwards. */

static void
on_edit_tested (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoulTestReport) report = bty_evaluate_test_finish (BTY_EVALUATE_SERVICE (source), result, &error);
  g_autofree char *slug = data;

  if (report == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_warning ("the golden questions of “%s” could not be asked: %s", slug, error->message);
}

/* A soul that was changed. */
typedef struct
{
  BtyEvaluateService *service;
  BtySoul *soul;
} Edit;

static void
edit_free (Edit *edit)
{
  g_object_unref (edit->service);
  bty_soul_unref (edit->soul);
  g_free (edit);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Edit, edit_free)

static void
on_soul_read (GObject *souls, GAsyncResult *result, gpointer data)
{
  g_autoptr (Edit) edit = data;
  BtyEvaluateService *self = edit->service;
  const BtySoul *soul = edit->soul;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoulPrompt) prompt = bty_soul_service_read_finish (BTY_SOUL_SERVICE (souls), result, &error);
  g_autoptr (BtySoulTestRun) request = NULL;
  g_autofree char *hash = NULL;

  if (prompt == NULL || prompt->version->number != soul->number)
    return; /* held, or changed again: another event tells */
  hash = hash_texts (prompt->text);
  if (g_strcmp0 (hash, g_hash_table_lookup (self->passed, soul->slug)) == 0)
    return;
  request = bty_soul_test_run_new ();
  request->slug = g_strdup (soul->slug);
  request->version = g_strdup_printf ("%lld", (long long) soul->number);
  bty_evaluate_test_async (self, request, NULL, soul->gate, NULL, NULL, self->cancellable, on_edit_tested,
                           g_strdup (soul->slug));
}

static gboolean
is_new (BtyEvaluateService *self, const BtySoul *soul)
{
  const gint64 *number = g_hash_table_lookup (self->looked_at, soul->slug);

  if (number != NULL && *number == soul->number)
    return FALSE;
  g_hash_table_replace (self->looked_at, g_strdup (soul->slug), g_memdup2 (&soul->number, sizeof soul->number));
  return TRUE;
}

static void
on_soul_event (const BtyEvent *event, gpointer data)
{
  BtyEvaluateService *self = data;
  g_autoptr (BtySoul) soul = bty_record_from_store (&bty_soul_schema, event->data, -1, NULL);
  Edit *edit;

  if (soul == NULL || soul->gate == 0 || soul->state == BTY_SOUL_HELD || !is_new (self, soul))
    return;
  edit = g_new0 (Edit, 1);
  edit->service = g_object_ref (self);
  edit->soul = g_steal_pointer (&soul);
  bty_soul_service_read_async (self->souls, edit->soul->slug, self->cancellable, on_soul_read, edit);
}

BtyEvaluateService *
bty_evaluate_service_new (BtyBotService *bots, BtyRouter *router, BtyBus *bus, BtySettings *settings,
                          const char *data_dir)
{
  BtyEvaluateService *self = g_object_new (BTY_TYPE_EVALUATE_SERVICE, NULL);

  self->bots = g_object_ref (bots);
  self->souls = bty_bot_service_get_souls (bots);
  self->store = bty_bot_service_get_store (bots);
  self->router = g_object_ref (router);
  self->settings = g_object_ref (settings);
  self->data_dir = g_strdup (data_dir);
  if (bus != NULL)
    {
      self->bus = g_object_ref (bus);
      self->subscription = bty_bus_subscribe (bus, "soul.changed", on_soul_event, self);
    }
  return self;
}

void
bty_evaluate_service_stop (BtyEvaluateService *self)
{
  if (self->subscription != 0)
    bty_bus_unsubscribe (self->bus, self->subscription);
  self->subscription = 0;
  g_cancellable_cancel (self->cancellable);
}

BtyBotService *
bty_evaluate_service_get_bots (BtyEvaluateService *self)
{
  return self->bots;
}

void
bty_evaluate_service_test_async (BtyEvaluateService *self, const BtySoulTestRun *request,
                                 void (*on_item) (const BtySoulTestItem *item, gpointer data), gpointer item_data,
                                 GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  bty_evaluate_test_async (self, request, NULL, 0, on_item, item_data, cancellable, callback, data);
}

BtySoulTestReport *
bty_evaluate_service_test_finish (BtyEvaluateService *self, GAsyncResult *result, GError **error)
{
  return bty_evaluate_test_finish (self, result, error);
}
