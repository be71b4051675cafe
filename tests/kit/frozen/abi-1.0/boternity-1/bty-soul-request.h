/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-query.h"
#include "bty-soul.h"

G_BEGIN_DECLS

/*
 * What operations on souls take and give. Wherever a version is named, it is by its number, `head` (the version in use), `head~2`, a
 * branch, a tag, or the beginning of its hash.
 */

/** BtySoulList: @state: (nullable): only souls in this state */
typedef struct
{
  BtyRecord record;
  BtySoulState state;
  char *cursor;
  gint64 limit;
} BtySoulList;
BTY_DECLARE_RECORD (BtySoulList, bty_soul_list)

/** BtySoulHistory: @branch: (nullable): only what led to the newest version of this branch; %NULL: all versions */
typedef struct
{
  BtyRecord record;
  char *slug;
  char *branch;
  char *cursor;
  gint64 limit;
} BtySoulHistory;
BTY_DECLARE_RECORD (BtySoulHistory, bty_soul_history)

/** BtySoulShow: @file: (nullable): only this one */
typedef struct
{
  BtyRecord record;
  char *slug;
  char *version;
  char *file;
} BtySoulShow;
BTY_DECLARE_RECORD (BtySoulShow, bty_soul_show)

/**
 * BtySoulSnapshot:
 * @soul, @identity, @user: (nullable): the texts of the files; %NULL for those that were not asked for
 * @prompt: (nullable): the one text that a model is given of all three
 */
typedef struct
{
  BtyRecord record;
  BtySoulVersion *version;
  char *soul;
  char *identity;
  char *user;
  char *prompt;
} BtySoulSnapshot;
BTY_DECLARE_RECORD (BtySoulSnapshot, bty_soul_snapshot)

/**
 * BtySoulCompare:
 * @from, @to: (nullable): versions, or `files` for what the files hold now; without both: a held soul's version against its files, else
 *   `head~1` against `head`; without @to: against `head`
 * @file: (nullable): only this one
 * @context: lines that are shown around a change
 */
typedef struct
{
  BtyRecord record;
  char *slug;
  char *from;
  char *to;
  char *file;
  gint64 context;
} BtySoulCompare;
BTY_DECLARE_RECORD (BtySoulCompare, bty_soul_compare)

/** BtySoulDiffSpan: a piece of a line: all pieces of a line, one after the other, are the line; @changed: whether it is new or gone */
typedef struct
{
  BtyRecord record;
  char *text;
  gboolean changed;
} BtySoulDiffSpan;
BTY_DECLARE_RECORD (BtySoulDiffSpan, bty_soul_diff_span)

typedef enum
{
  BTY_SOUL_LINE_SAME,
  BTY_SOUL_LINE_REMOVED,
  BTY_SOUL_LINE_ADDED,
} BtySoulLineKind;
BTY_EXPORT const BtyEnumValue bty_soul_line_kinds[];

/** BtySoulDiffLine: a line without its line break; @spans: (nullable) (element-type BtySoulDiffSpan): where only words of it changed */
typedef struct
{
  BtyRecord record;
  BtySoulLineKind kind;
  char *text;
  GPtrArray *spans;
} BtySoulDiffLine;
BTY_DECLARE_RECORD (BtySoulDiffLine, bty_soul_diff_line)

/**
 * BtySoulDiffHunk:
 * @file: which of the three files
 * @from_line, @from_count: which lines of the older text, from 1; @to_line, @to_count: of the newer
 * @lines: (element-type BtySoulDiffLine): in the order in which they are shown
 */
typedef struct
{
  BtyRecord record;
  char *file;
  gint64 from_line;
  gint64 from_count;
  gint64 to_line;
  gint64 to_count;
  GPtrArray *lines;
} BtySoulDiffHunk;
BTY_DECLARE_RECORD (BtySoulDiffHunk, bty_soul_diff_hunk)

/**
 * BtySoulDiff:
 * @from, @to: (nullable): the versions; %NULL: the files as they are
 * @hunks: (element-type BtySoulDiffHunk): what differs, file by file
 * @unified: the same as a unified diff
 * @notice: (nullable): why a file cannot be read or cannot be a version, for people; one that cannot be read differs as if it were empty
 */
typedef struct
{
  BtyRecord record;
  BtySoulVersion *from;
  BtySoulVersion *to;
  gint64 added;
  gint64 removed;
  GPtrArray *hunks;
  char *unified;
  char *notice;
} BtySoulDiff;
BTY_DECLARE_RECORD (BtySoulDiff, bty_soul_diff)

/** BtySoulBlame: @version: (nullable): %NULL: the one in use */
typedef struct
{
  BtyRecord record;
  char *slug;
  char *file;
  char *version;
} BtySoulBlame;
BTY_DECLARE_RECORD (BtySoulBlame, bty_soul_blame)

/** BtySoulBlameLine: @line: from 1; @number, @author, @time: of the version that brought the line as it is */
typedef struct
{
  BtyRecord record;
  gint64 line;
  gint64 number;
  BtyAuthorKind author_kind;
  char *author;
  gint64 time;
  char *text;
} BtySoulBlameLine;
BTY_DECLARE_RECORD (BtySoulBlameLine, bty_soul_blame_line)

/**
 * BtySoulWrite:
 * @soul, @identity, @user: (nullable): the whole text of a file; %NULL: as it is
 * @expected: (nullable): the version that the texts were made from; when it is not the newest any more, nothing is changed
 * @branch: (nullable): %NULL: the one in use
 */
typedef struct
{
  BtyRecord record;
  char *slug;
  char *soul;
  char *identity;
  char *user;
  char *note;
  char *expected;
  char *branch;
} BtySoulWrite;
BTY_DECLARE_RECORD (BtySoulWrite, bty_soul_write)

/** BtySoulRollback: @version: whose texts come again, as a new version */
typedef struct
{
  BtyRecord record;
  char *slug;
  char *version;
  char *note;
} BtySoulRollback;
BTY_DECLARE_RECORD (BtySoulRollback, bty_soul_rollback)

/** BtySoulName: a branch or a tag to be; @version: (nullable): where; %NULL: the version in use */
typedef struct
{
  BtyRecord record;
  char *slug;
  char *name;
  char *version;
} BtySoulName;
BTY_DECLARE_RECORD (BtySoulName, bty_soul_name)

/** BtySoulRefs: @kind: nullable: only branches or only tags */
typedef struct
{
  BtyRecord record;
  char *slug;
  BtySoulRefKind kind;
  char *cursor;
  gint64 limit;
} BtySoulRefs;
BTY_DECLARE_RECORD (BtySoulRefs, bty_soul_refs)

/** BtySoulForget: a branch or a tag that is to go; the versions stay */
typedef struct
{
  BtyRecord record;
  char *slug;
  BtySoulRefKind kind;
  char *name;
} BtySoulForget;
BTY_DECLARE_RECORD (BtySoulForget, bty_soul_forget)

/** BtySoulCheckout: @branch: the one to be in use from now on */
typedef struct
{
  BtyRecord record;
  char *slug;
  char *branch;
} BtySoulCheckout;
BTY_DECLARE_RECORD (BtySoulCheckout, bty_soul_checkout)

/**
 * BtySoulMerge:
 * @version: what is merged into the branch in use: a branch, as a rule
 * @soul, @identity, @user: (nullable): the texts as they should be, where a person has settled conflicts
 * @expected: (nullable): as of #BtySoulWrite
 */
typedef struct
{
  BtyRecord record;
  char *slug;
  char *version;
  char *soul;
  char *identity;
  char *user;
  char *note;
  char *expected;
} BtySoulMerge;
BTY_DECLARE_RECORD (BtySoulMerge, bty_soul_merge)

/** BtySoulConflict: both sides changed the same lines; @line: where in the text with marks; @base: what both began with */
typedef struct
{
  BtyRecord record;
  char *file;
  gint64 line;
  char *base;
  char *ours;
  char *theirs;
} BtySoulConflict;
BTY_DECLARE_RECORD (BtySoulConflict, bty_soul_conflict)

/**
 * BtySoulMerged:
 * @version: (nullable): the version that came of it; %NULL: there are conflicts and nothing was changed
 * @conflicts: (element-type BtySoulConflict): what a person has to settle
 * @soul, @identity, @user: (nullable): with conflicts: the merged texts, with marks around what has to be settled
 * @expected: (nullable): with conflicts: hash of the version that settled texts are to be sent for
 */
typedef struct
{
  BtyRecord record;
  BtySoulVersion *version;
  GPtrArray *conflicts;
  char *soul;
  char *identity;
  char *user;
  char *expected;
} BtySoulMerged;
BTY_DECLARE_RECORD (BtySoulMerged, bty_soul_merged)

/** BtySoulSettle: what is done with a held soul, and why */
typedef struct
{
  BtyRecord record;
  char *slug;
  char *note;
} BtySoulSettle;
BTY_DECLARE_RECORD (BtySoulSettle, bty_soul_settle)

/** BtySoulPropose: as #BtySoulWrite, for somebody to decide */
typedef struct
{
  BtyRecord record;
  char *slug;
  char *soul;
  char *identity;
  char *user;
  char *note;
} BtySoulPropose;
BTY_DECLARE_RECORD (BtySoulPropose, bty_soul_propose)

/** BtySoulProposals: @slug: (nullable): only of this bot; @state: nullable: only those */
typedef struct
{
  BtyRecord record;
  char *slug;
  BtyProposalState state;
  char *cursor;
  gint64 limit;
} BtySoulProposals;
BTY_DECLARE_RECORD (BtySoulProposals, bty_soul_proposals)

/**
 * BtySoulReview:
 * @diff: what it would change now: the version in use against what approving would make of it
 * @conflicts: (element-type BtySoulConflict): where the soul has moved on in the same lines
 */
typedef struct
{
  BtyRecord record;
  BtySoulProposal *proposal;
  BtySoulDiff *diff;
  GPtrArray *conflicts;
} BtySoulReview;
BTY_DECLARE_RECORD (BtySoulReview, bty_soul_review)

/** BtySoulDecide: @answer: (nullable): what is said to it */
typedef struct
{
  BtyRecord record;
  char *id;
  char *answer;
} BtySoulDecide;
BTY_DECLARE_RECORD (BtySoulDecide, bty_soul_decide)

G_END_DECLS
