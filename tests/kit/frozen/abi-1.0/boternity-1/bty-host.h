/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-call.h"
#include "bty-catalogue.h"
#include "bty-store.h"

G_BEGIN_DECLS

/**
 * BtyHost:
 *
 * The daemon as its plugins see it: the catalogue, the dispatcher, who a caller is, and the settings. Main context.
 */
#define BTY_TYPE_HOST (bty_host_get_type ())
BTY_EXPORT
G_DECLARE_INTERFACE (BtyHost, bty_host, BTY, HOST, GObject)

/**
 * BtyCredentials:
 * @token: (nullable): what the caller presented; not NUL-terminated
 * @token_length: its length
 * @peer_uid: user id of the process on the other side of a unix socket; -1 when there is none
 */
typedef struct
{
  const char *token;
  gsize token_length;
  gint64 peer_uid;
} BtyCredentials;

typedef enum
{
  BTY_FEATURE_STORE,
  BTY_FEATURE_PROVIDER,
  BTY_FEATURE_TRANSPORT,
  BTY_FEATURE_ENDPOINT,
  BTY_FEATURE_SECRETS,
  BTY_FEATURE_RUNTIME,
} BtyFeatureKind;
BTY_EXPORT const BtyEnumValue bty_feature_kinds[];

struct _BtyHostInterface
{
  GTypeInterface parent;

  BtyCatalogue *(*get_catalogue) (BtyHost *host);
  BtyCall *(*start_call) (BtyHost *host, const BtyCallSpec *spec);
  BtyPrincipal *(*identify) (BtyHost *host, const BtyCredentials *credentials, GError **error);
  char *(*get_setting) (BtyHost *host, const char *group, const char *key);
  const char *(*get_data_dir) (BtyHost *host);
  gboolean (*get_ready) (BtyHost *host);
  GPtrArray *(*make_features) (BtyHost *host, BtyFeatureKind kind);
  BtyStore *(*get_store) (BtyHost *host);
  BtySecret *(*find_secret) (BtyHost *host, const char *reference, GError **error);
};

/** bty_host_get_catalogue: Returns: (transfer none): every operation; plugins not yet opened are opened by listing it */
BTY_EXPORT BtyCatalogue *bty_host_get_catalogue (BtyHost *host);

/**
 * bty_host_start_call:
 *
 * Identify, rate limit, scope, decode, validate, run, audit: the one way in, for every door.
 *
 * Returns: (transfer full): a call, never %NULL; it may have ended already
 */
BTY_EXPORT BtyCall *bty_host_start_call (BtyHost *host, const BtyCallSpec *spec);

/** bty_host_identify: Returns: (transfer full) (nullable): who it is; %NULL with %BTY_ERROR_UNAUTHENTICATED */
BTY_EXPORT BtyPrincipal *bty_host_identify (BtyHost *host, const BtyCredentials *credentials, GError **error);

/** bty_host_get_setting: Returns: (transfer full) (nullable): the setting in force, or its default; %NULL for an unknown key */
BTY_EXPORT char *bty_host_get_setting (BtyHost *host, const char *group, const char *key);
/** bty_host_get_int: a setting that is a number or a boolean (0 or 1); its table has checked the range */
BTY_EXPORT gint64 bty_host_get_int (BtyHost *host, const char *group, const char *key);
BTY_EXPORT const char *bty_host_get_data_dir (BtyHost *host);
/** bty_host_get_ready: Returns: whether the store is open and the doors are */
BTY_EXPORT gboolean bty_host_get_ready (BtyHost *host);
/** bty_host_make_features: Returns: (transfer full) (element-type GObject): a new object of each registered feature of @kind */
BTY_EXPORT GPtrArray *bty_host_make_features (BtyHost *host, BtyFeatureKind kind);

/**
 * bty_host_get_store:
 *
 * Where records are kept. It is open from before the first call until after the last one, so that handlers find it; a register
 * function, which may run earlier, does not.
 *
 * Returns: (transfer none) (nullable): the store; %NULL before it is open and after it is closed
 */
BTY_EXPORT BtyStore *bty_host_get_store (BtyHost *host);

/**
 * bty_host_find_secret:
 * @reference: `env:NAME` or `memory:NAME`: what needs no store of secrets, and so can open one
 * @error: %BTY_ERROR_NOT_FOUND, %BTY_ERROR_INVALID_ARGUMENT (neither of the two; the message does not repeat it)
 *
 * The daemon's environment is not to be read by getenv: what looks like a secret there was taken out of it at start.
 *
 * Returns: (transfer full) (nullable): the secret; %NULL with an error
 */
BTY_EXPORT BtySecret *bty_host_find_secret (BtyHost *host, const char *reference, GError **error);

/** bty_decode_json: a decoder for #BtyCallSpec whose input is a #GBytes (nullable) with one JSON object */
BTY_EXPORT gpointer bty_decode_json (const BtySchema *schema, BtyView view, gpointer input, GError **error);

G_END_DECLS
