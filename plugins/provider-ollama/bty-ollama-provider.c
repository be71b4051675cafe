/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ollama"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-ollama-embeddings.h"
#include "bty-ollama-models.h"
#include "bty-ollama-stream.h"

/*
 * Ollama's own protocol: unlike its OpenAI door it tells what a model can do, and lets the window be chosen.
 */

#define BTY_TYPE_OLLAMA_PROVIDER (bty_ollama_provider_get_type ())
G_DECLARE_FINAL_TYPE (BtyOllamaProvider, bty_ollama_provider, BTY, OLLAMA_PROVIDER, BtyHttpProvider)

struct _BtyOllamaProvider
{
  BtyHttpProvider parent_instance;
};

G_DEFINE_FINAL_TYPE_WITH_CODE (BtyOllamaProvider, bty_ollama_provider, BTY_TYPE_HTTP_PROVIDER,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_EMBEDDER, bty_http_provider_init_embedder))

#define MAX_WINDOW (64 * 1024 * 1024)

static const char *const option_names[] = { "num_ctx", "keep_alive", "truncate", NULL };

static gint64
window_of (const BtyHttpOptions *options)
{
  const char *text = bty_http_options_get (options, "num_ctx");
  gint64 window = 0;

  if (text != NULL && !g_ascii_string_to_signed (text, 10, 1, MAX_WINDOW, &window, NULL))
    return -1;
  return window;
}

static BtyOllamaStyle
style_of (BtyHttpProvider *provider)
{
  const BtyHttpOptions *options = bty_http_provider_get_options (provider);

  return (BtyOllamaStyle){ .num_ctx = window_of (options),
                           .keep_alive = bty_http_options_get (options, "keep_alive"),
                           .truncate = bty_http_options_get (options, "truncate") };
}

static gboolean
ollama_configured (BtyHttpProvider *provider, const BtyHttpOptions *options, GError **error)
{
  const char *path = g_uri_get_path (options->url);
  const char *truncate = bty_http_options_get (options, "truncate");

  if (window_of (options) < 0)
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                 _ ("the option num_ctx is “%s”; it must be a whole number from 1 to %d"),
                 bty_http_options_get (options, "num_ctx"), MAX_WINDOW);
  else if (truncate != NULL && !g_str_equal (truncate, "true") && !g_str_equal (truncate, "false"))
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                 _ ("the option truncate is “%s”; it may be true or false"), truncate);
  else if (g_str_has_suffix (path, "/v1") || g_str_has_suffix (path, "/v1/") || g_str_has_suffix (path, "/api"))
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                 _ ("the url of the provider “%s” ends in %s: leave that out; /v1 is for the kind openai"),
                 options->name, path);
  else
    return TRUE;
  return FALSE;
}

static BtyHttpRequest *
ollama_request (BtyHttpProvider *provider, const BtyCompletionRequest *request, GError **error)
{
  BtyOllamaStyle style = style_of (provider);
  GString *body = bty_ollama_chat_write (request, &style, error);

  return body != NULL ? bty_http_request_new ("POST", "api/chat", body) : NULL;
}

static gpointer
ollama_stream_new (BtyHttpProvider *provider, const BtyCompletionRequest *request)
{
  return bty_ollama_stream_new (provider);
}

static gboolean
ollama_event (BtyHttpProvider *provider, gpointer stream, const BtySseEvent *event, BtyCompletion *out, GError **error)
{
  return bty_ollama_stream_line (stream, event, out, error);
}

static void
ollama_stream_free (gpointer stream)
{
  bty_ollama_stream_free (stream);
}

/* Its errors are a sentence, and no more. */
static void
ollama_failure (BtyHttpProvider *provider, BtyHttpFailure *failure)
{
  const char *said = failure->message != NULL ? failure->message : "";
  gboolean is_plain = failure->code == BTY_ERROR_INVALID_ARGUMENT || failure->code == BTY_ERROR_UNAVAILABLE;

  if (is_plain && (strstr (said, "context length") != NULL || strstr (said, "available context") != NULL))
    failure->code = BTY_ERROR_OUT_OF_RANGE;
  else if (failure->code == BTY_ERROR_INVALID_ARGUMENT && strstr (said, "does not support") != NULL)
    failure->code = BTY_ERROR_FAILED_PRECONDITION; /* another model can */
  else if (failure->status < 300 && strstr (said, "not found") != NULL)
    failure->code = BTY_ERROR_NOT_FOUND;
}

/* First the list, then whatever it does not tell. */
typedef struct
{
  GPtrArray *models;
  guint next; /* which is being asked about; its answer comes next */
  gboolean has_list;
} Listing;

static void
listing_free (gpointer data)
{
  Listing *listing = data;

  g_clear_pointer (&listing->models, g_ptr_array_unref);
  g_free (listing);
}

/* A model that went away meanwhile stays as vague as it was. */
static void
take_details (Listing *listing, const char *json, gsize length)
{
  g_autoptr (GError) reason = NULL;
  BtyModel *model = listing->models->pdata[listing->next];

  if (json != NULL && !bty_ollama_show_parse (model, json, length, &reason))
    g_debug ("what the server tells of %s cannot be read: %s", model->name, reason->message);
  listing->next += 1;
}

static BtyHttpRequest *
ask_next (BtyHttpProvider *provider, Listing *listing)
{
  const char *name = bty_http_provider_get_options (provider)->name;

  while (listing->next < listing->models->len)
    {
      const BtyModel *model = listing->models->pdata[listing->next];

      if (bty_ollama_model_is_vague (model))
        return bty_http_request_new ("POST", "api/show", bty_ollama_show_write (model->name + strlen (name) + 1));
      listing->next += 1;
    }
  return NULL;
}

/* The window that was chosen is what counts, when the model has as much. */
static void
bound_windows (GPtrArray *models, gint64 window)
{
  for (guint i = 0; window > 0 && i < models->len; i++)
    {
      BtyModel *model = models->pdata[i];

      if (model->context_window == 0 || model->context_window > window)
        model->context_window = window;
    }
}

static BtyHttpRequest *
ollama_models_request (BtyHttpProvider *provider, GError **error)
{
  return bty_http_request_new ("GET", "api/tags", NULL);
}

static gpointer
ollama_models_new (BtyHttpProvider *provider)
{
  return g_new0 (Listing, 1);
}

static gboolean
ollama_models_step (BtyHttpProvider *provider, const char *json, gsize length, const GError *failure, gpointer data,
                    BtyHttpRequest **next, GError **error)
{
  Listing *listing = data;
  GError *reason = NULL;

  if (listing->has_list)
    take_details (listing, json, length);
  else if (failure != NULL)
    {
      g_propagate_error (error, g_error_copy (failure));
      return FALSE;
    }
  else
    listing->models = bty_ollama_tags_parse (bty_http_provider_get_options (provider)->name, json, length, &reason);
  if (listing->models == NULL)
    return bty_http_provider_not_protocol (provider, reason, error);
  listing->has_list = TRUE;
  *next = ask_next (provider, listing);
  return TRUE;
}

static GPtrArray *
ollama_models_end (BtyHttpProvider *provider, gpointer list)
{
  Listing *listing = list;
  GPtrArray *models = g_steal_pointer (&listing->models);

  listing_free (listing);
  bound_windows (models, window_of (bty_http_provider_get_options (provider)));
  return models;
}

static BtyHttpRequest *
ollama_embed_request (BtyHttpProvider *provider, const char *model, const char *const *inputs, gint64 dimensions,
                      GError **error)
{
  BtyOllamaStyle style = style_of (provider);

  return bty_http_request_new ("POST", "api/embed", bty_ollama_embeddings_write (model, inputs, dimensions, &style));
}

static BtyEmbedding *
ollama_embed_parse (BtyHttpProvider *provider, const char *json, gsize length, guint n_inputs, GError **error)
{
  GError *reason = NULL;
  BtyEmbedding *embedding = bty_ollama_embeddings_parse (json, length, n_inputs, &reason);

  if (embedding == NULL)
    bty_http_provider_not_protocol (provider, reason, error);
  return embedding;
}

static void
bty_ollama_provider_class_init (BtyOllamaProviderClass *klass)
{
  BtyHttpProviderClass *http = BTY_HTTP_PROVIDER_CLASS (klass);

  http->default_url = "http://127.0.0.1:11434";
  http->key_header = "Authorization";
  http->key_prefix = "Bearer ";
  http->options = option_names;
  http->framing = BTY_HTTP_NDJSON;
  http->configured = ollama_configured;
  http->request = ollama_request;
  http->stream_new = ollama_stream_new;
  http->event = ollama_event;
  http->stream_free = ollama_stream_free;
  http->failure = ollama_failure;
  http->models_request = ollama_models_request;
  http->models_new = ollama_models_new;
  http->models_step = ollama_models_step;
  http->models_end = ollama_models_end;
  http->models_free = listing_free;
  http->embed_request = ollama_embed_request;
  http->embed_parse = ollama_embed_parse;
}

static void
bty_ollama_provider_init (BtyOllamaProvider *self)
{
}

static void
ollama_register (BtyPlugin *plugin)
{
  bty_plugin_add_feature (plugin, BTY_FEATURE_PROVIDER, "ollama", BTY_TYPE_OLLAMA_PROVIDER);
}

BTY_PLUGIN_DEFINE ("ollama", N_ ("Models that run in Ollama"), BTY_VERSION, "LGPL-2.1-or-later", ollama_register)
