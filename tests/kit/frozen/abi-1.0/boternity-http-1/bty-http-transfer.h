/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-http-client.h"
#include "bty-http-request.h"

G_BEGIN_DECLS

/**
 * BtyHttpTransfer:
 *
 * One request under way and the answer that streams in. Begun by bty_http_transfer_start(), it lives until it has called `end`.
 */
typedef struct _BtyHttpTransfer BtyHttpTransfer;

/**
 * BtyHttpTransferFuncs:
 * @head: the status and the headers are there; %FALSE with an error gives up
 * @body: a piece of the body, valid until the function returns; %FALSE with an error gives up
 * @end: nothing more will come; @error is %NULL when the body is complete. Called once, from the main loop, and never within
 *   bty_http_transfer_start(); not called after bty_http_transfer_stop()
 *
 * Errors of `end` that are its own: %BTY_ERROR_UNAVAILABLE (unreachable, cut off), %BTY_ERROR_DEADLINE_EXCEEDED (silent),
 * %BTY_ERROR_FAILED_PRECONDITION (a redirect, certificates that cannot be read), %BTY_ERROR_DATA_LOSS (not HTTP),
 * %BTY_ERROR_CANCELLED. They name the provider, the host and what to do.
 */
typedef struct
{
  gboolean (*head) (BtyHttpTransfer *transfer, gpointer data, GError **error);
  gboolean (*body) (BtyHttpTransfer *transfer, const char *bytes, gsize length, gpointer data, GError **error);
  void (*end) (BtyHttpTransfer *transfer, const GError *error, gpointer data);
} BtyHttpTransferFuncs;

/**
 * bty_http_transfer_start:
 * @client: whom to ask
 * @request: what
 * @cancellable: (nullable): to be cancelled in the main context only
 * @funcs: static
 * @data: for @funcs
 *
 * Returns: (transfer none): the transfer, alive until `end` has returned
 */
BTY_EXPORT BtyHttpTransfer *bty_http_transfer_start (BtyHttpClient *client, const BtyHttpRequest *request,
                                                     GCancellable *cancellable, const BtyHttpTransferFuncs *funcs,
                                                     gpointer data);

/**
 * bty_http_transfer_stop:
 *
 * The caller has all it wanted: nothing is called any more. What little may be left is read and dropped, so that the connection can
 * be used again.
 */
BTY_EXPORT void bty_http_transfer_stop (BtyHttpTransfer *transfer);

/** bty_http_transfer_get_client: (skip) */
BTY_EXPORT BtyHttpClient *bty_http_transfer_get_client (BtyHttpTransfer *transfer);
/* From `head` on. */
BTY_EXPORT guint bty_http_transfer_get_status (BtyHttpTransfer *transfer);
/** bty_http_transfer_get_header: Returns: (transfer none) (nullable): a header of the answer */
BTY_EXPORT const char *bty_http_transfer_get_header (BtyHttpTransfer *transfer, const char *name);
/** bty_http_transfer_get_content_type: Returns: (transfer none) (nullable): media type, lower case, without parameters */
BTY_EXPORT const char *bty_http_transfer_get_content_type (BtyHttpTransfer *transfer);

/**
 * bty_http_transfer_get_retry_after_ms:
 *
 * Returns: what `retry-after-ms` or `Retry-After` (seconds or a date) ask to wait, at most a day; -1 without them
 */
BTY_EXPORT gint64 bty_http_transfer_get_retry_after_ms (BtyHttpTransfer *transfer);

G_END_DECLS
