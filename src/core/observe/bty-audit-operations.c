/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-audit"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-listing.h"
#include "observe/bty-audit-log.h"
#include "observe/bty-audit-verify.h"

static void
where_text (BtyQuery *query, const char *field, const char *value)
{
  if (value != NULL && value[0] != '\0')
    bty_query_where (query, field, BTY_MATCH_EQUAL, value);
}

static void
list (gpointer log, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  const BtyAuditList *request = bty_call_request (call);
  g_autoptr (BtyQuery) query = bty_query_new (&bty_audit_entry_schema);

  if (BTY_HAS (request, BtyAuditList, kind))
    where_text (query, "kind", bty_enum_nick (bty_audit_kinds, (int) request->kind));
  where_text (query, "actor", request->actor);
  where_text (query, "action", request->action);
  where_text (query, "subject", request->subject);
  if (!BTY_IS_NULL (request, BtyAuditList, since))
    bty_listing_where_time (query, "created_at", BTY_MATCH_GREATER_OR_EQUAL, request->since);
  if (!BTY_IS_NULL (request, BtyAuditList, until))
    bty_listing_where_time (query, "created_at", BTY_MATCH_LESS, request->until);
  bty_query_order (query, "position", !request->oldest_first);
  bty_listing_answer (call, bty_audit_log_get_store (log), query, request->cursor, request->limit);
}

static void
audit_list (BtyCall *call)
{
  bty_audit_log_settle (bty_call_service (call), list, bty_call_ref (call));
}

static void
verify (gpointer log, gpointer data)
{
  g_autoptr (BtyCall) call = data;

  bty_audit_verify_start (log, call);
}

static void
audit_verify (BtyCall *call)
{
  bty_audit_log_settle (bty_call_service (call), verify, bty_call_ref (call));
}

const BtyOperation bty_audit_operations[] = {
  { .name = "audit.list",
    .summary = N_ ("List what was done, by whom and how it went"),
    .request = &bty_audit_list_schema,
    .item = &bty_audit_entry_schema,
    .response = &bty_page_schema,
    .http = "GET /audit",
    .scope = "audit:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .run = audit_list },
  { .name = "audit.verify",
    .summary = N_ ("Check that nothing was changed in the audit log or taken out of it"),
    .item = &bty_audit_progress_schema,
    .response = &bty_audit_report_schema,
    .http = "GET /audit/verify",
    .scope = "audit:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT | BTY_EFFECT_STREAMING,
    .run = audit_verify },
};

const guint bty_n_audit_operations = G_N_ELEMENTS (bty_audit_operations);
