/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-http-transfer.h"

G_BEGIN_DECLS

/*
 * As bty_http_transfer_start(), for what a completion asks: recorded to its cassette, or played from it, and made to go wrong as it
 * says. This is the one place for all families. bty_http_transfer_stop() is to be called from within `body` alone.
 */
BtyHttpTransfer *bty_http_tape_start (BtyHttpClient *client, const BtyHttpRequest *request, BtyCompletion *completion,
                                      const BtyHttpTransferFuncs *funcs, gpointer data);

G_END_DECLS
