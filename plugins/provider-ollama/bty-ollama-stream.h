/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity-http.h>

G_BEGIN_DECLS

/*
 * Reads the lines of one stream of api/chat. The last one says done.
 */
typedef struct _BtyOllamaStream BtyOllamaStream;

/* @provider: (nullable): whose stream it is, for errors */
BtyOllamaStream *bty_ollama_stream_new (BtyHttpProvider *provider);
void bty_ollama_stream_free (BtyOllamaStream *stream);

/* Finishes @out at the last line; %FALSE with what the server complained of, or %BTY_ERROR_DATA_LOSS. */
gboolean bty_ollama_stream_line (BtyOllamaStream *stream, const BtySseEvent *line, BtyCompletion *out, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyOllamaStream, bty_ollama_stream_free)

G_END_DECLS
