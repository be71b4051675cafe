/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-http-provider.h"
#include "bty-http-transfer.h"

G_BEGIN_DECLS

/* Carries out a completion; ends it from the main loop. */
void bty_http_stream_begin (BtyHttpProvider *provider, BtyCompletion *completion);

/* What was found out about the failure that bty_http_provider_failed() told of last, and forgets it: to be asked at once. */
void bty_http_provider_take_failure (BtyHttpProvider *self, gint64 *retry_after_ms, gboolean *is_quota);

/* What a refusal comes to. @is_quota: (out) (optional): what was paid for is used up */
GError *bty_http_provider_refusal (BtyHttpProvider *self, BtyHttpTransfer *transfer, const GByteArray *body,
                                   gint64 *retry_after_ms, gboolean *is_quota);

G_END_DECLS
