/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-soul-request.h"

#define MAX_TEXT    (1024 * 1024)
#define MAX_NAME    64
#define MAX_VERSION 80
#define MAX_NOTE    2000
#define MAX_CURSOR  8192

/* The fields that many of them share. */
#define SLUG(T)     BTY_FIELD_STRING (T, slug, BTY_REQUIRED, N_ ("Slug of the bot"), .min = 1, .max = MAX_NAME)
#define SOUL(T)     BTY_FIELD_TEXT (T, soul, 0, N_ ("The text of SOUL.md"), .max = MAX_TEXT)
#define IDENTITY(T) BTY_FIELD_TEXT (T, identity, 0, N_ ("The text of IDENTITY.md"), .max = MAX_TEXT)
#define USER(T)     BTY_FIELD_TEXT (T, user, 0, N_ ("The text of USER.md"), .max = MAX_TEXT)
#define NOTE(T)     BTY_FIELD_TEXT (T, note, 0, N_ ("Why"), .max = MAX_NOTE)
#define EXPECTED(T)                                                                                                    \
  BTY_FIELD_STRING (T, expected, 0,                                                                                    \
                    N_ ("The version that the texts were made from; nothing changes unless it is the newest"),         \
                    .max = MAX_VERSION)
#define CURSOR(T)                                                                                                      \
  BTY_FIELD_STRING (T, cursor, 0, N_ ("Where to begin: next_cursor of the page before"), .max = MAX_CURSOR)
#define LIMIT(T)                                                                                                       \
  BTY_FIELD_INT64 (T, limit, 0, N_ ("How many records at most"), .min = 1, .max = 1000, .fallback = "100")

static const BtyField list_fields[] = {
  BTY_FIELD_ENUM (BtySoulList, state, BTY_NULLABLE, N_ ("Only souls in this state"), bty_soul_states),
  CURSOR (BtySoulList),
  LIMIT (BtySoulList),
};
BTY_DEFINE_RECORD (BtySoulList, bty_soul_list, "soul_list", N_ ("Which souls"), list_fields)

static const BtyField history_fields[] = {
  SLUG (BtySoulHistory),
  BTY_FIELD_STRING (BtySoulHistory, branch, 0, N_ ("Only what led to the newest version of this branch"),
                    .max = MAX_NAME),
  CURSOR (BtySoulHistory),
  LIMIT (BtySoulHistory),
};
BTY_DEFINE_RECORD (BtySoulHistory, bty_soul_history, "soul_history", N_ ("Which versions"), history_fields)

static const BtyField show_fields[] = {
  SLUG (BtySoulShow),
  BTY_FIELD_STRING (BtySoulShow, version, BTY_REQUIRED,
                    N_ ("A number, head, head~2, a branch, a tag, or the beginning of a hash"), .min = 1,
                    .max = MAX_VERSION),
  BTY_FIELD_STRING (BtySoulShow, file, 0, N_ ("Only this file: SOUL.md, IDENTITY.md or USER.md"), .max = MAX_NAME),
};
BTY_DEFINE_RECORD (BtySoulShow, bty_soul_show, "soul_show", N_ ("Which version of a soul"), show_fields)

static const BtyField snapshot_fields[] = {
  BTY_FIELD_RECORD (BtySoulSnapshot, version, BTY_READ_ONLY, N_ ("The version"), bty_soul_version_schema),
  SOUL (BtySoulSnapshot),
  IDENTITY (BtySoulSnapshot),
  USER (BtySoulSnapshot),
  BTY_FIELD_TEXT (BtySoulSnapshot, prompt, 0, N_ ("What a model is told of all three files")),
};
BTY_DEFINE_RECORD (BtySoulSnapshot, bty_soul_snapshot, "soul_snapshot", N_ ("A version with its texts"),
                   snapshot_fields)

static const BtyField compare_fields[] = {
  SLUG (BtySoulCompare),
  BTY_FIELD_STRING (BtySoulCompare, from, 0, N_ ("The older version; “files” for what the files hold now"),
                    .max = MAX_VERSION),
  BTY_FIELD_STRING (BtySoulCompare, to, 0, N_ ("The newer version; “files” for what the files hold now"),
                    .max = MAX_VERSION),
  BTY_FIELD_STRING (BtySoulCompare, file, 0, N_ ("Only this file: SOUL.md, IDENTITY.md or USER.md"), .max = MAX_NAME),
  BTY_FIELD_INT64 (BtySoulCompare, context, 0, N_ ("How many lines are shown around a change"), .min = 0, .max = 10000,
                   .fallback = "3"),
};
BTY_DEFINE_RECORD (BtySoulCompare, bty_soul_compare, "soul_compare", N_ ("What is compared"), compare_fields)

const BtyEnumValue bty_soul_line_kinds[] = {
  { BTY_SOUL_LINE_SAME, "same", N_ ("It is in both") },
  { BTY_SOUL_LINE_REMOVED, "removed", N_ ("It is gone") },
  { BTY_SOUL_LINE_ADDED, "added", N_ ("It is new") },
  { 0 },
};

static const BtyField span_fields[] = {
  BTY_FIELD_TEXT (BtySoulDiffSpan, text, 0, N_ ("A piece of the line")),
  BTY_FIELD_BOOL (BtySoulDiffSpan, changed, 0, N_ ("Whether it is what changed in the line")),
};
BTY_DEFINE_RECORD (BtySoulDiffSpan, bty_soul_diff_span, "soul_diff_span", N_ ("A piece of a line"), span_fields)

static const BtyField line_fields[] = {
  BTY_FIELD_ENUM (BtySoulDiffLine, kind, 0, N_ ("Whether it is new, gone, or in both"), bty_soul_line_kinds),
  BTY_FIELD_TEXT (BtySoulDiffLine, text, 0, N_ ("The line without its line break")),
  BTY_FIELD_RECORDS (BtySoulDiffLine, spans, 0, N_ ("Its pieces, where only words of it changed"),
                     bty_soul_diff_span_schema),
};
BTY_DEFINE_RECORD (BtySoulDiffLine, bty_soul_diff_line, "soul_diff_line", N_ ("A line of a difference"), line_fields)

static const BtyField hunk_fields[] = {
  BTY_FIELD_STRING (BtySoulDiffHunk, file, 0, N_ ("The file"), .max = MAX_NAME),
  BTY_FIELD_INT64 (BtySoulDiffHunk, from_line, 0, N_ ("First line in the older text"), .max = G_MAXINT64),
  BTY_FIELD_INT64 (BtySoulDiffHunk, from_count, 0, N_ ("Lines in the older text"), .max = G_MAXINT64),
  BTY_FIELD_INT64 (BtySoulDiffHunk, to_line, 0, N_ ("First line in the newer text"), .max = G_MAXINT64),
  BTY_FIELD_INT64 (BtySoulDiffHunk, to_count, 0, N_ ("Lines in the newer text"), .max = G_MAXINT64),
  BTY_FIELD_RECORDS (BtySoulDiffHunk, lines, 0, N_ ("The lines"), bty_soul_diff_line_schema),
};
BTY_DEFINE_RECORD (BtySoulDiffHunk, bty_soul_diff_hunk, "soul_diff_hunk", N_ ("A place where two texts differ"),
                   hunk_fields)

static const BtyField diff_fields[] = {
  BTY_FIELD_RECORD (BtySoulDiff, from, BTY_READ_ONLY, N_ ("The older version; absent: the files"),
                    bty_soul_version_schema),
  BTY_FIELD_RECORD (BtySoulDiff, to, BTY_READ_ONLY, N_ ("The newer version; absent: the files, or a proposal"),
                    bty_soul_version_schema),
  BTY_FIELD_INT64 (BtySoulDiff, added, 0, N_ ("Lines that are new"), .max = G_MAXINT64),
  BTY_FIELD_INT64 (BtySoulDiff, removed, 0, N_ ("Lines that are gone"), .max = G_MAXINT64),
  BTY_FIELD_RECORDS (BtySoulDiff, hunks, 0, N_ ("Where they differ"), bty_soul_diff_hunk_schema),
  BTY_FIELD_TEXT (BtySoulDiff, unified, 0, N_ ("The same as a unified diff")),
  BTY_FIELD_TEXT (BtySoulDiff, notice, 0, N_ ("Why a file cannot be read, or cannot be a version")),
};
BTY_DEFINE_RECORD (BtySoulDiff, bty_soul_diff, "soul_diff", N_ ("How two versions differ"), diff_fields)

static const BtyField blame_fields[] = {
  SLUG (BtySoulBlame),
  BTY_FIELD_STRING (BtySoulBlame, file, 0, N_ ("The file: SOUL.md, IDENTITY.md or USER.md"), .max = MAX_NAME,
                    .fallback = "\"SOUL.md\""),
  BTY_FIELD_STRING (BtySoulBlame, version, 0, N_ ("The version; without it the one in use"), .max = MAX_VERSION,
                    .fallback = "\"head\""),
};
BTY_DEFINE_RECORD (BtySoulBlame, bty_soul_blame, "soul_blame", N_ ("Whose lines are asked for"), blame_fields)

static const BtyField blame_line_fields[] = {
  BTY_FIELD_INT64 (BtySoulBlameLine, line, 0, N_ ("Its place in the file"), .max = G_MAXINT64),
  BTY_FIELD_INT64 (BtySoulBlameLine, number, 0, N_ ("Number of the version that brought it"), .max = G_MAXINT64),
  BTY_FIELD_ENUM (BtySoulBlameLine, author_kind, 0, N_ ("What made that version"), bty_author_kinds),
  BTY_FIELD_STRING (BtySoulBlameLine, author, 0, N_ ("Who made that version")),
  BTY_FIELD_TIME (BtySoulBlameLine, time, 0, N_ ("When that version was made")),
  BTY_FIELD_TEXT (BtySoulBlameLine, text, 0, N_ ("The line without its line break")),
};
BTY_DEFINE_RECORD (BtySoulBlameLine, bty_soul_blame_line, "soul_blame_line", N_ ("A line and where it came from"),
                   blame_line_fields)

static const BtyField write_fields[] = {
  SLUG (BtySoulWrite),
  SOUL (BtySoulWrite),
  IDENTITY (BtySoulWrite),
  USER (BtySoulWrite),
  NOTE (BtySoulWrite),
  EXPECTED (BtySoulWrite),
  BTY_FIELD_STRING (BtySoulWrite, branch, 0, N_ ("On which branch; without it the one in use"), .max = MAX_NAME),
};
BTY_DEFINE_RECORD (BtySoulWrite, bty_soul_write, "soul_write", N_ ("New texts for a soul"), write_fields)

static const BtyField rollback_fields[] = {
  SLUG (BtySoulRollback),
  BTY_FIELD_STRING (BtySoulRollback, version, BTY_REQUIRED, N_ ("The version whose texts come again"), .min = 1,
                    .max = MAX_VERSION),
  NOTE (BtySoulRollback),
};
BTY_DEFINE_RECORD (BtySoulRollback, bty_soul_rollback, "soul_rollback", N_ ("Where to go back to"), rollback_fields)

static const BtyField name_fields[] = {
  SLUG (BtySoulName),
  BTY_FIELD_STRING (BtySoulName, name, BTY_REQUIRED, N_ ("Its name: letters, digits, dots, - and _"), .min = 1,
                    .max = MAX_NAME),
  BTY_FIELD_STRING (BtySoulName, version, 0, N_ ("The version; without it the one in use"), .max = MAX_VERSION,
                    .fallback = "\"head\""),
};
BTY_DEFINE_RECORD (BtySoulName, bty_soul_name, "soul_name", N_ ("A name for a version"), name_fields)

static const BtyField refs_fields[] = {
  SLUG (BtySoulRefs),
  BTY_FIELD_ENUM (BtySoulRefs, kind, BTY_NULLABLE, N_ ("Only branches, or only tags"), bty_soul_ref_kinds),
  CURSOR (BtySoulRefs),
  LIMIT (BtySoulRefs),
};
BTY_DEFINE_RECORD (BtySoulRefs, bty_soul_refs, "soul_refs", N_ ("Which branches and tags"), refs_fields)

static const BtyField forget_fields[] = {
  SLUG (BtySoulForget),
  BTY_FIELD_ENUM (BtySoulForget, kind, BTY_REQUIRED, N_ ("A branch or a tag"), bty_soul_ref_kinds),
  BTY_FIELD_STRING (BtySoulForget, name, BTY_REQUIRED, N_ ("Its name"), .min = 1, .max = MAX_NAME),
};
BTY_DEFINE_RECORD (BtySoulForget, bty_soul_forget, "soul_forget", N_ ("A branch or tag that goes"), forget_fields)

static const BtyField checkout_fields[] = {
  SLUG (BtySoulCheckout),
  BTY_FIELD_STRING (BtySoulCheckout, branch, BTY_REQUIRED, N_ ("The branch to use"), .min = 1, .max = MAX_NAME),
};
BTY_DEFINE_RECORD (BtySoulCheckout, bty_soul_checkout, "soul_checkout", N_ ("Which branch is used"), checkout_fields)

static const BtyField merge_fields[] = {
  SLUG (BtySoulMerge),
  BTY_FIELD_STRING (BtySoulMerge, version, BTY_REQUIRED, N_ ("What is merged into the branch in use, such as a branch"),
                    .min = 1, .max = MAX_VERSION),
  SOUL (BtySoulMerge),
  IDENTITY (BtySoulMerge),
  USER (BtySoulMerge),
  NOTE (BtySoulMerge),
  EXPECTED (BtySoulMerge),
};
BTY_DEFINE_RECORD (BtySoulMerge, bty_soul_merge, "soul_merge", N_ ("What is merged"), merge_fields)

static const BtyField conflict_fields[] = {
  BTY_FIELD_STRING (BtySoulConflict, file, 0, N_ ("The file"), .max = MAX_NAME),
  BTY_FIELD_INT64 (BtySoulConflict, line, 0, N_ ("Where its marks begin in the merged text"), .max = G_MAXINT64),
  BTY_FIELD_TEXT (BtySoulConflict, base, 0, N_ ("What both began with")),
  BTY_FIELD_TEXT (BtySoulConflict, ours, 0, N_ ("What stands there now")),
  BTY_FIELD_TEXT (BtySoulConflict, theirs, 0, N_ ("What the other one says")),
};
BTY_DEFINE_RECORD (BtySoulConflict, bty_soul_conflict, "soul_conflict", N_ ("Lines that both sides changed"),
                   conflict_fields)

static const BtyField merged_fields[] = {
  BTY_FIELD_RECORD (BtySoulMerged, version, BTY_READ_ONLY,
                    N_ ("What came of it; absent: there are conflicts, and nothing was changed"),
                    bty_soul_version_schema),
  BTY_FIELD_RECORDS (BtySoulMerged, conflicts, 0, N_ ("What a person has to settle"), bty_soul_conflict_schema),
  SOUL (BtySoulMerged),
  IDENTITY (BtySoulMerged),
  USER (BtySoulMerged),
  BTY_FIELD_STRING (BtySoulMerged, expected, 0, N_ ("With conflicts: what to send as expected with the settled texts"),
                    .max = MAX_VERSION),
};
BTY_DEFINE_RECORD (BtySoulMerged, bty_soul_merged, "soul_merged", N_ ("How a merge went"), merged_fields)

static const BtyField settle_fields[] = {
  SLUG (BtySoulSettle),
  NOTE (BtySoulSettle),
};
BTY_DEFINE_RECORD (BtySoulSettle, bty_soul_settle, "soul_settle", N_ ("What is done with a held soul"), settle_fields)

static const BtyField propose_fields[] = {
  SLUG (BtySoulPropose), SOUL (BtySoulPropose), IDENTITY (BtySoulPropose), USER (BtySoulPropose), NOTE (BtySoulPropose),
};
BTY_DEFINE_RECORD (BtySoulPropose, bty_soul_propose, "soul_propose", N_ ("A change of a soul, for somebody to decide"),
                   propose_fields)

static const BtyField proposals_fields[] = {
  BTY_FIELD_STRING (BtySoulProposals, slug, 0, N_ ("Only proposals about this bot"), .max = MAX_NAME),
  BTY_FIELD_ENUM (BtySoulProposals, state, BTY_NULLABLE, N_ ("Only proposals in this state"), bty_proposal_states),
  CURSOR (BtySoulProposals),
  LIMIT (BtySoulProposals),
};
BTY_DEFINE_RECORD (BtySoulProposals, bty_soul_proposals, "soul_proposals", N_ ("Which proposals"), proposals_fields)

static const BtyField review_fields[] = {
  BTY_FIELD_RECORD (BtySoulReview, proposal, BTY_READ_ONLY, N_ ("The proposal"), bty_soul_proposal_schema),
  BTY_FIELD_RECORD (BtySoulReview, diff, BTY_READ_ONLY, N_ ("What it would change now"), bty_soul_diff_schema),
  BTY_FIELD_RECORDS (BtySoulReview, conflicts, 0, N_ ("Where the soul has moved on in the same lines"),
                     bty_soul_conflict_schema),
};
BTY_DEFINE_RECORD (BtySoulReview, bty_soul_review, "soul_review", N_ ("A proposal and what it would change"),
                   review_fields)

static const BtyField decide_fields[] = {
  BTY_FIELD_STRING (BtySoulDecide, id, BTY_REQUIRED, N_ ("Identifier of the proposal"), .min = 1, .max = 36),
  BTY_FIELD_TEXT (BtySoulDecide, answer, 0, N_ ("What is said to it"), .max = MAX_NOTE),
};
BTY_DEFINE_RECORD (BtySoulDecide, bty_soul_decide, "soul_decide", N_ ("A word on a proposal"), decide_fields)
