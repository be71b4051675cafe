/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-audit"

#include "config.h"

#include <string.h>

#include "observe/bty-audit-denials.h"

#define PERIOD     (60 * G_USEC_PER_SEC)
#define SWEEP      30 /* s */
#define MAX_DENIED 1000

struct _BtyAuditDenials
{
  BtyAuditLog *log;
  GHashTable *kinds; /* Denial by what is the same of them */
  guint n_others;    /* of kinds that had no room */
  guint sweep;
};

/* When a kind was told last, how often it happened since, and what to say of it. */
typedef struct
{
  gint64 told_at;
  guint n_more;
  BtyAuditNote note; /* with copies of all strings */
} Denial;

static void
denial_free (gpointer data)
{
  Denial *denial = data;

  g_free ((char *) denial->note.actor);
  g_free ((char *) denial->note.door);
  g_free ((char *) denial->note.action);
  g_free ((char *) denial->note.subject);
  g_free ((char *) denial->note.code);
  g_free ((char *) denial->note.detail);
  g_free ((char *) denial->note.call);
  g_free (denial);
}

static Denial *
denial_new (const BtyAuditNote *note, gint64 now)
{
  Denial *denial = g_new0 (Denial, 1);

  *denial = (Denial){ .told_at = now, .note = *note };
  denial->note.actor = g_strdup (note->actor);
  denial->note.door = g_strdup (note->door);
  denial->note.action = g_strdup (note->action);
  denial->note.subject = g_strdup (note->subject);
  denial->note.code = g_strdup (note->code);
  denial->note.detail = g_strdup (note->detail);
  denial->note.call = g_strdup (note->call);
  return denial;
}

BtyAuditDenials *
bty_audit_denials_new (BtyAuditLog *log)
{
  BtyAuditDenials *self = g_new0 (BtyAuditDenials, 1);

  self->log = log;
  self->kinds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, denial_free);
  return self;
}

void
bty_audit_denials_free (BtyAuditDenials *self)
{
  g_clear_handle_id (&self->sweep, g_source_remove);
  g_hash_table_unref (self->kinds);
  g_free (self);
}

/* @detail: (nullable): an object in JSON, which gets one member more */
static char *
add_count (const char *detail, guint n_more)
{
  if (detail == NULL || strlen (detail) <= strlen ("{}"))
    return g_strdup_printf ("{\"more_before\":%u}", n_more);
  return g_strdup_printf ("%.*s,\"more_before\":%u}", (int) strlen (detail) - 1, detail, n_more);
}

static void
tell (BtyAuditDenials *self, Denial *denial)
{
  g_autofree char *detail = denial->n_more > 0 ? add_count (denial->note.detail, denial->n_more) : NULL;
  BtyAuditNote note = denial->note;

  if (detail != NULL)
    note.detail = detail;
  denial->n_more = 0;
  bty_audit_log_add (self->log, &note);
}

static void
tell_others (BtyAuditDenials *self)
{
  g_autofree char *detail = g_strdup_printf ("{\"more_before\":%u}", self->n_others);
  const BtyAuditNote note = { .kind = BTY_AUDIT_DENIAL,
                              .actor = "boternityd",
                              .action = "audit-flood",
                              .outcome = BTY_AUDIT_DENIED,
                              .detail = detail };

  self->n_others = 0;
  bty_audit_log_add (self->log, &note);
}

/* Returns: whether anything is left to look after */
static gboolean
sweep (BtyAuditDenials *self, gint64 before)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->kinds);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Denial *denial = value;

      if (denial->told_at > before)
        continue;
      if (denial->n_more > 0)
        tell (self, denial);
      g_hash_table_iter_remove (&iter);
    }
  if (self->n_others > 0)
    tell_others (self);
  return g_hash_table_size (self->kinds) > 0;
}

static gboolean
on_sweep (gpointer data)
{
  BtyAuditDenials *self = data;

  if (sweep (self, g_get_monotonic_time () - PERIOD))
    return G_SOURCE_CONTINUE;
  self->sweep = 0;
  return G_SOURCE_REMOVE;
}

void
bty_audit_denials_add (BtyAuditDenials *self, const BtyAuditNote *note)
{
  g_autofree char *key = g_strjoin ("|", note->actor, note->door != NULL ? note->door : "", note->action,
                                    note->subject != NULL ? note->subject : "", note->code != NULL ? note->code : "",
                                    note->detail != NULL ? note->detail : "", NULL);
  Denial *denial = g_hash_table_lookup (self->kinds, key);
  gint64 now = g_get_monotonic_time ();

  if (denial != NULL)
    denial->n_more += 1;
  else if (g_hash_table_size (self->kinds) >= MAX_DENIED)
    self->n_others += 1;
  else
    {
      denial = denial_new (note, now);
      g_hash_table_insert (self->kinds, g_steal_pointer (&key), denial);
      tell (self, denial);
    }
  if (self->sweep == 0)
    self->sweep = g_timeout_add_seconds (SWEEP, on_sweep, self);
}

void
bty_audit_denials_tell (BtyAuditDenials *self)
{
  sweep (self, G_MAXINT64);
}
