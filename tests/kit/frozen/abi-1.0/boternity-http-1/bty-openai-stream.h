/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-http-provider.h"

G_BEGIN_DECLS

/**
 * BtyOpenaiStream:
 *
 * Reads the events of one Chat Completions stream, as OpenAI and the many servers of its family send them. A whole answer in one
 * document (a server that does not stream) is read as well.
 */
typedef struct _BtyOpenaiStream BtyOpenaiStream;

/**
 * bty_openai_stream_new: (skip)
 * @provider: (nullable) (transfer none): whose stream it is, for errors; it must live longer
 *
 * Returns: (transfer full): a new reader
 */
BTY_EXPORT BtyOpenaiStream *bty_openai_stream_new (BtyHttpProvider *provider);
BTY_EXPORT void bty_openai_stream_free (BtyOpenaiStream *stream);

/**
 * bty_openai_stream_event:
 * @out: gets the deltas and the usage, and is finished at `[DONE]`
 *
 * Returns: %FALSE with what the server complained of, or %BTY_ERROR_DATA_LOSS
 */
BTY_EXPORT gboolean bty_openai_stream_event (BtyOpenaiStream *stream, const BtySseEvent *event, BtyCompletion *out,
                                             GError **error);

/**
 * bty_openai_stream_end:
 *
 * The body ended without `[DONE]`.
 *
 * Returns: whether that is all right, since a reason to stop was given; the completion is finished then. The caller decides whether
 * its server may leave the end marker out.
 */
BTY_EXPORT gboolean bty_openai_stream_end (BtyOpenaiStream *stream, BtyCompletion *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyOpenaiStream, bty_openai_stream_free)

G_END_DECLS
