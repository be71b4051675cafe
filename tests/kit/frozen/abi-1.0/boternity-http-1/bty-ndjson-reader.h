/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-sse-reader.h"

G_BEGIN_DECLS

/**
 * BtyNdjsonReader:
 *
 * Reads newline-delimited JSON from bytes that come in any pieces. Each line that is not blank is delivered as a #BtySseEvent that
 * has data only, so that both framings can feed one event reader; whether a line is JSON is for the callback to judge.
 */
typedef struct _BtyNdjsonReader BtyNdjsonReader;

/** bty_ndjson_reader_new: (skip) @max_line: most bytes a line may have; 0 for %BTY_SSE_MAX_EVENT */
BTY_EXPORT BtyNdjsonReader *bty_ndjson_reader_new (gsize max_line, BtySseFunc func, gpointer data);
BTY_EXPORT void bty_ndjson_reader_free (BtyNdjsonReader *reader);
/** bty_ndjson_reader_feed: as bty_sse_reader_feed() */
BTY_EXPORT gboolean bty_ndjson_reader_feed (BtyNdjsonReader *reader, const char *bytes, gsize length, GError **error);
/** bty_ndjson_reader_end: to be called when nothing more will come: delivers a last line that has no line end, if it is whole JSON; one that was cut off is dropped */
BTY_EXPORT gboolean bty_ndjson_reader_end (BtyNdjsonReader *reader, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyNdjsonReader, bty_ndjson_reader_free)

G_END_DECLS
