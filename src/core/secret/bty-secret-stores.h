/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-plugin-registry.h"
#include "bty-settings.h"

/*
 * BtySecretStores:
 *
 * The stores of secrets that plugins offer, each made when it is first asked for, and the chain that the setting secrets.order makes of
 * them. Whatever is asked of a store has a time limit, so that one that hangs holds up nobody.
 */
#define BTY_TYPE_SECRET_STORES (bty_secret_stores_get_type ())
G_DECLARE_FINAL_TYPE (BtySecretStores, bty_secret_stores, BTY, SECRET_STORES, GObject)

/* What is asked of a store. */
typedef enum
{
  BTY_SECRET_ASK_GET,
  BTY_SECRET_ASK_SET,
  BTY_SECRET_ASK_DELETE,
  BTY_SECRET_ASK_LIST,
  BTY_SECRET_ASK_UNLOCK,
  BTY_SECRET_ASK_PASSWORD,
  BTY_SECRET_ASK_RECOVERY,
} BtySecretAsk;

extern const BtySetting bty_secret_settings[];
extern const guint bty_n_secret_settings;

/* Without more there are the stores that bty_secret_stores_add() brought, and the defaults of the settings. */
BtySecretStores *bty_secret_stores_new (void);
/* @registry, @settings: (nullable) */
void bty_secret_stores_open (BtySecretStores *stores, BtyPluginRegistry *registry, BtySettings *settings);
/* Takes a reference: a store that no plugin offers. */
void bty_secret_stores_add (BtySecretStores *stores, const char *name, BtySecretStore *store);

gint64 bty_secret_stores_get_int (BtySecretStores *stores, const char *key);
/* Returns: (transfer full): what the setting says, `env` among it */
GStrv bty_secret_stores_get_order (BtySecretStores *stores);
/* Returns: (transfer full): every store there is: the chain's first */
GStrv bty_secret_stores_list (BtySecretStores *stores);
/* Returns: (transfer none) (nullable): NULL with NOT_FOUND, naming those there are, or with why its plugin was refused */
BtySecretStore *bty_secret_stores_get (BtySecretStores *stores, const char *name, GError **error);
/* Returns: (transfer none) (nullable): one that was made before */
BtySecretStore *bty_secret_stores_peek (BtySecretStores *stores, const char *name);

/* @first: (nullable): the secret to keep, the password to unlock with, or the password so far; @second: the password from now on */
void bty_secret_stores_ask_async (BtySecretStores *stores, BtySecretAsk ask, const char *store, const char *name,
                                  BtySecret *first, BtySecret *second, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer data);
/* Returns: (transfer full) (nullable): a BtySecret where one was asked for (@secret); else whether it went well */
gboolean bty_secret_stores_ask_finish (BtySecretStores *stores, GAsyncResult *result, BtySecret **secret,
                                       GError **error);

/* Asks every store of the chain once, so that what it says of itself afterwards is so. */
void bty_secret_stores_probe_async (BtySecretStores *stores, GAsyncReadyCallback callback, gpointer data);
void bty_secret_stores_probe_finish (BtySecretStores *stores, GAsyncResult *result);
gboolean bty_secret_stores_is_probed (BtySecretStores *stores);
/*
 * After a probe: where new secrets go.
 *
 * @why: (out): (transfer full): a sentence
 * Returns: (transfer full) (nullable): a name; NULL: nowhere
 */
char *bty_secret_stores_choose (BtySecretStores *stores, char **why);
