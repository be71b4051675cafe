/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity-http.h>

G_BEGIN_DECLS

/* Reads the events of one Responses stream, or a whole answer in one document. */
typedef struct _BtyResponsesStream BtyResponsesStream;

/* @provider: (nullable) (transfer none): whose stream it is, for errors; it must live longer. @stop: (nullable): texts that end the
 * answer: the service knows none. */
BtyResponsesStream *bty_responses_stream_new (BtyHttpProvider *provider, const char *const *stop);
void bty_responses_stream_free (BtyResponsesStream *stream);

/* @out gets the deltas and the usage, and is finished when the answer is complete, or as complete as it gets. Returns: %FALSE with what
 * the server complained of, or %BTY_ERROR_DATA_LOSS. */
gboolean bty_responses_stream_event (BtyResponsesStream *stream, const BtySseEvent *event, BtyCompletion *out,
                                     GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyResponsesStream, bty_responses_stream_free)

G_END_DECLS
