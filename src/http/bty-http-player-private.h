/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-http-transfer.h"

G_BEGIN_DECLS

/* As bty_http_transfer_start(), with the answer of @exchange (of @cassette) in place of the service's. */
BtyHttpTransfer *bty_http_player_start (BtyHttpClient *client, const BtyHttpRequest *request, GCancellable *cancellable,
                                        const BtyHttpTransferFuncs *funcs, gpointer data, BtyCassette *cassette,
                                        BtyCassetteExchange *exchange);

G_END_DECLS
