/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-record.h"

G_BEGIN_DECLS

/** BtyCassetteKey: @turn: id of the turn that was recorded */
typedef struct
{
  BtyRecord record;
  char *turn;
} BtyCassetteKey;
BTY_DECLARE_RECORD (BtyCassetteKey, bty_cassette_key)

/**
 * BtyCassetteInfo:
 * @turn: id of the turn; @session: (nullable): of its session; @bot: (nullable): of its bot
 * @made_at: when it began
 * @bytes: length of its file
 * @takes: how many completions were asked for; @requests: how many requests these took
 * @redacted: how many texts had something secret taken out
 * @content: (nullable): its file, asked for one cassette alone
 *
 * What a recording holds.
 */
typedef struct
{
  BtyRecord record;
  char *turn;
  char *session;
  char *bot;
  gint64 made_at;
  gint64 bytes;
  gint64 takes;
  gint64 requests;
  gint64 redacted;
  char *content;
} BtyCassetteInfo;
BTY_DECLARE_RECORD (BtyCassetteInfo, bty_cassette_info)

/** BtyCassetteReplay: @turn: id of the turn that was recorded; @timed: as slowly as it was */
typedef struct
{
  BtyRecord record;
  char *turn;
  gboolean timed;
} BtyCassetteReplay;
BTY_DECLARE_RECORD (BtyCassetteReplay, bty_cassette_replay)

/**
 * BtyCassetteReport:
 * @turn: id of the turn that was recorded
 * @same: whether the same was heard, byte for byte
 * @takes: how many completions were played; @requests: how many answers
 * @text: what the last of them said
 * @difference: (nullable): where it was another, and how
 *
 * What came of playing a recording.
 */
typedef struct
{
  BtyRecord record;
  char *turn;
  gboolean same;
  gint64 takes;
  gint64 requests;
  char *text;
  char *difference;
} BtyCassetteReport;
BTY_DECLARE_RECORD (BtyCassetteReport, bty_cassette_report)

G_END_DECLS
