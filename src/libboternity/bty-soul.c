/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-soul.h"

#define MAX_TEXT   (1024 * 1024)
#define MAX_NAME   64
#define MAX_NOTE   2000
#define MAX_NUMBER G_MAXINT64

const BtyEnumValue bty_soul_files[] = {
  { BTY_SOUL_SOUL, "SOUL.md", N_ ("Personality, values, boundaries") },
  { BTY_SOUL_IDENTITY, "IDENTITY.md", N_ ("Name, description, voice, preferences") },
  { BTY_SOUL_USER, "USER.md", N_ ("Whom it serves") },
  { 0 },
};

const BtyEnumValue bty_soul_states[] = {
  { BTY_SOUL_OK, "ok", N_ ("The files are those of the version in use") },
  { BTY_SOUL_HELD, "held", N_ ("The files were changed behind the daemon's back: the bot waits for a person") },
  { BTY_SOUL_WRITING, "writing", N_ ("The files of a new version are being written") },
  { 0 },
};

const BtyEnumValue bty_soul_policies[] = {
  { BTY_SOUL_PROPOSE, "propose", N_ ("The bot proposes changes, a person decides") },
  { BTY_SOUL_APPLY, "apply", N_ ("The bot's own changes count at once, but for locked sections") },
  { BTY_SOUL_CLOSED, "closed", N_ ("The bot may not even propose") },
  { 0 },
};

const BtyEnumValue bty_author_kinds[] = {
  { BTY_AUTHOR_PERSON, "person", N_ ("A person") },
  { BTY_AUTHOR_BOT, "bot", N_ ("A bot") },
  { BTY_AUTHOR_IMPORT, "import", N_ ("It came from elsewhere") },
  { BTY_AUTHOR_PROGRAM, "program", N_ ("The program itself") },
  { 0 },
};

const BtyEnumValue bty_soul_causes[] = {
  { BTY_SOUL_CREATED, "created", N_ ("The first version") },
  { BTY_SOUL_EDITED, "edited", N_ ("A file was changed") },
  { BTY_SOUL_ROLLBACK, "rollback", N_ ("An older version again") },
  { BTY_SOUL_MERGED, "merged", N_ ("A branch was merged") },
  { BTY_SOUL_ACCEPTED, "accepted", N_ ("A change that was found, accepted by a person") },
  { BTY_SOUL_PROPOSED, "proposed", N_ ("A proposal, accepted") },
  { BTY_SOUL_IMPORTED, "imported", N_ ("It came from elsewhere") },
  { 0 },
};

const BtyEnumValue bty_soul_ref_kinds[] = {
  { BTY_SOUL_BRANCH, "branch", N_ ("Moves on with each version made on it") },
  { BTY_SOUL_TAG, "tag", N_ ("Stays at its version") },
  { 0 },
};

const BtyEnumValue bty_proposal_states[] = {
  { BTY_PROPOSAL_OPEN, "open", N_ ("Nobody has decided yet") },
  { BTY_PROPOSAL_ACCEPTED, "accepted", N_ ("It became a version") },
  { BTY_PROPOSAL_REFUSED, "refused", N_ ("It was refused") },
  { 0 },
};

static const BtyField soul_fields[] = {
  BTY_STORED_FIELDS (0),
  BTY_FIELD_STRING (BtySoul, bot, BTY_REQUIRED | BTY_READ_ONLY | BTY_INDEXED | BTY_UNIQUE, N_ ("Identifier of its bot"),
                    .max = 36),
  BTY_FIELD_STRING (BtySoul, slug, BTY_REQUIRED | BTY_READ_ONLY | BTY_KEY | BTY_INDEXED | BTY_UNIQUE,
                    N_ ("Slug of its bot"), .min = 1, .max = 64),
  BTY_FIELD_ENUM (BtySoul, state, BTY_READ_ONLY | BTY_INDEXED, N_ ("Whether its files are what they should be"),
                  bty_soul_states),
  BTY_FIELD_TEXT (BtySoul, reason, BTY_READ_ONLY, N_ ("Why it is held")),
  BTY_FIELD_STRING (BtySoul, branch, BTY_READ_ONLY, N_ ("The branch in use"), .max = MAX_NAME),
  BTY_FIELD_STRING (BtySoul, version, BTY_READ_ONLY, N_ ("Identifier of the version in use"), .max = 36),
  BTY_FIELD_INT64 (BtySoul, number, BTY_READ_ONLY, N_ ("Number of the version in use"), .max = MAX_NUMBER),
  BTY_FIELD_INT64 (BtySoul, last, BTY_READ_ONLY, N_ ("Number of the newest version"), .max = MAX_NUMBER),
  BTY_FIELD_STRING (BtySoul, chain, BTY_READ_ONLY, N_ ("Hash of the newest version"), .max = 64),
  BTY_FIELD_ENUM (BtySoul, policy, 0, N_ ("What the bot may do to its own soul"), bty_soul_policies),
  BTY_FIELD_STRV (BtySoul, locks, 0, N_ ("Sections that only a person changes, such as SOUL.md#Values"), .max = 100),
  BTY_FIELD_INT64 (BtySoul, gate, 0, N_ ("Least score of its golden questions for a new version, in percent; 0: none"),
                   .max = 100),
};
BTY_DEFINE_RECORD (BtySoul, bty_soul, "soul", N_ ("What is true of a bot's soul now"), soul_fields)

static const BtyField soul_version_fields[] = {
  BTY_STORED_FIELDS (0),
  BTY_FIELD_STRING (BtySoulVersion, bot, BTY_REQUIRED | BTY_READ_ONLY | BTY_INDEXED, N_ ("Identifier of its bot"),
                    .max = 36),
  BTY_FIELD_INT64 (BtySoulVersion, number, BTY_READ_ONLY | BTY_INDEXED, N_ ("Its number"), .max = MAX_NUMBER),
  BTY_FIELD_STRING (BtySoulVersion, key, BTY_REQUIRED | BTY_READ_ONLY | BTY_WRITE_ONLY | BTY_INDEXED | BTY_UNIQUE,
                    N_ ("Its bot and number"), .max = 64),
  BTY_FIELD_STRING (BtySoulVersion, branch, BTY_READ_ONLY, N_ ("The branch that it was made on"), .max = MAX_NAME),
  BTY_FIELD_STRING (BtySoulVersion, parent, BTY_READ_ONLY, N_ ("Identifier of the version before"), .max = 36),
  BTY_FIELD_STRING (BtySoulVersion, merged, BTY_READ_ONLY, N_ ("Identifier of the version merged into it"), .max = 36),
  BTY_FIELD_STRING (BtySoulVersion, soul, BTY_REQUIRED | BTY_READ_ONLY, N_ ("SHA-256 of SOUL.md"), .max = 64),
  BTY_FIELD_STRING (BtySoulVersion, identity, BTY_REQUIRED | BTY_READ_ONLY, N_ ("SHA-256 of IDENTITY.md"), .max = 64),
  BTY_FIELD_STRING (BtySoulVersion, user, BTY_REQUIRED | BTY_READ_ONLY, N_ ("SHA-256 of USER.md"), .max = 64),
  BTY_FIELD_ENUM (BtySoulVersion, author_kind, BTY_READ_ONLY, N_ ("What made it"), bty_author_kinds),
  BTY_FIELD_STRING (BtySoulVersion, author, BTY_READ_ONLY, N_ ("Who made it")),
  BTY_FIELD_ENUM (BtySoulVersion, cause, BTY_READ_ONLY, N_ ("How it came about"), bty_soul_causes),
  BTY_FIELD_TEXT (BtySoulVersion, note, BTY_READ_ONLY, N_ ("What was said about it"), .max = MAX_NOTE),
  BTY_FIELD_STRING (BtySoulVersion, previous, BTY_READ_ONLY, N_ ("Hash of the version with the number before"),
                    .max = 64),
  BTY_FIELD_STRING (BtySoulVersion, hash, BTY_REQUIRED | BTY_READ_ONLY, N_ ("Its own hash"), .max = 64),
};
BTY_DEFINE_RECORD (BtySoulVersion, bty_soul_version, "soul_version", N_ ("A version of a soul"), soul_version_fields)

static const BtyField soul_text_fields[] = {
  BTY_STORED_FIELDS (0),
  BTY_FIELD_STRING (BtySoulText, key, BTY_REQUIRED | BTY_READ_ONLY | BTY_INDEXED | BTY_UNIQUE,
                    N_ ("Its bot and SHA-256"), .max = 101),
  BTY_FIELD_STRING (BtySoulText, bot, BTY_REQUIRED | BTY_READ_ONLY | BTY_INDEXED, N_ ("Identifier of its bot"),
                    .max = 36),
  BTY_FIELD_TEXT (BtySoulText, text, BTY_REQUIRED | BTY_READ_ONLY, N_ ("The text"), .max = MAX_TEXT),
};
BTY_DEFINE_RECORD (BtySoulText, bty_soul_text, "soul_text", N_ ("The text of a soul's file"), soul_text_fields)

static const BtyField soul_ref_fields[] = {
  BTY_STORED_FIELDS (0),
  BTY_FIELD_STRING (BtySoulRef, key, BTY_REQUIRED | BTY_READ_ONLY | BTY_WRITE_ONLY | BTY_INDEXED | BTY_UNIQUE,
                    N_ ("Its bot, kind and name"), .max = 128),
  BTY_FIELD_STRING (BtySoulRef, bot, BTY_REQUIRED | BTY_READ_ONLY | BTY_INDEXED, N_ ("Identifier of its bot"),
                    .max = 36),
  BTY_FIELD_ENUM (BtySoulRef, kind, BTY_READ_ONLY | BTY_INDEXED, N_ ("What it is"), bty_soul_ref_kinds),
  BTY_FIELD_STRING (BtySoulRef, name, BTY_REQUIRED | BTY_READ_ONLY | BTY_INDEXED, N_ ("Its name"), .min = 1,
                    .max = MAX_NAME),
  BTY_FIELD_STRING (BtySoulRef, version, BTY_REQUIRED | BTY_READ_ONLY, N_ ("Identifier of its version"), .max = 36),
  BTY_FIELD_INT64 (BtySoulRef, number, BTY_READ_ONLY, N_ ("Number of its version"), .max = MAX_NUMBER),
};
BTY_DEFINE_RECORD (BtySoulRef, bty_soul_ref, "soul_ref", N_ ("A name for a version of a soul"), soul_ref_fields)

static const BtyField soul_proposal_fields[] = {
  BTY_STORED_FIELDS (BTY_KEY),
  BTY_FIELD_STRING (BtySoulProposal, bot, BTY_REQUIRED | BTY_READ_ONLY | BTY_INDEXED, N_ ("Identifier of its bot"),
                    .max = 36),
  BTY_FIELD_STRING (BtySoulProposal, slug, BTY_REQUIRED | BTY_READ_ONLY | BTY_INDEXED, N_ ("Slug of its bot"), .min = 1,
                    .max = 64),
  BTY_FIELD_ENUM (BtySoulProposal, state, BTY_READ_ONLY | BTY_INDEXED, N_ ("Whether it was decided"),
                  bty_proposal_states),
  BTY_FIELD_STRING (BtySoulProposal, base, BTY_READ_ONLY, N_ ("Identifier of the version that it would change"),
                    .max = 36),
  BTY_FIELD_INT64 (BtySoulProposal, base_number, BTY_READ_ONLY, N_ ("Number of that version"), .max = MAX_NUMBER),
  BTY_FIELD_TEXT (BtySoulProposal, soul, BTY_READ_ONLY, N_ ("SOUL.md as it should be; absent: as it is"),
                  .max = MAX_TEXT),
  BTY_FIELD_TEXT (BtySoulProposal, identity, BTY_READ_ONLY, N_ ("IDENTITY.md as it should be; absent: as it is"),
                  .max = MAX_TEXT),
  BTY_FIELD_TEXT (BtySoulProposal, user, BTY_READ_ONLY, N_ ("USER.md as it should be; absent: as it is"),
                  .max = MAX_TEXT),
  BTY_FIELD_TEXT (BtySoulProposal, note, BTY_READ_ONLY, N_ ("Why"), .max = MAX_NOTE),
  BTY_FIELD_ENUM (BtySoulProposal, author_kind, BTY_READ_ONLY, N_ ("What proposed it"), bty_author_kinds),
  BTY_FIELD_STRING (BtySoulProposal, author, BTY_READ_ONLY, N_ ("Who proposed it")),
  BTY_FIELD_STRING (BtySoulProposal, decided_by, BTY_READ_ONLY, N_ ("Who decided")),
  BTY_FIELD_TIME (BtySoulProposal, decided_at, BTY_READ_ONLY | BTY_NULLABLE, N_ ("When it was decided")),
  BTY_FIELD_TEXT (BtySoulProposal, answer, BTY_READ_ONLY, N_ ("What was said to it"), .max = MAX_NOTE),
  BTY_FIELD_STRING (BtySoulProposal, version, BTY_READ_ONLY, N_ ("Identifier of the version that came of it"),
                    .max = 36),
};
BTY_DEFINE_RECORD (BtySoulProposal, bty_soul_proposal, "soul_proposal", N_ ("A change of a soul that waits"),
                   soul_proposal_fields)

static const BtyField soul_test_fields[] = {
  BTY_STORED_FIELDS (BTY_KEY),
  BTY_FIELD_STRING (BtySoulTest, bot, BTY_REQUIRED | BTY_READ_ONLY | BTY_INDEXED, N_ ("Identifier of its bot"),
                    .max = 36),
  BTY_FIELD_STRING (BtySoulTest, slug, BTY_REQUIRED | BTY_READ_ONLY | BTY_INDEXED, N_ ("Slug of its bot"), .min = 1,
                    .max = 64),
  BTY_FIELD_STRING (BtySoulTest, version, BTY_READ_ONLY, N_ ("Identifier of the version that was tested"), .max = 36),
  BTY_FIELD_INT64 (BtySoulTest, number, BTY_READ_ONLY, N_ ("Number of that version"), .max = MAX_NUMBER),
  BTY_FIELD_STRING (BtySoulTest, model, BTY_READ_ONLY, N_ ("The model that answered")),
  BTY_FIELD_DOUBLE (BtySoulTest, score, BTY_READ_ONLY, N_ ("Percent of the weight that passed"), .max = 100),
  BTY_FIELD_INT64 (BtySoulTest, passed, BTY_READ_ONLY, N_ ("Questions that passed"), .max = MAX_NUMBER),
  BTY_FIELD_INT64 (BtySoulTest, total, BTY_READ_ONLY, N_ ("Questions"), .max = MAX_NUMBER),
  BTY_FIELD_INT64 (BtySoulTest, input_tokens, BTY_READ_ONLY, N_ ("Tokens read"), .max = MAX_NUMBER),
  BTY_FIELD_INT64 (BtySoulTest, output_tokens, BTY_READ_ONLY, N_ ("Tokens written"), .max = MAX_NUMBER),
  BTY_FIELD_INT64 (BtySoulTest, cost_micros, BTY_READ_ONLY, N_ ("Cost in millionths of a US dollar, where known"),
                   .max = MAX_NUMBER),
  BTY_FIELD_JSON (BtySoulTest, results, BTY_READ_ONLY, N_ ("Each question and how it went")),
};
BTY_DEFINE_RECORD (BtySoulTest, bty_soul_test, "soul_test", N_ ("A run of a soul's golden questions"), soul_test_fields)
