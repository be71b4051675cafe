/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-openai-door"

#include "config.h"

#include "bty-oai-reply.h"

#define USUAL_LENGTH 512

char *
bty_oai_new_id (const char *prefix)
{
  g_autofree char *id = bty_id_new ();
  char *to = id;

  for (const char *from = id; *from != '\0'; from++)
    if (*from != '-')
      *to++ = *from;
  *to = '\0';
  return g_strconcat (prefix, id, NULL);
}

void
bty_oai_reply_init (BtyOaiReply *self, BtyExchange *exchange, BtyOaiAsk *ask, gboolean may, const char *prefix)
{
  *self = (BtyOaiReply){ .exchange = g_object_ref (exchange),
                         .ask = bty_oai_ask_ref (ask),
                         .may = may,
                         .id = bty_oai_new_id (prefix),
                         .created = g_get_real_time () / G_USEC_PER_SEC,
                         .retry_after_ms = -1 };
}

void
bty_oai_reply_clear (BtyOaiReply *self)
{
  g_clear_object (&self->exchange);
  g_clear_pointer (&self->ask, bty_oai_ask_unref);
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->model, g_free);
}

void
bty_oai_reply_note (BtyOaiReply *self, const BtyItem *item)
{
  const BtyCompletionItem *record = item->record;

  if (record == NULL || record->record.schema != &bty_completion_item_schema)
    return;
  if (record->type == BTY_COMPLETION_MODEL)
    bty_record_take_string (&self->model, g_strdup (record->name));
  if (record->type != BTY_COMPLETION_LIMITED)
    return;
  self->is_capped = g_strcmp0 (record->name, "budget") == 0;
  if (!BTY_IS_NULL (record, BtyCompletionItem, retry_after_ms))
    self->retry_after_ms = record->retry_after_ms;
}

const char *
bty_oai_reply_get_model (const BtyOaiReply *self)
{
  return bty_oai_ask_get_model (self->ask, self->model);
}

/* Errors. */

typedef struct
{
  guint status;
  const char *type;
  const char *code;
  const char *param;
} Kind;

/* In the order of BtyErrorCode. */
static const Kind kinds[BTY_N_ERROR_CODES] = {
  [BTY_ERROR_INVALID_ARGUMENT] = { 400, "invalid_request_error", NULL, NULL },
  [BTY_ERROR_UNAUTHENTICATED] = { 401, "invalid_request_error", "invalid_api_key", NULL },
  [BTY_ERROR_PERMISSION_DENIED] = { 403, "invalid_request_error", "insufficient_permissions", NULL },
  [BTY_ERROR_NOT_FOUND] = { 404, "invalid_request_error", "model_not_found", "model" },
  [BTY_ERROR_ALREADY_EXISTS] = { 409, "invalid_request_error", "already_exists", NULL },
  [BTY_ERROR_FAILED_PRECONDITION] = { 400, "invalid_request_error", "failed_precondition", NULL },
  [BTY_ERROR_ABORTED] = { 409, "invalid_request_error", "aborted", NULL },
  [BTY_ERROR_OUT_OF_RANGE] = { 400, "invalid_request_error", "context_length_exceeded", "messages" },
  [BTY_ERROR_RESOURCE_EXHAUSTED] = { 429, "rate_limit_error", "rate_limit_exceeded", NULL },
  [BTY_ERROR_CANCELLED] = { 499, "server_error", "cancelled", NULL },
  [BTY_ERROR_DEADLINE_EXCEEDED] = { 504, "server_error", "timeout", NULL },
  [BTY_ERROR_UNAVAILABLE] = { 503, "server_error", "service_unavailable", NULL },
  [BTY_ERROR_UNIMPLEMENTED] = { 400, "invalid_request_error", "unsupported_value", "model" },
  [BTY_ERROR_DATA_LOSS] = { 502, "server_error", "bad_gateway", NULL },
  [BTY_ERROR_INTERNAL] = { 500, "server_error", "internal_error", NULL },
};

static gboolean
is_capped (const BtyOaiReply *self, const GError *error)
{
  return self->is_capped || bty_error_is_cap (error);
}

/* A client that hears 401 throws its key away, which is not to blame for that of a provider. */
static Kind
kind_of (const BtyOaiReply *self, const GError *error)
{
  BtyErrorCode code = bty_error_code_of (error);
  Kind kind = kinds[code];

  if (self->may && (code == BTY_ERROR_UNAUTHENTICATED || code == BTY_ERROR_PERMISSION_DENIED))
    kind = (Kind){ 502, "server_error", "provider_refused", NULL };
  if (code == BTY_ERROR_RESOURCE_EXHAUSTED && is_capped (self, error))
    kind = (Kind){ 429, "insufficient_quota", "insufficient_quota", NULL };
  if (code == BTY_ERROR_OUT_OF_RANGE && self->ask->echo != NULL)
    kind.param = "input"; /* what a Response calls its messages */
  if (self->ask->param != NULL)
    kind.param = self->ask->param;
  return kind;
}

static void
write_members (const Kind *kind, const char *message, gboolean has_type, BtyJsonWriter *writer)
{
  bty_json_writer_member_string (writer, "message", message);
  if (has_type)
    bty_json_writer_member_string (writer, "type", kind->type);
  bty_json_writer_member_string (writer, "param", kind->param);
  bty_json_writer_member_string (writer, "code", kind->code);
}

static GBytes *
write_kind (const Kind *kind, const char *message)
{
  GString *text = g_string_sized_new (USUAL_LENGTH);
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, text);
  bty_json_writer_begin_object (&writer);
  bty_json_writer_key (&writer, "error");
  bty_json_writer_begin_object (&writer);
  write_members (kind, message, TRUE, &writer);
  bty_json_writer_end_object (&writer);
  bty_json_writer_end_object (&writer);
  return g_string_free_to_bytes (text);
}

GBytes *
bty_oai_error_new (const char *type, const char *code, const char *param, const char *message)
{
  return write_kind (&(Kind){ 0, type, code, param }, message);
}

static void
respond_kind (BtyExchange *exchange, const Kind *kind, const char *message)
{
  g_autoptr (GBytes) body = write_kind (kind, message);

  if (kind->status == 401)
    bty_exchange_set_header (exchange, "WWW-Authenticate", "Bearer realm=\"boternity\"");
  bty_exchange_set_header (exchange, "Cache-Control", "no-store");
  bty_exchange_respond (exchange, kind->status, BTY_OAI_JSON_TYPE, body);
}

void
bty_oai_reply_fail (const BtyOaiReply *self, const GError *error)
{
  Kind kind = kind_of (self, error);
  gint64 wait = self->retry_after_ms >= 0 ? self->retry_after_ms : bty_error_get_retry_after (error);
  char text[32];

  if (is_capped (self, error)) /* trying again, as clients do at 429, would change nothing */
    bty_exchange_set_header (self->exchange, "x-should-retry", "false");
  if (kind.status == 429 && wait >= 0)
    {
      g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, (wait + 999) / 1000);
      bty_exchange_set_header (self->exchange, "Retry-After", text);
      g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, wait);
      bty_exchange_set_header (self->exchange, "retry-after-ms", text);
    }
  respond_kind (self->exchange, &kind, error->message);
}

void
bty_oai_reply_write_error (const BtyOaiReply *self, const GError *error, gboolean has_type, BtyJsonWriter *writer)
{
  Kind kind = kind_of (self, error);

  write_members (&kind, error->message, has_type, writer);
}

void
bty_oai_respond_error (BtyExchange *exchange, guint status, const char *type, const char *code, const char *param,
                       const char *message)
{
  respond_kind (exchange, &(Kind){ status, type, code, param }, message);
}

void
bty_oai_respond (BtyExchange *exchange, GString *text)
{
  g_autoptr (GBytes) body = g_string_free_to_bytes (text);

  bty_exchange_set_header (exchange, "Cache-Control", "no-store");
  bty_exchange_respond (exchange, 200, BTY_OAI_JSON_TYPE, body);
}

/* What was used. */

static void
write_detail (BtyJsonWriter *writer, const char *name, const char *inner, gint64 value)
{
  bty_json_writer_key (writer, name);
  bty_json_writer_begin_object (writer);
  bty_json_writer_member_int (writer, inner, value);
  bty_json_writer_end_object (writer);
}

/* The cost in dollars stands beside, where other gateways put it. */
void
bty_oai_write_usage (const BtyCompletionAnswer *answer, gboolean is_response, BtyJsonWriter *writer)
{
  const BtyUsage *usage = answer->usage;
  gint64 in = usage != NULL ? usage->input_tokens : 0;
  gint64 out = usage != NULL ? usage->output_tokens : 0;

  bty_json_writer_begin_object (writer);
  bty_json_writer_member_int (writer, is_response ? "input_tokens" : "prompt_tokens", in);
  write_detail (writer, is_response ? "input_tokens_details" : "prompt_tokens_details", "cached_tokens",
                usage != NULL ? usage->cached_tokens : 0);
  bty_json_writer_member_int (writer, is_response ? "output_tokens" : "completion_tokens", out);
  write_detail (writer, is_response ? "output_tokens_details" : "completion_tokens_details", "reasoning_tokens",
                usage != NULL ? usage->reasoning_tokens : 0);
  bty_json_writer_member_int (writer, "total_tokens", in + out);
  bty_json_writer_key (writer, "cost");
  bty_json_writer_double (writer, (double) answer->cost / 1e6);
  bty_json_writer_end_object (writer);
}

const char *
bty_oai_finish_reason (BtyStopReason reason)
{
  switch (reason)
    {
    case BTY_STOP_LENGTH:
      return "length";
    case BTY_STOP_TOOLS:
      return "tool_calls";
    case BTY_STOP_REFUSED:
      return "content_filter";
    default:
      return "stop";
    }
}

const char *
bty_oai_arguments_of (const BtyPart *part)
{
  if (part->arguments != NULL)
    return part->arguments;
  return part->text != NULL ? part->text : "";
}

/* Waiting for the end. */

typedef struct
{
  BtyOaiReply reply;
  BtyCallReader *reader;
  BtyOaiDone done;
} Collection;

static void
collection_free (Collection *self)
{
  bty_call_reader_free (self->reader);
  bty_oai_reply_clear (&self->reply);
  g_free (self);
}

static void
advance (Collection *self)
{
  BtyReadResult result;
  BtyItem item;

  while ((result = bty_call_reader_next (self->reader, &item)) == BTY_READ_ITEM)
    bty_oai_reply_note (&self->reply, &item);
  if (result == BTY_READ_WAIT)
    return;
  bty_exchange_watch (self->reply.exchange, NULL, NULL, NULL);
  self->done (&self->reply, bty_call_reader_call (self->reader));
  collection_free (self);
}

static void
on_wake (BtyCallReader *reader, gpointer data)
{
  advance (data);
}

static void
on_client_gone (BtyExchange *exchange, gpointer data)
{
  Collection *self = data;
  g_autoptr (BtyCall) call = bty_call_ref (bty_call_reader_call (self->reader));

  bty_exchange_watch (exchange, NULL, NULL, NULL);
  /* First: a handler may end the call within the cancelling, which would wake the reader. */
  collection_free (self);
  bty_call_cancel (call);
}

void
bty_oai_collect (BtyOaiReply *reply, BtyCall *call, BtyOaiDone done)
{
  Collection *self = g_new0 (Collection, 1);

  self->reply = *reply;
  self->done = done;
  self->reader = bty_call_reader_new (call, 0, on_wake, self);
  bty_exchange_watch (self->reply.exchange, NULL, on_client_gone, self);
  advance (self);
}
