/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-http-transfer.h"

G_BEGIN_DECLS

/* As bty_http_transfer_start(), but the request is sent after @delay_ms, which count as the service's. */
BtyHttpTransfer *bty_http_transfer_start_later (BtyHttpClient *client, const BtyHttpRequest *request,
                                                GCancellable *cancellable, const BtyHttpTransferFuncs *funcs,
                                                gpointer data, gint64 delay_ms);

/*
 * A transfer without a network: whoever plays it (@player, told once at its end) gives it head, pieces and end. It may end at any of them, and
 * by its cancellable: then nothing more is given.
 */
BtyHttpTransfer *bty_http_transfer_begin_played (BtyHttpClient *client, const BtyHttpRequest *request,
                                                 GCancellable *cancellable, const BtyHttpTransferFuncs *funcs,
                                                 gpointer data, GDestroyNotify player, gpointer player_data);
/* @headers: names and values by turns. Each returns whether it goes on. */
gboolean bty_http_transfer_play_head (BtyHttpTransfer *transfer, guint status, const GPtrArray *headers);
gboolean bty_http_transfer_play_piece (BtyHttpTransfer *transfer, const char *bytes, gsize length);
/* @error: (nullable): why it failed */
void bty_http_transfer_play_end (BtyHttpTransfer *transfer, GError *error);

/* @func is called once the request is being sent, at once when it is already. */
void bty_http_transfer_watch_sent (BtyHttpTransfer *transfer, void (*func) (gpointer data), gpointer data);
/* Whether bty_http_transfer_stop() was called. */
gboolean bty_http_transfer_is_stopped (BtyHttpTransfer *transfer);
/* (transfer full) (element-type utf8): the answer's headers, names and values by turns. */
GPtrArray *bty_http_transfer_copy_headers (BtyHttpTransfer *transfer);

G_END_DECLS
