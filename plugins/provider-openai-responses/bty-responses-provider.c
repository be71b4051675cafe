/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-responses"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include <boternity-http.h>

#include "bty-responses-describe.h"
#include "bty-responses-request.h"
#include "bty-responses-stream.h"

/*
 * OpenAI Responses, which a few servers speak as well. The conversation is ours: nothing is left with the service, and its reasoning
 * comes sealed and goes back with the next request.
 */

#define BTY_TYPE_RESPONSES_PROVIDER (bty_responses_provider_get_type ())
G_DECLARE_FINAL_TYPE (BtyResponsesProvider, bty_responses_provider, BTY, RESPONSES_PROVIDER, BtyHttpProvider)

struct _BtyResponsesProvider
{
  BtyHttpProvider parent_instance;
};

G_DEFINE_FINAL_TYPE (BtyResponsesProvider, bty_responses_provider, BTY_TYPE_HTTP_PROVIDER)

static const char *const option_names[] = { "organization",        "project", "summary",
                                            "encrypted_reasoning", "store",   "strict_schema",
                                            "cache_marks",         "beta",    NULL };

static gboolean
responses_configured (BtyHttpProvider *provider, const BtyHttpOptions *options, GError **error)
{
  static const char *const summaries[] = { "auto", "concise", "detailed", "none", NULL };
  const char *summary = bty_http_options_get (options, "summary");

  if (summary == NULL || g_strv_contains (summaries, summary))
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
               _ ("the option %s is “%s”; it may be auto, concise, detailed or none"), "summary", summary);
  return FALSE;
}

static BtyHttpRequest *
new_request (BtyHttpProvider *provider, const char *method, const char *path, GString *body)
{
  static const char *const headers[][2] = { { "organization", "OpenAI-Organization" },
                                            { "project", "OpenAI-Project" },
                                            { "beta", "OpenAI-Beta" } };
  const BtyHttpOptions *options = bty_http_provider_get_options (provider);
  BtyHttpRequest *request = bty_http_request_new (method, path, body);

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      const char *value = bty_http_options_get (options, headers[i][0]);

      if (value != NULL && *value != '\0')
        bty_http_request_add_header (request, headers[i][1], value);
    }
  return request;
}

static BtyHttpRequest *
responses_request (BtyHttpProvider *provider, const BtyCompletionRequest *request, GError **error)
{
  const BtyHttpOptions *options = bty_http_provider_get_options (provider);
  const char *summary = bty_http_options_get (options, "summary");
  BtyResponsesStyle style = {
    .summary = summary != NULL && !g_str_equal (summary, "none") ? summary : NULL,
    .encrypted = bty_http_options_get_bool (options, "encrypted_reasoning", TRUE),
    .store = bty_http_options_get_bool (options, "store", FALSE),
    .strict_schema = bty_http_options_get_bool (options, "strict_schema", TRUE),
    .cache_marks = bty_http_options_get_bool (options, "cache_marks", FALSE),
  };
  BtyOpenaiTraits traits;
  GString *body;

  bty_openai_traits_of (request->model, &traits);
  body = bty_responses_request_write (request, &traits, &style, error);
  return body != NULL ? new_request (provider, "POST", "responses", body) : NULL;
}

static gpointer
responses_stream_new (BtyHttpProvider *provider, const BtyCompletionRequest *request)
{
  return bty_responses_stream_new (provider, (const char *const *) request->stop);
}

static gboolean
responses_event (BtyHttpProvider *provider, gpointer stream, const BtySseEvent *event, BtyCompletion *out,
                 GError **error)
{
  return bty_responses_stream_event (stream, event, out, error);
}

static gboolean
responses_end (BtyHttpProvider *provider, gpointer stream, BtyCompletion *out, GError **error)
{
  g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE,
               _ ("the answer of the provider “%s” was cut off: it ended without response.completed"),
               bty_http_provider_get_options (provider)->name);
  return FALSE;
}

static void
responses_stream_free (gpointer stream)
{
  bty_responses_stream_free (stream);
}

/* A picture or a prompt that was refused inside an answer is our fault. */
static void
responses_failure (BtyHttpProvider *provider, BtyHttpFailure *failure)
{
  const char *reason = failure->reason != NULL ? failure->reason : "";

  if (failure->status < 300 && failure->code == BTY_ERROR_UNAVAILABLE &&
      (g_str_has_prefix (reason, "invalid_") || strstr (reason, "image") != NULL || strstr (reason, "policy") != NULL))
    failure->code = BTY_ERROR_INVALID_ARGUMENT;
}

static BtyHttpRequest *
responses_models_request (BtyHttpProvider *provider, GError **error)
{
  return new_request (provider, "GET", "models", NULL);
}

static GPtrArray *
responses_models_parse (BtyHttpProvider *provider, const char *json, gsize length, GError **error)
{
  GError *reason = NULL;
  GPtrArray *models = bty_openai_models_parse (bty_http_provider_get_options (provider)->name, json, length, &reason);

  if (models == NULL)
    bty_http_provider_not_protocol (provider, reason, error);
  for (guint i = 0; models != NULL && i < models->len; i++)
    bty_responses_describe (models->pdata[i]);
  return models;
}

static void
bty_responses_provider_class_init (BtyResponsesProviderClass *klass)
{
  BtyHttpProviderClass *http = BTY_HTTP_PROVIDER_CLASS (klass);

  http->default_url = "https://api.openai.com/v1";
  http->key_header = "Authorization";
  http->key_prefix = "Bearer ";
  http->options = option_names;
  http->configured = responses_configured;
  http->request = responses_request;
  http->stream_new = responses_stream_new;
  http->event = responses_event;
  http->end = responses_end;
  http->stream_free = responses_stream_free;
  http->failure = responses_failure;
  http->models_request = responses_models_request;
  http->models_parse = responses_models_parse;
}

static void
bty_responses_provider_init (BtyResponsesProvider *self)
{
}

static void
responses_register (BtyPlugin *plugin)
{
  bty_plugin_add_feature (plugin, BTY_FEATURE_PROVIDER, "openai-responses", BTY_TYPE_RESPONSES_PROVIDER);
}

BTY_PLUGIN_DEFINE ("openai-responses", N_ ("Models of OpenAI, by its Responses"), BTY_VERSION, "LGPL-2.1-or-later",
                   responses_register)
