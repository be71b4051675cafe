/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-http-provider.h"
#include "bty-http-transfer.h"

G_BEGIN_DECLS

/* Carries out a completion; ends it from the main loop. */
void bty_http_stream_begin (BtyHttpProvider *provider, BtyCompletion *completion);

/* What a refusal comes to. */
GError *bty_http_provider_refusal (BtyHttpProvider *self, BtyHttpTransfer *transfer, const GByteArray *body,
                                   gint64 *retry_after_ms);

G_END_DECLS
