/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/**
 * BtyPump:
 *
 * The server-sent event streams that an endpoint has open: the items of calls go out as they come, fairly, at the pace of whoever reads
 * them, with one timer for the heartbeats of all. What the events look like is the endpoint's. Main context.
 */
typedef struct _BtyPump BtyPump;

/**
 * BtyPumpFuncs:
 * @begins: (nullable): whether the answer begins with @item; else what fails after it can still have a status of its own; %NULL: every
 *   item begins it
 * @begin: (nullable): appends what a stream begins with
 * @item: appends what is to be sent of @item, which @reader gave last; %FALSE: it has appended the end of the stream as well, and the
 *   call is given up
 * @end: appends how @call ended
 * @stopping: appends the end of a stream that the daemon's own end cuts off
 * @refuse: answers a call that failed before it began
 * @idle: (nullable): no stream has said anything for a heartbeat; @owner: the pump's
 * @free: frees the data of a stream
 *
 * How an endpoint speaks. @data is what the stream was added with.
 */
typedef struct
{
  gboolean (*begins) (gpointer data, const BtyItem *item);
  void (*begin) (gpointer data, GString *out);
  gboolean (*item) (gpointer data, BtyCallReader *reader, const BtyItem *item, GString *out);
  void (*end) (gpointer data, BtyCall *call, GString *out);
  void (*stopping) (gpointer data, GString *out);
  void (*refuse) (gpointer data, BtyCall *call);
  void (*idle) (gpointer owner);
  GDestroyNotify free;
} BtyPumpFuncs;

/**
 * BtyPumpLimits:
 * @heartbeat: how often a stream that has nothing to say shows that it is alive, in milliseconds
 * @begin_wait: how long a stream waits for what it begins with, in milliseconds
 * @max_pending: bytes that wait for a slow reader before no more are made
 */
typedef struct
{
  guint heartbeat;
  guint begin_wait;
  gsize max_pending;
} BtyPumpLimits;

/* @funcs: static; @owner: for its `idle` */
BtyPump *bty_pump_new (const BtyPumpFuncs *funcs, const BtyPumpLimits *limits, gpointer owner);
/* Ends all streams. */
void bty_pump_free (BtyPump *pump);

/**
 * bty_pump_add:
 * @exchange: whose answer it is, not begun
 * @after: number of the last item that the client has
 * @data: (transfer full): what the functions are given
 *
 * Sends the items of @call as they come, then how it ended; gives it up when the client goes.
 */
void bty_pump_add (BtyPump *pump, BtyExchange *exchange, BtyCall *call, guint64 after, gpointer data);

G_END_DECLS
