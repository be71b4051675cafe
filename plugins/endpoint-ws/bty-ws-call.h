/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-ws-request.h"

G_BEGIN_DECLS

/**
 * BtyWsCall:
 * @id: as in #BtyWsRequest; %NULL: nobody waits for its answer
 * @credit: frames of items that the client still takes
 * @link: in the session's list
 *
 * One call on a socket: a cursor that stands still when the client grants nothing, or does not read.
 */
typedef struct _BtyWsCall BtyWsCall;

typedef struct
{
  /* Whether more may be queued now; if not, the call is advanced again when what waits has become little, or in the next turn. */
  gboolean (*may_send) (gpointer session, BtyWsCall *call);
  void (*send) (gpointer session, const GString *frame);
  /* A turn of sending is over. */
  void (*flush) (gpointer session);
  /* The call is over and its answer is sent: free it. */
  void (*ended) (gpointer session, BtyWsCall *call);
} BtyWsCallEvents;

struct _BtyWsCall
{
  char *id;
  gint64 credit;
  gboolean is_waiting; /* for what waits to become little, or for the next turn */
  GList link;

  /*< private >*/
  const BtyWsCallEvents *events;
  gpointer session;
  BtyCallReader *reader;
  guint64 number;
  GString *items; /* (nullable): the list so far, of a call whose answer goes out whole */
  BtyJsonWriter writer;
};

/* @call: begun, and perhaps over. Needs bty_ws_call_advance() next, which may free it. */
BtyWsCall *bty_ws_call_new (const char *id, BtyCall *call, gint64 credit, const BtyWsCallEvents *events,
                            gpointer session);
void bty_ws_call_advance (BtyWsCall *self);
void bty_ws_call_free (BtyWsCall *self);
BtyCall *bty_ws_call_get_call (BtyWsCall *self);
/* Whether its items go out one by one. */
gboolean bty_ws_call_is_stream (BtyWsCall *self);

G_END_DECLS
