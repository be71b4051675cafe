/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-schema.h"

G_BEGIN_DECLS

/**
 * BtySecretStore:
 *
 * Keeps secrets under names, such as a keyring or a vault does. A feature of the kind %BTY_FEATURE_SECRETS. Main context; nothing
 * here may block: work that takes time is done elsewhere, and its callback comes on the main context.
 *
 * A name is what stands after the colon of a reference: `vault:openai` asks the feature `vault` for `openai`. It is 1 to 255
 * bytes of valid UTF-8 without control characters. A secret is never logged, nor put into an error.
 *
 * A function that a store leaves out fails with %BTY_ERROR_UNIMPLEMENTED.
 *
 * Errors: %BTY_ERROR_NOT_FOUND (there is no such name), %BTY_ERROR_FAILED_PRECONDITION (locked: the message says how to unlock),
 * %BTY_ERROR_PERMISSION_DENIED, %BTY_ERROR_UNAVAILABLE (its service does not answer), %BTY_ERROR_RESOURCE_EXHAUSTED (full),
 * %BTY_ERROR_DATA_LOSS (damaged), %BTY_ERROR_CANCELLED.
 */
#define BTY_TYPE_SECRET_STORE (bty_secret_store_get_type ())
BTY_EXPORT
G_DECLARE_INTERFACE (BtySecretStore, bty_secret_store, BTY, SECRET_STORE, GObject)

typedef enum
{
  BTY_SECRET_STORE_OPEN,   /* secrets can be read */
  BTY_SECRET_STORE_LOCKED, /* it has to be unlocked first */
  BTY_SECRET_STORE_ABSENT, /* there is none here, or it does not answer */
} BtySecretStoreState;
BTY_EXPORT const BtyEnumValue bty_secret_store_states[];

/**
 * BtySecretStoreInterface:
 * @describe: one line for status, such as `the keyring of GNOME, unlocked`; (transfer full)
 * @is_available: whether it can be used now; else @reason (out) (transfer full) says why not and what to do. Must not block
 * @get_async: finds the secret of a name
 * @get_finish: (transfer full)
 * @set_async: keeps a secret, in place of an earlier one of the name
 * @delete_async: forgets one; %BTY_ERROR_NOT_FOUND when there is none
 * @list_async: names of all that it keeps for this program
 * @list_finish: (transfer full): %NULL-terminated, in any order
 * @get_state: whether it is open, locked, or not to be used at all. Must not block
 * @is_writable: whether @set_async and @delete_async can work at all
 * @set_keeper: (nullable): where a store that has a key of its own keeps that key: another store, or %NULL for a file; called before
 *   anything else. Nothing to do for a store without a key of its own
 * @unlock_async: opens it, with a password (nullable: with the key that it keeps by itself)
 * @lock: forgets its key and everything it has read; it stays locked until it is unlocked
 * @set_password_async: from now on it opens with @password (nullable: with a key that it keeps by itself) and no longer as before;
 *   @current: (nullable): the password so far, where there is one
 * @make_recovery_async: makes a new recovery key, which opens it like a password; an older one no longer does
 * @make_recovery_finish: (transfer full): the key, to be shown once and never again
 *
 * Grows at the end.
 */
struct _BtySecretStoreInterface
{
  GTypeInterface parent;

  char *(*describe) (BtySecretStore *store);
  gboolean (*is_available) (BtySecretStore *store, char **reason);
  void (*get_async) (BtySecretStore *store, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback,
                     gpointer data);
  BtySecret *(*get_finish) (BtySecretStore *store, GAsyncResult *result, GError **error);
  void (*set_async) (BtySecretStore *store, const char *name, BtySecret *secret, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer data);
  gboolean (*set_finish) (BtySecretStore *store, GAsyncResult *result, GError **error);
  void (*delete_async) (BtySecretStore *store, const char *name, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer data);
  gboolean (*delete_finish) (BtySecretStore *store, GAsyncResult *result, GError **error);
  void (*list_async) (BtySecretStore *store, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
  GStrv (*list_finish) (BtySecretStore *store, GAsyncResult *result, GError **error);

  BtySecretStoreState (*get_state) (BtySecretStore *store);
  gboolean (*is_writable) (BtySecretStore *store);
  void (*set_keeper) (BtySecretStore *store, BtySecretStore *keeper);
  void (*unlock_async) (BtySecretStore *store, BtySecret *password, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer data);
  gboolean (*unlock_finish) (BtySecretStore *store, GAsyncResult *result, GError **error);
  void (*lock) (BtySecretStore *store);
  void (*set_password_async) (BtySecretStore *store, BtySecret *current, BtySecret *password, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer data);
  gboolean (*set_password_finish) (BtySecretStore *store, GAsyncResult *result, GError **error);
  void (*make_recovery_async) (BtySecretStore *store, GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer data);
  BtySecret *(*make_recovery_finish) (BtySecretStore *store, GAsyncResult *result, GError **error);
};

/** bty_secret_store_describe: Returns: (transfer full): one line for status; the type's name when the store says nothing */
BTY_EXPORT char *bty_secret_store_describe (BtySecretStore *store);

/**
 * bty_secret_store_is_available:
 * @reason: (out) (optional) (nullable) (transfer full): why not, and what to do; %NULL when it is
 *
 * Returns: whether it can be used now
 */
BTY_EXPORT gboolean bty_secret_store_is_available (BtySecretStore *store, char **reason);

BTY_EXPORT void bty_secret_store_get_async (BtySecretStore *store, const char *name, GCancellable *cancellable,
                                            GAsyncReadyCallback callback, gpointer data);
/** bty_secret_store_get_finish: Returns: (transfer full) (nullable): the secret; %NULL with an error */
BTY_EXPORT BtySecret *bty_secret_store_get_finish (BtySecretStore *store, GAsyncResult *result, GError **error);

/** bty_secret_store_set_async: @secret: (transfer none): what to keep */
BTY_EXPORT void bty_secret_store_set_async (BtySecretStore *store, const char *name, BtySecret *secret,
                                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/** bty_secret_store_set_finish: Returns: whether it is kept, durably if the store is */
BTY_EXPORT gboolean bty_secret_store_set_finish (BtySecretStore *store, GAsyncResult *result, GError **error);

BTY_EXPORT void bty_secret_store_delete_async (BtySecretStore *store, const char *name, GCancellable *cancellable,
                                               GAsyncReadyCallback callback, gpointer data);
/** bty_secret_store_delete_finish: Returns: whether it was there and is forgotten */
BTY_EXPORT gboolean bty_secret_store_delete_finish (BtySecretStore *store, GAsyncResult *result, GError **error);

BTY_EXPORT void bty_secret_store_list_async (BtySecretStore *store, GCancellable *cancellable,
                                             GAsyncReadyCallback callback, gpointer data);
/** bty_secret_store_list_finish: Returns: (transfer full) (nullable): the names, %NULL-terminated; %NULL with an error */
BTY_EXPORT GStrv bty_secret_store_list_finish (BtySecretStore *store, GAsyncResult *result, GError **error);

/** bty_secret_store_get_state: Returns: what it says; of a store that says nothing, whether it is available */
BTY_EXPORT BtySecretStoreState bty_secret_store_get_state (BtySecretStore *store);
/** bty_secret_store_is_writable: Returns: what it says; of a store that says nothing, whether it has a @set_async */
BTY_EXPORT gboolean bty_secret_store_is_writable (BtySecretStore *store);
/** bty_secret_store_set_keeper: @keeper: (nullable): where its own key is kept; no effect on a store without one */
BTY_EXPORT void bty_secret_store_set_keeper (BtySecretStore *store, BtySecretStore *keeper);

/**
 * bty_secret_store_unlock_async:
 * @password: (nullable): a password or recovery key; %NULL: as the store can by itself
 *
 * Wrong passwords fail with %BTY_ERROR_PERMISSION_DENIED, which says nothing about why; after some of them
 * %BTY_ERROR_RESOURCE_EXHAUSTED says how long to wait.
 */
BTY_EXPORT void bty_secret_store_unlock_async (BtySecretStore *store, BtySecret *password, GCancellable *cancellable,
                                               GAsyncReadyCallback callback, gpointer data);
BTY_EXPORT gboolean bty_secret_store_unlock_finish (BtySecretStore *store, GAsyncResult *result, GError **error);
/** bty_secret_store_lock: no effect on a store that cannot be locked */
BTY_EXPORT void bty_secret_store_lock (BtySecretStore *store);
/** bty_secret_store_set_password_async: @current: (nullable): so far; @password: (nullable): from now on */
BTY_EXPORT void bty_secret_store_set_password_async (BtySecretStore *store, BtySecret *current, BtySecret *password,
                                                     GCancellable *cancellable, GAsyncReadyCallback callback,
                                                     gpointer data);
BTY_EXPORT gboolean bty_secret_store_set_password_finish (BtySecretStore *store, GAsyncResult *result, GError **error);
BTY_EXPORT void bty_secret_store_make_recovery_async (BtySecretStore *store, GCancellable *cancellable,
                                                      GAsyncReadyCallback callback, gpointer data);
/** bty_secret_store_make_recovery_finish: Returns: (transfer full) (nullable): the recovery key; %NULL with an error */
BTY_EXPORT BtySecret *bty_secret_store_make_recovery_finish (BtySecretStore *store, GAsyncResult *result,
                                                             GError **error);

G_END_DECLS
