/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-gemini"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-gemini-chat.h"
#include "bty-gemini-embeddings.h"
#include "bty-gemini-failure.h"
#include "bty-gemini-models.h"
#include "bty-gemini-stream.h"

/*
 * Google's generateContent, as the Gemini API and gateways in front of it speak it.
 */

#define DEFAULT_VERSION "v1beta"
#define PAGE_SIZE       1000

#define BTY_TYPE_GEMINI_PROVIDER (bty_gemini_provider_get_type ())
G_DECLARE_FINAL_TYPE (BtyGeminiProvider, bty_gemini_provider, BTY, GEMINI_PROVIDER, BtyHttpProvider)

struct _BtyGeminiProvider
{
  BtyHttpProvider parent_instance;
};

G_DEFINE_FINAL_TYPE_WITH_CODE (BtyGeminiProvider, bty_gemini_provider, BTY_TYPE_HTTP_PROVIDER,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_EMBEDDER, bty_http_provider_init_embedder))

static const char *const option_names[] = { "api_version", "thinking", "thoughts", "schemas", "cached_content", NULL };

static const char *const thinkings[] = { "auto", "level", "budget", "none", NULL }; /* as BtyGeminiThinking has them */

static int
index_of (const char *const *words, const char *word)
{
  for (int i = 0; words[i] != NULL; i++)
    if (g_str_equal (words[i], word))
      return i;
  return -1;
}

static gboolean
is_version (const char *text)
{
  if (text[0] != 'v' || !g_ascii_isdigit (text[1]))
    return FALSE;
  for (text++; *text != '\0'; text++)
    if (!g_ascii_isalnum (*text))
      return FALSE;
  return TRUE;
}

static gboolean
gemini_configured (BtyHttpProvider *provider, const BtyHttpOptions *options, GError **error)
{
  const char *thinking = bty_http_options_get (options, "thinking");
  const char *schemas = bty_http_options_get (options, "schemas");
  const char *version = bty_http_options_get (options, "api_version");

  if (thinking != NULL && index_of (thinkings, thinking) < 0)
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                 _ ("the option thinking is “%s”; it may be auto, level, budget or none"), thinking);
  else if (schemas != NULL && !g_str_equal (schemas, "json") && !g_str_equal (schemas, "openapi"))
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                 _ ("the option schemas is “%s”; it may be json or openapi"), schemas);
  else if (version != NULL && !is_version (version))
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                 _ ("the option api_version is “%s”; it may be such as v1 or v1beta"), version);
  else
    return TRUE;
  return FALSE;
}

static gboolean
url_has_version (const BtyHttpOptions *options)
{
  g_auto (GStrv) parts = g_strsplit (g_uri_get_path (options->url), "/", -1);
  const char *last = "";

  for (char **part = parts; *part != NULL; part++)
    if (**part != '\0')
      last = *part;
  return is_version (last);
}

/* Takes @path: below the version, which a URL may hold already. */
static BtyHttpRequest *
new_request (BtyHttpProvider *provider, const char *method, char *path, GString *body)
{
  const BtyHttpOptions *options = bty_http_provider_get_options (provider);
  const char *version = bty_http_options_get (options, "api_version");
  g_autofree char *owned = path;
  g_autofree char *whole = NULL;

  if (version == NULL && url_has_version (options))
    return bty_http_request_new (method, owned, body);
  whole = g_strconcat (version != NULL ? version : DEFAULT_VERSION, "/", owned, NULL);
  return bty_http_request_new (method, whole, body);
}

/* With its collection, and fit for a URL. */
static char *
full_name (const char *model)
{
  g_autofree char *escaped = g_uri_escape_string (model, "/", FALSE);

  return strchr (model, '/') != NULL ? g_steal_pointer (&escaped) : g_strconcat ("models/", escaped, NULL);
}

static BtyHttpRequest *
gemini_request (BtyHttpProvider *provider, const BtyCompletionRequest *request, GError **error)
{
  const BtyHttpOptions *options = bty_http_provider_get_options (provider);
  const char *thinking = bty_http_options_get (options, "thinking");
  BtyGeminiStyle style = {
    .thinking = thinking != NULL ? (BtyGeminiThinking) index_of (thinkings, thinking) : BTY_GEMINI_THINKING_AUTO,
    .hides_thoughts = !bty_http_options_get_bool (options, "thoughts", TRUE),
    .old_schemas = g_strcmp0 (bty_http_options_get (options, "schemas"), "openapi") == 0,
    .cached = bty_http_options_get (options, "cached_content"),
  };
  GString *body = bty_gemini_chat_write (request, &style, error);
  g_autofree char *name = full_name (request->model);

  if (body == NULL)
    return NULL;
  return new_request (provider, "POST", g_strconcat (name, ":streamGenerateContent?alt=sse", NULL), body);
}

static gpointer
gemini_stream_new (BtyHttpProvider *provider, const BtyCompletionRequest *request)
{
  return bty_gemini_stream_new (provider);
}

static gboolean
gemini_event (BtyHttpProvider *provider, gpointer stream, const BtySseEvent *event, BtyCompletion *out, GError **error)
{
  return bty_gemini_stream_event (stream, event, out, error);
}

static gboolean
gemini_end (BtyHttpProvider *provider, gpointer stream, BtyCompletion *out, GError **error)
{
  return bty_gemini_stream_end (stream, out, error);
}

static void
gemini_stream_free (gpointer stream)
{
  bty_gemini_stream_free (stream);
}

static void
gemini_failure (BtyHttpProvider *provider, BtyHttpFailure *failure)
{
  bty_gemini_failure_read (failure);
}

/* The list comes in pages. */

static BtyHttpRequest *
models_request (BtyHttpProvider *provider, const char *page)
{
  g_autofree char *mark = page != NULL ? g_uri_escape_string (page, NULL, FALSE) : NULL;

  return new_request (
    provider, "GET",
    g_strdup_printf ("models?pageSize=%d%s%s", PAGE_SIZE, mark != NULL ? "&pageToken=" : "", mark != NULL ? mark : ""),
    NULL);
}

static BtyHttpRequest *
gemini_models_request (BtyHttpProvider *provider, GError **error)
{
  return models_request (provider, NULL);
}

static gpointer
gemini_models_new (BtyHttpProvider *provider)
{
  return bty_record_list_new ();
}

static gboolean
gemini_models_step (BtyHttpProvider *provider, const char *json, gsize length, const GError *failure, gpointer models,
                    BtyHttpRequest **next, GError **error)
{
  const char *name = bty_http_provider_get_options (provider)->name;
  g_autofree char *page = NULL;
  GError *reason = NULL;

  if (failure != NULL)
    {
      g_propagate_error (error, g_error_copy (failure));
      return FALSE;
    }
  if (!bty_gemini_models_parse (name, json, length, models, &page, &reason))
    return bty_http_provider_not_protocol (provider, reason, error);
  if (page != NULL)
    *next = models_request (provider, page);
  return TRUE;
}

static GPtrArray *
gemini_models_end (BtyHttpProvider *provider, gpointer models)
{
  return models;
}

static void
gemini_models_free (gpointer models)
{
  g_ptr_array_unref (models);
}

static BtyHttpRequest *
gemini_embed_request (BtyHttpProvider *provider, const char *model, const char *const *inputs, gint64 dimensions,
                      GError **error)
{
  g_autofree char *name = full_name (model);
  GString *body = bty_gemini_embeddings_write (name, inputs, dimensions);

  return new_request (provider, "POST", g_strconcat (name, ":batchEmbedContents", NULL), body);
}

static BtyEmbedding *
gemini_embed_parse (BtyHttpProvider *provider, const char *json, gsize length, guint n_inputs, GError **error)
{
  GError *reason = NULL;
  BtyEmbedding *embedding = bty_gemini_embeddings_parse (json, length, n_inputs, &reason);

  if (embedding == NULL)
    bty_http_provider_not_protocol (provider, reason, error);
  return embedding;
}

static void
bty_gemini_provider_class_init (BtyGeminiProviderClass *klass)
{
  BtyHttpProviderClass *http = BTY_HTTP_PROVIDER_CLASS (klass);

  http->default_url = "https://generativelanguage.googleapis.com";
  http->key_header = "x-goog-api-key";
  http->options = option_names;
  http->configured = gemini_configured;
  http->request = gemini_request;
  http->stream_new = gemini_stream_new;
  http->event = gemini_event;
  http->end = gemini_end;
  http->stream_free = gemini_stream_free;
  http->failure = gemini_failure;
  http->models_request = gemini_models_request;
  http->models_new = gemini_models_new;
  http->models_step = gemini_models_step;
  http->models_end = gemini_models_end;
  http->models_free = gemini_models_free;
  http->embed_request = gemini_embed_request;
  http->embed_parse = gemini_embed_parse;
}

static void
bty_gemini_provider_init (BtyGeminiProvider *self)
{
}

static void
gemini_register (BtyPlugin *plugin)
{
  bty_plugin_add_feature (plugin, BTY_FEATURE_PROVIDER, "gemini", BTY_TYPE_GEMINI_PROVIDER);
}

BTY_PLUGIN_DEFINE ("gemini", N_ ("Models of Google, by the Gemini API"), BTY_VERSION, "LGPL-2.1-or-later",
                   gemini_register)
