/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-capsule"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "capsule/bty-capsule-service-private.h"

const BtyOperation bty_capsule_operations[] = {
  { .name = "bot.export",
    .summary = N_ ("Write a bot into a capsule, which comes in pieces"),
    .request = &bty_bot_export_schema,
    .item = &bty_capsule_piece_schema,
    .response = &bty_capsule_report_schema,
    .http = "POST /bots/{slug}/export",
    .scope = "capsules:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_STREAMING,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = bty_capsule_export },
  { .name = "bot.import",
    .summary = N_ ("Make a bot of a capsule, or tell what would be made"),
    .request = &bty_bot_import_schema,
    .response = &bty_capsule_report_schema,
    .http = "POST /import/bot",
    .scope = "capsules:write",
    .effect = BTY_EFFECT_WRITE,
    .errors = BTY_ERRORS (ALREADY_EXISTS, ABORTED),
    .run = bty_capsule_import },
  { .name = "import.openclaw",
    .summary = N_ ("Make a bot of a workspace of OpenClaw, or tell what would be made"),
    .request = &bty_openclaw_import_schema,
    .response = &bty_capsule_report_schema,
    .http = "POST /import/openclaw",
    .scope = "capsules:write",
    .effect = BTY_EFFECT_WRITE,
    .errors = BTY_ERRORS (ALREADY_EXISTS, ABORTED),
    .run = bty_capsule_import_openclaw },
  { .name = "session.export",
    .summary = N_ ("Write out a conversation, as Markdown or as JSON lines"),
    .request = &bty_session_export_schema,
    .item = &bty_text_piece_schema,
    .response = &bty_session_schema,
    .http = "GET /sessions/{id}/export",
    .scope = "sessions:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT | BTY_EFFECT_STREAMING,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = bty_capsule_export_session },
};

const guint bty_n_capsule_operations = G_N_ELEMENTS (bty_capsule_operations);
