/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-bus.h"
#include "bty-plugin-registry.h"
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

BtyProviderService *bty_provider_service_new (BtyStore *store, BtyPluginRegistry *registry, BtySecretService *secrets);

void               bty_provider_service_add_async (BtyProviderService *service, const BtyProviderConfig *config,
                                                   GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
BtyProviderConfig *bty_provider_service_add_finish (BtyProviderService *service, GAsyncResult *result, GError **error);
void               bty_provider_service_update_async (BtyProviderService *service, const BtyProviderConfig *changes,
                                                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
BtyProviderConfig *bty_provider_service_update_finish (BtyProviderService *service, GAsyncResult *result, GError **error);
void               bty_provider_service_delete_async (BtyProviderService *service, const char *name, GCancellable *cancellable,
                                                      GAsyncReadyCallback callback, gpointer data);
gboolean           bty_provider_service_delete_finish (BtyProviderService *service, GAsyncResult *result, GError **error);
/** bty_provider_service_list_async: the records in force, `builtin` last, each with its key_state */
void               bty_provider_service_list_async (BtyProviderService *service, GCancellable *cancellable,
                                                    GAsyncReadyCallback callback, gpointer data);
GPtrArray         *bty_provider_service_list_finish (BtyProviderService *service, GAsyncResult *result, GError **error);
/**
 * bty_provider_service_open_async:
 * @name: a provider's name
 *
 * The provider object, configured, with its key. Errors: NOT_FOUND (naming those there are), FAILED_PRECONDITION (disabled, key missing:
 * saying the command that gives it).
 */
void               bty_provider_service_open_async (BtyProviderService *service, const char *name, GCancellable *cancellable,
                                                    GAsyncReadyCallback callback, gpointer data);
BtyProvider       *bty_provider_service_open_finish (BtyProviderService *service, GAsyncResult *result,
                                                     BtyProviderConfig **config, GError **error);

extern const BtyOperation bty_provider_operations[];
extern const guint        bty_n_provider_operations;
