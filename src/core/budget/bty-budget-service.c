/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-budget"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "budget/bty-budget-service-private.h"

enum
{
  SIGNAL_WARNING,
  SIGNAL_RAISED,
  SIGNAL_BILLED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BtyBudgetService, bty_budget_service, G_TYPE_OBJECT)

static const BtySetting settings_table[] = {
  { .group = "budget",
    .key = "day_usd",
    .type = BTY_SETTING_STRING,
    .fallback = "5",
    .summary = N_ ("Most US dollars that all bots together may cost a day; empty: no cap") },
  { .group = "budget",
    .key = "month_usd",
    .type = BTY_SETTING_STRING,
    .fallback = "50",
    .summary = N_ ("Most US dollars that all bots together may cost a month; empty: no cap") },
  { .group = "budget",
    .key = "bot_day_usd",
    .type = BTY_SETTING_STRING,
    .fallback = "2",
    .summary = N_ ("Most US dollars that one bot may cost a day; empty: no cap") },
  { .group = "budget",
    .key = "turn_usd",
    .type = BTY_SETTING_STRING,
    .fallback = "0.50",
    .summary = N_ ("Most US dollars that one turn may cost; empty: no cap") },
  { .group = "budget",
    .key = "reserve_wait_ms",
    .type = BTY_SETTING_INT,
    .fallback = "60000",
    .unit = "ms",
    .min = 0,
    .max = 3600000,
    .summary = N_ ("How long a call waits for money that other calls hold for now, before it is refused") },
  { .group = "budget",
    .key = "timezone",
    .type = BTY_SETTING_STRING,
    .fallback = "",
    .summary = N_ ("Time zone of days and months, such as Europe/Vienna; empty: that of the system") },
  { .group = "budget",
    .key = "slab_usd",
    .type = BTY_SETTING_STRING,
    .fallback = "0.05",
    .summary = N_ (
      "US dollars that are reserved on disk ahead of calls; what is left of it counts as spent after a crash") },
  { .group = "budget",
    .key = "slab_tokens",
    .type = BTY_SETTING_INT,
    .fallback = "200000",
    .unit = "tokens",
    .min = 1,
    .max = 1000000000000,
    .summary = N_ ("Tokens that are reserved on disk ahead of calls") },
  { .group = "budget",
    .key = "slab_calls",
    .type = BTY_SETTING_INT,
    .fallback = "64",
    .unit = "calls",
    .min = 1,
    .max = 1000000000,
    .summary = N_ ("Calls that are reserved on disk ahead of calls") },
  { .group = "budget",
    .key = "slab_seconds",
    .type = BTY_SETTING_INT,
    .fallback = "600",
    .unit = "s",
    .min = 1,
    .max = 100000000,
    .summary = N_ ("Time of calls that is reserved on disk ahead of calls") },
};

void
bty_budget_add_settings (BtySettings *settings)
{
  bty_settings_add (settings, settings_table, G_N_ELEMENTS (settings_table));
}

static void
bty_budget_service_finalize (GObject *object)
{
  BtyBudgetService *self = BTY_BUDGET_SERVICE (object);

  g_clear_object (&self->store);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->zone, g_time_zone_unref);
  g_hash_table_unref (self->caps);
  g_hash_table_unref (self->nodes);
  g_ptr_array_unref (self->opening);
  g_ptr_array_unref (self->looking);
  g_ptr_array_unref (self->reserving);
  g_ptr_array_unref (self->unsaved);
  G_OBJECT_CLASS (bty_budget_service_parent_class)->finalize (object);
}

static void
bty_budget_service_class_init (BtyBudgetServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_budget_service_finalize;
  signals[SIGNAL_WARNING] = g_signal_new ("warning", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, bty_standing_get_type ());
  signals[SIGNAL_RAISED] = g_signal_new ("raised", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_BILLED] = g_signal_new ("billed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
bty_budget_service_init (BtyBudgetService *self)
{
  self->caps = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) bty_cap_unref);
  self->nodes = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) bty_budget_node_unref);
  self->opening = g_ptr_array_new_with_free_func (g_object_unref);
  self->looking = g_ptr_array_new_with_free_func (g_object_unref);
  self->reserving = g_ptr_array_new_with_free_func (g_object_unref);
  self->unsaved = bty_record_list_new ();
  self->generation = 1;
}

/* Time. */

gint64
bty_budget_now (BtyBudgetService *self)
{
  return self->now != NULL ? self->now (self->now_data) : g_get_real_time ();
}

void
bty_budget_service_set_now (BtyBudgetService *self, BtyBudgetNow now, gpointer data)
{
  self->now = now;
  self->now_data = data;
}

static void
find_zone (BtyBudgetService *self)
{
  g_autofree char *name = bty_settings_get (self->settings, "budget", "timezone");

  g_clear_pointer (&self->zone, g_time_zone_unref);
  if (name != NULL && name[0] != '\0')
    self->zone = g_time_zone_new_identifier (name);
  if (self->zone == NULL && name != NULL && name[0] != '\0')
    g_warning ("there is no time zone “%s” as the setting budget.timezone says: days are those of the system", name);
  if (self->zone == NULL)
    self->zone = g_time_zone_new_local ();
  self->day = self->month = (BtyPeriodSpan){ 0 };
}

void
bty_budget_look_at_clock (BtyBudgetService *self)
{
  gint64 now = bty_budget_now (self);

  if (now >= self->day.since && now < self->day.until)
    return;
  bty_period_span_at (&self->day, BTY_PERIOD_DAY, self->zone, now);
  bty_period_span_at (&self->month, BTY_PERIOD_MONTH, self->zone, now);
}

void
bty_budget_raised (BtyBudgetService *self, const char *slug)
{
  self->generation += 1;
  g_signal_emit (self, signals[SIGNAL_RAISED], 0, slug);
  bty_budget_pump_soon (self);
}

void
bty_budget_billed (BtyBudgetService *self, BtyUsageEntry *entry)
{
  g_signal_emit (self, signals[SIGNAL_BILLED], 0, entry);
}

void
bty_budget_service_forget (BtyBudgetService *self, const char *bot)
{
  bty_budget_nodes_forget (self, bot);
  self->generation += 1;
}

static void
on_setting_changed (BtySettings *settings, const char *name, gpointer data)
{
  BtyBudgetService *self = data;

  if (!g_str_has_prefix (name, "budget."))
    return;
  find_zone (self);
  bty_budget_raised (self, NULL);
}

BtyBudgetService *
bty_budget_service_new (BtyStore *store, BtySettings *settings)
{
  BtyBudgetService *self = g_object_new (BTY_TYPE_BUDGET_SERVICE, NULL);

  self->store = g_object_ref (store);
  self->settings = g_object_ref (settings);
  g_signal_connect_object (settings, "changed", G_CALLBACK (on_setting_changed), self, 0);
  find_zone (self);
  return self;
}

void
bty_budget_service_open_async (BtyBudgetService *self, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, data);

  g_task_set_source_tag (task, bty_budget_service_open_async);
  bty_budget_look_at_clock (self);
  bty_budget_caps_load (self);
  if (self->is_open)
    g_task_return_boolean (task, TRUE);
  else
    g_ptr_array_add (self->opening, g_steal_pointer (&task));
}

gboolean
bty_budget_service_open_finish (BtyBudgetService *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Stopping. */

void
bty_budget_service_stop (BtyBudgetService *self)
{
  g_autoptr (GError) error = NULL;
  GHashTableIter iter;
  gpointer value;

  if (self->is_stopped)
    return;
  self->is_stopped = TRUE;
  error = g_error_new_literal (BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("the daemon is stopping: ask again in a moment"));
  bty_budget_stop_waiting (self, error);
  g_hash_table_iter_init (&iter, self->nodes);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    bty_budget_nodes_close (self, value, FALSE);
}
