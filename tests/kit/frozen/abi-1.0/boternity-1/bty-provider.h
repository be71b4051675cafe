/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-completion.h"
#include "bty-model.h"
#include "bty-provider-config.h"

G_BEGIN_DECLS

/**
 * BtyProvider:
 *
 * Speaks one wire format to one configured service. The core makes one object for each configured provider, on first use, calls
 * @configure, and again whenever the configuration or the key changes. Main context.
 *
 * A provider does not retry and does not fall back: the route does. It fails a completion with %BTY_ERROR_UNAUTHENTICATED or
 * %BTY_ERROR_PERMISSION_DENIED (the key), %BTY_ERROR_NOT_FOUND (the model), %BTY_ERROR_INVALID_ARGUMENT (the request),
 * %BTY_ERROR_OUT_OF_RANGE (the context is too long), %BTY_ERROR_RESOURCE_EXHAUSTED (rate or quota), %BTY_ERROR_UNAVAILABLE
 * (overloaded, unreachable, cut off), %BTY_ERROR_DEADLINE_EXCEEDED (silent), %BTY_ERROR_DATA_LOSS (an answer that is not the
 * protocol), %BTY_ERROR_CANCELLED.
 */
#define BTY_TYPE_PROVIDER (bty_provider_get_type ())
BTY_EXPORT
G_DECLARE_INTERFACE (BtyProvider, bty_provider, BTY, PROVIDER, GObject)

/**
 * BtyProviderInterface:
 * @configure: takes the configuration and the key (nullable); fails on a URL or option it cannot use
 * @complete: begins; keeps a reference to the completion until it has ended it; stops when its cancellable is cancelled
 * @list_models_async: asks the service what it offers
 */
struct _BtyProviderInterface
{
  GTypeInterface parent;

  gboolean (*configure) (BtyProvider *provider, const BtyProviderConfig *config, BtySecret *key, GError **error);
  void (*complete) (BtyProvider *provider, BtyCompletion *completion);
  void (*list_models_async) (BtyProvider *provider, GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer data);
  GPtrArray *(*list_models_finish) (BtyProvider *provider, GAsyncResult *result, GError **error);
};

BTY_EXPORT gboolean bty_provider_configure (BtyProvider *provider, const BtyProviderConfig *config, BtySecret *key,
                                            GError **error);
BTY_EXPORT void bty_provider_complete (BtyProvider *provider, BtyCompletion *completion);
BTY_EXPORT void bty_provider_list_models_async (BtyProvider *provider, GCancellable *cancellable,
                                                GAsyncReadyCallback callback, gpointer data);
/** bty_provider_list_models_finish: Returns: (transfer full) (element-type BtyModel) (nullable): */
BTY_EXPORT GPtrArray *bty_provider_list_models_finish (BtyProvider *provider, GAsyncResult *result, GError **error);

/**
 * BtyEmbedder:
 *
 * Makes embeddings: implemented by the provider objects whose service can.
 */
#define BTY_TYPE_EMBEDDER (bty_embedder_get_type ())
BTY_EXPORT
G_DECLARE_INTERFACE (BtyEmbedder, bty_embedder, BTY, EMBEDDER, GObject)

/**
 * BtyEmbedding:
 * @vectors: float32 in the machine's order, @n_inputs rows of @dimensions
 */
typedef struct
{
  BtyRecord record;
  char *model;
  gint64 dimensions;
  gint64 n_inputs;
  GBytes *vectors;
  BtyUsage *usage;
} BtyEmbedding;
BTY_DECLARE_RECORD (BtyEmbedding, bty_embedding)

struct _BtyEmbedderInterface
{
  GTypeInterface parent;

  void (*embed_async) (BtyEmbedder *embedder, const char *model, const char *const *inputs, gint64 dimensions,
                       GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
  BtyEmbedding *(*embed_finish) (BtyEmbedder *embedder, GAsyncResult *result, GError **error);
};

/** bty_embedder_embed_async: @dimensions: wished-for length of a vector, 0 for the model's own */
BTY_EXPORT void bty_embedder_embed_async (BtyEmbedder *embedder, const char *model, const char *const *inputs,
                                          gint64 dimensions, GCancellable *cancellable, GAsyncReadyCallback callback,
                                          gpointer data);
BTY_EXPORT BtyEmbedding *bty_embedder_embed_finish (BtyEmbedder *embedder, GAsyncResult *result, GError **error);

G_END_DECLS
