/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-budget"

#include "config.h"

#include "budget/bty-budget-service-private.h"

/* How many entries are kept for a disk that does not take them. */
#define MAX_UNSAVED 1000

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
