/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "soul/bty-soul-service.h"

#include "bty-settings.h"

/**
 * BtyBotService:
 *
 * The bots: their records in the store. Each has a soul, whose three files are in `bots/<slug>/` in the data folder.
 */
#define BTY_TYPE_BOT_SERVICE (bty_bot_service_get_type ())
G_DECLARE_FINAL_TYPE (BtyBotService, bty_bot_service, BTY, BOT_SERVICE, GObject)

/** BtyBotRouteCheck: whether the steps of a bot's route lead to what there is: returns %TRUE or why not on @task (transfer full) */
typedef void (*BtyBotRouteCheck) (gpointer data, const char *const *steps, GTask *task);

BtyBotService *bty_bot_service_new (BtyStore *store, BtySoulService *souls, const char *data_dir);
/** bty_bot_service_set_route_check: asked before a bot is made or changed; @data must outlive the service */
void bty_bot_service_set_route_check (BtyBotService *service, BtyBotRouteCheck check, gpointer data);

/** bty_bot_service_create_async: @bot: what the caller gave: a record in the create view. Makes slug, folder and files. */
void bty_bot_service_create_async (BtyBotService *service, const BtyBot *bot, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer data);
BtyBot *bty_bot_service_create_finish (BtyBotService *service, GAsyncResult *result, GError **error);

/**
 * BtyBotFounding: what a bot begins with besides its record
 * @slug: (nullable): what its slug is made from; NULL: its name
 * @texts: NULL in it: as its template has it, or the program
 * @files: (nullable) (element-type BtyImportFile): more of its folder, with names that bty_bot_files_may() allows
 * @cause, @author_kind, @author, @note: of its soul's first version
 * @fill: (nullable): puts more into the batch that makes the bot; @has_soul: its soul as well, whose files are @texts
 */
typedef struct
{
  char *slug;
  BtySoulTexts texts;
  GPtrArray *files;
  BtySoulCause cause;
  BtyAuthorKind author_kind;
  char *author;
  char *note;
  gboolean has_soul;
  void (*fill) (BtyBatch *batch, const BtyBot *bot, gpointer data);
  gpointer data;
  GDestroyNotify destroy;
} BtyBotFounding;
BtyBotFounding *bty_bot_founding_new (void);
void bty_bot_founding_free (BtyBotFounding *founding);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyBotFounding, bty_bot_founding_free)

/**
 * bty_bot_service_found_async:
 * @bot: in the create view; it may have an identifier, which nobody else must have
 * @founding: (transfer full)
 *
 * Makes slug, folder and files, then the bot and its soul by one commit: a crash before that leaves a folder that is nobody's. Ended by
 * bty_bot_service_create_finish().
 */
void bty_bot_service_found_async (BtyBotService *service, const BtyBot *bot, BtyBotFounding *founding,
                                  GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
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
/**
 * bty_bot_service_delete_async:
 *
 * The bot's record and that of its soul go, its folder moves to `bots/.deleted/<slug>-<time>`; a #BtyDeletedBot keeps what is needed to bring
 * it back until the setting bots.keep_deleted_days is over. All else of it stays until then.
 */
void bty_bot_service_delete_async (BtyBotService *service, const BtyBot *key, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer data);
gboolean bty_bot_service_delete_finish (BtyBotService *service, GAsyncResult *result, GError **error);
/** bty_bot_service_is_deleted: Returns: whether a bot of that id was deleted and can still be restored */
gboolean bty_bot_service_is_deleted (BtyBotService *service, const char *bot);
/** bty_bot_service_get_deleted: Returns: (transfer none) (element-type utf8): the ids of all such bots, as a set */
GHashTable *bty_bot_service_get_deleted (BtyBotService *service);

/**
 * bty_bot_service_hold:
 * @bot: its id
 *
 * Somebody works for the bot: until as many calls of bty_bot_service_release() nothing of it is forgotten, so that nothing is stored of
 * a bot that nobody remembers. The signal `deleted` (with the id) asks to come to an end; `purged` (with
 * the id) tells that nothing of it is left in the store.
 */
void bty_bot_service_hold (BtyBotService *service, const char *bot);
void bty_bot_service_release (BtyBotService *service, const char *bot);

/** bty_bot_check_running: whether it may answer; FAILED_PRECONDITION with the command that lets it */
gboolean bty_bot_check_running (const BtyBot *bot, GError **error);

/** bty_bot_add_settings: declares the settings of the group `bots` */
void bty_bot_add_settings (BtySettings *settings);
/**
 * bty_bot_service_start_async:
 *
 * To be finished before bots are made or deleted: takes the folders of deleted bots out of the way that a crash left in it, then
 * forgets bots whose time is over, now and each day.
 */
void bty_bot_service_start_async (BtyBotService *service, BtySettings *settings, GAsyncReadyCallback callback,
                                  gpointer data);
gboolean bty_bot_service_start_finish (BtyBotService *service, GAsyncResult *result, GError **error);

/** bty_bot_service_ensure_default_async: makes the default bot when the store holds no bot at all */
void bty_bot_service_ensure_default_async (BtyBotService *service, GAsyncReadyCallback callback, gpointer data);
gboolean bty_bot_service_ensure_default_finish (BtyBotService *service, GAsyncResult *result, GError **error);

/** bty_bot_service_get_souls: Returns: (transfer none): where their souls are kept */
BtySoulService *bty_bot_service_get_souls (BtyBotService *service);

/** bty_bot_service_get_store: Returns: (transfer none): for reads that need no more than a query */
BtyStore *bty_bot_service_get_store (BtyBotService *service);

extern const BtyOperation bty_bot_operations[];
extern const guint bty_n_bot_operations;
/* Of those that were deleted; the service is the same. */
extern const BtyOperation bty_deleted_bot_operations[];
extern const guint bty_n_deleted_bot_operations;
