/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-openai"

#include "config.h"

#include <glib/gi18n-lib.h>

#include <boternity-http.h>

#include "bty-openai-traits-private.h"

/*
 * OpenAI Chat Completions, which many servers speak: OpenAI, OpenRouter, Ollama, llama.cpp, vLLM, LM Studio. What a server does
 * otherwise is an option, with a default by its host.
 */

#define BTY_TYPE_OPENAI_PROVIDER (bty_openai_provider_get_type ())
G_DECLARE_FINAL_TYPE (BtyOpenaiProvider, bty_openai_provider, BTY, OPENAI_PROVIDER, BtyHttpProvider)

struct _BtyOpenaiProvider
{
  BtyHttpProvider parent_instance;
};

G_DEFINE_FINAL_TYPE_WITH_CODE (BtyOpenaiProvider, bty_openai_provider, BTY_TYPE_HTTP_PROVIDER,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_EMBEDDER, bty_http_provider_init_embedder))

static const char *const option_names[] = { "organization",   "project",    "max_tokens_field", "stream_usage",
                                            "strict_schema",  "end_marker", "base64",           "schema",
                                            "effort",         "continue",   "cache_marks",      "system_role",
                                            "reasoning_back", "embeddings", "openai_models",    NULL };

/* Options whose values are words, those of an enumeration in its order. */
static const char *const fields[] = { "max_tokens", "max_completion_tokens", "none", NULL };
static const char *const schemas[] = { "json_schema", "json_object", NULL };
static const char *const efforts[] = { "reasoning_effort", "reasoning", "thinking", "none", NULL };
static const char *const going_ons[] = { "none", "assistant", "prefix", "vllm", NULL };
static const char *const roles[] = { "system", "developer", NULL };
static const char *const reasoning_fields[] = { "none", "reasoning_content", "reasoning", "reasoning_details", NULL };

static const struct
{
  const char *option;
  const char *const *words;
} choices[] = {
  { "max_tokens_field", fields }, { "schema", schemas },    { "effort", efforts },
  { "continue", going_ons },      { "system_role", roles }, { "reasoning_back", reasoning_fields },
};

static gboolean
openai_configured (BtyHttpProvider *provider, const BtyHttpOptions *options, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    {
      const char *word = bty_http_options_get (options, choices[i].option);
      g_autofree char *words = NULL;

      if (word == NULL || g_strv_contains (choices[i].words, word))
        continue;
      words = g_strjoinv (", ", (char **) choices[i].words);
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("the option %s is “%s”; it may be one of %s"),
                   choices[i].option, word, words);
      return FALSE;
    }
  return TRUE;
}

/* Which of @words an option is; without it, the first. */
static guint
choice (const BtyHttpOptions *options, const char *option, const char *const *words)
{
  const char *word = bty_http_options_get (options, option);

  for (guint i = 0; word != NULL && words[i] != NULL; i++)
    if (g_str_equal (words[i], word))
      return i;
  return 0;
}

static BtyHttpRequest *
new_request (BtyHttpProvider *provider, const char *method, const char *path, GString *body)
{
  const BtyHttpOptions *options = bty_http_provider_get_options (provider);
  const char *organization = bty_http_options_get (options, "organization");
  const char *project = bty_http_options_get (options, "project");
  BtyHttpRequest *request = bty_http_request_new (method, path, body);

  if (organization != NULL)
    bty_http_request_add_header (request, "OpenAI-Organization", organization);
  if (project != NULL)
    bty_http_request_add_header (request, "OpenAI-Project", project);
  return request;
}

/* Returns: (transfer full): @request without what a model of OpenAI's own does not take. */
static BtyCompletionRequest *
fit_to_model (const BtyCompletionRequest *request, const BtyOpenaiTraits *traits)
{
  BtyCompletionRequest *fitting = bty_record_edit (request);
  gboolean has_tools = request->tools != NULL && request->tools->len > 0;
  const char *word = traits->tools_at_rest && has_tools ? "none" : bty_openai_traits_effort (traits, request->effort);

  /* A scale of its own ends one step earlier here than with Responses. */
  bty_record_take_string (&fitting->effort, g_strdup (g_strcmp0 (word, "max") == 0 ? "xhigh" : word));
  if (!bty_openai_traits_sampling (traits, word))
    {
      BTY_SET_NULL (fitting, BtyCompletionRequest, temperature, TRUE);
      BTY_SET_NULL (fitting, BtyCompletionRequest, top_p, TRUE);
    }
  if (!traits->takes_stop) /* the reader of the answer looks for them */
    g_clear_pointer (&fitting->stop, g_strfreev);
  return fitting;
}

static BtyHttpRequest *
openai_request (BtyHttpProvider *provider, const BtyCompletionRequest *request, GError **error)
{
  const BtyHttpOptions *options = bty_http_provider_get_options (provider);
  const char *field = bty_http_options_get (options, "max_tokens_field");
  g_autoptr (BtyCompletionRequest) fitting = NULL;
  BtyOpenaiTraits traits;
  gboolean is_own = bty_openai_traits_find (options, request->model, &traits);
  BtyOpenaiStyle style = {
    .max_tokens_field = field != NULL                              ? field
                        : is_own || bty_openai_is_itself (options) ? "max_completion_tokens"
                                                                   : "max_tokens",
    .asks_usage = bty_http_options_get_bool (options, "stream_usage", TRUE),
    .strict_schema = bty_http_options_get_bool (options, "strict_schema", TRUE),
    .schema = (BtyOpenaiSchema) choice (options, "schema", schemas),
    .effort = (BtyOpenaiEffort) choice (options, "effort", efforts),
    .going_on = (BtyOpenaiContinue) choice (options, "continue", going_ons),
    .cache_marks = bty_http_options_get_bool (options, "cache_marks", FALSE),
    .system_role = bty_http_options_get (options, "system_role"),
    .reasoning_field = bty_http_options_get (options, "reasoning_back"),
  };
  GString *body;

  if (g_str_equal (style.max_tokens_field, "none"))
    style.max_tokens_field = NULL;
  if (g_strcmp0 (style.reasoning_field, "none") == 0)
    style.reasoning_field = NULL;
  if (is_own)
    fitting = fit_to_model (request, &traits);
  body = bty_openai_chat_write (is_own ? fitting : request, &style, error);
  return body != NULL ? new_request (provider, "POST", "chat/completions", body) : NULL;
}

static gpointer
openai_stream_new (BtyHttpProvider *provider, const BtyCompletionRequest *request)
{
  return bty_openai_stream_new (provider);
}

static gboolean
openai_event (BtyHttpProvider *provider, gpointer stream, const BtySseEvent *event, BtyCompletion *out, GError **error)
{
  return bty_openai_stream_event (stream, event, out, error);
}

static gboolean
openai_end (BtyHttpProvider *provider, gpointer stream, BtyCompletion *out, GError **error)
{
  const BtyHttpOptions *options = bty_http_provider_get_options (provider);

  if (!bty_http_options_get_bool (options, "end_marker", TRUE) && bty_openai_stream_end (stream, out))
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE,
               _ ("the answer of the provider “%s” was cut off: it ended without [DONE]"), options->name);
  return FALSE;
}

static void
openai_stream_free (gpointer stream)
{
  bty_openai_stream_free (stream);
}

static BtyHttpRequest *
openai_models_request (BtyHttpProvider *provider, GError **error)
{
  return new_request (provider, "GET", "models", NULL);
}

/* What the server does for each model that converses, its list does not tell. */
static void
add_continue (BtyModel *model)
{
  static const char *const usual[] = { "text", "tools", NULL };
  const char *const *known = model->abilities != NULL ? (const char *const *) model->abilities : usual;
  g_autoptr (GStrvBuilder) builder = NULL;

  if (!g_strv_contains (known, "text") && g_strv_contains (known, "embeddings"))
    return;
  builder = g_strv_builder_new ();
  g_strv_builder_addv (builder, (const char **) known);
  g_strv_builder_add (builder, "continue");
  g_strfreev (model->abilities);
  model->abilities = g_strv_builder_end (builder);
}

static GPtrArray *
openai_models_parse (BtyHttpProvider *provider, const char *json, gsize length, GError **error)
{
  GError *reason = NULL;
  const BtyHttpOptions *options = bty_http_provider_get_options (provider);
  GPtrArray *models = bty_openai_models_parse (options->name, json, length, &reason);

  if (models == NULL)
    bty_http_provider_not_protocol (provider, reason, error);
  for (guint i = 0; models != NULL && choice (options, "continue", going_ons) > 0 && i < models->len; i++)
    add_continue (models->pdata[i]);
  return models;
}

static BtyHttpRequest *
openai_embed_request (BtyHttpProvider *provider, const char *model, const char *const *inputs, gint64 dimensions,
                      GError **error)
{
  const BtyHttpOptions *options = bty_http_provider_get_options (provider);
  gboolean base64 = bty_http_options_get_bool (options, "base64", bty_openai_is_itself (options));

  if (!bty_http_options_get_bool (options, "embeddings", TRUE))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_UNIMPLEMENTED,
                   _ ("the service of the provider “%s” makes no embeddings; take another, such as ollama"),
                   options->name);
      return NULL;
    }
  return new_request (provider, "POST", "embeddings", bty_openai_embeddings_write (model, inputs, dimensions, base64));
}

static BtyEmbedding *
openai_embed_parse (BtyHttpProvider *provider, const char *json, gsize length, guint n_inputs, GError **error)
{
  GError *reason = NULL;
  BtyEmbedding *embedding = bty_openai_embeddings_parse (json, length, n_inputs, &reason);

  if (embedding == NULL)
    bty_http_provider_not_protocol (provider, reason, error);
  return embedding;
}

static void
bty_openai_provider_class_init (BtyOpenaiProviderClass *klass)
{
  BtyHttpProviderClass *http = BTY_HTTP_PROVIDER_CLASS (klass);

  http->default_url = "https://api.openai.com/v1";
  http->key_header = "Authorization";
  http->key_prefix = "Bearer ";
  http->options = option_names;
  http->configured = openai_configured;
  http->request = openai_request;
  http->stream_new = openai_stream_new;
  http->event = openai_event;
  http->end = openai_end;
  http->stream_free = openai_stream_free;
  http->models_request = openai_models_request;
  http->models_parse = openai_models_parse;
  http->embed_request = openai_embed_request;
  http->embed_parse = openai_embed_parse;
}

static void
bty_openai_provider_init (BtyOpenaiProvider *self)
{
}

static void
openai_register (BtyPlugin *plugin)
{
  bty_plugin_add_feature (plugin, BTY_FEATURE_PROVIDER, "openai", BTY_TYPE_OPENAI_PROVIDER);
}

BTY_PLUGIN_DEFINE ("openai", N_ ("Models of OpenAI and of servers that speak Chat Completions"), BTY_VERSION,
                   "LGPL-2.1-or-later", openai_register)
