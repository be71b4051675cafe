/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-budget"

#include "config.h"

#include "budget/bty-budget-service-private.h"

/* How many entries are kept for a disk that does not take them. */
#define MAX_UNSAVED 1000
#define A_PAGE      500

typedef struct
{
  BtyBudgetService *self;
  GPtrArray *entries;
} Saving;

static void
on_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Saving *saving = data;
  g_autoptr (BtyBudgetService) self = saving->self;
  g_autoptr (GPtrArray) entries = saving->entries;
  g_autoptr (GError) error = NULL;

  if (bty_store_apply_finish (BTY_STORE (source), result, &error))
    return;
  g_warning ("%u calls could not be entered into the ledger: %s", entries->len, error->message);
  for (guint i = 0; i < entries->len && self->unsaved->len < MAX_UNSAVED; i++)
    g_ptr_array_add (self->unsaved, bty_record_ref (entries->pdata[i]));
}

void
bty_budget_ledger_add (BtyBudgetService *self, BtyUsageEntry *entry)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  Saving *saving = g_new0 (Saving, 1);

  saving->self = g_object_ref (self);
  saving->entries = g_steal_pointer (&self->unsaved);
  self->unsaved = bty_record_list_new ();
  g_ptr_array_add (saving->entries, bty_usage_entry_ref (entry));
  for (guint i = 0; i < saving->entries->len; i++)
    {
      /* What was put and refused bears the revision that it would have: its copy begins anew. */
      BtyUsageEntry *fresh = bty_usage_entry_edit (saving->entries->pdata[i]);

      fresh->record.revision = 0;
      bty_record_unref (saving->entries->pdata[i]);
      saving->entries->pdata[i] = fresh;
      if (fresh->record.created_at == 0)
        fresh->record.created_at = bty_budget_now (self);
      bty_batch_put (batch, fresh);
    }
  bty_batch_set_lazy (batch);
  bty_store_apply_async (self->store, batch, NULL, on_saved, saving);
}

/* Adding up. */

typedef struct
{
  BtyBudgetService *self;
  char *session;
  char *last; /* entries up to this one */
  BtyAmounts sum;
} Sum;

static void
sum_free (Sum *sum)
{
  g_object_unref (sum->self);
  g_free (sum->session);
  g_free (sum->last);
  g_free (sum);
}

static void read_entries (GTask *task, const char *cursor);

static void
on_entries (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Sum *sum = g_task_get_task_data (task);
  g_autoptr (BtyPage) page = NULL;
  GError *error = NULL;

  page = bty_store_query_finish (BTY_STORE (source), result, &error);
  if (page == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  for (guint i = 0; i < page->items->len; i++)
    {
      const BtyUsageEntry *entry = page->items->pdata[i];

      sum->sum.of[BTY_UNIT_USD] += MAX (entry->cost, 0);
      sum->sum.of[BTY_UNIT_TOKENS] += MAX (entry->input_tokens, 0) + MAX (entry->output_tokens, 0);
      sum->sum.of[BTY_UNIT_CALLS] += 1;
      sum->sum.of[BTY_UNIT_TIME] += MAX (entry->time_ms, 0);
    }
  if (page->next_cursor != NULL)
    read_entries (task, page->next_cursor);
  else
    g_task_return_pointer (task, g_memdup2 (&sum->sum, sizeof (sum->sum)), g_free);
}

static void
read_entries (GTask *task, const char *cursor)
{
  Sum *sum = g_task_get_task_data (task);
  g_autoptr (BtyQuery) query = bty_query_new (&bty_usage_entry_schema);

  bty_query_where (query, "session", BTY_MATCH_EQUAL, sum->session);
  bty_query_where (query, "id", BTY_MATCH_LESS_OR_EQUAL, sum->last);
  bty_query_limit (query, A_PAGE);
  bty_query_after (query, cursor);
  bty_store_query_async (sum->self->store, query, NULL, on_entries, g_object_ref (task));
}

static void
on_flushed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (bty_store_apply_finish (BTY_STORE (source), result, &error))
    read_entries (task, NULL);
  else
    g_task_return_error (task, error);
}

void
bty_budget_ledger_add_up (BtyBudgetService *self, const char *session, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, data);
  g_autoptr (BtyBatch) nothing = bty_batch_new ();
  Sum *sum = g_new0 (Sum, 1);

  sum->self = g_object_ref (self);
  sum->session = g_strdup (session);
  sum->last = bty_id_new ();
  g_task_set_source_tag (task, bty_budget_ledger_add_up);
  g_task_set_task_data (task, sum, (GDestroyNotify) sum_free);
  /* What waits to be written goes first. */
  bty_store_apply_async (self->store, nothing, NULL, on_flushed, g_steal_pointer (&task));
}
