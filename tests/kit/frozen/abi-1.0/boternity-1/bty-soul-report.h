/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-record.h"

G_BEGIN_DECLS

/** BtySoulVerify: @slug: whose soul is checked; the request of `soul.verify` */
typedef struct
{
  BtyRecord record;
  char *slug;
} BtySoulVerify;
BTY_DECLARE_RECORD (BtySoulVerify, bty_soul_verify)

/**
 * BtySoulReport:
 * @slug: the bot's slug
 * @ok: whether nothing is wrong
 * @versions: how many versions were checked
 * @texts: how many texts were checked
 * @refs: how many branches and tags were checked
 * @head: (nullable): hash of the newest version
 * @anchor: number of the version that was kept outside the database; 0: none
 * @problems: (nullable): what is wrong, as sentences; the first hundred
 *
 * What a check of a soul's whole history found.
 */
typedef struct
{
  BtyRecord record;
  char *slug;
  gboolean ok;
  gint64 versions;
  gint64 texts;
  gint64 refs;
  char *head;
  gint64 anchor;
  GStrv problems;
} BtySoulReport;
BTY_DECLARE_RECORD (BtySoulReport, bty_soul_report)

/**
 * BtyTurnPrompt:
 * @turn: id of the turn
 * @soul_version: id of the version that it was put together of; @number: its number
 * @text: the system prompt, as the model was given it
 *
 * What a turn was asked with, put together again.
 */
typedef struct
{
  BtyRecord record;
  char *turn;
  char *soul_version;
  gint64 number;
  char *text;
} BtyTurnPrompt;
BTY_DECLARE_RECORD (BtyTurnPrompt, bty_turn_prompt)

G_END_DECLS
