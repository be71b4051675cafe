/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/* Files of a vault. All of it blocks: for a worker thread. Errors are of BTY_ERROR and name the file. */

/* Which file it was that was read, so that one that was changed since is noticed. All zeros: there was none. */
typedef struct
{
  guint64 device, inode, size, changed_ns;
} BtyVaultStamp;

/* (transfer full) (nullable): at most @max bytes; %NULL without an error when there is no such file. */
GBytes *bty_vault_disk_read (const char *path, gsize max, BtyVaultStamp *stamp, GError **error);
/* Whether the file at @path is (still) the one of @stamp. */
gboolean bty_vault_disk_is_same (const char *path, const BtyVaultStamp *stamp);
/*
 * Puts @data in the place of @path, readable for its owner alone: afterwards it is there, also after a loss of power; after an error
 * or a kill the old file is. @copy: (nullable): keeps the old file under this path; what was there before is gone in any case.
 */
gboolean bty_vault_disk_replace (const char *path, gconstpointer data, gsize length, const char *copy, GError **error);
/* Removes @path; TRUE also when there is no such file. */
gboolean bty_vault_disk_remove (const char *path, GError **error);

G_END_DECLS
