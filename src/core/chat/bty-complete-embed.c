/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-chat"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "chat/bty-chat-service.h"
#include "chat/bty-complete-run.h"

/* The operation model.embed. It goes to the one model that is named and to no other: vectors of two models cannot be compared. */

typedef struct
{
  BtyCall *call;
  BtyRouter *router;
  char *provider_name;
  char *model_name; /* its own, without the provider */
  GStrv texts;
  BtySpender *spender;
  BtyProvider *provider;
  BtyProviderConfig *config;
  BtyModel *model;
  BtyReservation *reservation;
  gint64 estimated;
  gint64 began;
} Embedding;

static void
embedding_free (Embedding *self)
{
  g_clear_pointer (&self->reservation, bty_reservation_drop);
  bty_call_unref (self->call);
  g_free (self->provider_name);
  g_free (self->model_name);
  g_strfreev (self->texts);
  g_clear_object (&self->spender);
  g_clear_object (&self->provider);
  g_clear_pointer (&self->config, bty_provider_config_unref);
  g_clear_pointer (&self->model, bty_model_unref);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Embedding, embedding_free)

static gint64
elapsed_ms (const Embedding *self)
{
  return (g_get_monotonic_time () - self->began) / 1000;
}

static BtyUsage *
usage_of (const Embedding *self, const BtyEmbedding *made)
{
  BtyUsage *usage;

  if (made->usage != NULL && made->usage->input_tokens > 0)
    return bty_usage_ref (made->usage);
  usage = bty_usage_new ();
  usage->input_tokens = self->estimated;
  usage->is_estimate = TRUE;
  return usage;
}

/* @usage: (nullable): of a call that came to something */
static void
settle (Embedding *self, const BtyUsage *usage, const char *outcome)
{
  g_autoptr (BtyUsageEntry) entry = bty_usage_entry_new ();

  entry->provider = g_strdup (self->provider_name);
  entry->model = g_strdup (self->model_name);
  entry->estimated_tokens = self->estimated;
  entry->pricing = self->model->pricing;
  entry->time_ms = elapsed_ms (self);
  entry->outcome = g_strdup (outcome);
  if (usage != NULL)
    {
      entry->input_tokens = usage->input_tokens;
      entry->is_estimate = usage->is_estimate;
      entry->cost = bty_model_bill (self->model, usage, &entry->pricing);
    }
  bty_reservation_settle (g_steal_pointer (&self->reservation), entry);
}

static void
on_embedded (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Embedding) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyEmbedding) made = BTY_EMBEDDER_GET_IFACE (source)->embed_finish (BTY_EMBEDDER (source), result, &error);
  g_autoptr (BtyEmbedding) answer = NULL;
  g_autoptr (BtyUsage) usage = NULL;

  if (made == NULL)
    {
      settle (self, NULL, bty_error_info (bty_error_code_of (error))->name);
      bty_call_fail (self->call, error);
      return;
    }
  usage = usage_of (self, made);
  if (!usage->is_estimate)
    bty_model_book_learn (bty_router_get_book (self->router), self->model, self->estimated, usage->input_tokens);
  settle (self, usage, bty_enum_nick (bty_stop_reasons, BTY_STOP_END));
  answer = bty_embedding_edit (made);
  bty_record_take_string (&answer->model, g_strdup (self->model->name));
  g_clear_pointer (&answer->usage, bty_usage_unref);
  answer->usage = bty_usage_ref (usage);
  bty_call_return (self->call, answer);
}

static void
on_reserved (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Embedding) self = data;
  const BtyEmbeddingRequest *request = bty_call_request (self->call);
  g_autoptr (GError) error = NULL;
  BtyEmbedder *embedder = BTY_EMBEDDER (self->provider);

  self->reservation = bty_spender_reserve_finish (BTY_SPENDER (source), result, &error);
  if (self->reservation == NULL ||
      !bty_provider_service_use_key (bty_router_get_providers (self->router), self->provider_name, NULL, &error))
    {
      bty_call_fail (self->call, error);
      return;
    }
  self->began = g_get_monotonic_time ();
  {
    const char *model = self->model_name;
    const char *const *texts = (const char *const *) self->texts;
    GCancellable *cancellable = bty_call_cancellable (self->call);

    bty_embedder_embed_async (embedder, model, texts, request->dimensions, cancellable, on_embedded,
                              g_steal_pointer (&self));
  }
}

static gint64
count (Embedding *self)
{
  gint64 tokens = 0;

  for (char **text = self->texts; *text != NULL; text++)
    tokens += bty_model_book_count (bty_router_get_book (self->router), self->model, *text, strlen (*text));
  return tokens;
}

static void
reserve (Embedding *own)
{
  g_autoptr (Embedding) self = own;
  g_autoptr (BtyUsage) usage = bty_usage_new ();
  BtyAmounts amounts = { 0 };
  BtySpender *spender;
  GCancellable *cancellable = bty_call_cancellable (self->call);

  self->estimated = usage->input_tokens = count (self);
  amounts.of[BTY_UNIT_USD] = bty_model_cost (self->model, usage);
  amounts.of[BTY_UNIT_TOKENS] = self->estimated;
  amounts.of[BTY_UNIT_CALLS] = 1;
  self->spender = bty_spender_new (bty_router_get_budgets (self->router), NULL, &(BtySpenderFor){ .purpose = "embed" });
  spender = self->spender;
  bty_spender_reserve_async (spender, &amounts, &amounts, cancellable, on_reserved, g_steal_pointer (&self));
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Embedding) self = data;
  BtyProviderService *providers = BTY_PROVIDER_SERVICE (source);
  g_autoptr (GError) error = NULL;

  self->provider = bty_provider_service_open_finish (providers, result, &self->config, &error);
  if (self->provider == NULL)
    {
      bty_call_fail (self->call, error);
      return;
    }
  if (!BTY_IS_EMBEDDER (self->provider))
    {
      bty_call_fail_new (self->call, BTY_ERROR_UNIMPLEMENTED, _ ("the provider “%s” makes no embeddings"),
                         self->provider_name);
      return;
    }
  if (self->model_name == NULL && self->config->default_model != NULL && *self->config->default_model != '\0')
    self->model_name = g_strdup (self->config->default_model);
  if (self->model_name == NULL)
    {
      bty_call_fail_new (self->call, BTY_ERROR_INVALID_ARGUMENT, _ ("name a model of the provider “%s”, as %s/MODEL"),
                         self->provider_name, self->provider_name);
      return;
    }
  self->model = bty_model_book_look (
    bty_router_get_book (self->router), self->config, self->model_name,
    bty_provider_service_peek_model (providers, self->provider_name, self->model_name, NULL));
  reserve (g_steal_pointer (&self));
}

/* The texts of the parts; NULL when there is one that is none. */
static GStrv
texts_of (const BtyEmbeddingRequest *request)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < request->inputs->len; i++)
    {
      const BtyPart *part = request->inputs->pdata[i];

      if (part->kind != BTY_PART_TEXT || part->text == NULL || *part->text == '\0')
        return NULL;
      g_ptr_array_add (texts, g_strdup (part->text));
    }
  g_ptr_array_add (texts, NULL);
  return (GStrv) g_ptr_array_steal (texts, NULL);
}

void
bty_complete_embed (BtyCall *call)
{
  const BtyChatParts *parts = bty_chat_service_get_parts (bty_call_service (call));
  const BtyEmbeddingRequest *request = bty_call_request (call);
  const char *slash = strchr (request->model, '/');
  g_autoptr (Embedding) self = NULL;
  const char *name;

  if (g_str_has_prefix (request->model, BTY_COMPLETE_BOT_PREFIX))
    {
      bty_call_fail_new (call, BTY_ERROR_INVALID_ARGUMENT,
                         _ ("/model: a bot makes no embeddings: name a model, as PROVIDER/MODEL"));
      return;
    }
  self = g_new0 (Embedding, 1);
  self->call = bty_call_ref (call);
  self->router = parts->router;
  self->texts = texts_of (request);
  self->provider_name = slash != NULL ? g_strndup (request->model, slash - request->model) : g_strdup (request->model);
  self->model_name = slash != NULL && slash[1] != '\0' ? g_strdup (slash + 1) : NULL;
  if (self->texts == NULL)
    {
      bty_call_fail_new (call, BTY_ERROR_INVALID_ARGUMENT, _ ("/inputs: each must be a text that is not empty"));
      return;
    }
  name = self->provider_name;
  bty_provider_service_open_for_async (bty_router_get_providers (parts->router), name, NULL, FALSE,
                                       bty_call_cancellable (call), on_opened, g_steal_pointer (&self));
}
