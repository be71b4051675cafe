/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-plugin-registry.h"
#include "bty-settings.h"

/**
 * BtySecretService:
 *
 * Where references become secrets: `secret:NAME` (what was kept under that name, else the first of the chain that has it), `env:NAME`,
 * `memory:NAME`, `cmd:NAME` (a command of the user's), and `STORE:NAME` for a store of secrets by its own name. The daemon's
 * environment is read once, into locked memory, and cleared from what its children inherit (variables named *_API_KEY, *_TOKEN,
 * *_SECRET and such).
 *
 * What is known of a secret but its value is a #BtySecretEntry: kept in memory (there are few) and loaded on first use. Values are asked
 * for when they are needed and kept by nobody here.
 *
 * Signal `used` (name, bot (nullable), host (nullable), time as gint64): a request with this secret is about to be sent.
 * Signal `denied` (name, bot (nullable), host (nullable), reason): one was refused.
 * Signal `changed` (name (nullable)): its value, or who may use it, is another; NULL: any may be, such as when a store is locked.
 * Signal `shown` (name, who): its value was shown to a person.
 */
#define BTY_TYPE_SECRET_SERVICE (bty_secret_service_get_type ())
G_DECLARE_FINAL_TYPE (BtySecretService, bty_secret_service, BTY, SECRET_SERVICE, GObject)

/**
 * BtySecretUse:
 * @bot: (nullable): slug of the bot that the request is for; %NULL: a person's own, such as a test of a provider
 * @url: (nullable): where it goes
 * @plugin: (nullable): the feature that sends it
 */
typedef struct
{
  const char *bot;
  const char *url;
  const char *plugin;
} BtySecretUse;

/** bty_secret_service_new: without anything but the environment and memory: see bty_secret_service_open() */
BtySecretService *bty_secret_service_new (void);
void bty_secret_add_settings (BtySettings *settings);
/**
 * bty_secret_service_open:
 * @registry: (nullable): where stores of secrets come from
 * @data_dir: (nullable): where it is noted down which changes are not finished
 *
 * From now on secrets can be kept. What a change that was cut off left behind is taken out.
 */
void bty_secret_service_open (BtySecretService *service, BtyStore *store, BtyPluginRegistry *registry,
                              BtySettings *settings, const char *data_dir);
/** bty_secret_service_add_store: a store of secrets that no plugin offers: for tests, before bty_secret_service_open() */
void bty_secret_service_add_store (BtySecretService *service, const char *name, BtySecretStore *store);
/** bty_secret_service_stop: writes down what was used; waits for it */
void bty_secret_service_stop (BtySecretService *service);
/**
 * bty_secret_service_find_problem:
 *
 * Returns: (transfer full) (nullable): why no store can keep secrets, as far as they were asked; %NULL: one can, or none was asked yet
 */
char *bty_secret_service_find_problem (BtySecretService *service);
/** bty_secret_service_load_async: reads what is known of secrets, unless it was */
void bty_secret_service_load_async (BtySecretService *service, GAsyncReadyCallback callback, gpointer data);
gboolean bty_secret_service_load_finish (BtySecretService *service, GAsyncResult *result, GError **error);

/** bty_secret_service_put: keeps @secret as `memory:@name`; %NULL forgets it */
void bty_secret_service_put (BtySecretService *service, const char *name, BtySecret *secret);
/**
 * bty_secret_service_find: what needs no asking: `env:NAME` and `memory:NAME`
 *
 * Returns: (transfer full) (nullable): %NULL with NOT_FOUND, saying how to give it, or INVALID_ARGUMENT
 */
BtySecret *bty_secret_service_find (BtySecretService *service, const char *reference, GError **error);
/** bty_secret_service_knows: whether it can be expected that @reference leads to a secret, without asking any store */
gboolean bty_secret_service_knows (BtySecretService *service, const char *reference);

/**
 * bty_secret_service_resolve_async:
 * @use: what for: it is refused like bty_secret_service_use() refuses it
 * @previous: the value before the last rotation, while it is kept
 *
 * Errors: NOT_FOUND, FAILED_PRECONDITION (locked; says how to unlock), PERMISSION_DENIED, UNAVAILABLE, INVALID_ARGUMENT (no reference).
 */
void bty_secret_service_resolve_async (BtySecretService *service, const char *reference, const BtySecretUse *use,
                                       gboolean previous, GCancellable *cancellable, GAsyncReadyCallback callback,
                                       gpointer data);
BtySecret *bty_secret_service_resolve_finish (BtySecretService *service, GAsyncResult *result, GError **error);
/** bty_secret_service_use: a request with it is about to be sent: checks that it may be, and notes it down */
gboolean bty_secret_service_use (BtySecretService *service, const char *reference, const BtySecretUse *use,
                                 GError **error);
/** bty_secret_service_is_kept: whether @reference leads to a secret that has a record, which names its hosts */
gboolean bty_secret_service_is_kept (BtySecretService *service, const char *reference);
/** bty_secret_service_has_previous: whether a value before the last rotation is still kept */
gboolean bty_secret_service_has_previous (BtySecretService *service, const char *reference);

/**
 * bty_secret_service_set_async:
 * @request: name and value, with the other fields that it has; a name that is there already gets the new value
 *
 * Whatever happens meanwhile, it is either all as before or all as asked for.
 */
void bty_secret_service_set_async (BtySecretService *service, const BtySecretEntry *request, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer data);
/** bty_secret_service_rotate_async: @hours: how long the value so far is kept; negative: as the setting says */
void bty_secret_service_rotate_async (BtySecretService *service, const char *name, BtySecret *value, gint64 hours,
                                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
void bty_secret_service_move_async (BtySecretService *service, const char *name, const char *store,
                                    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/** bty_secret_service_update_async: @changes: decoded with the patch view */
void bty_secret_service_update_async (BtySecretService *service, const BtySecretEntry *changes,
                                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
void bty_secret_service_delete_async (BtySecretService *service, const char *name, GCancellable *cancellable,
                                      GAsyncReadyCallback callback, gpointer data);
/** bty_secret_service_change_finish: Returns: (transfer full) (nullable): what is known of it now; after a deletion: what was */
BtySecretEntry *bty_secret_service_change_finish (BtySecretService *service, GAsyncResult *result, GError **error);

/**
 * bty_secret_service_keep_async:
 * @host: (nullable): the only one that it may be sent to
 *
 * Keeps what somebody gave to something else, such as a provider's key: in the first store that can, else in memory alone, with a warning.
 */
void bty_secret_service_keep_async (BtySecretService *service, const char *name, BtySecret *value, const char *host,
                                    const char *description, GAsyncReadyCallback callback, gpointer data);
/** bty_secret_service_keep_finish: Returns: (transfer full) (nullable): the reference under which it is found from now on */
char *bty_secret_service_keep_finish (BtySecretService *service, GAsyncResult *result, GError **error);
/** bty_secret_service_forget: takes out what bty_secret_service_keep_async() kept; what goes wrong is logged */
void bty_secret_service_forget (BtySecretService *service, const char *reference);

extern const BtyOperation bty_secret_operations[];
extern const guint bty_n_secret_operations;
