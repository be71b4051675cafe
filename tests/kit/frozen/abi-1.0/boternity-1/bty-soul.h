/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-record.h"

G_BEGIN_DECLS

/* The files of a soul, in the order in which a prompt is put together of them. */
typedef enum
{
  BTY_SOUL_SOUL,     /* SOUL.md: personality, values, boundaries */
  BTY_SOUL_IDENTITY, /* IDENTITY.md: name, description, voice, and preferences as front matter */
  BTY_SOUL_USER,     /* USER.md: whom it serves */
} BtySoulFile;
#define BTY_SOUL_N_FILES 3
/* Their nicks are the names of the files. */
BTY_EXPORT const BtyEnumValue bty_soul_files[];

typedef enum
{
  BTY_SOUL_OK,      /* the files are those of the version that is in use */
  BTY_SOUL_HELD,    /* they are not: the bot answers nothing until a person accepts or restores */
  BTY_SOUL_WRITING, /* a version is kept and its files are being written: finished at the next start if need be */
} BtySoulState;
BTY_EXPORT const BtyEnumValue bty_soul_states[];

/* Who may change a soul besides its owner. */
typedef enum
{
  BTY_SOUL_PROPOSE, /* the bot proposes, a person decides */
  BTY_SOUL_APPLY,   /* the bot's own changes count at once, but for locked sections */
  BTY_SOUL_CLOSED,  /* the bot may not even propose */
} BtySoulPolicy;
BTY_EXPORT const BtyEnumValue bty_soul_policies[];

typedef enum
{
  BTY_AUTHOR_PERSON,
  BTY_AUTHOR_BOT,
  BTY_AUTHOR_IMPORT,
  BTY_AUTHOR_PROGRAM,
} BtyAuthorKind;
BTY_EXPORT const BtyEnumValue bty_author_kinds[];

typedef enum
{
  BTY_SOUL_CREATED,  /* the first version */
  BTY_SOUL_EDITED,   /* a file was saved with an editor, or given over a door */
  BTY_SOUL_ROLLBACK, /* an older version's text again */
  BTY_SOUL_MERGED,   /* a branch was merged */
  BTY_SOUL_ACCEPTED, /* a change behind the daemon's back, accepted by a person */
  BTY_SOUL_PROPOSED, /* a proposal, accepted */
  BTY_SOUL_IMPORTED, /* came with a capsule or from another program */
} BtySoulCause;
BTY_EXPORT const BtyEnumValue bty_soul_causes[];

/**
 * BtySoul:
 * @bot: id of its bot; @slug: the bot's slug
 * @branch: name of the branch that is in use
 * @version: (nullable): id of the version in use; @number: its number
 * @last: number of the newest version of all branches
 * @chain: (nullable): hash of the newest version: where the next one is chained to
 * @reason: (nullable): why the soul is held, or why its files are not those of the version in use, for people
 * @locks: sections that only a person changes, each as `SOUL.md#Values`; `SOUL.md` alone locks the whole file
 * @gate: least score in percent that the golden questions must give before a new version counts; 0: no gate
 *
 * What is true of a bot's soul now: the one mutable record; each change of it and the version that goes with it are one batch.
 */
typedef struct
{
  BtyRecord record;
  char *bot;
  char *slug;
  BtySoulState state;
  char *reason;
  char *branch;
  char *version;
  gint64 number;
  gint64 last;
  char *chain;
  BtySoulPolicy policy;
  GStrv locks;
  gint64 gate;
} BtySoul;
BTY_DECLARE_RECORD (BtySoul, bty_soul)

/**
 * BtySoulVersion:
 * @number: 1 for the first version of a bot's soul, one more for each after it, over all branches
 * @key: `<id of the bot>/<number>`
 * @parent: (nullable): id of the version that it was made from; @merged: (nullable): of the other one, for a merge
 * @soul, @identity, @user: SHA-256 of the texts, in hexadecimal
 * @previous: (nullable): @hash of the version with the number before; @hash: SHA-256 over it and everything above that says what the version is
 *
 * One state of the three files. Never changed once stored.
 */
typedef struct
{
  BtyRecord record;
  char *bot;
  gint64 number;
  char *key;
  char *branch;
  char *parent;
  char *merged;
  char *soul;
  char *identity;
  char *user;
  BtyAuthorKind author_kind;
  char *author;
  BtySoulCause cause;
  char *note;
  char *previous;
  char *hash;
} BtySoulVersion;
BTY_DECLARE_RECORD (BtySoulVersion, bty_soul_version)

/**
 * BtySoulText:
 * @key: `<id of the bot>/<SHA-256 of the text>`: a text is kept once for each bot
 */
typedef struct
{
  BtyRecord record;
  char *key;
  char *bot;
  char *text;
} BtySoulText;
BTY_DECLARE_RECORD (BtySoulText, bty_soul_text)

typedef enum
{
  BTY_SOUL_BRANCH,
  BTY_SOUL_TAG,
} BtySoulRefKind;
BTY_EXPORT const BtyEnumValue bty_soul_ref_kinds[];

/** BtySoulRef: a name for a version. @key: `<id of the bot>/<kind>/<name>`; a branch moves on, a tag stays */
typedef struct
{
  BtyRecord record;
  char *key;
  char *bot;
  BtySoulRefKind kind;
  char *name;
  char *version;
  gint64 number;
} BtySoulRef;
BTY_DECLARE_RECORD (BtySoulRef, bty_soul_ref)

typedef enum
{
  BTY_PROPOSAL_OPEN,
  BTY_PROPOSAL_ACCEPTED,
  BTY_PROPOSAL_REFUSED,
} BtyProposalState;
BTY_EXPORT const BtyEnumValue bty_proposal_states[];

/**
 * BtySoulProposal:
 * @base: id of the version that it was made from; @base_number: its number
 * @soul, @identity, @user: (nullable): the whole text as it should be; %NULL: as it is
 * @decided_by: (nullable): who accepted or refused it; @answer: (nullable): why
 * @version: (nullable): id of the version that came of it
 */
typedef struct
{
  BtyRecord record;
  char *bot;
  char *slug;
  BtyProposalState state;
  char *base;
  gint64 base_number;
  char *soul;
  char *identity;
  char *user;
  char *note;
  BtyAuthorKind author_kind;
  char *author;
  char *decided_by;
  gint64 decided_at;
  char *answer;
  char *version;
} BtySoulProposal;
BTY_DECLARE_RECORD (BtySoulProposal, bty_soul_proposal)

/**
 * BtySoulTest:
 * @version: id of the version that was tested; @number: its number
 * @score: percent of the weight of all questions that passed
 * @cost_micros: millionths of a US dollar, as far as the model's price is known
 * @results: JSON array with one object for each question
 */
typedef struct
{
  BtyRecord record;
  char *bot;
  char *slug;
  char *version;
  gint64 number;
  char *model;
  double score;
  gint64 passed;
  gint64 total;
  gint64 input_tokens;
  gint64 output_tokens;
  gint64 cost_micros;
  char *results;
} BtySoulTest;
BTY_DECLARE_RECORD (BtySoulTest, bty_soul_test)

G_END_DECLS
