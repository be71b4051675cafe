/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-openai-door"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-oai-chat.h"
#include "bty-oai-endpoint.h"

#define MODELS_PATH "/models"
#define SCOPE       "models:use"

const BtySetting bty_oai_settings[] = {
  { "openai", "enabled", BTY_SETTING_BOOL, "true", NULL, 0, 0,
    N_ ("Whether programs that speak the OpenAI API are served below /v1"), 0 },
  { "openai", "heartbeat", BTY_SETTING_INT, "15000", "ms", 10, 3600000,
    N_ ("How often a stream that has nothing to say shows that it is alive"), BTY_SETTING_RESTART },
  { "openai", "begin_wait", BTY_SETTING_INT, "30000", "ms", 1, 600000,
    N_ ("How long a stream waits for its first word, so that what fails before it gets a status of its own"),
    BTY_SETTING_RESTART },
  { "openai", "max_pending", BTY_SETTING_INT, "262144", "B", 1024, 1073741824,
    N_ ("Bytes of a stream that wait for a slow reader before no more are made"), BTY_SETTING_RESTART },
};
const guint bty_oai_n_settings = G_N_ELEMENTS (bty_oai_settings);

struct _BtyOaiEndpoint
{
  GObject parent;
  BtyHost *host; /* outlives us */
  BtyPump *chats;
  BtyPump *responses;
};

static void bty_oai_endpoint_iface_init (BtyEndpointInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BtyOaiEndpoint, bty_oai_endpoint, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_ENDPOINT, bty_oai_endpoint_iface_init))

typedef enum
{
  ANSWER_CHAT,
  ANSWER_RESPONSE,
  ANSWER_EMBEDDING,
} AnswerKind;

/* What is served with POST. */
typedef struct
{
  const char *path;
  const char *operation;
  const char *prefix; /* of the answer's id */
  gpointer (*read) (BtyOaiAsk *ask, const char *data, gsize length, GError **error);
  BtyOaiDone done;
  AnswerKind kind;
} Service;

static gpointer
read_chat (BtyOaiAsk *ask, const char *data, gsize length, GError **error)
{
  return bty_oai_read_chat (ask, data, length, error);
}

static gpointer
read_response (BtyOaiAsk *ask, const char *data, gsize length, GError **error)
{
  return bty_oai_read_response (ask, data, length, error);
}

static gpointer
read_embedding (BtyOaiAsk *ask, const char *data, gsize length, GError **error)
{
  return bty_oai_read_embedding (ask, data, length, error);
}

static const Service services[] = {
  { "/chat/completions", "model.complete", "chatcmpl-", read_chat, bty_oai_chat_done, ANSWER_CHAT },
  { "/responses", "model.complete", "resp_", read_response, bty_oai_response_done, ANSWER_RESPONSE },
  { "/embeddings", "model.embed", "emb_", read_embedding, bty_oai_embedding_done, ANSWER_EMBEDDING },
};

typedef struct
{
  const Service *service;
  BtyOaiAsk *ask;
  GBytes *body;
} Input;

static gpointer
decode (const BtySchema *schema, BtyView view, gpointer data, GError **error)
{
  const Input *input = data;
  gsize length = 0;
  const char *text = input->body != NULL ? g_bytes_get_data (input->body, &length) : NULL;
  gpointer record = input->service->read (input->ask, text != NULL ? text : "", length, error);

  if (record == NULL || bty_record_check (record, view, error))
    return record;
  bty_record_unref (record);
  return NULL;
}

static gpointer
decode_nothing (const BtySchema *schema, BtyView view, gpointer data, GError **error)
{
  return bty_record_new (schema);
}

static void
answer (BtyOaiEndpoint *self, const Service *service, BtyOaiReply *reply, BtyCall *call)
{
  BtyExchange *exchange = reply->exchange;

  /* What was refused at once may not have said how it wants its answer. */
  if (!reply->ask->stream || bty_call_state (call) == BTY_CALL_FAILED || service->kind == ANSWER_EMBEDDING)
    bty_oai_collect (reply, call, service->done);
  else if (service->kind == ANSWER_CHAT)
    bty_pump_add (self->chats, exchange, call, 0, bty_oai_chat_stream_new (reply));
  else
    bty_pump_add (self->responses, exchange, call, 0, bty_oai_response_stream_new (reply, call));
}

static void
serve (BtyOaiEndpoint *self, const Service *service, BtyExchange *exchange, BtyPrincipal *principal)
{
  g_autoptr (BtyOaiAsk) ask = bty_oai_ask_new ();
  g_autoptr (BtyCall) call = NULL;
  Input input = { service, ask, bty_exchange_get_body (exchange) };
  BtyCallSpec spec = { .operation = service->operation,
                       .principal = principal,
                       .decode = decode,
                       .input = &input,
                       .idempotency_key = bty_exchange_get_header (exchange, "Idempotency-Key"),
                       .door = "openai" };
  BtyOaiReply reply;

  call = bty_host_start_call (self->host, &spec);
  bty_oai_reply_init (&reply, exchange, ask, bty_principal_may (principal, SCOPE), service->prefix);
  answer (self, service, &reply, call);
}

/* Models. */

/* @escaped: (nullable): the name of one; %NULL: all */
static void
serve_models (BtyOaiEndpoint *self, BtyExchange *exchange, BtyPrincipal *principal, const char *escaped)
{
  g_autofree char *name = escaped != NULL ? g_uri_unescape_string (escaped, NULL) : NULL;
  g_autoptr (BtyCall) call = NULL;
  BtyCallSpec spec = {
    .operation = "model.targets", .principal = principal, .decode = decode_nothing, .door = "openai"
  };

  if (escaped != NULL && (name == NULL || !g_utf8_validate (name, -1, NULL)))
    {
      bty_oai_respond_error (exchange, 400, "invalid_request_error", NULL, "model",
                             _ ("the name of the model is not percent-encoded UTF-8"));
      return;
    }
  call = bty_host_start_call (self->host, &spec);
  bty_oai_models_answer (exchange, call, bty_principal_may (principal, SCOPE), name);
}

/* Requests. */

static gboolean
check_method (BtyExchange *exchange, const char *wanted)
{
  const char *method = bty_exchange_get_method (exchange);

  if (strcmp (method, wanted) == 0 || (strcmp (wanted, "GET") == 0 && strcmp (method, "HEAD") == 0))
    return TRUE;
  bty_exchange_set_header (exchange, "Allow", strcmp (wanted, "GET") == 0 ? "GET, HEAD, OPTIONS" : "POST, OPTIONS");
  if (strcmp (method, "OPTIONS") == 0)
    bty_exchange_respond (exchange, 204, NULL, NULL);
  else
    bty_oai_respond_error (exchange, 405, "invalid_request_error", "method_not_allowed", NULL,
                           _ ("this path is not served with this method; Allow says which"));
  return FALSE;
}

/* A page of another origin can send text, but not JSON, without being asked. */
static gboolean
check_type (BtyExchange *exchange)
{
  const char *type = bty_exchange_get_header (exchange, "Content-Type");
  gsize length = type != NULL ? strcspn (type, " ;") : 0;

  if (type == NULL ||
      (length == strlen (BTY_OAI_JSON_TYPE) && g_ascii_strncasecmp (type, BTY_OAI_JSON_TYPE, length) == 0))
    return TRUE;
  bty_oai_respond_error (exchange, 415, "invalid_request_error", "unsupported_media_type", NULL,
                         _ ("the body must be application/json"));
  return FALSE;
}

static void
respond_nothing (BtyExchange *exchange, const char *path)
{
  g_autofree char *message = g_strdup_printf (
    _ ("%s%.200s is not served here: /v1/models, /v1/chat/completions, /v1/responses and /v1/embeddings are"),
    BTY_OAI_MOUNT, path);

  bty_oai_respond_error (exchange, 404, "invalid_request_error", "unknown_url", NULL, message);
}

static void
route (BtyOaiEndpoint *self, BtyExchange *exchange, BtyPrincipal *principal)
{
  const char *path = bty_exchange_get_path (exchange);

  for (guint i = 0; i < G_N_ELEMENTS (services); i++)
    if (strcmp (path, services[i].path) == 0)
      {
        if (check_method (exchange, "POST") && check_type (exchange))
          serve (self, &services[i], exchange, principal);
        return;
      }
  if (!g_str_has_prefix (path, MODELS_PATH) ||
      (path[strlen (MODELS_PATH)] != '\0' && path[strlen (MODELS_PATH)] != '/'))
    respond_nothing (exchange, path);
  else if (check_method (exchange, "GET"))
    {
      const char *name = path + strlen (MODELS_PATH);

      serve_models (self, exchange, principal, name[0] == '/' && name[1] != '\0' ? name + 1 : NULL);
    }
}

static void
handle (BtyEndpoint *endpoint, BtyExchange *exchange)
{
  BtyOaiEndpoint *self = BTY_OAI_ENDPOINT (endpoint);
  g_autofree char *id = bty_oai_new_id ("req_");
  g_autoptr (BtyPrincipal) principal = NULL;
  g_autoptr (GError) error = NULL;
  BtyCredentials credentials;

  bty_exchange_set_header (exchange, "x-request-id", id);
  if (bty_host_get_int (self->host, "openai", "enabled") == 0)
    {
      bty_oai_respond_error (exchange, 404, "invalid_request_error", "unknown_url", NULL,
                             _ ("this API is switched off: the setting openai.enabled switches it on"));
      return;
    }
  bty_exchange_get_credentials (exchange, &credentials);
  principal = bty_host_identify (self->host, &credentials, &error);
  if (principal == NULL)
    bty_oai_respond_error (exchange, 401, "invalid_request_error", "invalid_api_key", NULL, error->message);
  else
    route (self, exchange, principal);
}

static const char *const *
get_mounts (BtyEndpoint *endpoint)
{
  static const char *const mounts[] = { BTY_OAI_MOUNT, NULL };

  return mounts;
}

static void
start (BtyEndpoint *endpoint, BtyHost *host)
{
  BtyOaiEndpoint *self = BTY_OAI_ENDPOINT (endpoint);
  BtyPumpLimits limits = { .heartbeat = bty_host_get_int (host, "openai", "heartbeat"),
                           .begin_wait = bty_host_get_int (host, "openai", "begin_wait"),
                           .max_pending = bty_host_get_int (host, "openai", "max_pending") };

  self->host = host;
  self->chats = bty_pump_new (&bty_oai_chat_funcs, &limits, self);
  self->responses = bty_pump_new (&bty_oai_response_funcs, &limits, self);
}

static GBytes *
make_refusal (BtyEndpoint *endpoint, guint status, const char *detail)
{
  gboolean is_wrong = status < 500;

  return bty_oai_error_new (is_wrong ? "invalid_request_error" : "server_error",
                            status == 413 ? "request_too_large"
                            : is_wrong    ? NULL
                                          : "service_unavailable",
                            NULL, detail);
}

static void
bty_oai_endpoint_iface_init (BtyEndpointInterface *iface)
{
  iface->get_mounts = get_mounts;
  iface->start = start;
  iface->handle = handle;
  iface->make_refusal = make_refusal;
}

static void
bty_oai_endpoint_finalize (GObject *object)
{
  BtyOaiEndpoint *self = BTY_OAI_ENDPOINT (object);

  g_clear_pointer (&self->chats, bty_pump_free);
  g_clear_pointer (&self->responses, bty_pump_free);
  G_OBJECT_CLASS (bty_oai_endpoint_parent_class)->finalize (object);
}

static void
bty_oai_endpoint_class_init (BtyOaiEndpointClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_oai_endpoint_finalize;
}

static void
bty_oai_endpoint_init (BtyOaiEndpoint *self)
{
}
