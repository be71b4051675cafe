/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-sqlite-connection.h"

/*
 * BtySqliteCheckpoint:
 *
 * Copies the write-ahead log into the database in a thread of its own, so that no write waits for it: passively once the log is
 * longer than store.checkpoint_size; above store.wal_cap writers wait until the log can begin anew. The thread starts with the first
 * need.
 */
typedef struct _BtySqliteCheckpoint BtySqliteCheckpoint;

BtySqliteCheckpoint *bty_sqlite_checkpoint_new (const char *file, const BtySqliteOptions *options);
/* Ends the thread. */
void bty_sqlite_checkpoint_free (BtySqliteCheckpoint *self);
/* @size: of the log in bytes, after a commit. Any thread. */
void bty_sqlite_checkpoint_notice (BtySqliteCheckpoint *self, gint64 size);
/* Asks for the log to be emptied, so that what was deleted is not found in it. Any thread. */
void bty_sqlite_checkpoint_scrub (BtySqliteCheckpoint *self);
/*
 * While it is held, a reader keeps the log from beginning anew for long, and waiting for it would help nobody: the log grows past its
 * cap. Calls nest. Any thread.
 */
void bty_sqlite_checkpoint_hold (BtySqliteCheckpoint *self);
void bty_sqlite_checkpoint_release (BtySqliteCheckpoint *self);
/*
 * The writer goes through this gate with each group. It is shut while the log is to begin anew: SQLite alone would have the
 * checkpoint poll for a moment at which nobody writes, which under load never comes.
 */
void bty_sqlite_checkpoint_enter (BtySqliteCheckpoint *self);
void bty_sqlite_checkpoint_leave (BtySqliteCheckpoint *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtySqliteCheckpoint, bty_sqlite_checkpoint_free)
