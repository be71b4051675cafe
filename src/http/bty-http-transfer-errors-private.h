/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-http-client.h"

G_BEGIN_DECLS

/* What goes wrong between us and the service, in words for people. Each returns a new error. */
GError *bty_http_transfer_convert (const BtyHttpOptions *options, gboolean was_connected, const GError *error);
GError *bty_http_transfer_silent (const BtyHttpOptions *options, const char *option, gint64 limit_ms);
GError *bty_http_transfer_cut_off (const BtyHttpOptions *options);
GError *bty_http_transfer_redirected (BtyHttpClient *client, GUri *from, const char *location);

/* From the values of the two headers, nullable; -1 when neither says. */
gint64 bty_http_retry_after_ms (const char *milliseconds, const char *retry_after);

G_END_DECLS
