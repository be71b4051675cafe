/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "observe/bty-audit-log.h"

/** bty_audit_verify_start: reads the whole log and ends @call with a #BtyAuditReport; emits how far it is */
void bty_audit_verify_start (BtyAuditLog *log, BtyCall *call);
