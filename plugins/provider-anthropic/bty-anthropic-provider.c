/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-anthropic"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include <boternity-http.h>

#include "bty-anthropic-models.h"
#include "bty-anthropic-request.h"
#include "bty-anthropic-stream.h"

/*
 * Anthropic's Messages, which other servers speak as well. What a model does not take is left out of the request, by what the
 * service's own list of models says once it was read, and by the model's name before that.
 */

#define BTY_TYPE_ANTHROPIC_PROVIDER (bty_anthropic_provider_get_type ())
G_DECLARE_FINAL_TYPE (BtyAnthropicProvider, bty_anthropic_provider, BTY, ANTHROPIC_PROVIDER, BtyHttpProvider)

struct _BtyAnthropicProvider
{
  BtyHttpProvider parent_instance;

  GHashTable *traits; /* (nullable): as the service said */
};

G_DEFINE_FINAL_TYPE (BtyAnthropicProvider, bty_anthropic_provider, BTY_TYPE_HTTP_PROVIDER)

static const char *const option_names[] = { "version",    "beta",      "cache", "thinking_display",
                                            "max_tokens", "workspace", NULL };

static const struct
{
  const char *name;
  const char *values[4];
} choices[] = {
  { "cache", { "5m", "1h", "none" } },
  { "thinking_display", { "summarized", "omitted", "default" } },
};

static gboolean
is_date (const char *text)
{
  if (strlen (text) != 10)
    return FALSE;
  for (guint i = 0; i < 10; i++)
    if (i == 4 || i == 7 ? text[i] != '-' : !g_ascii_isdigit (text[i]))
      return FALSE;
  return TRUE;
}

static gboolean
header_is_sound (const char *value)
{
  for (; value != NULL && *value != '\0'; value++)
    if ((guchar) *value < 0x20 || (guchar) *value >= 0x7f)
      return FALSE;
  return TRUE;
}

static gboolean
refuse (const char *option, const char *value, const char *remedy, GError **error)
{
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("the option %s is “%s”; %s"), option, value, remedy);
  return FALSE;
}

static gint64
max_tokens_of (const BtyHttpOptions *options)
{
  const char *value = bty_http_options_get (options, "max_tokens");
  gint64 number = BTY_ANTHROPIC_MAX_TOKENS;

  if (value != NULL && !g_ascii_string_to_signed (value, 10, 1, 10000000, &number, NULL))
    return -1;
  return number;
}

static gboolean
anthropic_configured (BtyHttpProvider *provider, const BtyHttpOptions *options, GError **error)
{
  const char *version = bty_http_options_get (options, "version");

  if (version != NULL && !is_date (version))
    return refuse ("version", version, _ ("it must be a date, such as 2026-10-21"), error);
  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    {
      const char *value = bty_http_options_get (options, choices[i].name);

      if (value != NULL && !g_strv_contains (choices[i].values, value))
        {
          g_autofree char *words = g_strjoinv (", ", (char **) choices[i].values);
          g_autofree char *remedy = g_strdup_printf (_ ("it may be one of %s"), words);

          return refuse (choices[i].name, value, remedy, error);
        }
    }
  if (max_tokens_of (options) < 0)
    return refuse ("max_tokens", bty_http_options_get (options, "max_tokens"),
                   _ ("it must be a whole number from 1 to 10000000"), error);
  for (guint i = 0; i < 2; i++)
    {
      const char *name = i == 0 ? "beta" : "workspace";

      if (!header_is_sound (bty_http_options_get (options, name)))
        return refuse (name, "…", _ ("it must be plain text on one line"), error);
    }
  g_clear_pointer (&BTY_ANTHROPIC_PROVIDER (provider)->traits, g_hash_table_unref);
  return TRUE;
}

static gboolean
is_anthropic_itself (const BtyHttpOptions *options)
{
  return g_str_equal (options->host, "api.anthropic.com");
}

/* Other servers were made for the version that everybody sent for years. */
static const char *
version_of (const BtyHttpOptions *options)
{
  const char *version = bty_http_options_get (options, "version");

  return version != NULL ? version : is_anthropic_itself (options) ? BTY_ANTHROPIC_VERSION : BTY_ANTHROPIC_VERSION_OLD;
}

/* People write the base URL with the version's folder and without: clients of this family add it. */
static gboolean
has_version_folder (const BtyHttpOptions *options)
{
  g_autofree char *path = g_strdup (g_uri_get_path (options->url));
  gsize length = strlen (path);

  while (length > 0 && path[length - 1] == '/')
    path[--length] = '\0';
  return length >= 3 && path[length - 3] == '/' && path[length - 2] == 'v' && g_ascii_isdigit (path[length - 1]);
}

static BtyHttpRequest *
new_request (BtyHttpProvider *provider, const char *method, const char *path, GString *body)
{
  const BtyHttpOptions *options = bty_http_provider_get_options (provider);
  const char *beta = bty_http_options_get (options, "beta");
  const char *workspace = bty_http_options_get (options, "workspace");
  g_autofree char *whole = g_strconcat (has_version_folder (options) ? "" : "v1/", path, NULL);
  BtyHttpRequest *request = bty_http_request_new (method, whole, body);

  bty_http_request_add_header (request, "anthropic-version", version_of (options));
  if (beta != NULL && *beta != '\0')
    bty_http_request_add_header (request, "anthropic-beta", beta);
  if (workspace != NULL && *workspace != '\0')
    bty_http_request_add_header (request, "anthropic-workspace-id", workspace);
  return request;
}

static BtyHttpRequest *
anthropic_request (BtyHttpProvider *provider, const BtyCompletionRequest *request, GError **error)
{
  BtyAnthropicProvider *self = BTY_ANTHROPIC_PROVIDER (provider);
  const BtyHttpOptions *options = bty_http_provider_get_options (provider);
  const char *cache = bty_http_options_get (options, "cache");
  const char *display = bty_http_options_get (options, "thinking_display");
  const BtyAnthropicTraits *told = self->traits != NULL ? g_hash_table_lookup (self->traits, request->model) : NULL;
  BtyAnthropicStyle style = {
    .version = version_of (options),
    .cache = cache != NULL ? cache : "5m",
    .display = display == NULL                    ? "summarized"
               : g_str_equal (display, "default") ? NULL
                                                  : display,
    .max_tokens = max_tokens_of (options),
  };
  BtyAnthropicTraits traits;
  GString *body;

  bty_anthropic_traits_of (request->model, &traits);
  body = bty_anthropic_request_write (request, told != NULL ? told : &traits, &style, error);
  return body != NULL ? new_request (provider, "POST", "messages", body) : NULL;
}

static gpointer
anthropic_stream_new (BtyHttpProvider *provider, const BtyCompletionRequest *request)
{
  return bty_anthropic_stream_new (provider);
}

static gboolean
anthropic_event (BtyHttpProvider *provider, gpointer stream, const BtySseEvent *event, BtyCompletion *out,
                 GError **error)
{
  return bty_anthropic_stream_event (stream, event, out, error);
}

static gboolean
anthropic_end (BtyHttpProvider *provider, gpointer stream, BtyCompletion *out, GError **error)
{
  g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE,
               _ ("the answer of the provider “%s” was cut off: it ended without message_stop"),
               bty_http_provider_get_options (provider)->name);
  return FALSE;
}

static void
anthropic_stream_free (gpointer stream)
{
  bty_anthropic_stream_free (stream);
}

/* What the service says in its sentence only. */
static void
anthropic_failure (BtyHttpProvider *provider, BtyHttpFailure *failure)
{
  const char *message = failure->message != NULL ? failure->message : "";

  if (failure->code != BTY_ERROR_INVALID_ARGUMENT)
    return;
  if (strstr (message, "prompt is too long") != NULL || strstr (message, "exceed context limit") != NULL)
    failure->code = BTY_ERROR_OUT_OF_RANGE;
  failure->is_quota = strstr (message, "credit balance is too low") != NULL ||
                      strstr (message, "API usage limits") != NULL; /* what the owner of the account allows */
  if (failure->is_quota)
    failure->code = BTY_ERROR_RESOURCE_EXHAUSTED;
}

static BtyHttpRequest *
models_page (BtyHttpProvider *provider, const char *after)
{
  g_autofree char *escaped = after != NULL ? g_uri_escape_string (after, NULL, FALSE) : NULL;
  g_autofree char *path = g_strconcat ("models?limit=1000", escaped != NULL ? "&after_id=" : "",
                                       escaped != NULL ? escaped : "", NULL);

  return new_request (provider, "GET", path, NULL);
}

static BtyHttpRequest *
anthropic_models_request (BtyHttpProvider *provider, GError **error)
{
  return models_page (provider, NULL);
}

static gpointer
anthropic_models_new (BtyHttpProvider *provider)
{
  BtyAnthropicModels *list = g_new0 (BtyAnthropicModels, 1);

  bty_anthropic_models_init (list);
  return list;
}

static void
anthropic_models_free (gpointer list)
{
  bty_anthropic_models_clear (list);
  g_free (list);
}

static gboolean
anthropic_models_step (BtyHttpProvider *provider, const char *json, gsize length, const GError *failure, gpointer data,
                       BtyHttpRequest **next, GError **error)
{
  BtyAnthropicModels *list = data;
  GError *reason = NULL;

  if (failure != NULL)
    {
      g_propagate_error (error, g_error_copy (failure));
      return FALSE;
    }
  if (!bty_anthropic_models_read (list, bty_http_provider_get_options (provider)->name, json != NULL ? json : "",
                                  length, &reason))
    return bty_http_provider_not_protocol (provider, reason, error);
  if (list->has_more && list->last_id != NULL)
    *next = models_page (provider, list->last_id);
  return TRUE;
}

static GPtrArray *
anthropic_models_end (BtyHttpProvider *provider, gpointer data)
{
  BtyAnthropicProvider *self = BTY_ANTHROPIC_PROVIDER (provider);
  BtyAnthropicModels *list = data;
  GPtrArray *models = g_ptr_array_ref (list->models);

  g_clear_pointer (&self->traits, g_hash_table_unref);
  self->traits = g_hash_table_ref (list->traits);
  anthropic_models_free (list);
  return models;
}

static void
bty_anthropic_provider_finalize (GObject *object)
{
  g_clear_pointer (&BTY_ANTHROPIC_PROVIDER (object)->traits, g_hash_table_unref);
  G_OBJECT_CLASS (bty_anthropic_provider_parent_class)->finalize (object);
}

static void
bty_anthropic_provider_class_init (BtyAnthropicProviderClass *klass)
{
  BtyHttpProviderClass *http = BTY_HTTP_PROVIDER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = bty_anthropic_provider_finalize;
  http->default_url = "https://api.anthropic.com";
  http->key_header = "x-api-key";
  http->options = option_names;
  http->configured = anthropic_configured;
  http->request = anthropic_request;
  http->stream_new = anthropic_stream_new;
  http->event = anthropic_event;
  http->end = anthropic_end;
  http->stream_free = anthropic_stream_free;
  http->failure = anthropic_failure;
  http->models_request = anthropic_models_request;
  http->models_new = anthropic_models_new;
  http->models_step = anthropic_models_step;
  http->models_end = anthropic_models_end;
  http->models_free = anthropic_models_free;
}

static void
bty_anthropic_provider_init (BtyAnthropicProvider *self)
{
}

static void
anthropic_register (BtyPlugin *plugin)
{
  bty_plugin_add_feature (plugin, BTY_FEATURE_PROVIDER, "anthropic", BTY_TYPE_ANTHROPIC_PROVIDER);
}

BTY_PLUGIN_DEFINE ("anthropic", N_ ("Models of Anthropic and of servers that speak Messages"), BTY_VERSION,
                   "LGPL-2.1-or-later", anthropic_register)
