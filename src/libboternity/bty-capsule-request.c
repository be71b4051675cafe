/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-capsule-request.h"

#define MAX_FILE (1024 * 1024)

static const BtyField deleted_bot_key_fields[] = {
  BTY_FIELD_STRING (BtyDeletedBotKey, bot, BTY_REQUIRED, N_ ("Identifier of a deleted bot, or the slug that it had"),
                    .min = 1, .max = 64),
};
BTY_DEFINE_RECORD (BtyDeletedBotKey, bty_deleted_bot_key, "deleted_bot_key", N_ ("Which deleted bot"),
                   deleted_bot_key_fields)

static const BtyField template_fields[] = {
  BTY_FIELD_STRING (BtyTemplate, name, BTY_REQUIRED | BTY_READ_ONLY, N_ ("What bot.create calls it"), .max = 64),
  BTY_FIELD_STRING (BtyTemplate, title, BTY_READ_ONLY, N_ ("Name of the bot that it makes when none is given"),
                    .max = 200),
  BTY_FIELD_STRING (BtyTemplate, summary, BTY_READ_ONLY, N_ ("What it is for")),
  BTY_FIELD_BOOL (BtyTemplate, is_own, BTY_READ_ONLY, N_ ("Whether it is one of the user's own")),
  BTY_FIELD_TEXT (BtyTemplate, soul, BTY_READ_ONLY, N_ ("SOUL.md; not in lists"), .max = MAX_FILE),
  BTY_FIELD_TEXT (BtyTemplate, identity, BTY_READ_ONLY, N_ ("IDENTITY.md; not in lists"), .max = MAX_FILE),
  BTY_FIELD_TEXT (BtyTemplate, user, BTY_READ_ONLY, N_ ("USER.md; not in lists"), .max = MAX_FILE),
  BTY_FIELD_TEXT (BtyTemplate, evals, BTY_READ_ONLY, N_ ("Its golden questions; not in lists"), .max = MAX_FILE),
};
BTY_DEFINE_RECORD (BtyTemplate, bty_template, "template", N_ ("A bot to begin with"), template_fields)

static const BtyField template_key_fields[] = {
  BTY_FIELD_STRING (BtyTemplateKey, name, BTY_REQUIRED, N_ ("Name of the template"), .min = 1, .max = 64),
};
BTY_DEFINE_RECORD (BtyTemplateKey, bty_template_key, "template_key", N_ ("Which template"), template_key_fields)

static const BtyField bot_export_fields[] = {
  BTY_FIELD_STRING (BtyBotExport, slug, BTY_REQUIRED, N_ ("Which bot"), .min = 1, .max = 64),
  BTY_FIELD_BOOL (BtyBotExport, sessions, 0, N_ ("Whether its conversations go with it")),
  BTY_FIELD_BOOL (BtyBotExport, memories, 0, N_ ("Whether MEMORY.md and the folder memory go with it")),
  BTY_FIELD_SECRET (BtyBotExport, passphrase, 0, N_ ("Seals the capsule"), .min = 1, .max = 1024),
};
BTY_DEFINE_RECORD (BtyBotExport, bty_bot_export, "bot_export", N_ ("A bot to carry away"), bot_export_fields)

static const BtyField capsule_piece_fields[] = {
  BTY_FIELD_BYTES (BtyCapsulePiece, data, BTY_REQUIRED | BTY_READ_ONLY, N_ ("Bytes of the capsule, in order")),
};
BTY_DEFINE_RECORD (BtyCapsulePiece, bty_capsule_piece, "capsule_piece", N_ ("A piece of a capsule"),
                   capsule_piece_fields)

static const BtyField bot_import_fields[] = {
  BTY_FIELD_BYTES (BtyBotImport, capsule, BTY_REQUIRED, N_ ("The whole capsule"), .min = 1, .max = 16 * 1024 * 1024),
  BTY_FIELD_STRING (BtyBotImport, name, 0, N_ ("What the bot shall be called, instead of what the capsule says"),
                    .min = 1, .max = 200),
  BTY_FIELD_BOOL (BtyBotImport, dry_run, 0, N_ ("Only tell what would be done")),
  BTY_FIELD_SECRET (BtyBotImport, passphrase, 0, N_ ("Opens a sealed capsule"), .min = 1, .max = 1024),
};
BTY_DEFINE_RECORD (BtyBotImport, bty_bot_import, "bot_import", N_ ("A bot to bring in"), bot_import_fields)

static const BtyField import_file_fields[] = {
  BTY_FIELD_STRING (BtyImportFile, name, BTY_REQUIRED, N_ ("Path inside the folder"), .min = 1, .max = 255),
  BTY_FIELD_TEXT (BtyImportFile, text, BTY_REQUIRED, N_ ("What it holds"), .max = MAX_FILE),
};
BTY_DEFINE_RECORD (BtyImportFile, bty_import_file, "import_file", N_ ("A file to bring in"), import_file_fields)

static const BtyField openclaw_import_fields[] = {
  BTY_FIELD_STRING (BtyOpenclawImport, name, 0, N_ ("What the bot shall be called, instead of what its files say"),
                    .min = 1, .max = 200),
  BTY_FIELD_RECORDS (BtyOpenclawImport, files, BTY_REQUIRED, N_ ("The files of the workspace"), bty_import_file_schema,
                     .min = 1, .max = 1000),
  BTY_FIELD_BOOL (BtyOpenclawImport, dry_run, 0, N_ ("Only tell what would be done")),
};
BTY_DEFINE_RECORD (BtyOpenclawImport, bty_openclaw_import, "openclaw_import", N_ ("A workspace of OpenClaw"),
                   openclaw_import_fields)

static const BtyField capsule_report_fields[] = {
  BTY_FIELD_BOOL (BtyCapsuleReport, done, BTY_READ_ONLY, N_ ("Whether it was done; else it is what would be done")),
  BTY_FIELD_STRING (BtyCapsuleReport, name, BTY_READ_ONLY, N_ ("Name of the bot"), .max = 200),
  BTY_FIELD_STRING (BtyCapsuleReport, slug, BTY_READ_ONLY, N_ ("Its slug"), .max = 64),
  BTY_FIELD_STRING (BtyCapsuleReport, bot, BTY_READ_ONLY, N_ ("Its identifier"), .max = 36),
  BTY_FIELD_BOOL (BtyCapsuleReport, renamed, BTY_READ_ONLY, N_ ("Whether its own slug was taken")),
  BTY_FIELD_BOOL (BtyCapsuleReport, rechained, BTY_READ_ONLY,
                  N_ ("Whether it has a new identifier, and so its versions new hashes")),
  BTY_FIELD_BOOL (BtyCapsuleReport, sealed, BTY_READ_ONLY, N_ ("Whether the capsule is sealed with a passphrase")),
  BTY_FIELD_INT64 (BtyCapsuleReport, format, BTY_READ_ONLY, N_ ("Format of the capsule")),
  BTY_FIELD_STRING (BtyCapsuleReport, program, BTY_READ_ONLY, N_ ("What wrote it")),
  BTY_FIELD_TIME (BtyCapsuleReport, written_at, BTY_READ_ONLY | BTY_NULLABLE, N_ ("When it was written")),
  BTY_FIELD_INT64 (BtyCapsuleReport, bytes, BTY_READ_ONLY, N_ ("Its size in bytes")),
  BTY_FIELD_STRING (BtyCapsuleReport, chain, BTY_READ_ONLY, N_ ("Hash of the soul's newest version"), .max = 64),
  BTY_FIELD_INT64 (BtyCapsuleReport, versions, BTY_READ_ONLY, N_ ("Versions of its soul")),
  BTY_FIELD_INT64 (BtyCapsuleReport, sessions, BTY_READ_ONLY, N_ ("Conversations")),
  BTY_FIELD_INT64 (BtyCapsuleReport, messages, BTY_READ_ONLY, N_ ("Messages of these")),
  BTY_FIELD_STRV (BtyCapsuleReport, files, BTY_READ_ONLY, N_ ("Files besides the three of its soul")),
  BTY_FIELD_STRV (BtyCapsuleReport, missing, BTY_READ_ONLY, N_ ("What it needs and is not here")),
  BTY_FIELD_STRV (BtyCapsuleReport, left_out, BTY_READ_ONLY, N_ ("Files that are not taken, and why")),
};
BTY_DEFINE_RECORD (BtyCapsuleReport, bty_capsule_report, "capsule_report",
                   N_ ("What was or would be carried away or brought in"), capsule_report_fields)

const BtyEnumValue bty_session_formats[] = {
  { BTY_SESSION_MARKDOWN, "markdown", N_ ("For people") },
  { BTY_SESSION_JSONL, "jsonl", N_ ("For programs: one JSON object a line") },
  { 0 },
};

static const BtyField session_export_fields[] = {
  BTY_FIELD_STRING (BtySessionExport, id, BTY_REQUIRED, N_ ("Identifier of the session"), .max = 36),
  BTY_FIELD_ENUM (BtySessionExport, format, 0, N_ ("How it is written"), bty_session_formats,
                  .fallback = "\"markdown\""),
};
BTY_DEFINE_RECORD (BtySessionExport, bty_session_export, "session_export", N_ ("A conversation to write out"),
                   session_export_fields)

static const BtyField text_piece_fields[] = {
  BTY_FIELD_TEXT (BtyTextPiece, text, BTY_REQUIRED | BTY_READ_ONLY, N_ ("Text, in order")),
};
BTY_DEFINE_RECORD (BtyTextPiece, bty_text_piece, "text_piece", N_ ("A piece of a text"), text_piece_fields)
