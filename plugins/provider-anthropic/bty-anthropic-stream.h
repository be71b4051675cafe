/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity-http.h>

G_BEGIN_DECLS

/* Reads the events of one Messages stream, or a whole answer in one document. */
typedef struct _BtyAnthropicStream BtyAnthropicStream;

/* @provider: (nullable) (transfer none): whose stream it is, for errors; it must live longer. */
BtyAnthropicStream *bty_anthropic_stream_new (BtyHttpProvider *provider);
void bty_anthropic_stream_free (BtyAnthropicStream *stream);

/* @out gets the deltas and the usage, and is finished at message_stop. Returns: %FALSE with what the server complained of, or
 * %BTY_ERROR_DATA_LOSS. */
gboolean bty_anthropic_stream_event (BtyAnthropicStream *stream, const BtySseEvent *event, BtyCompletion *out,
                                     GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyAnthropicStream, bty_anthropic_stream_free)

G_END_DECLS
