/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-audit"

#include "config.h"

#include "observe/bty-audit-verify.h"

#include <glib/gi18n-lib.h>

#define PAGE 1000

/* One check of the log: the head, then the entries page by page. What is added meanwhile comes after the head and is not looked at. */
typedef struct
{
  BtyAuditLog *log;
  BtyStore *store;
  BtyCall *call;
  BtyAuditHead *head;
  BtyAuditReport *report;
  char *cursor;
} Verify;

static void
verify_free (Verify *self)
{
  g_object_unref (self->log);
  bty_call_unref (self->call);
  g_clear_pointer (&self->head, bty_audit_head_unref);
  bty_audit_report_unref (self->report);
  g_free (self->cursor);
  g_free (self);
}

static void
verify_end (Verify *self)
{
  bty_call_return (self->call, self->report);
  verify_free (self);
}

static void
complain (Verify *self, gint64 position, const char *reason)
{
  self->report->is_whole = FALSE;
  self->report->position = position;
  bty_record_take_string (&self->report->reason, g_strdup (reason));
}

/* Returns: whether to go on */
static gboolean
check (Verify *self, const BtyAuditEntry *entry)
{
  BtyAuditReport *report = self->report;
  g_autofree char *hash = bty_audit_entry_compute (entry);
  const char *anchored = NULL;
  gint64 anchor = 0;

  if (entry->position != report->entries + 1)
    complain (self, report->entries + 1, _ ("this entry was taken out"));
  else if (g_strcmp0 (entry->previous, report->hash) != 0)
    complain (self, entry->position, _ ("it does not follow the entry before it"));
  else if (g_strcmp0 (entry->hash, hash) != 0)
    complain (self, entry->position, _ ("it was changed after it was written"));
  else if (bty_audit_log_get_anchor (self->log, &anchor, &anchored) && anchor == entry->position &&
           g_strcmp0 (anchored, hash) != 0)
    complain (self, entry->position,
              _ ("it is not the one that is remembered outside the database: the log was rewritten"));
  else
    {
      report->entries += 1;
      bty_record_take_string (&report->hash, g_strdup (entry->hash));
      return TRUE;
    }
  return FALSE;
}

static void read_page (Verify *self);

static void
tell_progress (Verify *self)
{
  g_autoptr (BtyAuditProgress) progress = bty_audit_progress_new ();

  progress->checked = self->report->entries;
  progress->total = self->head->position;
  bty_call_emit (self->call, progress);
}

static void
check_end (Verify *self)
{
  const char *anchored = NULL;
  gint64 anchor = 0;

  if (self->report->entries < self->head->position)
    complain (self, self->report->entries + 1, _ ("the log ends before this entry, which was written once"));
  else if (g_strcmp0 (self->report->hash, self->head->hash) != 0)
    complain (self, self->head->position, _ ("it is not the entry that the log ended with"));
  else if (bty_audit_log_get_anchor (self->log, &anchor, &anchored) && anchor > self->head->position)
    complain (self, self->head->position + 1,
              _ ("this entry is remembered outside the database and is not in it: an older copy of it was put back"));
}

static void
on_page (GObject *source, GAsyncResult *result, gpointer data)
{
  Verify *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);

  if (page == NULL)
    {
      bty_call_fail (self->call, error);
      verify_free (self);
      return;
    }
  for (guint i = 0; i < page->items->len && self->report->entries < self->head->position; i++)
    if (!check (self, page->items->pdata[i]))
      {
        verify_end (self);
        return;
      }
  bty_record_take_string (&self->cursor, g_strdup (page->next_cursor));
  if (self->cursor != NULL && self->report->entries < self->head->position)
    {
      tell_progress (self);
      read_page (self);
      return;
    }
  check_end (self);
  verify_end (self);
}

static void
read_page (Verify *self)
{
  g_autoptr (BtyQuery) query = bty_query_new (&bty_audit_entry_schema);

  bty_query_order (query, "position", FALSE);
  bty_query_limit (query, PAGE);
  bty_query_after (query, self->cursor);
  bty_store_query_async (self->store, query, bty_call_cancellable (self->call), on_page, self);
}

static void
on_head (GObject *source, GAsyncResult *result, gpointer data)
{
  Verify *self = data;
  g_autoptr (GError) error = NULL;

  self->head = bty_store_get_finish (BTY_STORE (source), result, &error);
  if (self->head == NULL && !g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    {
      bty_call_fail (self->call, error);
      verify_free (self);
      return;
    }
  if (self->head == NULL)
    self->head = bty_audit_head_new ();
  read_page (self);
}

void
bty_audit_verify_start (BtyAuditLog *log, BtyCall *call)
{
  Verify *self = g_new0 (Verify, 1);

  self->log = g_object_ref (log);
  self->store = bty_audit_log_get_store (log);
  self->call = bty_call_ref (call);
  self->report = bty_audit_report_new ();
  self->report->is_whole = TRUE;
  bty_store_get_async (self->store, &bty_audit_head_schema, "name", "head", bty_call_cancellable (call), on_head, self);
}
