/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-http-provider-private.h"
#include "bty-http-tape-private.h"
#include "bty-http-transfer-private.h"
#include "bty-ndjson-reader.h"

typedef enum
{
  STREAM,  /* events come in pieces */
  WHOLE,   /* one JSON document in place of a stream */
  REFUSAL, /* why there is no answer */
} Mode;

/* One completion under way. Freed when the completion has ended. */
typedef struct
{
  BtyHttpProvider *provider;
  BtyCompletion *completion;
  BtyHttpTransfer *transfer;
  Mode mode;
  BtySseReader *sse;
  BtyNdjsonReader *ndjson;
  GByteArray *body;
  gpointer stream;
  gint64 retry_after_ms; /* what the failure asks to wait; -1: nothing */
  gboolean is_quota;     /* it is refused since what was paid for is used up */
  GError *failure;       /* it could not even begin */
} Run;

static void
run_free (Run *run)
{
  BtyHttpProviderClass *klass = BTY_HTTP_PROVIDER_GET_CLASS (run->provider);

  if (run->stream != NULL && klass->stream_free != NULL)
    klass->stream_free (run->stream);
  g_clear_pointer (&run->sse, bty_sse_reader_free);
  g_clear_pointer (&run->ndjson, bty_ndjson_reader_free);
  g_clear_pointer (&run->body, g_byte_array_unref);
  g_clear_error (&run->failure);
  g_object_unref (run->completion);
  g_object_unref (run->provider);
  g_free (run);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Run, run_free)

static gboolean
on_event (const BtySseEvent *event, gpointer data, GError **error)
{
  Run *run = data;
  BtyHttpProviderClass *klass = BTY_HTTP_PROVIDER_GET_CLASS (run->provider);

  if (bty_completion_is_done (run->completion) ||
      klass->event (run->provider, run->stream, event, run->completion, error))
    return TRUE;
  bty_http_provider_take_failure (run->provider, &run->retry_after_ms, &run->is_quota);
  if (bty_completion_get_n_deltas (run->completion) == 0)
    bty_completion_set_progress (run->completion, BTY_PROGRESS_SENT); /* it refuses, if late */
  return FALSE;
}

static gboolean
is_one_of (const char *type, const char *const *types)
{
  return g_strv_contains (types, type);
}

static gboolean
choose_mode (Run *run, BtyHttpTransfer *transfer)
{
  static const char *const streams[] = { "text/event-stream", "text/plain", "application/octet-stream", NULL };
  static const char *const lines[] = { "application/x-ndjson", "application/jsonl",        "application/json",
                                       "text/plain",           "application/octet-stream", NULL };
  gboolean is_sse = BTY_HTTP_PROVIDER_GET_CLASS (run->provider)->framing == BTY_HTTP_SSE;
  const char *type = bty_http_transfer_get_content_type (transfer);
  guint status = bty_http_transfer_get_status (transfer);

  run->mode = REFUSAL;
  if (status < 200 || status >= 300)
    return TRUE;
  if (type == NULL || is_one_of (type, is_sse ? streams : lines))
    run->mode = STREAM;
  else if (g_str_equal (type, "application/json"))
    run->mode = WHOLE;
  return run->mode != REFUSAL;
}

static gboolean
on_head (BtyHttpTransfer *transfer, gpointer data, GError **error)
{
  Run *run = data;
  const BtyHttpOptions *options = bty_http_client_get_options (bty_http_transfer_get_client (transfer));

  if (!choose_mode (run, transfer))
    {
      gint64 unused;

      run->body = g_byte_array_new ();
      g_propagate_error (error, bty_http_provider_refusal (run->provider, transfer, run->body, &unused, NULL));
      return FALSE;
    }
  if (run->mode != REFUSAL)
    bty_completion_set_progress (run->completion, BTY_PROGRESS_ACCEPTED);
  if (run->mode != STREAM)
    run->body = g_byte_array_new ();
  else if (BTY_HTTP_PROVIDER_GET_CLASS (run->provider)->framing == BTY_HTTP_SSE)
    run->sse = bty_sse_reader_new (options->max_event_bytes, on_event, run);
  else
    run->ndjson = bty_ndjson_reader_new (options->max_event_bytes, on_event, run);
  return TRUE;
}

static gboolean
feed (Run *run, const char *bytes, gsize length, GError **error)
{
  return run->sse != NULL ? bty_sse_reader_feed (run->sse, bytes, length, error)
                          : bty_ndjson_reader_feed (run->ndjson, bytes, length, error);
}

static gboolean
collect (Run *run, const char *bytes, gsize length, GError **error)
{
  const BtyHttpOptions *options = bty_http_client_get_options (bty_http_transfer_get_client (run->transfer));
  gsize limit = run->mode == REFUSAL ? BTY_HTTP_MAX_FAILURE : (gsize) options->max_body_bytes;

  if (run->body->len + length > limit && run->mode == WHOLE)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS,
                   _ ("the answer of the provider “%s” is longer than %lld bytes: raise its option max_body_bytes"),
                   options->name, (long long) limit);
      return FALSE;
    }
  g_byte_array_append (run->body, (const guint8 *) bytes, MIN (length, limit - run->body->len));
  return TRUE;
}

static gboolean
on_body (BtyHttpTransfer *transfer, const char *bytes, gsize length, gpointer data, GError **error)
{
  Run *run = data;

  if (run->mode != STREAM)
    return collect (run, bytes, length, error);
  if (!feed (run, bytes, length, error))
    return FALSE;
  if (bty_completion_is_done (run->completion))
    {
      bty_http_transfer_stop (transfer);
      run_free (run);
    }
  return TRUE;
}

static gboolean
end_of_stream (Run *run, GError **error)
{
  BtyHttpProviderClass *klass = BTY_HTTP_PROVIDER_GET_CLASS (run->provider);

  if (run->sse != NULL && !bty_sse_reader_end (run->sse, error))
    return FALSE;
  if (run->ndjson != NULL && !bty_ndjson_reader_end (run->ndjson, error))
    return FALSE;
  if (bty_completion_is_done (run->completion))
    return TRUE;
  if (klass->end != NULL)
    return klass->end (run->provider, run->stream, run->completion, error);
  g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE,
               _ ("the answer of the provider “%s” was cut off: it ended without its end marker"),
               bty_http_provider_get_options (run->provider)->name);
  return FALSE;
}

static gboolean
end_of_body (Run *run, BtyHttpTransfer *transfer, GError **error)
{
  if (run->mode == REFUSAL)
    {
      g_propagate_error (
        error, bty_http_provider_refusal (run->provider, transfer, run->body, &run->retry_after_ms, &run->is_quota));
      return FALSE;
    }
  if (run->mode == WHOLE)
    {
      BtySseEvent event = { .data = (const char *) run->body->data, .length = run->body->len };

      if (!on_event (&event, run, error))
        return FALSE;
    }
  return end_of_stream (run, error);
}

static void
on_end (BtyHttpTransfer *transfer, const GError *error, gpointer data)
{
  g_autoptr (Run) run = data;
  g_autoptr (GError) why = error != NULL ? g_error_copy (error) : NULL;

  if (why == NULL)
    end_of_body (run, transfer, &why);
  else if (run->mode == REFUSAL && run->body != NULL && why->code != BTY_ERROR_CANCELLED &&
           bty_http_transfer_get_status (transfer) >= 400)
    { /* its body broke off, but the status says enough */
      g_clear_error (&why);
      why = bty_http_provider_refusal (run->provider, transfer, run->body, &run->retry_after_ms, &run->is_quota);
    }
  if (!bty_completion_is_done (run->completion))
    {
      g_return_if_fail (why != NULL);
      if (run->is_quota)
        bty_completion_fail_quota (run->completion, why, run->retry_after_ms);
      else
        bty_completion_fail (run->completion, why, run->retry_after_ms);
    }
}

static void
on_sending (gpointer data)
{
  bty_completion_set_progress (((Run *) data)->completion, BTY_PROGRESS_SENT);
}

static const BtyHttpTransferFuncs stream_funcs = { on_head, on_body, on_end };

static gboolean
fail_later (gpointer data)
{
  g_autoptr (Run) run = data;

  if (!bty_completion_is_done (run->completion))
    bty_completion_fail (run->completion, run->failure, -1);
  return G_SOURCE_REMOVE;
}

static BtyHttpRequest *
make_request (Run *run)
{
  BtyHttpProviderClass *klass = BTY_HTTP_PROVIDER_GET_CLASS (run->provider);
  BtyHttpRequest *request;

  if (bty_http_provider_get_client (run->provider) == NULL)
    {
      run->failure = g_error_new_literal (BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                                          _ ("the provider has not been configured"));
      return NULL;
    }
  request = klass->request (run->provider, bty_completion_get_request (run->completion), &run->failure);
  if (request != NULL && request->accept == NULL)
    request->accept = klass->framing == BTY_HTTP_SSE ? "text/event-stream" : "application/x-ndjson";
  return request;
}

void
bty_http_stream_begin (BtyHttpProvider *provider, BtyCompletion *completion)
{
  BtyHttpProviderClass *klass = BTY_HTTP_PROVIDER_GET_CLASS (provider);
  Run *run = g_new0 (Run, 1);
  g_autoptr (BtyHttpRequest) request = NULL;

  run->provider = g_object_ref (provider);
  run->completion = g_object_ref (completion);
  run->retry_after_ms = -1;
  request = make_request (run);
  if (request == NULL)
    {
      g_autoptr (GSource) idle = g_idle_source_new ();

      g_source_set_callback (idle, fail_later, run, NULL);
      g_source_attach (idle, g_main_context_get_thread_default ());
      return;
    }
  if (klass->stream_new != NULL)
    run->stream = klass->stream_new (provider, bty_completion_get_request (completion));
  bty_completion_set_progress (completion, BTY_PROGRESS_UNSENT);
  run->transfer = bty_http_tape_start (bty_http_provider_get_client (provider), request, completion, &stream_funcs,
                                       run);
  bty_http_transfer_watch_sent (run->transfer, on_sending, run);
}
