/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-ctl-request.h"
#include "bty-ctl.h"

/* What the commands of `boternity-ctl soul` share, and the functions that run them; their table is in bty-ctl-soul.c. */

/* bty-ctl-soul-read.c */
gboolean bty_ctl_soul_run_list (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
gboolean bty_ctl_soul_run_get (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
gboolean bty_ctl_soul_run_history (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
gboolean bty_ctl_soul_run_show (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
gboolean bty_ctl_soul_run_blame (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
gboolean bty_ctl_soul_run_verify (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
/* bty-ctl-soul-diff.c */
gboolean bty_ctl_soul_run_diff (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
/* bty-ctl-soul-change.c */
gboolean bty_ctl_soul_run_rollback (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
gboolean bty_ctl_soul_run_tag (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
gboolean bty_ctl_soul_run_branch (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
gboolean bty_ctl_soul_run_checkout (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
gboolean bty_ctl_soul_run_accept (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
gboolean bty_ctl_soul_run_restore (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
gboolean bty_ctl_soul_run_policy (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
gboolean bty_ctl_soul_run_lock (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
gboolean bty_ctl_soul_run_unlock (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
/* bty-ctl-soul-edit.c */
gboolean bty_ctl_soul_run_edit (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
gboolean bty_ctl_soul_run_propose (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
/* bty-ctl-soul-merge.c */
gboolean bty_ctl_soul_run_merge (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
/* bty-ctl-soul-proposals.c */
gboolean bty_ctl_soul_run_proposals (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
gboolean bty_ctl_soul_run_approve (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
gboolean bty_ctl_soul_run_refuse (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
/* bty-ctl-soul-test.c */
gboolean bty_ctl_soul_run_test (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
gboolean bty_ctl_soul_run_tests (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);

/* Says which bots are held, if any, on standard error; a daemon that does not know of souls is no error. */
void bty_ctl_soul_tell_held (BtyCtl *ctl);

/* Prints a difference: its words in colours where standard output shows them, else as a unified diff. */
void bty_ctl_soul_print_diff (const BtySoulDiff *diff);
/* Prints what both sides say. */
void bty_ctl_soul_print_conflicts (GPtrArray *conflicts);

/* Carries out an operation that gives a version, and says what came of it. @request: (transfer full) */
gboolean bty_ctl_soul_change (BtyCtl *ctl, const char *operation, const char *slug, GBytes *request, GError **error);

/* (transfer none) (nullable): the name of a file of a soul, for what was written for it: SOUL.md, soul.md, soul */
const char *bty_ctl_soul_file (const char *word, GError **error);
/* The member of requests that holds the text of a file. */
const char *bty_ctl_soul_member (const char *file);

/*
 * Lets a person edit a text.
 *
 * @name: what the file is called
 * @path: (out) (transfer full): where the text stays until bty_ctl_soul_discard()
 *
 * Returns: (transfer full) (nullable): the text as it is now
 */
char *bty_ctl_soul_edit_text (const char *name, const char *text, char **path, GError **error);
/* Removes what an editor worked on. */
void bty_ctl_soul_discard (const char *path);
