/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-sqlite-connection.h"
#include "bty-sqlite-loop.h"

/*
 * BtySqliteRead:
 * @done: its run function finishes it on the main context
 * @field: (nullable): for one record: by which field; else @query
 * @result: a record or a page
 * @stamp: for the cache
 *
 * One read on its way through the readers.
 */
typedef struct
{
  BtySqliteDone done;
  GTask *task;
  const BtySchema *schema;
  const BtyField *field;
  char *value;
  BtyQuery *query;
  gpointer result;
  GError *error;
  guint64 stamp;
} BtySqliteRead;

void bty_sqlite_read_free (BtySqliteRead *read);

/*
 * BtySqliteReaders:
 *
 * A few threads, each with a connection of its own, that take from one queue. Each starts when a read finds the others busy. Gets
 * that wait are taken together and share one snapshot, which begins after all of them were asked for.
 */
typedef struct _BtySqliteReaders BtySqliteReaders;

/* @loop outlives it */
BtySqliteReaders *bty_sqlite_readers_new (const char *file, const BtySqliteOptions *options, BtySqliteLoop *loop);
void bty_sqlite_readers_push (BtySqliteReaders *self, BtySqliteRead *read);
/* Breaks off what is running, fails what waits, ends the threads. */
void bty_sqlite_readers_free (BtySqliteReaders *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtySqliteReaders, bty_sqlite_readers_free)
