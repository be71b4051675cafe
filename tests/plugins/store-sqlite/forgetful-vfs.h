/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * An SQLite file layer named `forgetful`, over the usual one. It counts syncs, can be given a limited space, and can forget: what
 * was not synced when the power was cut is lost, or comes back in part and out of order, as on a real disk.
 */
#define FORGETFUL_VFS "forgetful"

void forgetful_vfs_register (void);

/* Begins anew: nothing counted, no limit, power on. @remembers: keeps what a disk would have; else files are just passed through */
void forgetful_vfs_reset (gboolean remembers);
/* The power goes before the write or sync that is @n further on; every one after it fails. */
void forgetful_vfs_cut_after (guint n);
gboolean forgetful_vfs_is_cut (void);
/* How many writes and syncs there were, over all files. */
guint forgetful_vfs_get_n_operations (void);
guint forgetful_vfs_get_n_syncs (void);
/* Bytes by which files may still grow; -1 for no limit. */
void forgetful_vfs_set_space (gint64 space);
/* Puts into @folder what the disk has: all that was synced, and of the rest a part that @random chooses. */
void forgetful_vfs_write_disk (const char *folder, GRand *random);
