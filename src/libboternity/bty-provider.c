/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-provider.h"

G_DEFINE_INTERFACE (BtyProvider, bty_provider, G_TYPE_OBJECT)
G_DEFINE_INTERFACE (BtyEmbedder, bty_embedder, G_TYPE_OBJECT)

static void
bty_provider_default_init (BtyProviderInterface *iface)
{
}

static void
bty_embedder_default_init (BtyEmbedderInterface *iface)
{
}

gboolean
bty_provider_configure (BtyProvider *provider, const BtyProviderConfig *config, BtySecret *key, GError **error)
{
  return BTY_PROVIDER_GET_IFACE (provider)->configure (provider, config, key, error);
}

void
bty_provider_complete (BtyProvider *provider, BtyCompletion *completion)
{
  BTY_PROVIDER_GET_IFACE (provider)->complete (provider, completion);
}

void
bty_provider_list_models_async (BtyProvider *provider, GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer data)
{
  BTY_PROVIDER_GET_IFACE (provider)->list_models_async (provider, cancellable, callback, data);
}

GPtrArray *
bty_provider_list_models_finish (BtyProvider *provider, GAsyncResult *result, GError **error)
{
  return BTY_PROVIDER_GET_IFACE (provider)->list_models_finish (provider, result, error);
}

static const BtyField embedding_fields[] = {
  BTY_FIELD_STRING (BtyEmbedding, model, BTY_READ_ONLY, N_ ("The model that made them")),
  BTY_FIELD_INT64 (BtyEmbedding, dimensions, BTY_READ_ONLY, N_ ("Numbers in a vector")),
  BTY_FIELD_INT64 (BtyEmbedding, n_inputs, BTY_READ_ONLY, N_ ("How many vectors")),
  BTY_FIELD_BYTES (BtyEmbedding, vectors, BTY_READ_ONLY, N_ ("The vectors, as 32-bit floats")),
  BTY_FIELD_RECORD (BtyEmbedding, usage, BTY_READ_ONLY, N_ ("What it used"), bty_usage_schema),
};

BTY_DEFINE_RECORD (BtyEmbedding, bty_embedding, "embedding", N_ ("Vectors of texts"), embedding_fields)

void
bty_embedder_embed_async (BtyEmbedder *embedder, const char *model, const char *const *inputs, gint64 dimensions,
                          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  BTY_EMBEDDER_GET_IFACE (embedder)->embed_async (embedder, model, inputs, dimensions, cancellable, callback, data);
}

BtyEmbedding *
bty_embedder_embed_finish (BtyEmbedder *embedder, GAsyncResult *result, GError **error)
{
  return BTY_EMBEDDER_GET_IFACE (embedder)->embed_finish (embedder, result, error);
}
