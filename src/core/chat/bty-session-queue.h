/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BtySessionQueue:
 *
 * One turn at a time a session: who waits for whom. Knows the runs as #GObject and their turns by id. Main context.
 */
typedef struct _BtySessionQueue BtySessionQueue;
typedef void (*BtySessionQueueGo) (GObject *run);

/** bty_session_queue_new: @go: told to a run when it is its turn */
BtySessionQueue *bty_session_queue_new (BtySessionQueueGo go);
void bty_session_queue_free (BtySessionQueue *queue);
/** bty_session_queue_join: Returns: how many are before it; with none, it has been told to go */
guint bty_session_queue_join (BtySessionQueue *queue, const char *session, const char *turn, GObject *run);
/** bty_session_queue_leave: the next, if any, is told to go */
void bty_session_queue_leave (BtySessionQueue *queue, const char *session, const char *turn);
/** bty_session_queue_find: Returns: (transfer none) (nullable): the run of a live turn */
GObject *bty_session_queue_find (BtySessionQueue *queue, const char *turn);
/** bty_session_queue_list: @session: (nullable): of one session, or all; Returns: (transfer full) (element-type GObject): */
GPtrArray *bty_session_queue_list (BtySessionQueue *queue, const char *session);
