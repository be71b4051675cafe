/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-secret"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "secret/bty-secret-change.h"
#include "secret/bty-secret-redact.h"

static void advance (BtySecretChange *self);

static void
piece_free (gpointer data)
{
  BtySecretPiece *piece = data;

  g_free (piece->store);
  g_free (piece->slot);
  g_free (piece->from_store);
  g_free (piece->from_slot);
  g_clear_pointer (&piece->value, bty_secret_unref);
  g_free (piece);
}

static void
change_free (BtySecretChange *self)
{
  g_free (self->name);
  g_free (self->target);
  g_clear_pointer (&self->value, bty_secret_unref);
  g_clear_pointer (&self->request, bty_secret_entry_unref);
  g_clear_pointer (&self->before, bty_secret_entry_unref);
  g_clear_pointer (&self->after, bty_secret_entry_unref);
  g_clear_error (&self->error);
  g_ptr_array_unref (self->writes);
  g_ptr_array_unref (self->removals);
  g_free (self);
}

BtySecretChange *
bty_secret_change_new (BtySecretPrepare prepare, const char *name)
{
  BtySecretChange *self = g_new0 (BtySecretChange, 1);

  self->prepare = prepare;
  self->name = g_strdup (name);
  self->writes = g_ptr_array_new_with_free_func (piece_free);
  self->removals = g_ptr_array_new_with_free_func (g_free);
  return self;
}

BtySecretPiece *
bty_secret_change_write (BtySecretChange *self, const char *store, char *slot)
{
  BtySecretPiece *piece = g_new0 (BtySecretPiece, 1);

  piece->store = g_strdup (store);
  piece->slot = slot;
  g_ptr_array_add (self->writes, piece);
  return piece;
}

void
bty_secret_change_remove (BtySecretChange *self, const char *store, char *slot)
{
  if (slot != NULL)
    g_ptr_array_add (self->removals, bty_secret_journal_line (store, slot));
  g_free (slot);
}

static void
on_loaded (GObject *object, GAsyncResult *result, gpointer data)
{
  BtySecretService *service = BTY_SECRET_SERVICE (object);
  BtySecretChange *self = data;

  if (!bty_secret_service_load_finish (service, result, &self->error))
    {
      g_task_return_error (self->task, g_steal_pointer (&self->error));
      g_clear_object (&self->task);
      change_free (self);
      return;
    }
  g_queue_push_tail (&service->changes, self);
  bty_secret_change_next (service);
}

void
bty_secret_change_begin (BtySecretService *service, BtySecretChange *self, gpointer tag, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer data)
{
  self->service = service;
  self->task = g_task_new (service, cancellable, callback, data);
  g_task_set_source_tag (self->task, tag);
  g_task_set_check_cancellable (self->task, FALSE); /* what was committed is told as such */
  if (service->store == NULL)
    {
      g_task_return_new_error (self->task, BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("nothing keeps secrets here"));
      g_clear_object (&self->task);
      change_free (self);
      return;
    }
  bty_secret_service_load_async (service, on_loaded, self);
}

void
bty_secret_change_next (BtySecretService *service)
{
  BtySecretChange *first = g_queue_peek_head (&service->changes);

  if (first == NULL || first->step != BTY_SECRET_CHANGE_QUEUED || service->is_writing_uses)
    return;
  first->step = BTY_SECRET_CHANGE_CHOOSE;
  advance (first);
}

static void
end (BtySecretChange *self)
{
  g_autoptr (BtySecretService) service = g_object_ref (self->service);
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  g_queue_remove (&service->changes, self);
  if (self->error != NULL)
    {
      bty_error_convert (&self->error);
      g_task_return_error (task, g_steal_pointer (&self->error));
    }
  else
    g_task_return_pointer (task, bty_secret_entry_ref (self->after != NULL ? self->after : self->before),
                           bty_record_unref);
  change_free (self);
  bty_secret_change_next (service);
}

static void
go_on (BtySecretChange *self, BtySecretChangeStep step)
{
  self->step = step;
  self->at = 0;
  advance (self);
}

/* Before the commit: the old state stays, and what was written for the new one is taken out again. */
static void
give_up (BtySecretChange *self, GError *error)
{
  g_clear_error (&self->error);
  self->error = error;
  for (guint i = 0; self->is_noted && i < self->removals->len; i++)
    bty_secret_journal_remove (self->service->journal, self->removals->pdata[i]); /* they stay in use */
  g_ptr_array_set_size (self->removals, 0);
  for (guint i = 0; self->is_noted && i < self->writes->len; i++)
    {
      const BtySecretPiece *piece = self->writes->pdata[i];

      g_ptr_array_add (self->removals, bty_secret_journal_line (piece->store, piece->slot));
    }
  go_on (self, BTY_SECRET_CHANGE_REMOVE);
}

/* Where does it go? */

static void
on_stores_known (GObject *stores, GAsyncResult *result, gpointer data)
{
  BtySecretChange *self = data;
  g_autofree char *why = NULL;

  bty_secret_stores_probe_finish (BTY_SECRET_STORES (stores), result);
  self->target = bty_secret_stores_choose (self->service->stores, &why);
  if (self->target == NULL)
    {
      give_up (self, g_error_new (BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, "%s", why));
      return;
    }
  g_info ("%s", why);
  go_on (self, BTY_SECRET_CHANGE_PREPARE);
}

static void
choose (BtySecretChange *self)
{
  if (self->needs_store && self->target == NULL && !g_hash_table_contains (self->service->entries, self->name))
    bty_secret_stores_probe_async (self->service->stores, on_stores_known, self);
  else
    go_on (self, BTY_SECRET_CHANGE_PREPARE);
}

static void
prepare (BtySecretChange *self)
{
  g_autoptr (GError) error = NULL;
  const BtySecretEntry *before = g_hash_table_lookup (self->service->entries, self->name);

  self->before = before != NULL ? bty_secret_entry_ref ((BtySecretEntry *) before) : NULL;
  if (self->prepare (self, &error))
    go_on (self, BTY_SECRET_CHANGE_READ);
  else
    give_up (self, g_steal_pointer (&error));
}

/* Values that are copied within, or between, stores. */

static void
on_read (GObject *stores, GAsyncResult *result, gpointer data)
{
  BtySecretChange *self = data;
  BtySecretPiece *piece = self->writes->pdata[self->at];
  GError *error = NULL;

  if (!bty_secret_stores_ask_finish (BTY_SECRET_STORES (stores), result, &piece->value, &error))
    {
      give_up (self, error);
      return;
    }
  self->at += 1;
  advance (self);
}

static void
read_next (BtySecretChange *self)
{
  const BtySecretPiece *piece;

  while (self->at < self->writes->len && ((BtySecretPiece *) self->writes->pdata[self->at])->value != NULL)
    self->at += 1;
  if (self->at == self->writes->len)
    {
      go_on (self, BTY_SECRET_CHANGE_NOTE);
      return;
    }
  piece = self->writes->pdata[self->at];
  bty_secret_stores_ask_async (self->service->stores, BTY_SECRET_ASK_GET, piece->from_store, piece->from_slot, NULL,
                               NULL, NULL, on_read, self);
}

/* From here on a kill leaves lines in the journal. */
static void
note_down (BtySecretChange *self)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < self->writes->len; i++)
    {
      const BtySecretPiece *piece = self->writes->pdata[i];

      g_ptr_array_add (lines, bty_secret_journal_line (piece->store, piece->slot));
    }
  for (guint i = 0; i < self->removals->len; i++)
    g_ptr_array_add (lines, g_strdup (self->removals->pdata[i]));
  self->is_noted = bty_secret_journal_add (self->service->journal, lines, &error);
  if (self->is_noted)
    go_on (self, BTY_SECRET_CHANGE_WRITE);
  else
    give_up (self, g_steal_pointer (&error));
}

static void
on_write (GObject *stores, GAsyncResult *result, gpointer data)
{
  BtySecretChange *self = data;
  GError *error = NULL;

  if (!bty_secret_stores_ask_finish (BTY_SECRET_STORES (stores), result, NULL, &error))
    {
      give_up (self, error);
      return;
    }
  self->at += 1;
  advance (self);
}

static void
write_next (BtySecretChange *self)
{
  BtySecretPiece *piece;

  if (self->at == self->writes->len)
    {
      go_on (self, self->verifies ? BTY_SECRET_CHANGE_VERIFY : BTY_SECRET_CHANGE_COMMIT);
      return;
    }
  piece = self->writes->pdata[self->at];
  bty_secret_redact_learn (piece->value);
  bty_secret_stores_ask_async (self->service->stores, BTY_SECRET_ASK_SET, piece->store, piece->slot, piece->value, NULL,
                               NULL, on_write, self);
}

static void
on_verify (GObject *stores, GAsyncResult *result, gpointer data)
{
  BtySecretChange *self = data;
  const BtySecretPiece *piece = self->writes->pdata[self->at];
  g_autoptr (BtySecret) value = NULL;
  GError *error = NULL;

  if (bty_secret_stores_ask_finish (BTY_SECRET_STORES (stores), result, &value, &error) &&
      !bty_secret_equal (value, bty_secret_peek (piece->value), bty_secret_get_length (piece->value)))
    g_set_error (&error, BTY_ERROR, BTY_ERROR_DATA_LOSS,
                 _ ("the store “%s” gives back something else than it was given: the secret “%s” stays where it is"),
                 piece->store, self->name);
  if (error != NULL)
    {
      give_up (self, error);
      return;
    }
  self->at += 1;
  advance (self);
}

static void
verify_next (BtySecretChange *self)
{
  const BtySecretPiece *piece;

  if (self->at == self->writes->len)
    {
      go_on (self, BTY_SECRET_CHANGE_COMMIT);
      return;
    }
  piece = self->writes->pdata[self->at];
  bty_secret_stores_ask_async (self->service->stores, BTY_SECRET_ASK_GET, piece->store, piece->slot, NULL, NULL, NULL,
                               on_verify, self);
}

/* The moment at which the old state becomes the new one. */

static void
on_committed (GObject *store, GAsyncResult *result, gpointer data)
{
  BtySecretChange *self = data;
  BtySecretService *service = self->service;
  GError *error = NULL;

  if (!bty_store_apply_finish (BTY_STORE (store), result, &error))
    {
      give_up (self, error);
      return;
    }
  if (self->after != NULL)
    {
      bty_secret_service_refresh (service, self->after);
      bty_secret_service_put_entry (service, self->after);
    }
  else
    {
      g_hash_table_remove (service->entries, self->name);
      g_hash_table_remove (service->used, self->name);
    }
  bty_secret_service_expect_expiry (service);
  g_signal_emit_by_name (service, "changed", self->name);
  go_on (self, BTY_SECRET_CHANGE_REMOVE);
}

static gboolean
has_hosts (const BtySecretEntry *entry)
{
  return entry->hosts != NULL && entry->hosts[0] != NULL;
}

static void
commit (BtySecretChange *self)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  const BtySecretEntry *now = g_hash_table_lookup (self->service->entries, self->name);

  if (self->after == NULL)
    bty_batch_delete (batch, self->before);
  else
    {
      bty_secret_service_refresh (self->service, self->after);
      if (now != NULL && self->before != NULL && !has_hosts (self->before) && !has_hosts (self->after) &&
          has_hosts (now))
        {
          g_strfreev (self->after->hosts);
          self->after->hosts = g_strdupv (now->hosts);
        }
      bty_batch_put (batch, self->after);
    }
  bty_store_apply_async (self->service->store, batch, NULL, on_committed, self);
}

/* Taking out what is of no use any more. What cannot be taken out now is tried again at the next start. */

typedef struct
{
  char *line;
  char *store;
  char *slot;
} Leftover;

static void
leftover_clear (Leftover *leftover)
{
  g_free (leftover->line);
  g_free (leftover->store);
  g_free (leftover->slot);
}

static void
leftover_init (Leftover *leftover, const char *line)
{
  const char *tab = strchr (line, '\t');

  leftover->line = g_strdup (line);
  leftover->store = g_strndup (line, (gsize) (tab - line));
  leftover->slot = g_strdup (tab + 1);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Leftover, leftover_clear)

/* Also when the store says that there is no such name. */
static gboolean
is_out (GObject *stores, GAsyncResult *result, const char *line)
{
  g_autoptr (GError) error = NULL;

  if (bty_secret_stores_ask_finish (BTY_SECRET_STORES (stores), result, NULL, &error) ||
      g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    return TRUE;
  g_warning ("an old value could not be taken out of “%s”; it is tried again at the next start: %s", line,
             error->message);
  return FALSE;
}

static void
on_removed (GObject *stores, GAsyncResult *result, gpointer data)
{
  BtySecretChange *self = data;
  const char *line = self->removals->pdata[self->at];

  if (is_out (stores, result, line))
    bty_secret_journal_remove (self->service->journal, line);
  self->at += 1;
  advance (self);
}

static void
remove_next (BtySecretChange *self)
{
  g_auto (Leftover) leftover = { 0 };

  if (self->at < self->removals->len)
    {
      leftover_init (&leftover, self->removals->pdata[self->at]);
      bty_secret_stores_ask_async (self->service->stores, BTY_SECRET_ASK_DELETE, leftover.store, leftover.slot, NULL,
                                   NULL, NULL, on_removed, self);
      return;
    }
  for (guint i = 0; self->error == NULL && i < self->writes->len; i++)
    {
      const BtySecretPiece *piece = self->writes->pdata[i];
      g_autofree char *line = bty_secret_journal_line (piece->store, piece->slot);

      bty_secret_journal_remove (self->service->journal, line);
    }
  end (self);
}

static void
advance (BtySecretChange *self)
{
  switch (self->step)
    {
    case BTY_SECRET_CHANGE_CHOOSE:
      choose (self);
      break;
    case BTY_SECRET_CHANGE_PREPARE:
      prepare (self);
      break;
    case BTY_SECRET_CHANGE_READ:
      read_next (self);
      break;
    case BTY_SECRET_CHANGE_NOTE:
      note_down (self);
      break;
    case BTY_SECRET_CHANGE_WRITE:
      write_next (self);
      break;
    case BTY_SECRET_CHANGE_VERIFY:
      verify_next (self);
      break;
    case BTY_SECRET_CHANGE_COMMIT:
      commit (self);
      break;
    case BTY_SECRET_CHANGE_REMOVE:
      remove_next (self);
      break;
    case BTY_SECRET_CHANGE_QUEUED:
    default:
      g_return_if_reached ();
    }
}

/* After a kill. */

static gboolean
is_in_use (BtySecretService *service, const Leftover *leftover)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, service->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const BtySecretEntry *entry = value;
      g_autofree char *slot = bty_secret_slot (entry);
      g_autofree char *previous = bty_secret_previous_slot (entry);

      if (g_strcmp0 (entry->store, leftover->store) == 0 &&
          (g_str_equal (slot, leftover->slot) || g_strcmp0 (previous, leftover->slot) == 0))
        return TRUE;
    }
  return FALSE;
}

typedef struct
{
  BtySecretService *service;
  char *line;
} Repair;

static void
on_repaired (GObject *stores, GAsyncResult *result, gpointer data)
{
  g_autofree Repair *repair = data;
  g_autoptr (BtySecretService) service = repair->service;
  g_autofree char *line = repair->line;

  if (is_out (stores, result, line))
    bty_secret_journal_remove (service->journal, line);
}

void
bty_secret_change_repair (BtySecretService *service)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_copy (bty_secret_journal_list (service->journal),
                                                  (GCopyFunc) (void (*) (void)) g_strdup, NULL);

  g_ptr_array_set_free_func (lines, g_free);
  for (guint i = 0; i < lines->len; i++)
    {
      g_auto (Leftover) leftover = { 0 };
      Repair *repair;

      leftover_init (&leftover, lines->pdata[i]);
      if (is_in_use (service, &leftover))
        {
          bty_secret_journal_remove (service->journal, leftover.line);
          continue;
        }
      repair = g_new0 (Repair, 1);
      *repair = (Repair){ .service = g_object_ref (service), .line = g_strdup (leftover.line) };
      bty_secret_stores_ask_async (service->stores, BTY_SECRET_ASK_DELETE, leftover.store, leftover.slot, NULL, NULL,
                                   NULL, on_repaired, repair);
    }
}
