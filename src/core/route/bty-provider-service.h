/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-plugin-registry.h"
#include "route/bty-provider-entry.h"
#include "secret/bty-secret-service.h"

/**
 * BtyProviderService:
 *
 * The configured providers: their records, and one provider object for each, made on first use from the plugin registry and
 * configured anew when the record or its key changes. `builtin` is always there and cannot be deleted; it has no record until it is changed.
 * Records are kept in memory (there are few) and loaded on first use.
 */
#define BTY_TYPE_PROVIDER_SERVICE (bty_provider_service_get_type ())
G_DECLARE_FINAL_TYPE (BtyProviderService, bty_provider_service, BTY, PROVIDER_SERVICE, GObject)

/** bty_provider_service_new: @registry: (nullable): %NULL: all objects come from a maker */
BtyProviderService *bty_provider_service_new (BtyStore *store, BtyPluginRegistry *registry, BtySecretService *secrets);
/** bty_provider_service_set_maker: provider objects come from @make instead of the plugin registry */
void bty_provider_service_set_maker (BtyProviderService *service, BtyProviderMaker make, gpointer data);

void bty_provider_service_add_async (BtyProviderService *service, const BtyProviderConfig *config,
                                     GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
BtyProviderConfig *bty_provider_service_add_finish (BtyProviderService *service, GAsyncResult *result, GError **error);
/** bty_provider_service_get_async: one record in force, with its key_state */
void bty_provider_service_get_async (BtyProviderService *service, const char *name, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer data);
BtyProviderConfig *bty_provider_service_get_finish (BtyProviderService *service, GAsyncResult *result, GError **error);
/** bty_provider_service_update_async: @changes: decoded with the patch view; an empty key is forgotten */
void bty_provider_service_update_async (BtyProviderService *service, const BtyProviderConfig *changes,
                                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
BtyProviderConfig *bty_provider_service_update_finish (BtyProviderService *service, GAsyncResult *result,
                                                       GError **error);
/** bty_provider_service_delete_async: @key: decoded with the key view; its revision, if present, must be the record's */
void bty_provider_service_delete_async (BtyProviderService *service, const BtyProviderConfig *key,
                                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean bty_provider_service_delete_finish (BtyProviderService *service, GAsyncResult *result, GError **error);
/** bty_provider_service_list_async: the records in force, `builtin` last, each with its key_state */
void bty_provider_service_list_async (BtyProviderService *service, GCancellable *cancellable,
                                      GAsyncReadyCallback callback, gpointer data);
GPtrArray *bty_provider_service_list_finish (BtyProviderService *service, GAsyncResult *result, GError **error);
/**
 * bty_provider_service_open_async:
 * @name: a provider's name
 *
 * The provider object, configured, with its key. Errors: NOT_FOUND (naming those there are), FAILED_PRECONDITION (disabled, key missing:
 * saying the command that gives it).
 */
void bty_provider_service_open_async (BtyProviderService *service, const char *name, GCancellable *cancellable,
                                      GAsyncReadyCallback callback, gpointer data);
/**
 * bty_provider_service_open_for_async:
 * @bot: (nullable): for whose requests: its key may be for some bots only
 * @previous: a new object with the key before its last rotation, while that is kept
 */
void bty_provider_service_open_for_async (BtyProviderService *service, const char *name, const char *bot,
                                          gboolean previous, GCancellable *cancellable, GAsyncReadyCallback callback,
                                          gpointer data);
/** bty_provider_service_open_key_async: @reference: of the key of its pool to be taken, whoever's turn it is */
void bty_provider_service_open_key_async (BtyProviderService *service, const char *name, const char *bot,
                                          const char *reference, gboolean previous, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer data);
/** bty_provider_service_get_opened_key: Returns: (transfer none) (nullable): reference of the key that it was opened with */
const char *bty_provider_service_get_opened_key (BtyProviderService *service, GAsyncResult *result);
/**
 * bty_provider_service_rest_key:
 * @reference: (nullable): which of its keys
 * @rest_ms: for how long other keys are taken in its place
 *
 * Returns: whether there is another that can be taken now; a single key never rests
 */
gboolean bty_provider_service_rest_key (BtyProviderService *service, const char *name, const char *reference,
                                        gint64 rest_ms, const char *reason);
/**
 * bty_provider_service_use_key_of: a request with one key of its pool is about to be sent: PERMISSION_DENIED when it may not be; notes it
 *   down
 */
gboolean bty_provider_service_use_key_of (BtyProviderService *service, const char *name, const char *reference,
                                          const char *bot, GError **error);
/** bty_provider_service_has_previous_key: @reference: (nullable): whether its key was rotated and the one before is still kept */
gboolean bty_provider_service_has_previous_key (BtyProviderService *service, const char *name, const char *reference);
BtyProvider *bty_provider_service_open_finish (BtyProviderService *service, GAsyncResult *result,
                                               BtyProviderConfig **config, GError **error);
/**
 * bty_provider_service_list_models_async:
 * @name: a provider's name
 * @fresh: asks even when the answer of the last five minutes is at hand
 */
void bty_provider_service_list_models_async (BtyProviderService *service, const char *name, gboolean fresh,
                                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/** bty_provider_service_list_models_finish: Returns: (transfer full) (element-type BtyModel) (nullable): */
GPtrArray *bty_provider_service_list_models_finish (BtyProviderService *service, GAsyncResult *result, GError **error);
/**
 * bty_provider_service_peek_model:
 * @model: (nullable): its own name, without the provider; %NULL: the one to take when none is named
 * @known: (out) (optional): whether the provider has answered, or was asked a short while ago: asking again would tell nothing new
 *
 * What is known of a model without asking anyone.
 *
 * Returns: (transfer none) (nullable): the model
 */
const BtyModel *bty_provider_service_peek_model (BtyProviderService *service, const char *provider, const char *model,
                                                 gboolean *known);

/** bty_provider_service_is_ready: whether the records are in memory: then what follows tells the truth */
gboolean bty_provider_service_is_ready (BtyProviderService *service);
/** bty_provider_service_ready_async: once they are */
void bty_provider_service_ready_async (BtyProviderService *service, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer data);
gboolean bty_provider_service_ready_finish (BtyProviderService *service, GAsyncResult *result, GError **error);
/** bty_provider_service_peek_route: Returns: (transfer none) (nullable): the route with that name */
const BtyRouteConfig *bty_provider_service_peek_route (BtyProviderService *service, const char *name);
/** bty_provider_service_peek: Returns: (transfer none) (nullable): the provider with that name; %NULL with NOT_FOUND */
const BtyProviderEntry *bty_provider_service_peek (BtyProviderService *service, const char *name, GError **error);
/** bty_provider_service_check_key: whether there is a key, as far as is known; FAILED_PRECONDITION says how to give it one */
gboolean bty_provider_service_check_key (BtyProviderService *service, const BtyProviderEntry *entry, GError **error);
/**
 * bty_provider_service_check_steps:
 * @steps: of a bot, a setting or a route; @may_be_routes: whether the name of a route may stand among them
 * @place: (nullable): put before what is wrong with one, as `/steps/0`
 *
 * Whether each can be read and is about a provider, or route, that there is. INVALID_ARGUMENT names the step and what there is. To be
 * asked once the records are in memory.
 */
gboolean bty_provider_service_check_steps (BtyProviderService *service, const char *const *steps,
                                           gboolean may_be_routes, const char *place, GError **error);
/**
 * bty_provider_service_make_played:
 * @name: @kind: @url: (nullable): of a provider, which need not be there any more; where it is, it lends its options
 *
 * Returns: (transfer full) (nullable): a provider object of its own and without a key, for completions that are played
 */
BtyProvider *bty_provider_service_make_played (BtyProviderService *service, const char *name, const char *kind,
                                               const char *url, GError **error);

extern const BtyOperation bty_provider_operations[];
extern const guint bty_n_provider_operations;
