/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-anchor.h"
#include "bty-settings.h"

/**
 * BtySoulService:
 *
 * Keeps the souls of bots: three files on disk that people edit with any editor, and in the store their immutable versions, chained by
 * hash. It knows bots by id and slug alone. Main context.
 *
 * The files and the newest version in use are the same, but for moments: a version that the daemon makes is stored first (the soul's
 * state is `writing` by the same commit), then its files are replaced one by one, each by rename, then the state is `ok` again; what a
 * crash leaves behind is finished at the next start. A file that a person saves while the daemon runs becomes a version once it has
 * been quiet for a while, or when the bot is next asked. A file that changed while no daemon ran holds the bot.
 */
#define BTY_TYPE_SOUL_SERVICE (bty_soul_service_get_type ())
G_DECLARE_FINAL_TYPE (BtySoulService, bty_soul_service, BTY, SOUL_SERVICE, GObject)

/** BtySoulTexts: what the three files hold; in a change, NULL leaves a file as it is */
typedef struct
{
  char *text[BTY_SOUL_N_FILES];
} BtySoulTexts;
void bty_soul_texts_clear (BtySoulTexts *texts);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BtySoulTexts, bty_soul_texts_clear)

/**
 * BtySoulChange: what a new version is made of
 * @slug: whose soul
 * @texts: NULL in it: as in the version that it is made from
 * @branch: (nullable): on which branch; NULL: the one in use
 * @expected: (nullable): id of the version that it must be made from, else ABORTED
 * @merged: (nullable): id of the other parent
 * @author_kind, @author: who; a bot is held to the soul's policy and locks (PERMISSION_DENIED), a person is not
 */
typedef struct
{
  char *slug;
  BtySoulTexts texts;
  char *branch;
  char *expected;
  char *merged;
  BtyAuthorKind author_kind;
  char *author;
  BtySoulCause cause;
  char *note;
} BtySoulChange;
BtySoulChange *bty_soul_change_new (const char *slug, BtySoulCause cause);
BtySoulChange *bty_soul_change_copy (const BtySoulChange *change);
void bty_soul_change_free (BtySoulChange *change);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtySoulChange, bty_soul_change_free)

/**
 * BtySoulPrompt: the verified texts of the version in use, and the one text that a model is given
 * @version: (nullable): none of files as they are
 * @notice: (nullable): why what the files hold now does not count, for people
 */
typedef struct
{
  BtySoulVersion *version;
  BtySoulTexts texts;
  char *text;
  char *notice;
} BtySoulPrompt;
void bty_soul_prompt_free (BtySoulPrompt *prompt);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtySoulPrompt, bty_soul_prompt_free)

BtySoulService *bty_soul_service_new (BtyStore *store, BtySettings *settings, const char *data_dir);
/** bty_soul_service_start: watches the folders and checks all souls in the background; a soul that is asked for before is checked then */
void bty_soul_service_start (BtySoulService *service);
void bty_soul_service_stop (BtySoulService *service);
/**
 * BtySoulGate: asks whether @texts may become the version in use of a soul whose gate asks for @least percent; the answer is taken with
 * a #BtySoulGateAnswer, which fails with FAILED_PRECONDITION
 */
typedef void (*BtySoulGate) (gpointer data, const char *slug, const BtySoulTexts *texts, gint64 least,
                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer callback_data);
typedef gboolean (*BtySoulGateAnswer) (GAsyncResult *result, GError **error);
/**
 * bty_soul_service_set_gate: what changes and switches have to pass where the soul has a gate. Not asked: going back to an older
 * version, which must always be possible, and what an editor saves, which counts and is told of.
 * @data: must outlive the service, or another gate is set
 */
void bty_soul_service_set_gate (BtySoulService *service, BtySoulGate gate, BtySoulGateAnswer answer, gpointer data);
/** bty_soul_add_settings: declares the settings of the group `soul` */
void bty_soul_add_settings (BtySettings *settings);

/** bty_soul_compose: Returns: (transfer full): the one text for a model, of the texts of three files: the same always for the same texts */
char *bty_soul_compose (const BtySoulTexts *texts);
/** bty_soul_folder: Returns: (transfer full): where the files are */
char *bty_soul_folder (const char *data_dir, const char *slug);

/**
 * bty_soul_service_begin:
 *
 * Puts the soul of a new bot into @batch: the record, its first version and the texts. The caller writes the files (bty_soul_write_files())
 * before it applies the batch, so that an acknowledged bot has them.
 */
void bty_soul_service_begin (BtySoulService *service, BtyBatch *batch, const char *bot, const BtySoulChange *change);
/**
 * bty_soul_service_end: takes the record of a deleted bot's soul out with @batch; its versions stay, for who brings the bot back
 * @soul: as it was read
 */
void bty_soul_service_end (BtySoulService *service, BtyBatch *batch, const BtySoul *soul);
/** bty_soul_write_files: writes what is not NULL, each file whole or not at all, durably; any thread */
gboolean bty_soul_write_files (const char *folder, const BtySoulTexts *texts, GError **error);

/**
 * bty_soul_service_get_async: the soul's record, after a check of its files; also where it is not held, its reason says what is wrong
 * with them. Finish: (transfer full)
 */
void bty_soul_service_get_async (BtySoulService *service, const char *slug, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer data);
BtySoul *bty_soul_service_get_finish (BtySoulService *service, GAsyncResult *result, GError **error);

/** bty_soul_service_read_async: what a turn is asked with; FAILED_PRECONDITION while the soul is held */
void bty_soul_service_read_async (BtySoulService *service, const char *slug, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer data);
BtySoulPrompt *bty_soul_service_read_finish (BtySoulService *service, GAsyncResult *result, GError **error);

/**
 * bty_soul_service_find_async:
 * @name: a number, an id, `head` (the version in use), `head~2`, a branch, a tag, or the beginning of a version's hash (at least 6 digits)
 */
void bty_soul_service_find_async (BtySoulService *service, const char *slug, const char *name,
                                  GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
BtySoulVersion *bty_soul_service_find_finish (BtySoulService *service, GAsyncResult *result, GError **error);

/** bty_soul_service_load_async: the texts of a version; DATA_LOSS when one does not have the hash that the version says */
void bty_soul_service_load_async (BtySoulService *service, const BtySoulVersion *version, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer data);
BtySoulPrompt *bty_soul_service_load_finish (BtySoulService *service, GAsyncResult *result, GError **error);

/**
 * bty_soul_service_change_async:
 *
 * Makes a version, and when it is on the branch in use, writes its files. A change that changes nothing gives the version as it is.
 * Errors: ABORTED (@expected), PERMISSION_DENIED (policy, lock), FAILED_PRECONDITION (held), INVALID_ARGUMENT (not UTF-8, too long,
 * front matter that is not YAML).
 */
void bty_soul_service_change_async (BtySoulService *service, BtySoulChange *change, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer data);
BtySoulVersion *bty_soul_service_change_finish (BtySoulService *service, GAsyncResult *result, GError **error);

/** bty_soul_service_settle_async: ends a hold: @accept: what the files hold becomes a version; else the version in use is written again */
void bty_soul_service_settle_async (BtySoulService *service, const char *slug, gboolean accept, const char *author,
                                    const char *note, GCancellable *cancellable, GAsyncReadyCallback callback,
                                    gpointer data);
BtySoulVersion *bty_soul_service_settle_finish (BtySoulService *service, GAsyncResult *result, GError **error);

/**
 * bty_soul_service_switch_async: another branch is in use from now on: its newest version's files are written
 * Errors: NOT_FOUND (branch), FAILED_PRECONDITION (held)
 */
void bty_soul_service_switch_async (BtySoulService *service, const char *slug, const char *branch,
                                    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
BtySoulVersion *bty_soul_service_switch_finish (BtySoulService *service, GAsyncResult *result, GError **error);

/**
 * bty_soul_service_read_files_async: what the files hold now, whatever state the soul is in: for a diff against the version in use.
 * The finish function gives a prompt without a version.
 */
void bty_soul_service_read_files_async (BtySoulService *service, const char *slug, GCancellable *cancellable,
                                        GAsyncReadyCallback callback, gpointer data);
BtySoulPrompt *bty_soul_service_read_files_finish (BtySoulService *service, GAsyncResult *result, GError **error);

/** bty_soul_service_verify_async: checks the whole history: numbers, hashes, texts, branches and tags, and the anchor */
void bty_soul_service_verify_async (BtySoulService *service, const char *slug, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer data);
BtySoulReport *bty_soul_service_verify_finish (BtySoulService *service, GAsyncResult *result, GError **error);

/** bty_soul_service_get_anchor: Returns: (transfer none): where the ends of histories are remembered outside the store */
BtyAnchor *bty_soul_service_get_anchor (BtySoulService *service);
BtyStore *bty_soul_service_get_store (BtySoulService *service);
