/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "observe/bty-audit-log.h"
#include "secret/bty-secret-service.h"

/* Puts on record which secrets are used, refused and shown; never a value. */
void bty_audit_follow_secrets (BtyAuditLog *log, BtySecretService *secrets);
