/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-bot.h"

const BtyEnumValue bty_bot_states[] = {
  { BTY_BOT_RUNNING, "running", N_ ("It answers") },
  { BTY_BOT_STOPPED, "stopped", N_ ("It keeps everything and answers nothing") },
  { 0 },
};

static const BtyField bot_fields[] = {
  BTY_STORED_FIELDS (0),
  BTY_FIELD_STRING (BtyBot, name, BTY_REQUIRED | BTY_INDEXED, N_ ("Name shown to people"), .min = 1, .max = 200),
  BTY_FIELD_STRING (BtyBot, slug, BTY_REQUIRED | BTY_READ_ONLY | BTY_KEY | BTY_INDEXED | BTY_UNIQUE,
                    N_ ("Name used in paths and commands"), .min = 1, .max = 64),
  BTY_FIELD_TEXT (BtyBot, description, 0, N_ ("What it is for"), .max = 2000),
  BTY_FIELD_ENUM (BtyBot, state, BTY_READ_ONLY | BTY_INDEXED, N_ ("Whether it answers"), bty_bot_states),
  BTY_FIELD_STRV (BtyBot, route, 0, N_ ("Models to try, in order, each as provider/model"), .max = 32),
  BTY_FIELD_DOUBLE (BtyBot, temperature, BTY_NULLABLE, N_ ("Randomness of its answers"), .max = 2),
  BTY_FIELD_INT64 (BtyBot, max_output, 0, N_ ("Most tokens of an answer; 0: the model's own"), .max = 10000000),
  BTY_FIELD_STRING (BtyBot, from_template, BTY_CREATE_ONLY, N_ ("The template that it was made from"), .max = 64),
};

BTY_DEFINE_RECORD (BtyBot, bty_bot, "bot", N_ ("A bot"), bot_fields)

static const BtyField deleted_bot_fields[] = {
  BTY_STORED_FIELDS (0),
  BTY_FIELD_STRING (BtyDeletedBot, bot, BTY_REQUIRED | BTY_READ_ONLY | BTY_INDEXED | BTY_UNIQUE,
                    N_ ("Identifier of the bot"), .max = 36),
  BTY_FIELD_STRING (BtyDeletedBot, slug, BTY_REQUIRED | BTY_READ_ONLY | BTY_KEY | BTY_INDEXED, N_ ("Its slug"),
                    .min = 1, .max = 64),
  BTY_FIELD_STRING (BtyDeletedBot, name, BTY_REQUIRED | BTY_READ_ONLY, N_ ("Its name"), .max = 200),
  BTY_FIELD_JSON (BtyDeletedBot, saved, BTY_READ_ONLY | BTY_WRITE_ONLY, N_ ("Its record as it was")),
  BTY_FIELD_STRING (BtyDeletedBot, folder, BTY_READ_ONLY | BTY_WRITE_ONLY, N_ ("Its folder")),
  BTY_FIELD_TIME (BtyDeletedBot, expires_at, BTY_READ_ONLY | BTY_INDEXED, N_ ("When it is forgotten for good")),
};

BTY_DEFINE_RECORD (BtyDeletedBot, bty_deleted_bot, "deleted_bot", N_ ("A bot that was deleted and can be restored"),
                   deleted_bot_fields)
