/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-anchor.h"

/**
 * BtyAuditLog:
 *
 * Who did what: an append-only log in the store, each entry chained to the one before by hash. What is added before an operation runs is
 * durable no later than anything that the operation writes, and costs no sync of its own: entries go out at once, as lazy batches.
 * When the store cannot take them (a full disk) they are kept in memory, chained anew, and tried again. Main context.
 */
#define BTY_TYPE_AUDIT_LOG (bty_audit_log_get_type ())
G_DECLARE_FINAL_TYPE (BtyAuditLog, bty_audit_log, BTY, AUDIT_LOG, GObject)

/** BtyAuditNote: what an entry says; see #BtyAuditEntry. Copied. */
typedef struct
{
  BtyAuditKind kind;
  const char *actor;
  const char *door;
  const char *action;
  const char *subject;
  BtyAuditOutcome outcome;
  const char *code;
  const char *detail;
  const char *call;
} BtyAuditNote;

BtyAuditLog *bty_audit_log_new (BtyStore *store);
/** bty_audit_log_start: reads where the log ends, then calls @then (nullable), also when it cannot be read for now */
void bty_audit_log_start (BtyAuditLog *log, GFunc then, gpointer data);
/** bty_audit_log_set_anchor: @anchor: (transfer none): where the log's end is remembered outside the store, until it is stopped */
void bty_audit_log_set_anchor (BtyAuditLog *log, BtyAnchor *anchor);
/** bty_audit_log_get_anchor: @hash: (out) (transfer none): Returns: whether something is remembered: entry @position had @hash */
gboolean bty_audit_log_get_anchor (BtyAuditLog *log, gint64 *position, const char **hash);
void bty_audit_log_add (BtyAuditLog *log, const BtyAuditNote *note);
/** bty_audit_log_note: adds what the program itself did; @detail: (nullable): an object in JSON */
void bty_audit_log_note (BtyAuditLog *log, const char *action, const char *detail);
/** bty_audit_log_deny: adds a denial; more of the same within a minute are counted: whoever knocks on doors must not fill the disk */
void bty_audit_log_deny (BtyAuditLog *log, const BtyAuditNote *note);
/** bty_audit_log_settle: calls @then once what was added before is in the store, or cannot be for now */
void bty_audit_log_settle (BtyAuditLog *log, GFunc then, gpointer data);
BtyStore *bty_audit_log_get_store (BtyAuditLog *log);
/** bty_audit_log_stop: gives up what cannot be written, with a warning; nothing is added afterwards */
void bty_audit_log_stop (BtyAuditLog *log);

/** bty_audit_entry_compute: Returns: (transfer full): the hash that @entry must have */
char *bty_audit_entry_compute (const BtyAuditEntry *entry);

extern const BtyOperation bty_audit_operations[];
extern const guint bty_n_audit_operations;
