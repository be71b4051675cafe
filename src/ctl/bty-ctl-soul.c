/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include "bty-ctl-soul.h"

#include <glib/gi18n-lib.h>

#include "bty-ctl-command.h"

#define NOTE                                                                                                           \
  {                                                                                                                    \
    "note", 'm', N_ ("TEXT"), N_ ("why"), BTY_CTL_NOTHING                                                              \
  }
#define FILE_OPTION                                                                                                    \
  {                                                                                                                    \
    "file", 'f', N_ ("SOUL.md|IDENTITY.md|USER.md"), N_ ("only this file"), BTY_CTL_NOTHING                            \
  }
#define FROM                                                                                                           \
  {                                                                                                                    \
    "from", 0, N_ ("PATH"), N_ ("take the text from this file, or from - for standard input"), BTY_CTL_FILE            \
  }

static const BtyCtlOption history_options[] = {
  { "branch", 'b', N_ ("BRANCH"), N_ ("only what led to the newest version of this branch"), BTY_CTL_NOTHING },
  { "limit", 'n', N_ ("NUMBER"), N_ ("how many at most (50); 0: all"), BTY_CTL_NOTHING },
  { NULL },
};
static const BtyCtlOption show_options[] = {
  FILE_OPTION,
  { "prompt", 'p', NULL, N_ ("the one text that a model is given of it"), BTY_CTL_NOTHING },
  { NULL },
};
static const BtyCtlOption diff_options[] = {
  FILE_OPTION,
  { "context", 'U', N_ ("LINES"), N_ ("how many lines are shown around a change (3)"), BTY_CTL_NOTHING },
  { NULL },
};
static const BtyCtlOption blame_options[] = {
  { "version", 0, N_ ("VERSION"), N_ ("of this version (head)"), BTY_CTL_NOTHING },
  { NULL },
};
static const BtyCtlOption note_options[] = { NOTE, { NULL } };
static const BtyCtlOption edit_options[] = { NOTE, FROM, { NULL } };
static const BtyCtlOption name_options[] = {
  { "delete", 'd', N_ ("NAME"), N_ ("take this one away; its versions stay"), BTY_CTL_NOTHING },
  { NULL },
};
static const BtyCtlOption merge_options[] = {
  NOTE,
  { "edit", 'e', NULL, N_ ("settle conflicts in $EDITOR"), BTY_CTL_NOTHING },
  { NULL },
};
static const BtyCtlOption policy_options[] = {
  { "gate", 0, N_ ("PERCENT"), N_ ("least score of its golden questions for a new version; 0: none"), BTY_CTL_NOTHING },
  { NULL },
};
static const BtyCtlOption proposals_options[] = {
  { "state", 0, N_ ("open|accepted|refused"), N_ ("only those"), BTY_CTL_NOTHING },
  { NULL },
};

static const BtyCtlOption test_options[] = {
  { "compare", 'c', N_ ("VERSION"), N_ ("ask this version the same, side by side"), BTY_CTL_VERSION },
  { "model", 'm', N_ ("MODEL"), N_ ("model that answers; else the bot's own route"), BTY_CTL_MODEL },
  { "question", 'q', N_ ("NAME"), N_ ("ask only this question; may be given more than once"), BTY_CTL_NOTHING },
  { "max-tokens", 0, N_ ("NUMBER"), N_ ("stop when so many tokens are used up"), BTY_CTL_NOTHING },
  { NULL },
};

static const BtyCtlCommand soul_commands[] = {
  { .name = "list",
    .usage = "",
    .summary = N_ ("List the souls: their versions, policies, and whether one is held"),
    .run = bty_ctl_soul_run_list,
    .examples = N_ ("  boternity-ctl soul list") },
  { .name = "get",
    .usage = N_ ("BOT"),
    .summary = N_ ("Show how a soul is, and who may change it"),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_BOT },
    .run = bty_ctl_soul_run_get,
    .examples = N_ ("  boternity-ctl soul get ada") },
  { .name = "history",
    .usage = N_ ("BOT"),
    .summary = N_ ("List the versions of a soul, the newest first"),
    .options = history_options,
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_BOT },
    .run = bty_ctl_soul_run_history,
    .examples = N_ ("  boternity-ctl soul history ada\n  boternity-ctl soul history ada --branch gentle") },
  { .name = "show",
    .usage = N_ ("BOT [VERSION]"),
    .summary = N_ ("Show a version of a soul"),
    .text = N_ ("A version is a number, head (the one in use), head~2, a branch, a tag, or the beginning of its hash.\n"
                "“files” stands for what the files hold now."),
    .options = show_options,
    .min = 1,
    .max = 2,
    .words = { BTY_CTL_BOT, BTY_CTL_VERSION },
    .run = bty_ctl_soul_run_show,
    .examples = N_ ("  boternity-ctl soul show ada\n"
                    "  boternity-ctl soul show ada 11 --file SOUL.md > old.md\n"
                    "  boternity-ctl soul show ada head~1 --prompt") },
  { .name = "diff",
    .usage = N_ ("BOT [VERSION [VERSION]]"),
    .summary = N_ ("Show how two versions differ, word by word"),
    .text = N_ (
      "Without versions: of a held soul, its version and its files; else the last two versions. With one: that\n"
      "one and the one in use. On a terminal changed words stand out; elsewhere it is a unified diff."),
    .options = diff_options,
    .min = 1,
    .max = 3,
    .words = { BTY_CTL_BOT, BTY_CTL_VERSION, BTY_CTL_VERSION },
    .run = bty_ctl_soul_run_diff,
    .examples = N_ ("  boternity-ctl soul diff ada\n"
                    "  boternity-ctl soul diff ada 11 12 --file SOUL.md\n"
                    "  boternity-ctl soul diff ada head files") },
  { .name = "blame",
    .usage = N_ ("BOT [FILE]"),
    .summary = N_ ("Show which version brought each line of a file"),
    .options = blame_options,
    .min = 1,
    .max = 2,
    .words = { BTY_CTL_BOT, BTY_CTL_SOUL_FILE },
    .run = bty_ctl_soul_run_blame,
    .examples = N_ ("  boternity-ctl soul blame ada IDENTITY.md") },
  { .name = "edit",
    .usage = N_ ("BOT [FILE]"),
    .summary = N_ ("Edit a file of a soul in $EDITOR, as a new version"),
    .text = N_ (
      "What is edited is a copy. Should the soul change meanwhile, nothing is overwritten: you are told where your\n"
      "text is kept. The files in the data folder may be edited as well, with any editor."),
    .options = edit_options,
    .min = 1,
    .max = 2,
    .words = { BTY_CTL_BOT, BTY_CTL_SOUL_FILE },
    .run = bty_ctl_soul_run_edit,
    .examples = N_ ("  boternity-ctl soul edit ada\n"
                    "  boternity-ctl soul edit ada USER.md --from user.md --note \"Met the family\"") },
  { .name = "rollback",
    .usage = N_ ("BOT VERSION"),
    .summary = N_ ("Go back to an older version's texts, as a new version"),
    .options = note_options,
    .min = 2,
    .max = 2,
    .words = { BTY_CTL_BOT, BTY_CTL_VERSION },
    .run = bty_ctl_soul_run_rollback,
    .examples = N_ ("  boternity-ctl soul rollback ada 11") },
  { .name = "tag",
    .usage = N_ ("BOT [NAME [VERSION]]"),
    .summary = N_ ("Give a version a name, or list such names"),
    .options = name_options,
    .min = 1,
    .max = 3,
    .words = { BTY_CTL_BOT, BTY_CTL_NOTHING, BTY_CTL_VERSION },
    .run = bty_ctl_soul_run_tag,
    .examples = N_ ("  boternity-ctl soul tag ada good 12\n  boternity-ctl soul tag ada --delete good") },
  { .name = "branch",
    .usage = N_ ("BOT [NAME [VERSION]]"),
    .summary = N_ ("Begin a branch at a version, or list the branches"),
    .options = name_options,
    .min = 1,
    .max = 3,
    .words = { BTY_CTL_BOT, BTY_CTL_NOTHING, BTY_CTL_VERSION },
    .run = bty_ctl_soul_run_branch,
    .examples = N_ ("  boternity-ctl soul branch ada gentle\n  boternity-ctl soul branch ada --delete gentle") },
  { .name = "checkout",
    .usage = N_ ("BOT BRANCH"),
    .summary = N_ ("Use another branch: its files are written"),
    .min = 2,
    .max = 2,
    .words = { BTY_CTL_BOT, BTY_CTL_BRANCH },
    .run = bty_ctl_soul_run_checkout,
    .examples = N_ ("  boternity-ctl soul checkout ada gentle") },
  { .name = "merge",
    .usage = N_ ("BOT VERSION"),
    .summary = N_ ("Merge another branch into the one in use"),
    .text = N_ (
      "Where both sides changed the same lines, both are shown and nothing is changed; --edit lets you settle it."),
    .options = merge_options,
    .min = 2,
    .max = 2,
    .words = { BTY_CTL_BOT, BTY_CTL_BRANCH },
    .run = bty_ctl_soul_run_merge,
    .examples = N_ ("  boternity-ctl soul merge ada gentle --edit") },
  { .name = "accept",
    .usage = N_ ("BOT"),
    .summary = N_ ("Accept what the files of a held soul hold"),
    .options = note_options,
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_BOT },
    .run = bty_ctl_soul_run_accept,
    .examples = N_ ("  boternity-ctl soul diff ada && boternity-ctl soul accept ada --note \"My own edit\"") },
  { .name = "restore",
    .usage = N_ ("BOT"),
    .summary = N_ ("Write the files of a held soul again as they were"),
    .options = note_options,
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_BOT },
    .run = bty_ctl_soul_run_restore,
    .examples = N_ ("  boternity-ctl soul restore ada") },
  { .name = "verify",
    .usage = N_ ("BOT"),
    .summary = N_ ("Check the whole history of a soul: every hash, and the anchor outside the database"),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_BOT },
    .run = bty_ctl_soul_run_verify,
    .examples = N_ ("  boternity-ctl soul verify ada") },
  { .name = "propose",
    .usage = N_ ("BOT [FILE]"),
    .summary = N_ ("Propose a change in $EDITOR, for somebody to decide"),
    .options = edit_options,
    .min = 1,
    .max = 2,
    .words = { BTY_CTL_BOT, BTY_CTL_SOUL_FILE },
    .run = bty_ctl_soul_run_propose,
    .examples = N_ ("  boternity-ctl soul propose ada --from soul.md --note \"Softer words\"") },
  { .name = "proposals",
    .usage = N_ ("[BOT|PROPOSAL]"),
    .summary = N_ ("List proposals, or show one and what it would change now"),
    .options = proposals_options,
    .max = 1,
    .words = { BTY_CTL_BOT },
    .run = bty_ctl_soul_run_proposals,
    .examples = N_ ("  boternity-ctl soul proposals --state open") },
  { .name = "approve",
    .usage = N_ ("PROPOSAL"),
    .summary = N_ ("Make a version of a proposal"),
    .options = note_options,
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_PROPOSAL },
    .run = bty_ctl_soul_run_approve,
    .examples = N_ ("  boternity-ctl soul approve 0190a5c2-3f4e-7d2a-8b6c-1e2f3a4b5c6d") },
  { .name = "refuse",
    .usage = N_ ("PROPOSAL"),
    .summary = N_ ("Refuse a proposal"),
    .options = note_options,
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_PROPOSAL },
    .run = bty_ctl_soul_run_refuse,
    .examples = N_ ("  boternity-ctl soul refuse 0190a5c2-3f4e-7d2a-8b6c-1e2f3a4b5c6d --note \"Too cold\"") },
  { .name = "lock",
    .usage = N_ ("BOT SECTION…"),
    .summary = N_ ("Lock sections: the bot itself cannot change them"),
    .text = N_ (
      "A section is named SOUL.md#Values; SOUL.md alone is the whole file, and Values alone is one of SOUL.md."),
    .min = 2,
    .max = -1,
    .words = { BTY_CTL_BOT, BTY_CTL_SECTION },
    .run = bty_ctl_soul_run_lock,
    .examples = N_ ("  boternity-ctl soul lock ada SOUL.md#Boundaries USER.md") },
  { .name = "unlock",
    .usage = N_ ("BOT SECTION…"),
    .summary = N_ ("Unlock sections"),
    .min = 2,
    .max = -1,
    .words = { BTY_CTL_BOT, BTY_CTL_SECTION },
    .run = bty_ctl_soul_run_unlock,
    .examples = N_ ("  boternity-ctl soul unlock ada SOUL.md#Boundaries") },
  { .name = "policy",
    .usage = N_ ("BOT [propose|apply|closed]"),
    .summary = N_ ("Say what a bot may do to its own soul"),
    .text = N_ ("propose: it proposes, a person decides. apply: its changes count at once, but for locked sections.\n"
                "closed: it may not even propose."),
    .options = policy_options,
    .min = 1,
    .max = 2,
    .words = { BTY_CTL_BOT, BTY_CTL_POLICY },
    .run = bty_ctl_soul_run_policy,
    .examples = N_ ("  boternity-ctl soul policy ada apply\n  boternity-ctl soul policy ada --gate 80") },
  { .name = "test",
    .usage = N_ ("BOT [VERSION]"),
    .summary = N_ ("Ask a bot its golden questions, and see how its answers do"),
    .text = N_ ("The questions are in evals.yaml in the bot's folder. When one does not pass, the command fails."),
    .options = test_options,
    .min = 1,
    .max = 2,
    .words = { BTY_CTL_BOT, BTY_CTL_VERSION },
    .run = bty_ctl_soul_run_test,
    .examples = N_ ("  boternity-ctl soul test ada\n"
                    "  boternity-ctl soul test ada 12 --compare 11 --model builtin") },
  { .name = "tests",
    .usage = N_ ("BOT"),
    .summary = N_ ("List how a bot did at its golden questions"),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_BOT },
    .run = bty_ctl_soul_run_tests,
    .examples = N_ ("  boternity-ctl soul tests ada") },
  { 0 },
};

const BtyCtlVerb bty_ctl_soul_verb = { "soul", N_ ("see, change and guard who a bot is"), soul_commands, FALSE };
