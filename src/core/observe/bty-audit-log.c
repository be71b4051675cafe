/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-audit"

#include "config.h"

#include "observe/bty-audit-log.h"

#include "bty-chain.h"
#include "observe/bty-audit-denials.h"

#define HEAD            "head"
#define ANCHOR          "audit"
#define MAX_WAITING     10000
#define ENTRIES_A_BATCH 200
#define ANCHOR_EVERY    2  /* s */
#define FIRST_WAIT      1  /* s */
#define LAST_WAIT       60 /* s */

/* Entries that are on their way to the disk together, and the head as it is then. */
typedef struct
{
  GPtrArray *entries;
  BtyAuditHead *head;
} Flight;

struct _BtyAuditLog
{
  GObject parent_instance;
  BtyStore *store;
  BtyAuditHead *head; /* after everything in flight; NULL until it is read, and after a failure */
  GQueue flights;
  GQueue waiting; /* BtyAuditEntry without a place yet */
  BtyAuditDenials *denials;
  BtyAnchor *anchor;     /* (nullable) */
  BtyAuditHead *durable; /* (nullable): what the anchor is to be told */
  guint anchoring;
  guint retry;
  guint wait;
  guint n_lost;
  GFunc started; /* (nullable) */
  gpointer started_data;
  gboolean is_reading;
  gboolean is_stopped;
};

G_DEFINE_FINAL_TYPE (BtyAuditLog, bty_audit_log, G_TYPE_OBJECT)

static void
flight_free (Flight *flight)
{
  g_clear_pointer (&flight->entries, g_ptr_array_unref);
  g_clear_pointer (&flight->head, bty_audit_head_unref);
  g_free (flight);
}

static void
bty_audit_log_finalize (GObject *object)
{
  BtyAuditLog *self = BTY_AUDIT_LOG (object);

  g_clear_handle_id (&self->retry, g_source_remove);
  g_clear_handle_id (&self->anchoring, g_source_remove);
  g_clear_pointer (&self->durable, bty_audit_head_unref);
  g_queue_clear_full (&self->flights, (GDestroyNotify) flight_free);
  g_queue_clear_full (&self->waiting, (GDestroyNotify) bty_record_unref);
  g_clear_pointer (&self->head, bty_audit_head_unref);
  g_clear_pointer (&self->denials, bty_audit_denials_free);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (bty_audit_log_parent_class)->finalize (object);
}

static void
bty_audit_log_class_init (BtyAuditLogClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_audit_log_finalize;
}

static void
bty_audit_log_init (BtyAuditLog *self)
{
  g_queue_init (&self->flights);
  g_queue_init (&self->waiting);
  self->denials = bty_audit_denials_new (self);
  self->wait = FIRST_WAIT;
}

char *
bty_audit_entry_compute (const BtyAuditEntry *entry)
{
  g_autofree char *position = g_strdup_printf ("%" G_GINT64_FORMAT, entry->position);
  g_autofree char *created_at = g_strdup_printf ("%" G_GINT64_FORMAT, entry->record.created_at);
  const char *fields[] = {
    position,
    entry->record.id,
    created_at,
    bty_enum_nick (bty_audit_kinds, (int) entry->kind),
    entry->actor,
    entry->door,
    entry->action,
    entry->subject,
    bty_enum_nick (bty_audit_outcomes, (int) entry->outcome),
    entry->code,
    entry->detail,
    entry->call,
    entry->previous,
  };

  return bty_chain_hash ("boternity audit entry 1\n", fields, G_N_ELEMENTS (fields));
}

static void send_waiting (BtyAuditLog *self);
static void read_head (BtyAuditLog *self);

static gboolean
on_retry (gpointer data)
{
  BtyAuditLog *self = data;

  self->retry = 0;
  read_head (self);
  return G_SOURCE_REMOVE;
}

static void
retry_later (BtyAuditLog *self)
{
  if (self->is_stopped || self->retry != 0)
    return;
  self->retry = g_timeout_add_seconds (self->wait, on_retry, self);
  self->wait = MIN (self->wait * 2, LAST_WAIT);
}

static void
tell_started (BtyAuditLog *self)
{
  GFunc started = g_steal_pointer (&self->started);

  if (started != NULL)
    started (self, self->started_data);
}

static void
on_head (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyAuditLog) self = data;
  g_autoptr (GError) error = NULL;
  BtyAuditHead *head = bty_store_get_finish (BTY_STORE (source), result, &error);

  self->is_reading = FALSE;
  tell_started (self);
  if (self->is_stopped || (head == NULL && !g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND)))
    {
      g_clear_pointer (&head, bty_audit_head_unref);
      retry_later (self);
      return;
    }
  if (head == NULL)
    {
      head = bty_audit_head_new ();
      head->name = g_strdup (HEAD);
    }
  self->head = head;
  send_waiting (self);
}

static void
read_head (BtyAuditLog *self)
{
  if (self->is_reading || self->head != NULL || self->flights.length > 0)
    return;
  self->is_reading = TRUE;
  bty_store_get_async (self->store, &bty_audit_head_schema, "name", HEAD, NULL, on_head, g_object_ref (self));
}

BtyAuditLog *
bty_audit_log_new (BtyStore *store)
{
  BtyAuditLog *self = g_object_new (BTY_TYPE_AUDIT_LOG, NULL);

  self->store = g_object_ref (store);
  return self;
}

void
bty_audit_log_start (BtyAuditLog *self, GFunc then, gpointer data)
{
  self->started = then;
  self->started_data = data;
  if (self->head != NULL)
    tell_started (self);
  else
    read_head (self);
}

typedef struct
{
  BtyAuditLog *log;
  GFunc then;
  gpointer data;
} Settle;

static void
on_settled (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Settle *settle = data;

  bty_store_apply_finish (BTY_STORE (source), result, NULL);
  settle->then (settle->log, settle->data);
  g_object_unref (settle->log);
}

/* An empty batch that somebody waits for takes along all that were sent before it. */
void
bty_audit_log_settle (BtyAuditLog *self, GFunc then, gpointer data)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  Settle *settle = g_new0 (Settle, 1);

  *settle = (Settle){ g_object_ref (self), then, data };
  bty_store_apply_async (self->store, batch, NULL, on_settled, settle);
}

void
bty_audit_log_set_anchor (BtyAuditLog *self, BtyAnchor *anchor)
{
  self->anchor = anchor;
}

gboolean
bty_audit_log_get_anchor (BtyAuditLog *self, gint64 *position, const char **hash)
{
  return self->anchor != NULL && bty_anchor_get (self->anchor, ANCHOR, position, hash);
}

BtyStore *
bty_audit_log_get_store (BtyAuditLog *self)
{
  return self->store;
}

static void
set_anchor (BtyAuditLog *self)
{
  if (self->anchor != NULL && self->durable != NULL)
    bty_anchor_set (self->anchor, ANCHOR, self->durable->position, self->durable->hash);
  g_clear_pointer (&self->durable, bty_audit_head_unref);
}

static gboolean
on_anchoring (gpointer data)
{
  BtyAuditLog *self = data;

  self->anchoring = 0;
  set_anchor (self);
  return G_SOURCE_REMOVE;
}

/* Now and then: an anchor that is behind does no harm. */
static void
anchor_later (BtyAuditLog *self, const BtyAuditHead *head)
{
  g_clear_pointer (&self->durable, bty_audit_head_unref);
  self->durable = bty_audit_head_ref (head);
  if (self->anchor != NULL && self->anchoring == 0)
    self->anchoring = g_timeout_add_seconds (ANCHOR_EVERY, on_anchoring, self);
}

/* What was not written gets a new place later, after what was. */
static void
take_back (BtyAuditLog *self, Flight *flight)
{
  for (guint i = 0; i < flight->entries->len; i++)
    {
      BtyAuditEntry *entry = bty_audit_entry_edit (flight->entries->pdata[i]);

      entry->record.revision = 0;
      g_queue_push_tail (&self->waiting, entry);
    }
}

/* In the order in which they were sent: after a failure all that were sent before it was known fail as well, since they expect its head. */
static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyAuditLog) self = data;
  g_autoptr (GError) error = NULL;
  Flight *flight = g_queue_pop_head (&self->flights);

  if (bty_store_apply_finish (BTY_STORE (source), result, &error))
    {
      self->wait = FIRST_WAIT;
      anchor_later (self, flight->head);
    }
  else
    {
      if (self->head != NULL)
        g_warning ("the audit log cannot be written for now: %s", error->message);
      g_clear_pointer (&self->head, bty_audit_head_unref);
      take_back (self, flight);
    }
  flight_free (flight);
  if (self->head == NULL && self->flights.length == 0)
    retry_later (self);
}

/* Takes @entry; gives it its place behind the head. */
static void
chain (BtyAuditHead *head, BtyAuditEntry *entry)
{
  entry->position = ++head->position;
  bty_record_take_string (&entry->previous, g_strdup (head->hash));
  bty_record_take_string (&entry->hash, bty_audit_entry_compute (entry));
  bty_record_take_string (&head->hash, g_strdup (entry->hash));
}

static void
send_some (BtyAuditLog *self)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  Flight *flight = g_new0 (Flight, 1);
  BtyAuditHead *head = bty_audit_head_edit (self->head);

  flight->entries = bty_record_list_new ();
  while (flight->entries->len < ENTRIES_A_BATCH && self->waiting.length > 0)
    {
      BtyAuditEntry *entry = g_queue_pop_head (&self->waiting);

      chain (head, entry);
      bty_batch_put (batch, entry);
      g_ptr_array_add (flight->entries, entry);
    }
  bty_batch_put (batch, head);
  bty_batch_set_lazy (batch);
  bty_audit_head_unref (self->head);
  self->head = head;
  flight->head = bty_audit_head_ref (head);
  g_queue_push_tail (&self->flights, flight);
  bty_store_apply_async (self->store, batch, NULL, on_written, g_object_ref (self));
}

static void
send_waiting (BtyAuditLog *self)
{
  while (self->head != NULL && self->waiting.length > 0)
    send_some (self);
}

static BtyAuditEntry *
make_entry (const BtyAuditNote *note)
{
  BtyAuditEntry *entry = bty_audit_entry_new ();

  entry->record.id = bty_id_new ();
  entry->record.created_at = g_get_real_time ();
  entry->kind = note->kind;
  entry->actor = g_strdup (note->actor);
  entry->door = g_strdup (note->door);
  entry->action = g_strdup (note->action);
  entry->subject = g_strdup (note->subject);
  entry->outcome = note->outcome;
  entry->code = g_strdup (note->code);
  entry->detail = g_strdup (note->detail);
  entry->call = g_strdup (note->call);
  return entry;
}

void
bty_audit_log_add (BtyAuditLog *self, const BtyAuditNote *note)
{
  if (self->is_stopped)
    return;
  if (self->waiting.length >= MAX_WAITING)
    {
      self->n_lost += 1;
      if (self->n_lost == 1)
        g_warning ("the audit log cannot be written for so long that entries are lost: free some space on the disk");
      return;
    }
  if (self->n_lost > 0)
    {
      g_autofree char *detail = g_strdup_printf ("{\"entries\":%u}", self->n_lost);
      const BtyAuditNote lost = { .kind = BTY_AUDIT_PROGRAM,
                                  .actor = "boternityd",
                                  .action = "audit-lost",
                                  .outcome = BTY_AUDIT_FAILED,
                                  .detail = detail };

      self->n_lost = 0;
      g_queue_push_tail (&self->waiting, make_entry (&lost));
    }
  g_queue_push_tail (&self->waiting, make_entry (note));
  if (self->retry == 0)
    read_head (self); /* unless it is known */
  send_waiting (self);
}

void
bty_audit_log_deny (BtyAuditLog *self, const BtyAuditNote *note)
{
  if (!self->is_stopped)
    bty_audit_denials_add (self->denials, note);
}

void
bty_audit_log_note (BtyAuditLog *self, const char *action, const char *detail)
{
  bty_audit_log_add (self, &(BtyAuditNote){ .kind = BTY_AUDIT_PROGRAM,
                                            .actor = "boternityd",
                                            .action = action,
                                            .outcome = BTY_AUDIT_DONE,
                                            .detail = detail });
}

void
bty_audit_log_stop (BtyAuditLog *self)
{
  if (self->is_stopped)
    return;
  bty_audit_denials_tell (self->denials);
  self->is_stopped = TRUE;
  g_clear_handle_id (&self->retry, g_source_remove);
  g_clear_handle_id (&self->anchoring, g_source_remove);
  set_anchor (self);
  self->anchor = NULL;
  if (self->waiting.length > 0)
    g_warning ("%u entries of the audit log could not be written", self->waiting.length);
}
