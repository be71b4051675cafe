/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/*
 * BtySqliteLoop:
 *
 * The way back to the main context: one source, woken once however many threads finish however much work. Answers of reads go
 * before those of writes, which come in runs of hundreds; each kind keeps its order.
 */
typedef struct _BtySqliteLoop BtySqliteLoop;

/*
 * BtySqliteDone:
 * @run: what to do on the main context; may be called when the store is closed already
 *
 * Something that is done, the first member of a piece of work.
 */
typedef struct _BtySqliteDone BtySqliteDone;
struct _BtySqliteDone
{
  GList link;
  void (*run) (BtySqliteDone *done);
};

typedef enum
{
  BTY_SQLITE_FIRST, /* reads */
  BTY_SQLITE_THEN,  /* writes */
  BTY_SQLITE_N_TURNS,
} BtySqliteTurn;

/* Attaches to the thread's default context. */
BtySqliteLoop *bty_sqlite_loop_new (void);
/* What is still waiting is run when the context next runs, after which the source goes. */
void bty_sqlite_loop_end (BtySqliteLoop *self);
/* Any thread. */
void bty_sqlite_loop_push (BtySqliteLoop *self, BtySqliteTurn turn, BtySqliteDone *done);
/* Several, linked in order. */
void bty_sqlite_loop_push_all (BtySqliteLoop *self, BtySqliteTurn turn, GQueue *done);
