/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-session.h"

const BtyEnumValue bty_session_states[] = {
  { BTY_SESSION_OPEN, "open", N_ ("It takes messages") },
  { BTY_SESSION_CLOSED, "closed", N_ ("It is kept, and takes no more messages") },
  { 0 },
};

static const BtyField session_fields[] = {
  BTY_STORED_FIELDS (BTY_KEY),
  BTY_FIELD_STRING (BtySession, bot, BTY_REQUIRED | BTY_READ_ONLY | BTY_INDEXED, N_ ("Identifier of its bot"),
                    .max = 36),
  BTY_FIELD_STRING (BtySession, slug, BTY_REQUIRED | BTY_READ_ONLY | BTY_INDEXED, N_ ("Slug of its bot"), .max = 64),
  BTY_FIELD_STRING (BtySession, title, BTY_READ_ONLY, N_ ("The beginning of its first message")),
  BTY_FIELD_ENUM (BtySession, state, BTY_READ_ONLY | BTY_INDEXED, N_ ("Whether it takes messages"), bty_session_states),
  BTY_FIELD_TIME (BtySession, active_at, BTY_READ_ONLY | BTY_INDEXED, N_ ("When something was last said")),
  BTY_FIELD_INT64 (BtySession, turns, BTY_READ_ONLY, N_ ("How many turns it has had")),
};
BTY_DEFINE_RECORD (BtySession, bty_session, "session", N_ ("A conversation with a bot"), session_fields)

static const BtyField session_list_fields[] = {
  BTY_FIELD_STRING (BtySessionList, slug, 0, N_ ("Only sessions of this bot"), .max = 64),
  BTY_FIELD_STRING (BtySessionList, cursor, 0, N_ ("Where to begin: next_cursor of the page before"), .max = 4096),
  BTY_FIELD_INT64 (BtySessionList, limit, 0, N_ ("How many records at most"), .min = 1, .max = 1000, .fallback = "100"),
};
BTY_DEFINE_RECORD (BtySessionList, bty_session_list, "session_list", N_ ("Which sessions"), session_list_fields)

static const BtyField message_fields[] = {
  BTY_STORED_FIELDS (0),
  BTY_FIELD_STRING (BtyMessage, session, BTY_REQUIRED | BTY_READ_ONLY | BTY_INDEXED, N_ ("Identifier of its session"),
                    .max = 36),
  BTY_FIELD_STRING (BtyMessage, bot, BTY_REQUIRED | BTY_READ_ONLY | BTY_INDEXED, N_ ("Identifier of its bot"),
                    .max = 36),
  BTY_FIELD_STRING (BtyMessage, turn, BTY_READ_ONLY | BTY_INDEXED, N_ ("Identifier of its turn"), .max = 36),
  BTY_FIELD_ENUM (BtyMessage, role, BTY_REQUIRED | BTY_READ_ONLY, N_ ("Who says it"), bty_roles),
  BTY_FIELD_TEXT (BtyMessage, text, BTY_REQUIRED | BTY_READ_ONLY, N_ ("What is said")),
  BTY_FIELD_STRING (BtyMessage, model, BTY_READ_ONLY, N_ ("The model that wrote it")),
  BTY_FIELD_ENUM (BtyMessage, stop_reason, BTY_READ_ONLY, N_ ("Why it ended"), bty_stop_reasons),
  BTY_FIELD_RECORD (BtyMessage, usage, BTY_READ_ONLY, N_ ("What it used"), bty_usage_schema),
};
BTY_DEFINE_RECORD (BtyMessage, bty_message, "message", N_ ("Something said in a session"), message_fields)

static const BtyField message_list_fields[] = {
  BTY_FIELD_STRING (BtyMessageList, session, BTY_REQUIRED, N_ ("Identifier of the session"), .max = 36),
  BTY_FIELD_BOOL (BtyMessageList, newest_first, 0, N_ ("Whether the newest come first")),
  BTY_FIELD_STRING (BtyMessageList, cursor, 0, N_ ("Where to begin: next_cursor of the page before"), .max = 4096),
  BTY_FIELD_INT64 (BtyMessageList, limit, 0, N_ ("How many records at most"), .min = 1, .max = 1000, .fallback = "100"),
};
BTY_DEFINE_RECORD (BtyMessageList, bty_message_list, "message_list", N_ ("Which messages"), message_list_fields)

static const BtyField message_search_fields[] = {
  BTY_FIELD_STRING (BtyMessageSearch, words, BTY_REQUIRED, N_ ("Words to look for"), .min = 1, .max = 4096),
  BTY_FIELD_STRING (BtyMessageSearch, slug, 0, N_ ("Only messages of this bot"), .max = 64),
  BTY_FIELD_INT64 (BtyMessageSearch, limit, 0, N_ ("How many messages at most"), .min = 1, .max = 100,
                   .fallback = "10"),
};
BTY_DEFINE_RECORD (BtyMessageSearch, bty_message_search, "message_search", N_ ("What to look for"),
                   message_search_fields)
