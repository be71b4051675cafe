/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-record.h"

G_BEGIN_DECLS

typedef enum
{
  BTY_AUDIT_OPERATION, /* a write operation */
  BTY_AUDIT_APPROVAL,  /* a person said yes or no */
  BTY_AUDIT_SECRET,    /* a secret was used */
  BTY_AUDIT_DENIAL,    /* somebody may not */
  BTY_AUDIT_PROGRAM,   /* the daemon itself */
} BtyAuditKind;
BTY_EXPORT const BtyEnumValue bty_audit_kinds[];

typedef enum
{
  BTY_AUDIT_STARTED,
  BTY_AUDIT_DONE,
  BTY_AUDIT_FAILED,
  BTY_AUDIT_DENIED,
} BtyAuditOutcome;
BTY_EXPORT const BtyEnumValue bty_audit_outcomes[];

/**
 * BtyAuditEntry:
 * @position: 1 for the first, one more for each after it
 * @actor: who, such as `owner` or `bot:ada`
 * @door: (nullable): where it came in, such as `rest`
 * @action: the operation, or a word such as `secret.use`
 * @subject: (nullable): what it was done to, such as a slug
 * @code: (nullable): name of the error's code
 * @detail: (nullable): a JSON object with more: never a request's text, never a secret
 * @call: (nullable): the same on the entry of an operation's start and on that of its end
 * @previous: (nullable): @hash of the entry before; @hash: SHA-256 over it and everything above
 *
 * One line of the audit log. Never changed once stored.
 */
typedef struct
{
  BtyRecord record;
  gint64 position;
  BtyAuditKind kind;
  char *actor;
  char *door;
  char *action;
  char *subject;
  BtyAuditOutcome outcome;
  char *code;
  char *detail;
  char *call;
  char *previous;
  char *hash;
} BtyAuditEntry;
BTY_DECLARE_RECORD (BtyAuditEntry, bty_audit_entry)

/** BtyAuditHead: where the log ends: one record, whose revision keeps two writers from one position. @name: always `head` */
typedef struct
{
  BtyRecord record;
  char *name;
  gint64 position;
  char *hash;
} BtyAuditHead;
BTY_DECLARE_RECORD (BtyAuditHead, bty_audit_head)

/**
 * BtyAuditList:
 * @kind: only of this kind, when it is given
 * @since, @until: nullable
 * @oldest_first: in the order of the log; else the newest come first
 */
typedef struct
{
  BtyRecord record;
  BtyAuditKind kind;
  char *actor;
  char *action;
  char *subject;
  gint64 since;
  gint64 until;
  gboolean oldest_first;
  char *cursor;
  gint64 limit;
} BtyAuditList;
BTY_DECLARE_RECORD (BtyAuditList, bty_audit_list)

/** BtyAuditProgress: @checked of @total entries so far */
typedef struct
{
  BtyRecord record;
  gint64 checked;
  gint64 total;
} BtyAuditProgress;
BTY_DECLARE_RECORD (BtyAuditProgress, bty_audit_progress)

/**
 * BtyAuditReport:
 * @entries: how many were checked
 * @is_whole: whether each is what it was when it was written, and none is missing
 * @position: (when it is not) place of the first that is wrong; @reason: what is wrong with it
 * @hash: hash of the last entry: who has noted it down can tell later whether anything before it was changed
 */
typedef struct
{
  BtyRecord record;
  gint64 entries;
  gboolean is_whole;
  gint64 position;
  char *reason;
  char *hash;
} BtyAuditReport;
BTY_DECLARE_RECORD (BtyAuditReport, bty_audit_report)

G_END_DECLS
