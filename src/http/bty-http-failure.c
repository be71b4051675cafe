/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>

#include "bty-http-failure.h"
#include "bty-sse-reader.h"

/* The words of all families. */
static const struct
{
  const char *word;
  BtyErrorCode code;
} words[] = {
  { "invalid_api_key", BTY_ERROR_UNAUTHENTICATED },
  { "authentication_error", BTY_ERROR_UNAUTHENTICATED },
  { "UNAUTHENTICATED", BTY_ERROR_UNAUTHENTICATED },
  { "permission_error", BTY_ERROR_PERMISSION_DENIED },
  { "PERMISSION_DENIED", BTY_ERROR_PERMISSION_DENIED },
  { "model_not_found", BTY_ERROR_NOT_FOUND },
  { "not_found_error", BTY_ERROR_NOT_FOUND },
  { "NOT_FOUND", BTY_ERROR_NOT_FOUND },
  { "context_length_exceeded", BTY_ERROR_OUT_OF_RANGE },
  { "exceed_context_size_error", BTY_ERROR_OUT_OF_RANGE },
  { "string_above_max_length", BTY_ERROR_OUT_OF_RANGE },
  { "request_too_large", BTY_ERROR_OUT_OF_RANGE },
  { "unsupported_parameter", BTY_ERROR_FAILED_PRECONDITION }, /* this model's limit: the next one may take it */
  { "unsupported_value", BTY_ERROR_FAILED_PRECONDITION },
  { "unknown_parameter", BTY_ERROR_FAILED_PRECONDITION },
  { "rate_limit_exceeded", BTY_ERROR_RESOURCE_EXHAUSTED },
  { "rate_limit_error", BTY_ERROR_RESOURCE_EXHAUSTED },
  { "insufficient_quota", BTY_ERROR_RESOURCE_EXHAUSTED },
  { "billing_error", BTY_ERROR_RESOURCE_EXHAUSTED },
  { "RESOURCE_EXHAUSTED", BTY_ERROR_RESOURCE_EXHAUSTED },
  { "overloaded_error", BTY_ERROR_UNAVAILABLE },
  { "overloaded", BTY_ERROR_UNAVAILABLE },
  { "server_error", BTY_ERROR_UNAVAILABLE },
  { "api_error", BTY_ERROR_UNAVAILABLE },
  { "UNAVAILABLE", BTY_ERROR_UNAVAILABLE },
  { "INTERNAL", BTY_ERROR_UNAVAILABLE },
  { "timeout_error", BTY_ERROR_DEADLINE_EXCEEDED },
  { "DEADLINE_EXCEEDED", BTY_ERROR_DEADLINE_EXCEEDED },
  { "invalid_request_error", BTY_ERROR_INVALID_ARGUMENT },
  { "INVALID_ARGUMENT", BTY_ERROR_INVALID_ARGUMENT },
  { "content_filter", BTY_ERROR_INVALID_ARGUMENT },
};

/* Statuses that a status class does not tell enough of, and what a person can do about it. */
static const struct
{
  guint status;
  BtyErrorCode code;
} statuses[] = {
  { 401, BTY_ERROR_UNAUTHENTICATED }, { 402, BTY_ERROR_RESOURCE_EXHAUSTED }, { 403, BTY_ERROR_PERMISSION_DENIED },
  { 404, BTY_ERROR_NOT_FOUND },       { 408, BTY_ERROR_DEADLINE_EXCEEDED },  { 409, BTY_ERROR_ABORTED },
  { 413, BTY_ERROR_OUT_OF_RANGE },    { 425, BTY_ERROR_UNAVAILABLE },        { 429, BTY_ERROR_RESOURCE_EXHAUSTED },
  { 501, BTY_ERROR_UNIMPLEMENTED },   { 504, BTY_ERROR_DEADLINE_EXCEEDED },
};

static const struct
{
  BtyErrorCode code;
  const char *remedy;
} remedies[] = {
  { BTY_ERROR_UNAUTHENTICATED, N_ ("check its key") },
  { BTY_ERROR_PERMISSION_DENIED, N_ ("its key may not do this") },
  { BTY_ERROR_NOT_FOUND, N_ ("check the name of the model, and its url") },
  { BTY_ERROR_OUT_OF_RANGE, N_ ("send less, or take a model with a larger window") },
  { BTY_ERROR_RESOURCE_EXHAUSTED, N_ ("wait, or look at the limits of the account") },
  { BTY_ERROR_UNAVAILABLE, N_ ("try again later, or take another provider") },
  { BTY_ERROR_DEADLINE_EXCEEDED, N_ ("try again later, or take another provider") },
};

#define MAX_REQUEST_ID 100

/* libsoup does not know all that are in use. */
static const char *
phrase_of (guint status)
{
  const char *phrase = soup_status_get_phrase (status);

  if (status == 429)
    return "Too Many Requests";
  return g_str_equal (phrase, "Unknown Error") ? "" : phrase;
}

void
bty_http_failure_clear (BtyHttpFailure *self)
{
  g_clear_pointer (&self->message, g_free);
  g_clear_pointer (&self->type, g_free);
  g_clear_pointer (&self->reason, g_free);
  g_clear_pointer (&self->request_id, g_free);
}

/* What the error object says counts for more than what stands beside it. */
static void
take_text (char **place, const BtyJsonReader *reader, gboolean counts_more)
{
  if (reader->length == 0 || (*place != NULL && !counts_more))
    return;
  g_free (*place);
  *place = g_strndup (reader->text, reader->length);
}

/* Where a member's text goes; %NULL for a member that is of no interest. */
static char **
place_of (BtyHttpFailure *self, const BtyJsonReader *reader)
{
  if (bty_json_reader_key_is (reader, "message") || bty_json_reader_key_is (reader, "detail") ||
      bty_json_reader_key_is (reader, "error"))
    return &self->message;
  if (bty_json_reader_key_is (reader, "type") || bty_json_reader_key_is (reader, "status"))
    return &self->type;
  if (bty_json_reader_key_is (reader, "request_id"))
    return &self->request_id;
  return bty_json_reader_key_is (reader, "code") ? &self->reason : NULL;
}

static gboolean read_object (BtyHttpFailure *self, BtyJsonReader *reader, guint depth);

static gboolean
read_member (BtyHttpFailure *self, BtyJsonReader *reader, guint depth)
{
  char **place = place_of (self, reader);
  gboolean is_error = bty_json_reader_key_is (reader, "error");
  gboolean is_code = place == &self->reason;
  BtyJsonToken token;

  if (place == NULL)
    return bty_json_reader_skip (reader, NULL, NULL, NULL) != BTY_JSON_ERROR;
  token = bty_json_reader_next (reader, NULL);
  if (token == BTY_JSON_STRING)
    take_text (place, reader, depth > 0);
  else if (token == BTY_JSON_INT && is_code && self->status < 400 && reader->integer >= 400 && reader->integer < 600)
    self->status = reader->integer;
  else if (token == BTY_JSON_OBJECT_BEGIN && is_error && depth == 0)
    return read_object (self, reader, depth + 1);
  else if (token == BTY_JSON_OBJECT_BEGIN || token == BTY_JSON_ARRAY_BEGIN)
    return bty_json_reader_skip_rest (reader, NULL);
  return token != BTY_JSON_ERROR;
}

static gboolean
read_object (BtyHttpFailure *self, BtyJsonReader *reader, guint depth)
{
  BtyJsonToken token;

  while ((token = bty_json_reader_next (reader, NULL)) == BTY_JSON_KEY)
    if (!read_member (self, reader, depth))
      return FALSE;
  return token == BTY_JSON_OBJECT_END;
}

static gboolean
find_word (const char *word, BtyErrorCode *code)
{
  for (guint i = 0; word != NULL && i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i].word, word))
      {
        *code = words[i].code;
        return TRUE;
      }
  return FALSE;
}

/* An account that is empty does not fill up by waiting. */
static gboolean
speaks_of_quota (const BtyHttpFailure *self)
{
  static const char *const signs[] = { "insufficient_quota",
                                       "billing_error",
                                       "billing_not_active",
                                       "billing_hard_limit_reached",
                                       "quota_exceeded",
                                       "insufficient_credits",
                                       NULL };

  return self->status == 402 || (self->reason != NULL && g_strv_contains (signs, self->reason)) ||
         (self->type != NULL && g_strv_contains (signs, self->type));
}

static BtyErrorCode
code_of_status (guint status)
{
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    if (statuses[i].status == status)
      return statuses[i].code;
  return status >= 400 && status < 500 ? BTY_ERROR_INVALID_ARGUMENT
         : status >= 500               ? BTY_ERROR_UNAVAILABLE
                                       : BTY_ERROR_DATA_LOSS;
}

static gboolean
says (const char *message, const char *const *signs)
{
  g_autofree char *lower = message != NULL ? g_ascii_strdown (message, -1) : NULL;

  for (; lower != NULL && *signs != NULL; signs++)
    if (strstr (lower, *signs) != NULL)
      return TRUE;
  return FALSE;
}

/* Servers without error codes, and services for some of their errors, say it in their sentence only. */
static BtyErrorCode
code_of_message (const char *message)
{
  static const char *const of_length[] = { "context length",  "context window",  "context size",
                                           "maximum context", "too many tokens", NULL };
  static const char *const of_parameters[] = { "unrecognized request argument", "incompatible request argument",
                                               "with reasoning_effort are not supported", NULL };

  return says (message, of_length)       ? BTY_ERROR_OUT_OF_RANGE
         : says (message, of_parameters) ? BTY_ERROR_FAILED_PRECONDITION
                                         : BTY_ERROR_INVALID_ARGUMENT;
}

static BtyErrorCode
find_code (const BtyHttpFailure *self)
{
  BtyErrorCode code;

  if (self->is_quota)
    return BTY_ERROR_RESOURCE_EXHAUSTED;
  if (find_word (self->reason, &code))
    return code;
  if (self->status >= 400 || !find_word (self->type, &code))
    code = self->status < 300 && self->is_json ? BTY_ERROR_UNAVAILABLE : code_of_status (self->status);
  return code == BTY_ERROR_INVALID_ARGUMENT ? code_of_message (self->message) : code;
}

static void
read_json (BtyHttpFailure *self, const char *text, gsize length)
{
  g_auto (BtyJsonReader) reader;
  BtyJsonToken token;

  bty_json_reader_init (&reader, text, length, 0);
  token = bty_json_reader_next (&reader, NULL);
  if (token == BTY_JSON_ARRAY_BEGIN) /* one family wraps it */
    token = bty_json_reader_next (&reader, NULL);
  self->is_json = token != BTY_JSON_ERROR && token != BTY_JSON_END;
  if (token == BTY_JSON_OBJECT_BEGIN)
    self->is_json = read_object (self, &reader, 0);
}

static gboolean
on_event (const BtySseEvent *event, gpointer self, GError **error)
{
  read_json (self, event->data, event->length);
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_CANCELLED, "the first event is all that counts");
  return FALSE;
}

/* Gateways put an error into a stream when one was asked for. */
static void
read_stream (BtyHttpFailure *self)
{
  g_autoptr (BtySseReader) reader = bty_sse_reader_new (0, on_event, self);

  if (bty_sse_reader_feed (reader, self->body, self->length, NULL))
    bty_sse_reader_end (reader, NULL);
}

void
bty_http_failure_read (BtyHttpFailure *self)
{
  read_json (self, self->body, self->length);
  if (!self->is_json)
    read_stream (self);
  self->is_quota = speaks_of_quota (self);
  self->code = find_code (self);
  if (g_strcmp0 (self->should_retry, "false") == 0 && self->code == BTY_ERROR_RESOURCE_EXHAUSTED)
    self->is_quota = TRUE;
  if (g_strcmp0 (self->should_retry, "true") == 0 &&
      (self->code == BTY_ERROR_INVALID_ARGUMENT || self->code == BTY_ERROR_ABORTED))
    self->code = BTY_ERROR_UNAVAILABLE;
}

static const char *
remedy_for (const BtyHttpFailure *self)
{
  if (!self->is_json)
    return _ ("that is not the service itself speaking: check its url, and for a proxy in between");
  if (self->is_quota && self->code == BTY_ERROR_RESOURCE_EXHAUSTED)
    return _ ("what was paid for is used up: look at the account, or take another provider");
  for (guint i = 0; i < G_N_ELEMENTS (remedies); i++)
    if (remedies[i].code == self->code)
      return _ (remedies[i].remedy);
  return NULL;
}

static void
append_request_id (const BtyHttpFailure *self, BtyHttpClient *client, GString *text)
{
  gsize length = self->request_id != NULL ? strlen (self->request_id) : 0;
  g_autofree char *id = NULL;

  if (length == 0 || length > MAX_REQUEST_ID)
    return;
  id = bty_http_client_redact (client, self->request_id, length);
  g_string_append_printf (text, " (%s)", id);
}

GError *
bty_http_failure_to_error (const BtyHttpFailure *self, BtyHttpClient *client)
{
  const char *said = self->message != NULL ? self->message : self->reason != NULL ? self->reason : self->type;
  const char *remedy = remedy_for (self);
  const char *name = bty_http_client_get_options (client)->name;
  g_autofree char *redacted = said != NULL ? bty_http_client_redact (client, said, strlen (said)) : NULL;
  g_autofree char *kind = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  if (self->status >= 300)
    {
      g_string_printf (text, _ ("the provider “%s” answers %u %s"), name, self->status, phrase_of (self->status));
      g_string_truncate (text, strlen (g_strchomp (text->str))); /* not every number has a phrase */
    }
  else
    g_string_printf (text, _ ("the provider “%s” fails"), name);
  if (!self->is_json && self->status < 300)
    g_string_append_printf (text, " (%u)", self->status);
  if (!self->is_json)
    {
      kind = self->content_type != NULL
               ? bty_http_client_redact (client, self->content_type, MIN (strlen (self->content_type), 60))
               : NULL;
      g_string_append_printf (text, _ (" with %s instead of JSON"), kind != NULL ? kind : _ ("no content type"));
    }
  else if (redacted != NULL)
    g_string_append_printf (text, ": %s", redacted);
  while (text->len > 0 && text->str[text->len - 1] == '.')
    g_string_truncate (text, text->len - 1);
  append_request_id (self, client, text);
  if (remedy != NULL)
    g_string_append_printf (text, "; %s", remedy);
  return g_error_new_literal (BTY_ERROR, self->code, text->str);
}
