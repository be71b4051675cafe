/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "soul/bty-soul-policy.h"

extern const BtyOperation bty_soul_operations[];
extern const guint bty_n_soul_operations;

/* The handlers of the table, by what they are about. The service of them all is a BtySoulService. */

/* bty-soul-operations-read.c */
void bty_soul_run_list (BtyCall *call);
void bty_soul_run_get (BtyCall *call);
void bty_soul_run_history (BtyCall *call);
void bty_soul_run_show (BtyCall *call);
void bty_soul_run_refs (BtyCall *call);
/* bty-soul-operations-diff.c */
void bty_soul_run_diff (BtyCall *call);
/* bty-soul-operations-blame.c */
void bty_soul_run_blame (BtyCall *call);
/* bty-soul-verify.c */
void bty_soul_run_verify (BtyCall *call);
/* bty-soul-operations-write.c */
void bty_soul_run_update (BtyCall *call);
void bty_soul_run_write (BtyCall *call);
void bty_soul_run_rollback (BtyCall *call);
void bty_soul_run_checkout (BtyCall *call);
void bty_soul_run_accept (BtyCall *call);
void bty_soul_run_restore (BtyCall *call);
/* bty-soul-operations-names.c */
void bty_soul_run_tag (BtyCall *call);
void bty_soul_run_branch (BtyCall *call);
void bty_soul_run_forget (BtyCall *call);
/* bty-soul-operations-merge.c */
void bty_soul_run_merge (BtyCall *call);
/* bty-soul-operations-propose.c */
void bty_soul_run_propose (BtyCall *call);
void bty_soul_run_proposals (BtyCall *call);
void bty_soul_run_proposal (BtyCall *call);
/* bty-soul-operations-decide.c */
void bty_soul_run_approve (BtyCall *call);
void bty_soul_run_refuse (BtyCall *call);

/* Shared by the handlers. */

/** bty_soul_admit: as bty_soul_policy_admit(), of who calls; fails the call if not */
gboolean bty_soul_admit (BtyCall *call, const char *slug, BtySoulDeed deed);
/** bty_soul_check_file: as bty_soul_file_check(); fails the call if not */
gboolean bty_soul_check_file (BtyCall *call, const char *file);
/** bty_soul_store_of: Returns: (transfer none): */
BtyStore *bty_soul_store_of (BtyCall *call);
