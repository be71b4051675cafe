/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-sqlite-checkpoint.h"
#include "bty-sqlite-loop.h"

/*
 * BtySqliteWrite:
 * @done: its run function finishes it on the main context
 * @error: (nullable): why it was not committed
 * @last_event: position of its last event; 0 without one
 *
 * One batch on its way through the writer.
 */
typedef struct
{
  BtySqliteDone done;
  GTask *task;
  BtyBatch *batch;
  GError *error;
  gint64 last_event;
} BtySqliteWrite;

/*
 * BtySqliteWriter:
 *
 * The one thread that writes. It takes all batches that wait, and commits them together, so that one sync of the disk serves them
 * all; one that fails takes no other along. When nothing waits it merges away deleted text. The thread starts with the first batch.
 */
typedef struct _BtySqliteWriter BtySqliteWriter;

/* @connection: (transfer full); @loop and @checkpoint outlive it */
BtySqliteWriter *bty_sqlite_writer_new (BtySqliteConnection *connection, BtySqliteLoop *loop,
                                        BtySqliteCheckpoint *checkpoint, const BtySqliteOptions *options);
void bty_sqlite_writer_push (BtySqliteWriter *self, BtySqliteWrite *write);
/* All events up to @position were told: the next commit says so. */
void bty_sqlite_writer_set_told (BtySqliteWriter *self, gint64 position);
/* Commits what was pushed, tidies up, ends the thread and closes the connection. */
void bty_sqlite_writer_free (BtySqliteWriter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtySqliteWriter, bty_sqlite_writer_free)
