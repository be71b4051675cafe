/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-http-provider-private.h"
#include "bty-http-series.h"

typedef struct
{
  BtyHttpClient *client;
  gint64 retry_after_ms; /* of the last failure inside an answer */
  gboolean is_quota;
} BtyHttpProviderPrivate;

static void init_provider (BtyProviderInterface *iface);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (BtyHttpProvider, bty_http_provider, G_TYPE_OBJECT,
                                  G_ADD_PRIVATE (BtyHttpProvider)
                                    G_IMPLEMENT_INTERFACE (BTY_TYPE_PROVIDER, init_provider))

#define PRIVATE(self) ((BtyHttpProviderPrivate *) bty_http_provider_get_instance_private (self))

static void
bty_http_provider_finalize (GObject *object)
{
  g_clear_pointer (&PRIVATE (BTY_HTTP_PROVIDER (object))->client, bty_http_client_unref);
  G_OBJECT_CLASS (bty_http_provider_parent_class)->finalize (object);
}

static void
bty_http_provider_class_init (BtyHttpProviderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_http_provider_finalize;
}

static void
bty_http_provider_init (BtyHttpProvider *self)
{
  PRIVATE (self)->retry_after_ms = -1;
}

BtyHttpClient *
bty_http_provider_get_client (BtyHttpProvider *self)
{
  return PRIVATE (self)->client;
}

const BtyHttpOptions *
bty_http_provider_get_options (BtyHttpProvider *self)
{
  return PRIVATE (self)->client != NULL ? bty_http_client_get_options (PRIVATE (self)->client) : NULL;
}

/* Streams under way keep the client they began with. */
static gboolean
provider_configure (BtyProvider *provider, const BtyProviderConfig *config, BtySecret *key, GError **error)
{
  BtyHttpProvider *self = BTY_HTTP_PROVIDER (provider);
  BtyHttpProviderClass *klass = BTY_HTTP_PROVIDER_GET_CLASS (self);
  g_autoptr (BtyHttpOptions) options = bty_http_options_new (config, klass->default_url, klass->options, error);
  g_autoptr (BtyHttpClient) client = NULL;

  if (options == NULL)
    return FALSE;
  client = bty_http_client_new (options, klass->key_header, klass->key_prefix, key, error);
  if (client == NULL || (klass->configured != NULL && !klass->configured (self, options, error)))
    return FALSE;
  g_clear_pointer (&PRIVATE (self)->client, bty_http_client_unref);
  PRIVATE (self)->client = g_steal_pointer (&client);
  return TRUE;
}

static void
provider_complete (BtyProvider *provider, BtyCompletion *completion)
{
  bty_http_stream_begin (BTY_HTTP_PROVIDER (provider), completion);
}

/* The functions of the classes need what was configured. */
static gboolean
is_configured (BtyHttpProvider *self, GError **error)
{
  if (PRIVATE (self)->client != NULL)
    return TRUE;
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _ ("the provider has not been configured"));
  return FALSE;
}

/* Reports what a request builder gave: a request to fetch, or why there is none. */
static void
fetch_for (GTask *task, BtyHttpRequest *request, GError *error, GAsyncReadyCallback callback)
{
  if (request != NULL)
    bty_http_provider_fetch_async (g_task_get_source_object (task), request, g_task_get_cancellable (task), callback,
                                   g_object_ref (task));
  else
    g_task_return_error (task, error);
}

static void
on_models (GObject *source, GAsyncResult *result, gpointer data)
{
  BtyHttpProvider *self = BTY_HTTP_PROVIDER (source);
  g_autoptr (GTask) task = data;
  g_autoptr (GBytes) body = NULL;
  GError *error = NULL;
  GPtrArray *models = NULL;
  gsize length;
  const char *json;

  body = bty_http_provider_fetch_finish (self, result, &error);
  if (body != NULL)
    {
      json = g_bytes_get_data (body, &length);
      models = BTY_HTTP_PROVIDER_GET_CLASS (self)->models_parse (self, json, length, &error);
    }
  if (models != NULL)
    g_task_return_pointer (task, models, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

static void
on_series (GObject *source, GAsyncResult *result, gpointer data)
{
  BtyHttpProvider *self = BTY_HTTP_PROVIDER (source);
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  gpointer list = bty_http_series_finish (self, result, &error);

  if (list != NULL)
    g_task_return_pointer (task, BTY_HTTP_PROVIDER_GET_CLASS (self)->models_end (self, list),
                           (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

static void
provider_list_models_async (BtyProvider *provider, GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer data)
{
  BtyHttpProvider *self = BTY_HTTP_PROVIDER (provider);
  BtyHttpProviderClass *klass = BTY_HTTP_PROVIDER_GET_CLASS (self);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  BtyHttpRequest *request = NULL;
  GError *error = NULL;

  g_task_set_source_tag (task, provider_list_models_async);
  g_task_set_check_cancellable (task, FALSE); /* the transfer sees to it */
  if (klass->models_request == NULL)
    g_set_error_literal (&error, BTY_ERROR, BTY_ERROR_UNIMPLEMENTED,
                         _ ("this kind of provider does not list its models"));
  else if (is_configured (self, &error))
    request = klass->models_request (self, &error);
  if (request != NULL && klass->models_step != NULL)
    bty_http_series_async (self, request, klass->models_step, klass->models_new (self), klass->models_free, cancellable,
                           on_series, g_object_ref (task));
  else
    fetch_for (task, request, error, on_models);
}

static GPtrArray *
provider_list_models_finish (BtyProvider *provider, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
init_provider (BtyProviderInterface *iface)
{
  iface->configure = provider_configure;
  iface->complete = provider_complete;
  iface->list_models_async = provider_list_models_async;
  iface->list_models_finish = provider_list_models_finish;
}

static void
on_embeddings (GObject *source, GAsyncResult *result, gpointer data)
{
  BtyHttpProvider *self = BTY_HTTP_PROVIDER (source);
  g_autoptr (GTask) task = data;
  g_autoptr (GBytes) body = NULL;
  GError *error = NULL;
  BtyEmbedding *embedding = NULL;
  gsize length;
  const char *json;

  body = bty_http_provider_fetch_finish (self, result, &error);
  if (body != NULL)
    {
      json = g_bytes_get_data (body, &length);
      embedding = BTY_HTTP_PROVIDER_GET_CLASS (self)->embed_parse (
        self, json, length, GPOINTER_TO_UINT (g_task_get_task_data (task)), &error);
    }
  if (embedding != NULL)
    g_task_return_pointer (task, embedding, bty_record_unref);
  else
    g_task_return_error (task, error);
}

static void
embedder_embed_async (BtyEmbedder *embedder, const char *model, const char *const *inputs, gint64 dimensions,
                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  BtyHttpProvider *self = BTY_HTTP_PROVIDER (embedder);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  BtyHttpRequest *request = NULL;
  GError *error = NULL;

  g_task_set_source_tag (task, embedder_embed_async);
  g_task_set_check_cancellable (task, FALSE); /* the transfer sees to it */
  g_task_set_task_data (task, GUINT_TO_POINTER (g_strv_length ((char **) inputs)), NULL);
  if (is_configured (self, &error))
    request = BTY_HTTP_PROVIDER_GET_CLASS (self)->embed_request (self, model, inputs, dimensions, &error);
  fetch_for (task, request, error, on_embeddings);
}

static BtyEmbedding *
embedder_embed_finish (BtyEmbedder *embedder, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
bty_http_provider_init_embedder (BtyEmbedderInterface *iface)
{
  iface->embed_async = embedder_embed_async;
  iface->embed_finish = embedder_embed_finish;
}

gboolean
bty_http_provider_not_protocol (BtyHttpProvider *self, GError *reason, GError **error)
{
  BtyHttpClient *client = self != NULL ? bty_http_provider_get_client (self) : NULL;
  g_autoptr (GError) why = reason;
  g_autofree char *redacted = NULL;

  if (client == NULL)
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, why->message);
      return FALSE;
    }
  redacted = bty_http_client_redact (client, why->message, strlen (why->message));
  g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("the provider “%s” sends what cannot be read: %s"),
               bty_http_client_get_options (client)->name, redacted);
  return FALSE;
}

static GError *
to_error (BtyHttpProvider *self, BtyHttpFailure *failure)
{
  BtyHttpProviderClass *klass = BTY_HTTP_PROVIDER_GET_CLASS (self);

  bty_http_failure_read (failure);
  if (klass->failure != NULL)
    klass->failure (self, failure);
  failure->is_quota = failure->is_quota && failure->code == BTY_ERROR_RESOURCE_EXHAUSTED;
  if (failure->is_quota)
    failure->retry_after_ms = -1;
  return bty_http_failure_to_error (failure, bty_http_provider_get_client (self));
}

gboolean
bty_http_provider_failed (BtyHttpProvider *self, const char *json, gsize length, GError **error)
{
  g_auto (BtyHttpFailure) failure = { .status = 200, .body = json, .length = length, .retry_after_ms = -1 };

  if (self == NULL || bty_http_provider_get_client (self) == NULL)
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE, "an error came inside the answer");
      return FALSE;
    }
  g_propagate_error (error, to_error (self, &failure));
  PRIVATE (self)->retry_after_ms = failure.retry_after_ms;
  PRIVATE (self)->is_quota = failure.is_quota;
  return FALSE;
}

void
bty_http_provider_take_failure (BtyHttpProvider *self, gint64 *retry_after_ms, gboolean *is_quota)
{
  BtyHttpProviderPrivate *private = PRIVATE (self);

  *retry_after_ms = private->retry_after_ms;
  *is_quota = private->is_quota;
  private->retry_after_ms = -1;
  private->is_quota = FALSE;
}

/* By which the service finds the request again. */
static char *
find_request_id (BtyHttpTransfer *transfer)
{
  const char *id = bty_http_transfer_get_header (transfer, "x-request-id");

  return g_strdup (id != NULL ? id : bty_http_transfer_get_header (transfer, "request-id"));
}

GError *
bty_http_provider_refusal (BtyHttpProvider *self, BtyHttpTransfer *transfer, const GByteArray *body,
                           gint64 *retry_after_ms, gboolean *is_quota)
{
  g_auto (BtyHttpFailure) failure = {
    .status = bty_http_transfer_get_status (transfer),
    .content_type = bty_http_transfer_get_content_type (transfer),
    .body = (const char *) body->data,
    .length = body->len,
    .retry_after_ms = bty_http_transfer_get_retry_after_ms (transfer),
    .request_id = find_request_id (transfer),
    .should_retry = bty_http_transfer_get_header (transfer, "x-should-retry"),
  };
  GError *error = to_error (self, &failure);

  *retry_after_ms = failure.retry_after_ms;
  bty_error_set_retry_after (error, failure.retry_after_ms);
  if (is_quota != NULL)
    *is_quota = failure.is_quota;
  return error;
}
