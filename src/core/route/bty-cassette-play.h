/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "route/bty-router.h"

/** BtyCassettePlayed: @item: something that was heard; borrowed */
typedef void (*BtyCassettePlayed) (const BtyChatItem *item, gpointer data);

/**
 * bty_cassette_play_async:
 * @cassette: (transfer none): a loaded one
 * @on_item: told what is heard, as it comes
 *
 * Has each take of a cassette made again by an object of its provider's kind, which hears the recording in place of the service: no
 * network, no key, no cost. Each must come to what it came to then, byte for byte.
 */
void bty_cassette_play_async (BtyRouter *router, BtyCassette *cassette, BtyCassettePlayed on_item, gpointer item_data,
                              GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/** bty_cassette_play_finish: Returns: (transfer full) (nullable): what came of it */
BtyCassetteReport *bty_cassette_play_finish (BtyRouter *router, GAsyncResult *result, GError **error);
