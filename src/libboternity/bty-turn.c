/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-turn.h"

const BtyEnumValue bty_turn_states[] = {
  { BTY_TURN_QUEUED, "queued", N_ ("It waits for the turn before it") },
  { BTY_TURN_RUNNING, "running", N_ ("The answer is being given") },
  { BTY_TURN_DONE, "done", N_ ("Answered") },
  { BTY_TURN_FAILED, "failed", N_ ("No model could answer") },
  { BTY_TURN_CANCELLED, "cancelled", N_ ("The person stopped it") },
  { BTY_TURN_INTERRUPTED, "interrupted", N_ ("The daemon stopped in its middle") },
  { BTY_TURN_PAUSED, "paused", N_ ("A cap of the budget is reached") },
  { 0 },
};

const BtyEnumValue bty_chat_item_types[] = {
  { BTY_CHAT_TEXT, "text", N_ ("A piece of the answer") },
  { BTY_CHAT_REASONING, "reasoning", N_ ("A piece of what the model thinks") },
  { BTY_CHAT_START, "start", N_ ("The turn has begun") },
  { BTY_CHAT_QUEUED, "queued", N_ ("It waits for another turn") },
  { BTY_CHAT_MODEL, "model", N_ ("Who answers now") },
  { BTY_CHAT_NOTICE, "notice", N_ ("Something to know") },
  { BTY_CHAT_USAGE, "usage", N_ ("What it used so far") },
  { BTY_CHAT_RESTARTED, "restarted", N_ ("The answer broke off and is given anew") },
  { BTY_CHAT_PAUSED, "paused", N_ ("A cap of the budget is reached") },
  { 0 },
};

static const BtyField turn_fields[] = {
  BTY_STORED_FIELDS (BTY_KEY),
  BTY_FIELD_STRING (BtyTurn, session, BTY_REQUIRED | BTY_READ_ONLY | BTY_INDEXED, N_ ("Identifier of its session"),
                    .max = 36),
  BTY_FIELD_STRING (BtyTurn, bot, BTY_REQUIRED | BTY_READ_ONLY | BTY_INDEXED, N_ ("Identifier of its bot"), .max = 36),
  BTY_FIELD_ENUM (BtyTurn, state, BTY_READ_ONLY | BTY_INDEXED, N_ ("How far it is"), bty_turn_states),
  BTY_FIELD_STRING (BtyTurn, question, BTY_READ_ONLY, N_ ("Identifier of the message that asks"), .max = 36),
  BTY_FIELD_STRING (BtyTurn, answer, BTY_READ_ONLY, N_ ("Identifier of the message that answers"), .max = 36),
  BTY_FIELD_STRING (BtyTurn, model, BTY_READ_ONLY, N_ ("The model that answered")),
  BTY_FIELD_ENUM (BtyTurn, stop_reason, BTY_READ_ONLY, N_ ("Why the answer ended"), bty_stop_reasons),
  BTY_FIELD_RECORD (BtyTurn, usage, BTY_READ_ONLY, N_ ("What it used"), bty_usage_schema),
  BTY_FIELD_STRING (BtyTurn, error_code, BTY_READ_ONLY, N_ ("Code of what went wrong"), .max = 64),
  BTY_FIELD_TEXT (BtyTurn, error, BTY_READ_ONLY, N_ ("What went wrong")),
  BTY_FIELD_BYTES (BtyTurn, items, BTY_READ_ONLY | BTY_WRITE_ONLY, N_ ("Its item log, packed")),
  BTY_FIELD_TEXT (BtyTurn, items_text, BTY_READ_ONLY | BTY_WRITE_ONLY, N_ ("The text of its items")),
  BTY_FIELD_STRING (BtyTurn, soul_version, BTY_READ_ONLY,
                    N_ ("Identifier of the soul's version that it was asked with"), .max = 36),
  BTY_FIELD_INT64 (BtyTurn, cost, BTY_READ_ONLY, N_ ("Micro-dollars that it cost")),
  BTY_FIELD_ENUM (BtyTurn, pricing, BTY_READ_ONLY, N_ ("How sure the price is"), bty_pricings),
};
BTY_DEFINE_RECORD (BtyTurn, bty_turn, "turn", N_ ("A question and its answer"), turn_fields)

static const BtyField chat_item_fields[] = {
  BTY_FIELD_ENUM (BtyChatItem, type, BTY_READ_ONLY | BTY_REQUIRED, N_ ("What it is"), bty_chat_item_types),
  BTY_FIELD_TEXT (BtyChatItem, text, BTY_READ_ONLY, N_ ("Its text")),
  BTY_FIELD_STRING (BtyChatItem, session, BTY_READ_ONLY, N_ ("Identifier of the session"), .max = 36),
  BTY_FIELD_STRING (BtyChatItem, turn, BTY_READ_ONLY, N_ ("Identifier of the turn"), .max = 36),
  BTY_FIELD_STRING (BtyChatItem, model, BTY_READ_ONLY, N_ ("The model that answers")),
  BTY_FIELD_RECORD (BtyChatItem, usage, BTY_READ_ONLY, N_ ("What it used so far"), bty_usage_schema),
  BTY_FIELD_INT64 (BtyChatItem, cost, BTY_READ_ONLY | BTY_NULLABLE, N_ ("Micro-dollars that it cost")),
  BTY_FIELD_ENUM (BtyChatItem, pricing, BTY_READ_ONLY | BTY_NULLABLE, N_ ("How sure the price is"), bty_pricings),
  BTY_FIELD_STRING (BtyChatItem, command, BTY_READ_ONLY, N_ ("The command that raises the cap"), .max = 400),
};
BTY_DEFINE_RECORD (BtyChatItem, bty_chat_item, "chat_item", N_ ("An item of a turn's stream"), chat_item_fields)

static const BtyField chat_send_fields[] = {
  BTY_FIELD_STRING (BtyChatSend, slug, BTY_REQUIRED, N_ ("Which bot"), .min = 1, .max = 64),
  BTY_FIELD_TEXT (BtyChatSend, message, BTY_REQUIRED, N_ ("What to say"), .min = 1, .max = 1000000),
  BTY_FIELD_STRING (BtyChatSend, session, 0, N_ ("In which session; without it a new one is begun"), .max = 36),
  BTY_FIELD_BOOL (BtyChatSend, interrupt, 0, N_ ("Stop the answer that is being given instead of waiting for it")),
  BTY_FIELD_BOOL (BtyChatSend, cassette, 0, N_ ("Record what is asked of providers and what they answer")),
};
BTY_DEFINE_RECORD (BtyChatSend, bty_chat_send, "chat_send", N_ ("Something to say to a bot"), chat_send_fields)

static const BtyField chat_attach_fields[] = {
  BTY_FIELD_STRING (BtyChatAttach, turn, BTY_REQUIRED, N_ ("Identifier of the turn"), .max = 36),
  BTY_FIELD_INT64 (BtyChatAttach, after, 0, N_ ("Number of the last item that is known"), .min = 0, .max = G_MAXINT64),
};
BTY_DEFINE_RECORD (BtyChatAttach, bty_chat_attach, "chat_attach", N_ ("Which turn to re-join, and where"),
                   chat_attach_fields)

static const BtyField turn_key_fields[] = {
  BTY_FIELD_STRING (BtyTurnKey, turn, BTY_REQUIRED, N_ ("Identifier of the turn"), .max = 36),
};
BTY_DEFINE_RECORD (BtyTurnKey, bty_turn_key, "turn_key", N_ ("Which turn"), turn_key_fields)
