/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/** bty_audit_verify_start: reads the whole log and ends @call with a #BtyAuditReport; emits how far it is */
void bty_audit_verify_start (BtyStore *store, BtyCall *call);
