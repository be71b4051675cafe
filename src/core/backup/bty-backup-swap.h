/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "backup/bty-backup-place.h"

/*
 * How restored data takes the place of what is there, while no daemon has the store open.
 *
 * `DATA/.restore/new` is filled first. bty_backup_swap_intend() then writes `DATA/.restore/intent`, durably: before that nothing has
 * changed, and after that the swap is carried out to its end, however often it is broken off: each step is a rename, and each looks at
 * what is there.
 */

/* (transfer full): where the new data is put: `DATA/.restore/new` */
char *bty_backup_swap_get_folder (const char *data_dir);
/* Makes `DATA/.restore`, empty: what an earlier restore left there goes, one that was intended included. */
gboolean bty_backup_swap_begin (const char *data_dir, GError **error);
/* Promises the swap. *@kept: (transfer full): the folder in the data folder that will have what was there */
gboolean bty_backup_swap_intend (const char *data_dir, char **kept, GError **error);
/*
 * Carries out what was promised, before the store is opened; removes what was not.
 * *@kept: (out) (transfer full) (nullable): what was kept by a restore that nobody was told of yet: this one, or one before that
 */
gboolean bty_backup_swap_carry_out (const char *data_dir, char **kept, GError **error);

/* That there was a restore is known now, durably: `DATA/.restored`, which says so until then, goes. */
void bty_backup_swap_told (const char *data_dir);

/* The places at which tests end the process. */
extern void (*bty_backup_swap_step) (const char *step);
