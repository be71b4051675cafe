/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * BtyHttpConnection:
 *
 * A TCP connection that reads ahead. libsoup takes a chunk of a body apart with four or five small reads, and TLS a record with two;
 * each was a system call. What it has read ahead is kept only while there is some, so that thousands of quiet connections hold no
 * buffers.
 */
#define BTY_TYPE_HTTP_CONNECTION (bty_http_connection_get_type ())
G_DECLARE_FINAL_TYPE (BtyHttpConnection, bty_http_connection, BTY, HTTP_CONNECTION, GTcpConnection)

/* From now on GIO makes these where it would have made a GTcpConnection: libsoup has no other place to put one. */
void bty_http_connection_register (void);

/* An answer is over. Whether the other side closes the connection after it is to be asked of the socket. */
void bty_http_connection_end_answer (BtyHttpConnection *connection);

G_END_DECLS
