/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "observe/bty-audit-log.h"

/** BtyAuditMark: a call whose start is in the audit log, and whose end is to follow */
typedef struct _BtyAuditMark BtyAuditMark;

/** bty_audit_mark_start: before the operation runs; Returns: (transfer full) */
BtyAuditMark *bty_audit_mark_start (BtyAuditLog *log, BtyCall *call, const char *door);
/** bty_audit_mark_end: the call has ended */
void bty_audit_mark_end (BtyAuditMark *mark, BtyAuditLog *log, BtyCall *call);
void bty_audit_mark_free (BtyAuditMark *mark);

/** bty_audit_refused: @principal may not do @operation, for the reason in @error */
void bty_audit_refused (BtyAuditLog *log, const BtyOperation *operation, BtyPrincipal *principal, const char *door,
                        const GError *error);

/** bty_audit_actor: Returns: (transfer full): how the log calls @principal: `owner`, `bot:ada`, `token:webui`, `anonymous` */
char *bty_audit_actor (const BtyPrincipal *principal);
