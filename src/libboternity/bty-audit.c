/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-audit.h"

const BtyEnumValue bty_audit_kinds[] = {
  { BTY_AUDIT_OPERATION, "operation", N_ ("Something was changed, or tried to be") },
  { BTY_AUDIT_APPROVAL, "approval", N_ ("A person decided") },
  { BTY_AUDIT_SECRET, "secret", N_ ("A secret was used") },
  { BTY_AUDIT_DENIAL, "denial", N_ ("Somebody was not allowed") },
  { BTY_AUDIT_PROGRAM, "program", N_ ("The daemon itself") },
  { 0 },
};

const BtyEnumValue bty_audit_outcomes[] = {
  { BTY_AUDIT_STARTED, "started", N_ ("It was begun") },
  { BTY_AUDIT_DONE, "done", N_ ("It was done") },
  { BTY_AUDIT_FAILED, "failed", N_ ("It failed") },
  { BTY_AUDIT_DENIED, "denied", N_ ("It was not allowed") },
  { 0 },
};

static const BtyField audit_entry_fields[] = {
  BTY_STORED_FIELDS (0),
  BTY_FIELD_INT64 (BtyAuditEntry, position, BTY_READ_ONLY | BTY_INDEXED | BTY_UNIQUE, N_ ("Its place in the log"),
                   .max = G_MAXINT64),
  BTY_FIELD_ENUM (BtyAuditEntry, kind, BTY_READ_ONLY | BTY_INDEXED, N_ ("What it is about"), bty_audit_kinds),
  BTY_FIELD_STRING (BtyAuditEntry, actor, BTY_REQUIRED | BTY_READ_ONLY | BTY_INDEXED, N_ ("Who")),
  BTY_FIELD_STRING (BtyAuditEntry, door, BTY_READ_ONLY, N_ ("Where it came in")),
  BTY_FIELD_STRING (BtyAuditEntry, action, BTY_REQUIRED | BTY_READ_ONLY | BTY_INDEXED, N_ ("What was done")),
  BTY_FIELD_STRING (BtyAuditEntry, subject, BTY_READ_ONLY | BTY_INDEXED, N_ ("To what")),
  BTY_FIELD_ENUM (BtyAuditEntry, outcome, BTY_READ_ONLY, N_ ("How it went"), bty_audit_outcomes),
  BTY_FIELD_STRING (BtyAuditEntry, code, BTY_READ_ONLY, N_ ("Code of what went wrong"), .max = 64),
  BTY_FIELD_JSON (BtyAuditEntry, detail, BTY_READ_ONLY, N_ ("More of it")),
  BTY_FIELD_STRING (BtyAuditEntry, call, BTY_READ_ONLY, N_ ("The same at the start of a call and at its end"),
                    .max = 36),
  BTY_FIELD_STRING (BtyAuditEntry, previous, BTY_READ_ONLY, N_ ("Hash of the entry before"), .max = 64),
  BTY_FIELD_STRING (BtyAuditEntry, hash, BTY_REQUIRED | BTY_READ_ONLY, N_ ("Its own hash"), .max = 64),
};
BTY_DEFINE_RECORD (BtyAuditEntry, bty_audit_entry, "audit", N_ ("A line of the audit log"), audit_entry_fields)

static const BtyField audit_head_fields[] = {
  BTY_STORED_FIELDS (0),
  BTY_FIELD_STRING (BtyAuditHead, name, BTY_REQUIRED | BTY_READ_ONLY | BTY_INDEXED | BTY_UNIQUE, N_ ("Its name"),
                    .max = 16),
  BTY_FIELD_INT64 (BtyAuditHead, position, BTY_READ_ONLY, N_ ("Place of the last entry"), .max = G_MAXINT64),
  BTY_FIELD_STRING (BtyAuditHead, hash, BTY_READ_ONLY, N_ ("Hash of the last entry"), .max = 64),
};
BTY_DEFINE_RECORD (BtyAuditHead, bty_audit_head, "audit_head", N_ ("Where the audit log ends"), audit_head_fields)

static const BtyField audit_list_fields[] = {
  BTY_FIELD_ENUM (BtyAuditList, kind, 0, N_ ("Only of this kind"), bty_audit_kinds),
  BTY_FIELD_STRING (BtyAuditList, actor, 0, N_ ("Only what this one did, such as owner or bot:ada"), .max = 200),
  BTY_FIELD_STRING (BtyAuditList, action, 0, N_ ("Only this action, such as bot.delete"), .max = 200),
  BTY_FIELD_STRING (BtyAuditList, subject, 0, N_ ("Only what was done to this"), .max = 200),
  BTY_FIELD_TIME (BtyAuditList, since, BTY_NULLABLE, N_ ("Only from then on"), .fallback = "null"),
  BTY_FIELD_TIME (BtyAuditList, until, BTY_NULLABLE, N_ ("Only before then"), .fallback = "null"),
  BTY_FIELD_BOOL (BtyAuditList, oldest_first, 0, N_ ("In the order of the log; else the newest first")),
  BTY_FIELD_STRING (BtyAuditList, cursor, 0, N_ ("Where to begin: next_cursor of the page before"), .max = 4096),
  BTY_FIELD_INT64 (BtyAuditList, limit, 0, N_ ("How many records at most"), .min = 1, .max = 1000, .fallback = "100"),
};
BTY_DEFINE_RECORD (BtyAuditList, bty_audit_list, "audit_list", N_ ("Which lines of the audit log"), audit_list_fields)

static const BtyField audit_progress_fields[] = {
  BTY_FIELD_INT64 (BtyAuditProgress, checked, BTY_READ_ONLY, N_ ("Entries checked so far"), .max = G_MAXINT64),
  BTY_FIELD_INT64 (BtyAuditProgress, total, BTY_READ_ONLY, N_ ("Entries there are"), .max = G_MAXINT64),
};
BTY_DEFINE_RECORD (BtyAuditProgress, bty_audit_progress, "audit_progress", N_ ("How far a check of the audit log is"),
                   audit_progress_fields)

static const BtyField audit_report_fields[] = {
  BTY_FIELD_INT64 (BtyAuditReport, entries, BTY_READ_ONLY, N_ ("Entries checked"), .max = G_MAXINT64),
  BTY_FIELD_BOOL (BtyAuditReport, is_whole, BTY_READ_ONLY, N_ ("Whether nothing was changed or taken out")),
  BTY_FIELD_INT64 (BtyAuditReport, position, BTY_READ_ONLY, N_ ("Place of the first entry that is wrong; 0: none"),
                   .max = G_MAXINT64),
  BTY_FIELD_TEXT (BtyAuditReport, reason, BTY_READ_ONLY, N_ ("What is wrong")),
  BTY_FIELD_STRING (BtyAuditReport, hash, BTY_READ_ONLY, N_ ("Hash of the last entry"), .max = 64),
};
BTY_DEFINE_RECORD (BtyAuditReport, bty_audit_report, "audit_report", N_ ("Whether the audit log is whole"),
                   audit_report_fields)
