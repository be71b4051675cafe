/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bot/bty-bot-service-private.h"

/* What is left of deleted bots, inside the service. */

/** bty_deleted_bot_of: Returns: (transfer full): what is kept of @bot, and of its @soul (nullable), so that both can come back */
BtyDeletedBot *bty_deleted_bot_of (BtyBotService *service, const BtyBot *bot, const BtySoul *soul);
/** bty_deleted_bot_open: the way back; @soul: (out) (transfer full) (nullable). Both are as they were, at revision 0 */
gboolean bty_deleted_bot_open (const BtyDeletedBot *deleted, BtyBot **bot, BtySoul **soul, GError **error);

/**
 * bty_bot_service_find_deleted_async:
 * @key: an identifier, or a slug: then the one that was deleted last
 * @only: whether a slug that several had is refused
 */
void bty_bot_service_find_deleted_async (BtyBotService *service, const char *key, gboolean only,
                                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
BtyDeletedBot *bty_bot_service_find_deleted_finish (BtyBotService *service, GAsyncResult *result, GError **error);

/**
 * bty_bot_service_restore_async:
 * @deleted: (transfer none): as it was read
 *
 * Brings it back, under another slug if its own is taken. Its folder is back first, then what names the slug follows, then the bot is there
 * by one commit: a crash before that leaves it deleted.
 */
void bty_bot_service_restore_async (BtyBotService *service, const BtyDeletedBot *deleted, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer data);
BtyBot *bty_bot_service_restore_finish (BtyBotService *service, GAsyncResult *result, GError **error);

/**
 * bty_bot_service_purge_async:
 *
 * Forgets a deleted bot for good: first its record is marked as expired, so that nobody restores a part of it, then all that is its goes in
 * small batches, its folder, and last the record itself; what a crash interrupts is taken up by the next bty_bot_service_purge_expired().
 */
void bty_bot_service_purge_async (BtyBotService *service, const BtyDeletedBot *deleted, GAsyncReadyCallback callback,
                                  gpointer data);
gboolean bty_bot_service_purge_finish (BtyBotService *service, GAsyncResult *result, GError **error);
/** bty_bot_uses_new: Returns: (transfer full): who works for which bot: nobody */
GHashTable *bty_bot_uses_new (void);
/** bty_bot_service_purge_expired: forgets those whose time is over, in the background */
void bty_bot_service_purge_expired (BtyBotService *service);
