/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/*
 * The key that this installation's backups open with: a recovery key as text, so that the same can be written down by a person. Kept in
 * `DATA/backups.key`, readable by the user alone. It is in no backup.
 *
 * (transfer full) (nullable): the key. @make: when there is none, makes one, durably, and sets *@is_new; else NULL without an error.
 * Errors: DATA_LOSS (the file is no key), UNAVAILABLE, RESOURCE_EXHAUSTED.
 */
BtySecret *bty_backup_key_get (const char *data_dir, gboolean make, gboolean *is_new, GError **error);

/* Whether there is a key that nobody was ever shown: without it, backups open on this machine alone. */
gboolean bty_backup_key_is_unseen (const char *data_dir);
/* Somebody was shown it. */
void bty_backup_key_seen (const char *data_dir);
