/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-http-client.h"
#include "bty-http-failure.h"
#include "bty-http-request.h"
#include "bty-sse-reader.h"

G_BEGIN_DECLS

/**
 * BtyHttpProvider:
 *
 * What providers over HTTP share; a provider of a wire family derives from it and says what to ask and how to listen. This class
 * owns the connection, time-outs, cancellation, the bounds, the key, and what errors become. Main context.
 */
#define BTY_TYPE_HTTP_PROVIDER (bty_http_provider_get_type ())
BTY_EXPORT G_DECLARE_DERIVABLE_TYPE (BtyHttpProvider, bty_http_provider, BTY, HTTP_PROVIDER, GObject)

  /**
 * BtyHttpFraming:
 * @BTY_HTTP_SSE: server-sent events; a server that answers with one JSON document all the same has it delivered as one event
 * @BTY_HTTP_NDJSON: a JSON document a line
 */
  typedef enum {
    BTY_HTTP_SSE,
    BTY_HTTP_NDJSON,
  } BtyHttpFraming;

/**
 * BtyHttpProviderClass:
 * @default_url: (nullable): base URL when the configuration has none
 * @key_header: header that carries the key; @key_prefix: (nullable): what stands before it
 * @options: (nullable) (array zero-terminated=1): names of the kind's own options
 * @framing: how answers are streamed
 * @configured: (nullable): new options are in force; %FALSE with an error refuses them
 * @request: what to send for a completion; %NULL with an error: %BTY_ERROR_INVALID_ARGUMENT for what nobody could take,
 *   %BTY_ERROR_FAILED_PRECONDITION for what another service may
 * @stream_new: (nullable): state of one stream, handed to the next three; @stream_free: (nullable): frees it
 * @event: takes one event: pushes deltas, and finishes the completion at the end marker; %FALSE with an error fails it. Errors of
 *   the JSON reader go through bty_http_provider_not_protocol(), error objects through bty_http_provider_failed()
 * @end: (nullable): the body is over and the completion is not finished: finish it, or %FALSE with an error. Without it, that is
 *   %BTY_ERROR_UNAVAILABLE: cut off
 * @failure: (nullable): looks over what was made of a refusal
 * @models_request, @models_parse: (nullable): what it offers
 * @models_step: (nullable): in place of @models_parse, when the list takes several answers: a #BtyHttpSeriesStep on what @models_new
 *   gave, which @models_end takes and turns into the list, and @models_free frees when it does not come to that
 * @embed_request, @embed_parse: (nullable): for classes that implement #BtyEmbedder with bty_http_provider_init_embedder()
 *
 * The functions return what they say (transfer full). But for @configured, none is called before the provider was configured.
 */
struct _BtyHttpProviderClass
{
  GObjectClass parent_class;

  const char *default_url;
  const char *key_header;
  const char *key_prefix;
  const char *const *options;
  BtyHttpFraming framing;

  gboolean (*configured) (BtyHttpProvider *self, const BtyHttpOptions *options, GError **error);
  BtyHttpRequest *(*request) (BtyHttpProvider *self, const BtyCompletionRequest *request, GError **error);
  gpointer (*stream_new) (BtyHttpProvider *self, const BtyCompletionRequest *request);
  gboolean (*event) (BtyHttpProvider *self, gpointer stream, const BtySseEvent *event, BtyCompletion *out,
                     GError **error);
  gboolean (*end) (BtyHttpProvider *self, gpointer stream, BtyCompletion *out, GError **error);
  void (*stream_free) (gpointer stream);
  void (*failure) (BtyHttpProvider *self, BtyHttpFailure *failure);
  BtyHttpRequest *(*models_request) (BtyHttpProvider *self, GError **error);
  GPtrArray *(*models_parse) (BtyHttpProvider *self, const char *json, gsize length, GError **error);
  BtyHttpRequest *(*embed_request) (BtyHttpProvider *self, const char *model, const char *const *inputs,
                                    gint64 dimensions, GError **error);
  BtyEmbedding *(*embed_parse) (BtyHttpProvider *self, const char *json, gsize length, guint n_inputs, GError **error);

  gpointer (*models_new) (BtyHttpProvider *self);
  gboolean (*models_step) (BtyHttpProvider *self, const char *json, gsize length, const GError *failure, gpointer list,
                           BtyHttpRequest **next, GError **error);
  GPtrArray *(*models_end) (BtyHttpProvider *self, gpointer list);
  void (*models_free) (gpointer list);

  /*< private >*/
  gpointer padding[12];
};

/** bty_http_provider_init_embedder: for G_IMPLEMENT_INTERFACE (BTY_TYPE_EMBEDDER, …) in a class that has the embed functions */
BTY_EXPORT void bty_http_provider_init_embedder (BtyEmbedderInterface *iface);

/** bty_http_provider_get_client: Returns: (transfer none) (nullable): how it is reached; %NULL before it was configured */
BTY_EXPORT BtyHttpClient *bty_http_provider_get_client (BtyHttpProvider *self);
/** bty_http_provider_get_options: Returns: (transfer none) (nullable): what it was configured with */
BTY_EXPORT const BtyHttpOptions *bty_http_provider_get_options (BtyHttpProvider *self);

/**
 * bty_http_provider_not_protocol:
 * @self: (nullable): without it, or before it was configured, @error says just what @reason does
 * @reason: (transfer full): what the JSON reader found, or another error
 * @error: (out): %BTY_ERROR_DATA_LOSS that names the provider
 *
 * Returns: always %FALSE
 */
BTY_EXPORT gboolean bty_http_provider_not_protocol (BtyHttpProvider *self, GError *reason, GError **error);

/**
 * bty_http_provider_failed:
 * @self: (nullable): without it @error says no more than that there was one
 * @json: (array length=length): a document with an error object, that came inside an answer
 * @error: (out): what it says
 *
 * Returns: always %FALSE
 */
BTY_EXPORT gboolean bty_http_provider_failed (BtyHttpProvider *self, const char *json, gsize length, GError **error);

/**
 * bty_http_provider_fetch_async:
 * @request: (transfer full): what to ask
 *
 * Asks and reads the whole answer, which must be JSON, at most `max_body_bytes` of it.
 */
BTY_EXPORT void bty_http_provider_fetch_async (BtyHttpProvider *self, BtyHttpRequest *request,
                                               GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/** bty_http_provider_fetch_finish: Returns: (transfer full) (nullable): the body */
BTY_EXPORT GBytes *bty_http_provider_fetch_finish (BtyHttpProvider *self, GAsyncResult *result, GError **error);

G_END_DECLS
