/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

#if !defined(BTY_HTTP_INSIDE) && !defined(BTY_HTTP_COMPILATION)
#error "Only <boternity-http.h> can be included directly."
#endif

/** BTY_SSE_MAX_EVENT: how many bytes an event may have when the caller does not say: 4 MiB */
#define BTY_SSE_MAX_EVENT (4 * 1024 * 1024)

/**
 * BtySseEvent:
 * @name: (nullable): what its `event:` line says; %NULL without one
 * @data: its data lines joined by line feeds: valid UTF-8, NOT NUL-terminated
 * @length: length of @data in bytes
 * @id: (nullable): the last id that the stream gave
 *
 * One event of a stream. On the caller's stack; nothing in it outlives the callback.
 */
typedef struct
{
  const char *name;
  const char *data;
  gsize length;
  const char *id;
} BtySseEvent;

/**
 * BtySseFunc:
 *
 * Takes one event. It may not free the reader.
 *
 * Returns: %FALSE with @error set to stop reading
 */
typedef gboolean (*BtySseFunc) (const BtySseEvent *event, gpointer data, GError **error);

/**
 * BtySseReader:
 *
 * Reads server-sent events (WHATWG HTML, section 9.2) from bytes that come in any pieces: a byte-order mark at the start; CR, LF
 * and CR LF, mixed; comments; several data lines; any field without a colon. Bytes that are not UTF-8, and NUL, become U+FFFD.
 * What is delivered does not depend on how the bytes were cut. An event that lies whole in one piece is not copied. It holds at
 * most one event. One thread at a time.
 */
typedef struct _BtySseReader BtySseReader;

/**
 * bty_sse_reader_new: (skip)
 * @max_event: most bytes that an event may have, its lines together; 0 for %BTY_SSE_MAX_EVENT
 * @func: called for each event that has data
 * @data: for @func
 *
 * Returns: (transfer full): a new reader
 */
BTY_EXPORT BtySseReader *bty_sse_reader_new (gsize max_event, BtySseFunc func, gpointer data);
BTY_EXPORT void bty_sse_reader_free (BtySseReader *reader);

/**
 * bty_sse_reader_feed:
 * @reader: a reader
 * @bytes: (array length=length): what came
 * @length: how much of it
 * @error: %BTY_ERROR_DATA_LOSS when an event is too long, or what the callback set; the reader is of no use after that
 *
 * Returns: whether all went well
 */
BTY_EXPORT gboolean bty_sse_reader_feed (BtySseReader *reader, const char *bytes, gsize length, GError **error);

/**
 * bty_sse_reader_end:
 *
 * To be called when nothing more will come: delivers an event whose lines are complete and only the empty line after it is missing
 * (some servers leave it out after their last event). A line that was cut off is dropped.
 */
BTY_EXPORT gboolean bty_sse_reader_end (BtySseReader *reader, GError **error);

/** bty_sse_reader_get_retry_ms: Returns: how long the stream asked to wait before joining again; -1 when it did not say */
BTY_EXPORT gint64 bty_sse_reader_get_retry_ms (BtySseReader *reader);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtySseReader, bty_sse_reader_free)

G_END_DECLS
