/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-soul-report.h"

static const BtyField soul_verify_fields[] = {
  BTY_FIELD_STRING (BtySoulVerify, slug, BTY_REQUIRED | BTY_KEY, N_ ("Slug of the bot"), .min = 1, .max = 64),
};
BTY_DEFINE_RECORD (BtySoulVerify, bty_soul_verify, "soul_verify", N_ ("Whose soul to check"), soul_verify_fields)

static const BtyField soul_report_fields[] = {
  BTY_FIELD_STRING (BtySoulReport, slug, BTY_READ_ONLY, N_ ("Slug of the bot"), .max = 64),
  BTY_FIELD_BOOL (BtySoulReport, ok, BTY_READ_ONLY, N_ ("Whether nothing is wrong")),
  BTY_FIELD_INT64 (BtySoulReport, versions, BTY_READ_ONLY, N_ ("Versions that were checked"), .max = G_MAXINT64),
  BTY_FIELD_INT64 (BtySoulReport, texts, BTY_READ_ONLY, N_ ("Texts that were checked"), .max = G_MAXINT64),
  BTY_FIELD_INT64 (BtySoulReport, refs, BTY_READ_ONLY, N_ ("Branches and tags that were checked"), .max = G_MAXINT64),
  BTY_FIELD_STRING (BtySoulReport, head, BTY_READ_ONLY, N_ ("Hash of the newest version"), .max = 64),
  BTY_FIELD_INT64 (BtySoulReport, anchor, BTY_READ_ONLY,
                   N_ ("Number of the version kept outside the database; 0: none"), .max = G_MAXINT64),
  BTY_FIELD_STRV (BtySoulReport, problems, BTY_READ_ONLY, N_ ("What is wrong")),
};
BTY_DEFINE_RECORD (BtySoulReport, bty_soul_report, "soul_report", N_ ("What a check of a soul's history found"),
                   soul_report_fields)

static const BtyField turn_prompt_fields[] = {
  BTY_FIELD_STRING (BtyTurnPrompt, turn, BTY_READ_ONLY, N_ ("Identifier of the turn"), .max = 36),
  BTY_FIELD_STRING (BtyTurnPrompt, soul_version, BTY_READ_ONLY, N_ ("Identifier of the soul's version"), .max = 36),
  BTY_FIELD_INT64 (BtyTurnPrompt, number, BTY_READ_ONLY, N_ ("Number of the soul's version"), .max = G_MAXINT64),
  BTY_FIELD_TEXT (BtyTurnPrompt, text, BTY_READ_ONLY, N_ ("The system prompt, as the model was given it")),
};
BTY_DEFINE_RECORD (BtyTurnPrompt, bty_turn_prompt, "turn_prompt", N_ ("What a turn was asked with"), turn_prompt_fields)
