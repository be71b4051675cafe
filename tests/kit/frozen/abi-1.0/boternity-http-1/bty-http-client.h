/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-http-options.h"

G_BEGIN_DECLS

/**
 * BtyHttpClient:
 *
 * How one service is reached: a connection pool, time-outs, certificates, and the key. Nothing is set up before the first request.
 * Redirects are errors and so never carry the key elsewhere; cookies, caches and HTTP authentication are off. It does not retry,
 * but for one case: a connection kept from an earlier request that turns out dead within a second of being written to.
 *
 * Main context.
 */
typedef struct _BtyHttpClient BtyHttpClient;

/**
 * bty_http_client_new: (skip)
 * @options: where to, and how
 * @key_header: (nullable): static: header that carries the key, such as `Authorization`
 * @key_prefix: (nullable): static: what stands before it, such as `Bearer `
 * @key: (nullable): the key
 * @error: %BTY_ERROR_INVALID_ARGUMENT when the key would travel in clear text
 *
 * Returns: (transfer full) (nullable): a new client
 */
BTY_EXPORT BtyHttpClient *bty_http_client_new (BtyHttpOptions *options, const char *key_header, const char *key_prefix,
                                               BtySecret *key, GError **error);
/** bty_http_client_ref: (skip) */
BTY_EXPORT BtyHttpClient *bty_http_client_ref (BtyHttpClient *client);
BTY_EXPORT void bty_http_client_unref (BtyHttpClient *client);

/** bty_http_client_get_options: Returns: (transfer none): its options */
BTY_EXPORT BtyHttpOptions *bty_http_client_get_options (BtyHttpClient *client);

/**
 * bty_http_client_redact:
 * @text: (array length=length): anything, such as what a service answered
 * @length: its length in bytes
 *
 * Returns: (transfer full): valid UTF-8 on one line, at most 500 bytes, with the key, pieces of it, the values of the configured
 * headers and whatever else looks like a key replaced by `[redacted]`
 */
BTY_EXPORT char *bty_http_client_redact (BtyHttpClient *client, const char *text, gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyHttpClient, bty_http_client_unref)

G_END_DECLS
