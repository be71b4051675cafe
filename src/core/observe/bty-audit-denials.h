/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "observe/bty-audit-log.h"

/**
 * BtyAuditDenials:
 *
 * What was denied lately. The first denial of a kind goes into the log at once; those that follow within a minute are counted, and told in
 * one entry when it is over. More than a thousand kinds in a minute are counted together. Nothing that was denied goes uncounted.
 */
typedef struct _BtyAuditDenials BtyAuditDenials;

/** bty_audit_denials_new: @log: (transfer none): outlives it */
BtyAuditDenials *bty_audit_denials_new (BtyAuditLog *log);
void bty_audit_denials_free (BtyAuditDenials *denials);
void bty_audit_denials_add (BtyAuditDenials *denials, const BtyAuditNote *note);
/** bty_audit_denials_tell: puts into the log what is counted and not told yet, at the end of the program */
void bty_audit_denials_tell (BtyAuditDenials *denials);
