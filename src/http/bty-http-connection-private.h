/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * From now on @connection, when it is plain TCP, is read ahead; to be said before its input stream is first asked for. libsoup takes a
 * chunk of a body apart with four or five small reads, and TLS a record with two; each was a system call. What has been read ahead is
 * kept only while there is some, so that thousands of quiet connections hold no buffers. Other connections are as they were.
 */
void bty_http_connection_read_ahead (GIOStream *connection);

/* Returns: (transfer none) (nullable): what @connection is read ahead by */
GInputStream *bty_http_connection_get_ahead (GIOStream *connection);

/* Reads from @ahead without anything in between. Returns: bytes, 0 at the end, or -1 with an error; G_IO_ERROR_WOULD_BLOCK when nothing
 * has come */
gssize bty_http_connection_receive (GInputStream *ahead, void *buffer, gsize count, GError **error);

/* Whether the last read took all that the socket had: another one would find nothing. */
gboolean bty_http_connection_is_drained (GInputStream *ahead);

/* The next read from @ahead gives @bytes before all else. */
void bty_http_connection_put_back (GInputStream *ahead, const void *bytes, gsize length);

/* An answer is over. Whether the other side closes the connection after it is to be asked of the socket. */
void bty_http_connection_end_answer (GIOStream *connection);

G_END_DECLS
