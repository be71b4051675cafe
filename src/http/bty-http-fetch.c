/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-http-provider-private.h"

static gboolean
on_head (BtyHttpTransfer *transfer, gpointer data, GError **error)
{
  return TRUE;
}

static gboolean
on_body (BtyHttpTransfer *transfer, const char *bytes, gsize length, gpointer data, GError **error)
{
  GByteArray *body = g_task_get_task_data (data);
  const BtyHttpOptions *options = bty_http_client_get_options (bty_http_transfer_get_client (transfer));
  gboolean is_refusal = bty_http_transfer_get_status (transfer) >= 300;
  gsize limit = is_refusal ? BTY_HTTP_MAX_FAILURE : (gsize) options->max_body_bytes;

  if (body->len + length > limit && !is_refusal)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS,
                   _ ("the answer of the provider “%s” is longer than %lld bytes: raise its option max_body_bytes"),
                   options->name, (long long) limit);
      return FALSE;
    }
  g_byte_array_append (body, (const guint8 *) bytes, MIN (length, limit - body->len));
  return TRUE;
}

static gboolean
is_json (BtyHttpTransfer *transfer)
{
  const char *type = bty_http_transfer_get_content_type (transfer);
  guint status = bty_http_transfer_get_status (transfer);

  return status >= 200 && status < 300 &&
         (type == NULL || strstr (type, "json") != NULL || g_str_equal (type, "text/plain"));
}

static void
on_end (BtyHttpTransfer *transfer, const GError *error, gpointer data)
{
  g_autoptr (GTask) task = data;
  BtyHttpProvider *self = g_task_get_source_object (task);
  GByteArray *body = g_task_get_task_data (task);
  gint64 unused;

  if (error != NULL)
    g_task_return_error (task, g_error_copy (error));
  else if (!is_json (transfer))
    g_task_return_error (task, bty_http_provider_refusal (self, transfer, body, &unused, NULL));
  else
    g_task_return_pointer (task, g_byte_array_free_to_bytes (g_byte_array_ref (body)), (GDestroyNotify) g_bytes_unref);
}

static const BtyHttpTransferFuncs fetch_funcs = { on_head, on_body, on_end };

void
bty_http_provider_fetch_async (BtyHttpProvider *self, BtyHttpRequest *request, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (BtyHttpRequest) owned = request;
  GTask *task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, bty_http_provider_fetch_async);
  g_task_set_check_cancellable (task, FALSE); /* the transfer sees to it, and has the better words */
  if (bty_http_provider_get_client (self) == NULL)
    {
      g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                               _ ("the provider has not been configured"));
      g_object_unref (task);
      return;
    }
  g_task_set_task_data (task, g_byte_array_new (), (GDestroyNotify) g_byte_array_unref);
  bty_http_transfer_start (bty_http_provider_get_client (self), request, cancellable, &fetch_funcs, task);
}

GBytes *
bty_http_provider_fetch_finish (BtyHttpProvider *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
