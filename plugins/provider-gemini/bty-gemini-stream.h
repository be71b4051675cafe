/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity-http.h>

G_BEGIN_DECLS

/*
 * Reads the answers of one stream of :streamGenerateContent. There is no end marker: an answer with a reason to stop is whole.
 */
typedef struct _BtyGeminiStream BtyGeminiStream;

/* @provider: (nullable): whose stream it is, for errors */
BtyGeminiStream *bty_gemini_stream_new (BtyHttpProvider *provider);
void bty_gemini_stream_free (BtyGeminiStream *stream);

/* %FALSE with what the service complained of, or %BTY_ERROR_DATA_LOSS. */
gboolean bty_gemini_stream_event (BtyGeminiStream *stream, const BtySseEvent *event, BtyCompletion *out,
                                  GError **error);

/* The body is over: finishes @out, or fails with %BTY_ERROR_UNAVAILABLE when no reason to stop was given. */
gboolean bty_gemini_stream_end (BtyGeminiStream *stream, BtyCompletion *out, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyGeminiStream, bty_gemini_stream_free)

G_END_DECLS
