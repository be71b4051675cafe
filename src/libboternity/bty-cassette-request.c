/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-cassette-request.h"

#define MAX_CONTENT (512 * 1024 * 1024)

static const BtyField cassette_key_fields[] = {
  BTY_FIELD_STRING (BtyCassetteKey, turn, BTY_REQUIRED, N_ ("Identifier of the turn"), .max = 36),
};
BTY_DEFINE_RECORD (BtyCassetteKey, bty_cassette_key, "cassette_key", N_ ("Which recording"), cassette_key_fields)

static const BtyField cassette_info_fields[] = {
  BTY_FIELD_STRING (BtyCassetteInfo, turn, BTY_READ_ONLY, N_ ("Identifier of the turn"), .max = 36),
  BTY_FIELD_STRING (BtyCassetteInfo, session, BTY_READ_ONLY, N_ ("Identifier of its session"), .max = 36),
  BTY_FIELD_STRING (BtyCassetteInfo, bot, BTY_READ_ONLY, N_ ("Identifier of its bot"), .max = 36),
  BTY_FIELD_TIME (BtyCassetteInfo, made_at, BTY_READ_ONLY, N_ ("When it was recorded")),
  BTY_FIELD_INT64 (BtyCassetteInfo, bytes, BTY_READ_ONLY, N_ ("Length of its file")),
  BTY_FIELD_INT64 (BtyCassetteInfo, takes, BTY_READ_ONLY, N_ ("How many completions were asked for")),
  BTY_FIELD_INT64 (BtyCassetteInfo, requests, BTY_READ_ONLY, N_ ("How many requests these took")),
  BTY_FIELD_INT64 (BtyCassetteInfo, redacted, BTY_READ_ONLY, N_ ("How many texts had something secret taken out")),
  BTY_FIELD_TEXT (BtyCassetteInfo, content, BTY_READ_ONLY, N_ ("Its file, a JSON object a line"), .max = MAX_CONTENT),
};
BTY_DEFINE_RECORD (BtyCassetteInfo, bty_cassette_info, "cassette_info", N_ ("The recording of a turn"),
                   cassette_info_fields)

static const BtyField cassette_replay_fields[] = {
  BTY_FIELD_STRING (BtyCassetteReplay, turn, BTY_REQUIRED, N_ ("Identifier of the turn"), .max = 36),
  BTY_FIELD_BOOL (BtyCassetteReplay, timed, 0, N_ ("As slowly as it was recorded, instead of as fast as it goes")),
};
BTY_DEFINE_RECORD (BtyCassetteReplay, bty_cassette_replay, "cassette_replay", N_ ("Which recording to play, and how"),
                   cassette_replay_fields)

static const BtyField cassette_report_fields[] = {
  BTY_FIELD_STRING (BtyCassetteReport, turn, BTY_READ_ONLY, N_ ("Identifier of the turn"), .max = 36),
  BTY_FIELD_BOOL (BtyCassetteReport, same, BTY_READ_ONLY, N_ ("Whether the same was heard, byte for byte")),
  BTY_FIELD_INT64 (BtyCassetteReport, takes, BTY_READ_ONLY, N_ ("How many completions were played")),
  BTY_FIELD_INT64 (BtyCassetteReport, requests, BTY_READ_ONLY, N_ ("How many answers were played")),
  BTY_FIELD_TEXT (BtyCassetteReport, text, BTY_READ_ONLY, N_ ("What the last of them said"), .max = MAX_CONTENT),
  BTY_FIELD_TEXT (BtyCassetteReport, difference, BTY_READ_ONLY, N_ ("Where it was another, and how")),
};
BTY_DEFINE_RECORD (BtyCassetteReport, bty_cassette_report, "cassette_report", N_ ("What came of playing a recording"),
                   cassette_report_fields)
