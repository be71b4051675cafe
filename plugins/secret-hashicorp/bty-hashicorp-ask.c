/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-hashicorp"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-hashicorp-answer.h"
#include "bty-hashicorp-ask.h"
#include "bty-hashicorp-options.h"

/* The buffer is made once, so that growing leaves no copies behind, and wiped. */
typedef struct
{
  BtyHttpClient *client;
  GBytes *body;
  char *bytes;
  gsize length;
  gsize size;
} Ask;

static void
wipe_body (GBytes *body)
{
  gsize length;
  gpointer bytes = (gpointer) g_bytes_get_data (body, &length);

  bty_secret_clear_memory (bytes, length);
}

static void
ask_free (gpointer data)
{
  Ask *ask = data;

  if (ask->body != NULL)
    wipe_body (ask->body);
  g_clear_pointer (&ask->body, g_bytes_unref);
  bty_secret_clear_memory (ask->bytes, ask->length);
  g_free (ask->bytes);
  bty_http_client_unref (ask->client);
  g_free (ask);
}

void
bty_hashicorp_reply_free (BtyHashicorpReply *reply)
{
  bty_secret_clear_memory (reply->bytes, reply->length);
  g_free (reply->bytes);
  g_free (reply);
}

static gboolean
on_head (BtyHttpTransfer *transfer, gpointer data, GError **error)
{
  return TRUE;
}

static gboolean
on_body (BtyHttpTransfer *transfer, const char *bytes, gsize length, gpointer data, GError **error)
{
  Ask *ask = g_task_get_task_data (data);

  if (length > ask->size - ask->length)
    {
      g_set_error (
        error, BTY_ERROR, BTY_ERROR_DATA_LOSS,
        _ ("the answer of HashiCorp Vault is longer than %zu bytes: raise hashicorp.max_size if that is right"),
        ask->size);
      return FALSE;
    }
  memcpy (ask->bytes + ask->length, bytes, length);
  ask->length += length;
  return TRUE;
}

static BtyErrorCode
code_of (guint status, const char *said)
{
  if (status == 400 && said != NULL && strstr (said, "check-and-set") != NULL)
    return BTY_ERROR_ABORTED;
  if (status == 503 && said != NULL && strstr (said, "sealed") != NULL)
    return BTY_ERROR_FAILED_PRECONDITION;
  switch (status)
    {
    case 400:
      return BTY_ERROR_INVALID_ARGUMENT;
    case 401:
    case 403:
      return BTY_ERROR_PERMISSION_DENIED;
    case 404:
      return BTY_ERROR_NOT_FOUND;
    case 413:
      return BTY_ERROR_OUT_OF_RANGE;
    case 429:
      return BTY_ERROR_RESOURCE_EXHAUSTED;
    default:
      return BTY_ERROR_UNAVAILABLE;
    }
}

static const char *
remedy_of (BtyErrorCode code)
{
  switch (code)
    {
    case BTY_ERROR_ABORTED:
      return _ ("somebody else changed it meanwhile: try again");
    case BTY_ERROR_FAILED_PRECONDITION:
      return _ ("it is sealed: unseal it");
    case BTY_ERROR_PERMISSION_DENIED:
      return _ ("its token is wrong or over, or may not do this");
    case BTY_ERROR_NOT_FOUND:
      return _ ("look at hashicorp.mount and hashicorp.folder");
    case BTY_ERROR_RESOURCE_EXHAUSTED:
      return _ ("wait, or look at its quotas");
    default:
      return _ ("try again later");
    }
}

static GError *
refusal (Ask *ask, guint status)
{
  g_autofree char *said = bty_hashicorp_answer_errors (ask->bytes, ask->length);
  g_autofree char *shown = said != NULL ? bty_http_client_redact (ask->client, said, strlen (said)) : NULL;
  BtyErrorCode code = code_of (status, said);

  return g_error_new (BTY_ERROR, code, _ ("HashiCorp Vault answers %u%s%s%s; %s"), status, shown != NULL ? " (" : "",
                      shown != NULL ? shown : "", shown != NULL ? ")" : "", remedy_of (code));
}

static BtyHashicorpReply *
take_reply (Ask *ask, guint status)
{
  BtyHashicorpReply *reply = g_new0 (BtyHashicorpReply, 1);

  reply->status = status;
  reply->bytes = g_steal_pointer (&ask->bytes);
  reply->length = ask->length;
  ask->length = 0;
  return reply;
}

/* A 404 with `errors` is the answer "there is none"; one of another make comes from something else than a vault. */
static gboolean
is_answer (Ask *ask, guint status)
{
  g_autoptr (GError) error = NULL;

  if (status == 204 || (status >= 200 && status < 300 && ask->length == 0))
    return TRUE;
  return ((status >= 200 && status < 300) || status == 404) &&
         bty_json_validate (ask->bytes, ask->length, BTY_HASHICORP_DEPTH, &error);
}

static void
on_end (BtyHttpTransfer *transfer, const GError *error, gpointer data)
{
  g_autoptr (GTask) task = data;
  Ask *ask = g_task_get_task_data (task);
  guint status;

  if (g_error_matches (error, BTY_ERROR, BTY_ERROR_DEADLINE_EXCEEDED))
    g_task_return_new_error (
      task, BTY_ERROR, BTY_ERROR_DEADLINE_EXCEEDED, "%s",
      _ ("HashiCorp Vault was silent for too long: if it only is slow, raise hashicorp.timeout"));
  else if (error != NULL)
    g_task_return_error (task, g_error_copy (error));
  if (error != NULL)
    return;
  status = bty_http_transfer_get_status (transfer);
  if (is_answer (ask, status))
    g_task_return_pointer (task, take_reply (ask, status), (GDestroyNotify) bty_hashicorp_reply_free);
  else if (status >= 200 && status < 300)
    g_task_return_new_error (
      task, BTY_ERROR, BTY_ERROR_DATA_LOSS,
      _ ("what answers at hashicorp.url does not speak HashiCorp Vault's protocol: look at the url, and at what is "
         "between here and there"));
  else
    g_task_return_error (task, refusal (ask, status));
}

static const BtyHttpTransferFuncs funcs = { on_head, on_body, on_end };

void
bty_hashicorp_ask_async (BtyHttpClient *client, const char *method, const char *path, GString *body,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, data);
  g_autoptr (BtyHttpRequest) request = bty_http_request_new (method, path, body);
  g_autofree char *namespace = bty_hashicorp_options_get ("namespace");
  Ask *ask = g_new0 (Ask, 1);

  g_task_set_source_tag (task, bty_hashicorp_ask_async);
  g_task_set_check_cancellable (task, FALSE); /* the transfer sees to it, and has the better words */
  ask->client = bty_http_client_ref (client);
  ask->body = request->body != NULL ? g_bytes_ref (request->body) : NULL;
  ask->size = bty_hashicorp_options_max_size ();
  ask->bytes = g_malloc (ask->size);
  g_task_set_task_data (task, ask, ask_free);
  bty_http_request_add_header (request, "X-Vault-Request", "true");
  if (*namespace != '\0')
    bty_http_request_add_header (request, "X-Vault-Namespace", namespace);
  bty_http_transfer_start (client, request, cancellable, &funcs, task);
}

BtyHashicorpReply *
bty_hashicorp_ask_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
