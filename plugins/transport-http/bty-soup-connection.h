/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <errno.h>
#include <gio/gio.h>

#include "bty-soup-head.h"
#include "bty-soup-limits.h"
#include "bty-soup-pump.h"

G_BEGIN_DECLS

#define BTY_SOUP_LAGGING_BELOW (64 * 1024) /* a stream of which something waited has drained so far that it may go on */

typedef struct _BtySoupWebsocket BtySoupWebsocket;

/**
 * BtySoupState:
 * @BTY_SOUP_IDLE: between two requests
 * @BTY_SOUP_HEADERS: a request's head is awaited
 * @BTY_SOUP_BODY: a request's body is awaited
 * @BTY_SOUP_ANSWERING: the request is read, the answer not yet written
 * @BTY_SOUP_STREAMING: taken over from libsoup for a stream
 * @BTY_SOUP_LINGERING: the last answer is written; what still comes is thrown away, so that the other side can read it
 * @BTY_SOUP_CLOSED: closed
 *
 * What a connection is at. The order matters: from STREAMING on it is no longer libsoup's.
 */
typedef enum
{
  BTY_SOUP_IDLE,
  BTY_SOUP_HEADERS,
  BTY_SOUP_BODY,
  BTY_SOUP_ANSWERING,
  BTY_SOUP_STREAMING,
  BTY_SOUP_LINGERING,
  BTY_SOUP_CLOSED,
} BtySoupState;

typedef void (*BtySoupConnectionFunc) (BtySoupConnection *connection, gpointer data);

/**
 * BtySoupConnection:
 *
 * One accepted socket, as the GIOStream that libsoup is given. Standing under libsoup it can do what libsoup cannot: bound the
 * head of a request, tell who is at the other end, notice that the client is gone while an answer is being made, send head and
 * body of an answer in one go, and be taken over for a stream. It belongs to the pump until it is closed.
 */
#define BTY_TYPE_SOUP_CONNECTION (bty_soup_connection_get_type ())
G_DECLARE_FINAL_TYPE (BtySoupConnection, bty_soup_connection, BTY, SOUP_CONNECTION, GIOStream)

struct _BtySoupConnection
{
  GIOStream parent;

  int fd;
  gint64 peer_uid; /* -1: not a unix socket */
  BtySoupState state;
  gint64 since;      /* when the state began, or when an answer last made progress */
  gboolean readable; /* reading has not said EAGAIN since the last event */
  gboolean writable;
  gboolean gone;    /* the other side has closed */
  gboolean begun;   /* libsoup has told of the present request */
  gboolean ending;  /* linger once all is written */
  gboolean chunked; /* how a stream is framed */
  gboolean keeps;   /* after the stream that it carries, the connection waits for the next request */
  gboolean held;    /* what a stream writes waits, to go out in one piece */
  gboolean lagging; /* a stream has had bytes that waited */
  gsize received;   /* bytes of the present head */
  BtySoupHead head;
  GByteArray *ahead;  /* (nullable): what came with a head and is not libsoup's yet */
  GByteArray *body;   /* of the request being read */
  gsize body_counted; /* bytes of it in the server's total, until the request is over */
  GString *out;
  gsize sent; /* bytes of out that are written */
  BtySoupPump *pump;
  const BtySoupLimits *limits;
  GInputStream *input;
  GOutputStream *output;
  GList link;                  /* in the server's queue */
  BtySoupWebsocket *websocket; /* (nullable): what a stream's connection has become */

  /* Whom to tell; all may be NULL. */
  BtySoupConnectionFunc on_gone;
  BtySoupConnectionFunc on_drained;
  gpointer watch_data;
  BtySoupConnectionFunc on_closed;
  gpointer closed_data;
};

/* Takes over @fd. */
BtySoupConnection *bty_soup_connection_new (int fd, gint64 peer_uid, BtySoupPump *pump, const BtySoupLimits *limits);

void bty_soup_connection_set_state (BtySoupConnection *self, BtySoupState state);
void bty_soup_connection_on_events (BtySoupConnection *self, guint32 events);
gsize bty_soup_connection_get_pending (BtySoupConnection *self);
/* Puts @data behind what is pending; bty_soup_connection_send() sends it. */
void bty_soup_connection_queue (BtySoupConnection *self, const char *data, gsize length);
/* Writes what it can of @data, with what was pending before it, and keeps the rest. */
void bty_soup_connection_send (BtySoupConnection *self, const char *data, gsize length);
/* While @held, what is sent waits; then it goes. */
void bty_soup_connection_hold (BtySoupConnection *self, gboolean held);
void bty_soup_connection_flush (BtySoupConnection *self);
/* Writes what is pending, and closes when the other side has read it. */
void bty_soup_connection_end (BtySoupConnection *self);
/* Answers with a problem document whatever is being read, and closes. */
void bty_soup_connection_refuse (BtySoupConnection *self, guint status, const char *detail);
/* The same with a body of an endpoint's own, as JSON. @own: (nullable) */
void bty_soup_connection_refuse_with (BtySoupConnection *self, guint status, const char *detail, GBytes *own);
/* Has libsoup see the end of it. */
void bty_soup_connection_drop (BtySoupConnection *self);
/* Acts when its time is over. */
void bty_soup_connection_check_time (BtySoupConnection *self, gint64 now);
void bty_soup_connection_close (BtySoupConnection *self);
/* Is done with it, as if it were closed, but for its socket, which is the caller's. */
int bty_soup_connection_give_up (BtySoupConnection *self);

static inline gboolean
bty_soup_is_blocked (int code)
{
  return code == EAGAIN || code == EWOULDBLOCK;
}

/* libsoup has let go of it for good: what only libsoup needs is freed. */
void bty_soup_connection_detach (BtySoupConnection *self);

/* For its streams. */
gssize bty_soup_connection_receive (BtySoupConnection *self, void *buffer, gsize count, GError **error);
gssize bty_soup_connection_write (BtySoupConnection *self, const void *buffer, gsize count, GError **error);
gboolean bty_soup_connection_can_write (BtySoupConnection *self);

G_END_DECLS
