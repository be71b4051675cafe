/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-macros.h"

G_BEGIN_DECLS

/**
 * BtySocket:
 *
 * A WebSocket, as an endpoint sees it once bty_exchange_upgrade() has made it: whole messages in and out, whoever speaks the
 * protocol. The transport does the framing, holds the limits on what comes in, answers pings, finds out that the other side is
 * gone, and does the closing handshake. Main context.
 */
#define BTY_TYPE_SOCKET (bty_socket_get_type ())
BTY_EXPORT
G_DECLARE_INTERFACE (BtySocket, bty_socket, BTY, SOCKET, GObject)

/**
 * BtySocketCode:
 * @BTY_SOCKET_NORMAL: it is no longer needed
 * @BTY_SOCKET_GOING_AWAY: the daemon stops, or a page was left
 * @BTY_SOCKET_PROTOCOL_ERROR: frames that are none
 * @BTY_SOCKET_UNSUPPORTED: a kind of message that is not taken
 * @BTY_SOCKET_NO_CODE: closed without a reason; never sent
 * @BTY_SOCKET_LOST: the connection broke; never sent
 * @BTY_SOCKET_BAD_TEXT: text that is not UTF-8
 * @BTY_SOCKET_POLICY: against a rule of this server
 * @BTY_SOCKET_TOO_BIG: a message above the limit
 * @BTY_SOCKET_INTERNAL: this side cannot go on
 * @BTY_SOCKET_TRY_LATER: there is too much to do
 *
 * Close codes (RFC 6455, section 7.4, and its registry).
 */
typedef enum
{
  BTY_SOCKET_NORMAL = 1000,
  BTY_SOCKET_GOING_AWAY = 1001,
  BTY_SOCKET_PROTOCOL_ERROR = 1002,
  BTY_SOCKET_UNSUPPORTED = 1003,
  BTY_SOCKET_NO_CODE = 1005,
  BTY_SOCKET_LOST = 1006,
  BTY_SOCKET_BAD_TEXT = 1007,
  BTY_SOCKET_POLICY = 1008,
  BTY_SOCKET_TOO_BIG = 1009,
  BTY_SOCKET_INTERNAL = 1011,
  BTY_SOCKET_TRY_LATER = 1013,
} BtySocketCode;

/**
 * BtySocketEvents:
 * @text: a text message: UTF-8, not NUL-terminated (it may hold NUL bytes), valid until this returns
 * @binary: (nullable): a binary message; %NULL: such messages are refused with %BTY_SOCKET_UNSUPPORTED
 * @drained: (nullable): what waited to be sent has become little; called again until nothing waits
 * @closed: the socket is over: closed by the other side, lost, or closed by the transport; @code as received or sent, with
 *   %BTY_SOCKET_NO_CODE and %BTY_SOCKET_LOST; @reason may be empty
 *
 * What an endpoint is told; static and const. Nothing is told after @closed or after bty_socket_close(). What is sent from
 * within one of these is flushed when it returns.
 */
typedef struct
{
  void (*text) (BtySocket *socket, const char *text, gsize length, gpointer data);
  void (*binary) (BtySocket *socket, const guint8 *bytes, gsize length, gpointer data);
  void (*drained) (BtySocket *socket, gpointer data);
  void (*closed) (BtySocket *socket, guint code, const char *reason, gpointer data);
  gpointer reserved[4];
} BtySocketEvents;

/**
 * BtySocketInterface:
 * @send_text: queues a text message
 * @flush: hands what is queued to the kernel, as far as that takes it
 * @get_pending: bytes queued and not yet taken by the kernel
 * @set_reading: stops reading and goes on; meanwhile the other side is held back by TCP itself
 * @close: says goodbye, waits a moment for the answer, and closes
 * @watch: begins: whom to tell
 */
struct _BtySocketInterface
{
  GTypeInterface parent;

  void (*send_text) (BtySocket *socket, const char *text, gsize length);
  void (*flush) (BtySocket *socket);
  gsize (*get_pending) (BtySocket *socket);
  void (*set_reading) (BtySocket *socket, gboolean reading);
  void (*close) (BtySocket *socket, guint code, const char *reason);
  void (*watch) (BtySocket *socket, const BtySocketEvents *events, gpointer data);
};

/**
 * bty_socket_send_text:
 * @text: (array length=length): UTF-8
 * @length: its length in bytes
 *
 * Queues one text message. Several in a row cost one write once bty_socket_flush() is called. An endpoint stops making messages
 * while bty_socket_get_pending() is above some 256 KiB, so that a client that never reads costs no more than that. After the
 * end it does nothing.
 */
BTY_EXPORT void bty_socket_send_text (BtySocket *socket, const char *text, gsize length);

/**
 * bty_socket_flush:
 *
 * Needed after sending from anywhere but the callbacks of #BtySocketEvents; from within them it only acts when much is queued (16 KiB),
 * so an endpoint calls it before it takes a great bty_socket_get_pending() for a slow client.
 */
BTY_EXPORT void bty_socket_flush (BtySocket *socket);

/** bty_socket_get_pending: Returns: bytes queued and not yet taken by the kernel; 0 after the end */
BTY_EXPORT gsize bty_socket_get_pending (BtySocket *socket);

/** bty_socket_set_reading: @reading: whether messages are taken; at first they are */
BTY_EXPORT void bty_socket_set_reading (BtySocket *socket, gboolean reading);

/**
 * bty_socket_close:
 * @code: #BtySocketCode, or 3000 to 4999 as an endpoint's protocol has it
 * @reason: (nullable): UTF-8; at most 123 bytes of it are sent
 *
 * Closes. What is queued still goes out; nothing is told any more.
 */
BTY_EXPORT void bty_socket_close (BtySocket *socket, guint code, const char *reason);

/** bty_socket_watch: @events: static; messages come from the next turn of the main loop on */
BTY_EXPORT void bty_socket_watch (BtySocket *socket, const BtySocketEvents *events, gpointer data);

G_END_DECLS
