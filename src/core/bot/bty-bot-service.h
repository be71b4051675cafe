/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "soul/bty-soul-service.h"

/**
 * BtyBotService:
 *
 * The bots: their records in the store. Each has a soul, whose three files are in `bots/<slug>/` in the data folder.
 */
#define BTY_TYPE_BOT_SERVICE (bty_bot_service_get_type ())
G_DECLARE_FINAL_TYPE (BtyBotService, bty_bot_service, BTY, BOT_SERVICE, GObject)

BtyBotService *bty_bot_service_new (BtyStore *store, BtySoulService *souls, const char *data_dir);

/** bty_bot_service_create_async: @bot: what the caller gave: a record in the create view. Makes slug, folder and files. */
void bty_bot_service_create_async (BtyBotService *service, const BtyBot *bot, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer data);
BtyBot *bty_bot_service_create_finish (BtyBotService *service, GAsyncResult *result, GError **error);
/** bty_bot_service_get_async: Errors: NOT_FOUND */
void bty_bot_service_get_async (BtyBotService *service, const char *slug, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer data);
BtyBot *bty_bot_service_get_finish (BtyBotService *service, GAsyncResult *result, GError **error);
/** bty_bot_service_update_async: @changes: decoded with the patch view; its revision, if present, must be the bot's */
void bty_bot_service_update_async (BtyBotService *service, const BtyBot *changes, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer data);
/** bty_bot_service_set_state_async: starts or stops it; @key: decoded with the key view */
void bty_bot_service_set_state_async (BtyBotService *service, const BtyBot *key, BtyBotState state,
                                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/** bty_bot_service_change_finish: ends update and set_state */
BtyBot *bty_bot_service_change_finish (BtyBotService *service, GAsyncResult *result, GError **error);
/** bty_bot_service_delete_async: the record goes; its folder moves to `bots/.deleted/<slug>-<time>`, its sessions stay until deleted */
void bty_bot_service_delete_async (BtyBotService *service, const BtyBot *key, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer data);
gboolean bty_bot_service_delete_finish (BtyBotService *service, GAsyncResult *result, GError **error);

/** bty_bot_service_ensure_default_async: makes the default bot when the store holds no bot at all */
void bty_bot_service_ensure_default_async (BtyBotService *service, GAsyncReadyCallback callback, gpointer data);
gboolean bty_bot_service_ensure_default_finish (BtyBotService *service, GAsyncResult *result, GError **error);

/** bty_bot_service_get_souls: Returns: (transfer none): where their souls are kept */
BtySoulService *bty_bot_service_get_souls (BtyBotService *service);

/** bty_bot_service_get_store: Returns: (transfer none): for reads that need no more than a query */
BtyStore *bty_bot_service_get_store (BtyBotService *service);

extern const BtyOperation bty_bot_operations[];
extern const guint bty_n_bot_operations;
