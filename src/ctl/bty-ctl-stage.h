/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-ctl.h"

/*
 * BtyCtlStage:
 *
 * A file of ours as the daemon finds it. A daemon with a view of its own on the files of this machine, such as a /tmp of its own, is given
 * a copy in the data folder, which is there as long as the stage.
 */
typedef struct
{
  char *path;
  char *folder; /* NULL: no copy was needed */
} BtyCtlStage;

/* Connects to the daemon. */
gboolean bty_ctl_stage_init (BtyCtlStage *stage, BtyCtl *ctl, const char *path, GError **error);
void bty_ctl_stage_clear (BtyCtlStage *stage);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BtyCtlStage, bty_ctl_stage_clear)
