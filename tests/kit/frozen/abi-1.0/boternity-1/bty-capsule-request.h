/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-record.h"

G_BEGIN_DECLS

/* What is asked and answered when bots are brought back, carried away and brought in. */

/** BtyDeletedBotKey: @bot: identifier of a deleted bot, or the slug that it had */
typedef struct
{
  BtyRecord record;
  char *bot;
} BtyDeletedBotKey;
BTY_DECLARE_RECORD (BtyDeletedBotKey, bty_deleted_bot_key)

/**
 * BtyTemplate:
 * @name: what `bot.create` calls it
 * @title: name of the bot that it makes when none is given
 * @summary: one line: what it is for
 * @is_own: whether it is of the user's own folder
 * @soul, @identity, @user: the texts of the three files
 * @evals: (nullable): its golden questions
 *
 * A bot to begin with. In a list, the texts are left out.
 */
typedef struct
{
  BtyRecord record;
  char *name;
  char *title;
  char *summary;
  gboolean is_own;
  char *soul;
  char *identity;
  char *user;
  char *evals;
} BtyTemplate;
BTY_DECLARE_RECORD (BtyTemplate, bty_template)

/** BtyTemplateKey: @name: of a template */
typedef struct
{
  BtyRecord record;
  char *name;
} BtyTemplateKey;
BTY_DECLARE_RECORD (BtyTemplateKey, bty_template_key)

/**
 * BtyBotExport:
 * @slug: which bot
 * @sessions: whether its conversations go with it
 * @memories: whether MEMORY.md and the folder `memory` go with it
 * @passphrase: (nullable): seals the capsule
 */
typedef struct
{
  BtyRecord record;
  char *slug;
  gboolean sessions;
  gboolean memories;
  BtySecret *passphrase;
} BtyBotExport;
BTY_DECLARE_RECORD (BtyBotExport, bty_bot_export)

/** BtyCapsulePiece: @data: bytes of a capsule, after those of the piece before */
typedef struct
{
  BtyRecord record;
  GBytes *data;
} BtyCapsulePiece;
BTY_DECLARE_RECORD (BtyCapsulePiece, bty_capsule_piece)

/**
 * BtyBotImport:
 * @capsule: the whole capsule
 * @name: (nullable): what the bot shall be called instead of what the capsule says
 * @dry_run: only tell what would be done
 * @passphrase: (nullable): opens a sealed capsule
 */
typedef struct
{
  BtyRecord record;
  GBytes *capsule;
  char *name;
  gboolean dry_run;
  BtySecret *passphrase;
} BtyBotImport;
BTY_DECLARE_RECORD (BtyBotImport, bty_bot_import)

/** BtyImportFile: @name: path inside the folder, with slashes; @text: what it holds */
typedef struct
{
  BtyRecord record;
  char *name;
  char *text;
} BtyImportFile;
BTY_DECLARE_RECORD (BtyImportFile, bty_import_file)

/**
 * BtyOpenclawImport:
 * @name: (nullable): what the bot shall be called instead of what its IDENTITY.md says
 * @files: (element-type BtyImportFile): the files of an OpenClaw workspace
 * @dry_run: only tell what would be done
 */
typedef struct
{
  BtyRecord record;
  char *name;
  GPtrArray *files;
  gboolean dry_run;
} BtyOpenclawImport;
BTY_DECLARE_RECORD (BtyOpenclawImport, bty_openclaw_import)

/**
 * BtyCapsuleReport:
 * @done: whether it was done; else it is what would be done
 * @name: name of the bot; @slug: its slug; @bot: its identifier
 * @renamed: whether its slug is another one than the capsule's, which is taken
 * @rechained: whether its identifier is another one than the capsule's, so that its versions have new hashes
 * @sealed: whether the capsule was sealed
 * @format: the capsule's format; @program: what wrote it, and @written_at when
 * @bytes: size of the capsule
 * @chain: (nullable): hash of the soul's newest version
 * @versions, @sessions, @messages: how many of each
 * @files: files besides the three of the soul
 * @missing: what the bot needs and is not here: `provider:NAME` and `secret:NAME`
 * @left_out: files that were not taken, each with the reason
 *
 * What an export wrote, or what an import did or would do.
 */
typedef struct
{
  BtyRecord record;
  gboolean done;
  char *name;
  char *slug;
  char *bot;
  gboolean renamed;
  gboolean rechained;
  gboolean sealed;
  gint64 format;
  char *program;
  gint64 written_at;
  gint64 bytes;
  char *chain;
  gint64 versions;
  gint64 sessions;
  gint64 messages;
  GStrv files;
  GStrv missing;
  GStrv left_out;
} BtyCapsuleReport;
BTY_DECLARE_RECORD (BtyCapsuleReport, bty_capsule_report)

typedef enum
{
  BTY_SESSION_MARKDOWN, /* for people */
  BTY_SESSION_JSONL,    /* for programs: the session, then its messages, one JSON object a line */
} BtySessionFormat;
BTY_EXPORT const BtyEnumValue bty_session_formats[];

/** BtySessionExport: @id: which session; @format: how it is written */
typedef struct
{
  BtyRecord record;
  char *id;
  BtySessionFormat format;
} BtySessionExport;
BTY_DECLARE_RECORD (BtySessionExport, bty_session_export)

/** BtyTextPiece: @text: text after that of the piece before */
typedef struct
{
  BtyRecord record;
  char *text;
} BtyTextPiece;
BTY_DECLARE_RECORD (BtyTextPiece, bty_text_piece)

G_END_DECLS
