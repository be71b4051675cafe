/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-chat"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "chat/bty-chat-service.h"
#include "chat/bty-complete-run.h"
#include "route/bty-route-estimate.h"
#include "secret/bty-secret-redact.h"

/* The operation model.embed. It goes to the one model that is named and to no other: vectors of two models cannot be compared. So
 * it has no route; but it waits for its turn, spends, and takes the keys of a pool as an attempt of a route does. */

typedef struct
{
  BtyChatParts *parts;
  BtyRouter *router;             /* the parts' */
  BtyProviderService *providers; /* the router's */
  GList link;                    /* in parts->embeddings */
  BtyCall *call;
  GCancellable *cancellable; /* the call's */
  BtySpender *spender;
  char *provider_name;
  char *model_name; /* its own, without the provider; NULL until it is known */
  GStrv texts;
  guint keys_tried;

  /* Of one key. */
  char *key;
  BtyProvider *provider;
  BtyProviderConfig *config;
  BtyModel *model;
  BtyLimiterTicket *ticket;
  gulong cancelled_link; /* while it waits for its turn */
  BtyReservation *reservation;
  gint64 estimated;
  gint64 began;
} Embedding;

static void open_provider (Embedding *self);

/* What it held with a key goes. */
static void
let_go (Embedding *self)
{
  g_clear_signal_handler (&self->cancelled_link, self->cancellable);
  g_clear_pointer (&self->reservation, bty_reservation_drop);
  if (self->ticket != NULL)
    bty_limiter_leave (g_steal_pointer (&self->ticket), 0);
  g_clear_object (&self->provider);
  g_clear_pointer (&self->config, bty_provider_config_unref);
  g_clear_pointer (&self->model, bty_model_unref);
  g_clear_pointer (&self->key, g_free);
}

static void
embedding_free (Embedding *self)
{
  let_go (self);
  bty_call_unref (self->call);
  g_free (self->provider_name);
  g_free (self->model_name);
  g_strfreev (self->texts);
  g_clear_object (&self->spender);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Embedding, embedding_free)

static void
fail_stopping (BtyCall *call)
{
  bty_call_fail_new (call, BTY_ERROR_UNAVAILABLE, _ ("the daemon is stopping: ask again in a moment"));
}

/* Takes @self and @error. */
static void
end (Embedding *self, gconstpointer answer, GError *error)
{
  g_autoptr (Embedding) own = self;
  g_autoptr (GError) why = error;

  let_go (self);
  g_queue_unlink (&self->parts->embeddings, &self->link);
  self->parts->n_runs -= 1;
  if (why == NULL)
    {
      bty_call_return (self->call, answer);
      return;
    }
  bty_error_convert (&why);
  bty_secret_redact_error (why);
  if (self->parts->is_stopping && g_error_matches (why, BTY_ERROR, BTY_ERROR_CANCELLED))
    fail_stopping (self->call);
  else
    bty_call_fail (self->call, why);
}

static void G_GNUC_PRINTF (3, 4) end_new (Embedding *self, BtyErrorCode code, const char *format, ...)
{
  GError *error;
  va_list args;

  va_start (args, format);
  error = g_error_new_valist (BTY_ERROR, (int) code, format, args);
  va_end (args);
  end (self, NULL, error);
}

/* Whether it was cancelled; then it has ended. */
static gboolean
end_if_cancelled (Embedding *self)
{
  GError *error = NULL;

  if (!g_cancellable_set_error_if_cancelled (self->cancellable, &error))
    return FALSE;
  end (self, NULL, error);
  return TRUE;
}

/* Keys. */

static gint64
find_rest_ms (Embedding *self, const GError *error)
{
  gint64 asked = bty_error_get_retry_after (error);

  return asked >= 0 ? asked : bty_router_get_policy (self->router)->key_rest_seconds * 1000;
}

/* The key rests; returns whether another of the pool is asked. */
static gboolean
try_another_key (Embedding *self, const GError *error, gint64 rest_ms)
{
  const BtyProviderEntry *entry = bty_provider_service_peek (self->providers, self->provider_name, NULL);
  gint64 asked = bty_error_get_retry_after (error);

  if (!bty_provider_service_rest_key (self->providers, self->provider_name, self->key, rest_ms, error->message))
    {
      if (self->model != NULL && asked > 0 && bty_error_code_of (error) == BTY_ERROR_RESOURCE_EXHAUSTED)
        bty_router_pause (self->router, self->provider_name, self->model->name, asked);
      return FALSE;
    }
  if (entry == NULL || ++self->keys_tried >= entry->n_keys)
    return FALSE;
  let_go (self);
  open_provider (self);
  return TRUE;
}

/* It could not be asked, for its key's sake. Takes @error. */
static void
fail_with_key (Embedding *self, GError *error)
{
  gboolean is_of_others = bty_error_code_of (error) == BTY_ERROR_PERMISSION_DENIED; /* it serves those it is for */

  if (self->key != NULL && try_another_key (self, error, is_of_others ? 0 : find_rest_ms (self, error)))
    g_error_free (error);
  else
    end (self, NULL, error);
}

static gboolean
is_about_key (const GError *error)
{
  BtyErrorCode code = bty_error_code_of (error);

  return code == BTY_ERROR_RESOURCE_EXHAUSTED || code == BTY_ERROR_UNAUTHENTICATED ||
         code == BTY_ERROR_PERMISSION_DENIED;
}

/* Asking. */

/* Whether the service may ask for money: it had the request, and nobody knows what became of it, or it answered what nobody can read. */
static gboolean
may_be_billed (const GError *error)
{
  BtyErrorCode code = bty_error_code_of (error);

  return code == BTY_ERROR_CANCELLED || code == BTY_ERROR_DEADLINE_EXCEEDED || code == BTY_ERROR_DATA_LOSS ||
         bty_error_is_cut_off (error);
}

static BtyUsageEntry *
make_entry (const Embedding *self, const BtyUsage *usage, const GError *error)
{
  BtyUsageEntry *entry = bty_route_make_entry (self->model, self->provider_name, self->model_name, usage,
                                               self->estimated, self->began);

  entry->outcome = g_strdup (error != NULL ? bty_error_info (bty_error_code_of (error))->name
                                           : bty_enum_nick (bty_stop_reasons, BTY_STOP_END));
  return entry;
}

/* @made, @error: (nullable): one of them. Returns: (transfer full): what it used, which is put down */
static BtyUsage *
settle (Embedding *self, const BtyEmbedding *made, const GError *error)
{
  gint64 input = error == NULL || may_be_billed (error) ? self->estimated : 0;
  BtyUsage *usage = bty_route_estimate_usage (made != NULL ? made->usage : NULL, input, 0, TRUE);
  g_autoptr (BtyUsageEntry) entry = make_entry (self, usage, error);
  gboolean is_cancelled = error != NULL && bty_error_code_of (error) == BTY_ERROR_CANCELLED;

  if (!usage->is_estimate)
    bty_model_book_learn (bty_router_get_book (self->router), self->model, self->estimated, usage->input_tokens);
  bty_reservation_settle (g_steal_pointer (&self->reservation), entry);
  bty_limiter_leave (g_steal_pointer (&self->ticket), usage->input_tokens);
  bty_router_note (self->router, self->provider_name, is_cancelled ? NULL : error);
  return usage;
}

static void
on_embedded (GObject *source, GAsyncResult *result, gpointer data)
{
  Embedding *self = data;
  GError *error = NULL;
  g_autoptr (BtyEmbedding) made = BTY_EMBEDDER_GET_IFACE (source)->embed_finish (BTY_EMBEDDER (source), result, &error);
  g_autoptr (BtyUsage) usage = settle (self, made, error);
  g_autoptr (BtyEmbedding) answer = NULL;

  if (made == NULL)
    {
      if (!is_about_key (error) || !try_another_key (self, error, find_rest_ms (self, error)))
        end (self, NULL, g_steal_pointer (&error));
      g_clear_error (&error);
      return;
    }
  answer = bty_embedding_edit (made);
  bty_record_take_string (&answer->model, g_strdup (self->model->name));
  g_clear_pointer (&answer->usage, bty_usage_unref);
  answer->usage = bty_usage_ref (usage);
  end (self, answer, NULL);
}

static void
on_reserved (GObject *spender, GAsyncResult *result, gpointer data)
{
  Embedding *self = data;
  const BtyEmbeddingRequest *request = bty_call_request (self->call);
  GError *error = NULL;

  self->reservation = bty_spender_reserve_finish (BTY_SPENDER (spender), result, &error);
  if (self->reservation == NULL)
    {
      end (self, NULL, error);
      return;
    }
  if (end_if_cancelled (self))
    return;
  if (!bty_provider_service_use_key_of (self->providers, self->provider_name, self->key, NULL, &error))
    {
      fail_with_key (self, error);
      return;
    }
  self->began = g_get_monotonic_time ();
  bty_embedder_embed_async (BTY_EMBEDDER (self->provider), self->model_name, (const char *const *) self->texts,
                            request->dimensions, self->cancellable, on_embedded, self);
}

static void
reserve (Embedding *self)
{
  BtyUsage usage = { .input_tokens = self->estimated };
  BtyAmounts least = { { [BTY_UNIT_USD] = bty_model_cost (self->model, &usage),
                         [BTY_UNIT_TOKENS] = self->estimated,
                         [BTY_UNIT_CALLS] = 1,
                         [BTY_UNIT_TIME] = BTY_ROUTE_LEAST_TIME } };
  BtyAmounts most = least;

  most.of[BTY_UNIT_TIME] = BTY_ROUTE_MOST_TIME;
  bty_spender_reserve_async (self->spender, &least, &most, self->cancellable, on_reserved, self);
}

/* Waiting for a turn. */

static void
on_granted (gpointer data, const GError *error)
{
  Embedding *self = data;

  g_clear_signal_handler (&self->cancelled_link, self->cancellable);
  if (error != NULL)
    end (self, NULL, g_error_copy (error));
  else if (!end_if_cancelled (self))
    reserve (self);
}

static void
on_cancelled_in_queue (GCancellable *cancellable, gpointer data)
{
  end_if_cancelled (data);
}

static void
wait_for_turn (Embedding *self)
{
  const BtyRoutePolicy *policy = bty_router_get_policy (self->router);
  BtyLimiter *limiter = bty_router_get_limiter (self->router, self->config);
  BtyLimiterWish wish = { .priority = BTY_PRIORITY_PROGRAM,
                          .tokens = self->estimated,
                          .max_wait_ms = policy->queue_ms,
                          .granted = on_granted,
                          .data = self };
  gint64 pause = -1;
  GError *error = NULL;
  gboolean may_go = FALSE;

  if (bty_router_check_pause (self->router, self->model->name, &pause, &error))
    self->ticket = bty_limiter_enter (limiter, &wish, &may_go, &error);
  if (self->ticket == NULL)
    {
      bty_error_set_retry_after (error, pause);
      end (self, NULL, error);
    }
  else if (may_go)
    reserve (self);
  else
    self->cancelled_link = g_signal_connect (self->cancellable, "cancelled", G_CALLBACK (on_cancelled_in_queue), self);
}

/* Opening. */

static gint64
count (Embedding *self)
{
  gint64 tokens = 0;

  for (char **text = self->texts; *text != NULL; text++)
    tokens += bty_model_book_count (bty_router_get_book (self->router), self->model, *text, strlen (*text));
  return tokens;
}

static void
look_up_model (Embedding *self)
{
  self->model = bty_model_book_look (
    bty_router_get_book (self->router), self->config, self->model_name,
    bty_provider_service_peek_model (self->providers, self->provider_name, self->model_name, NULL));
  self->estimated = count (self);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  Embedding *self = data;
  GError *error = NULL;

  self->provider = bty_provider_service_open_finish (self->providers, result, &self->config, &error);
  self->key = g_strdup (bty_provider_service_get_opened_key (self->providers, result));
  if (self->provider == NULL)
    {
      fail_with_key (self, error);
      return;
    }
  if (end_if_cancelled (self))
    return;
  if (!BTY_IS_EMBEDDER (self->provider))
    {
      end_new (self, BTY_ERROR_UNIMPLEMENTED, _ ("the provider “%s” makes no embeddings"), self->provider_name);
      return;
    }
  if (self->model_name == NULL && self->config->default_model != NULL && *self->config->default_model != '\0')
    self->model_name = g_strdup (self->config->default_model);
  if (self->model_name == NULL)
    {
      end_new (self, BTY_ERROR_INVALID_ARGUMENT, _ ("name a model of the provider “%s”, as %s/MODEL"),
               self->provider_name, self->provider_name);
      return;
    }
  look_up_model (self);
  wait_for_turn (self);
}

static void
open_provider (Embedding *self)
{
  bty_provider_service_open_for_async (self->providers, self->provider_name, NULL, FALSE, self->cancellable, on_opened,
                                       self);
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

static gboolean
check (const BtyChatParts *parts, BtyCall *call)
{
  const BtyEmbeddingRequest *request = bty_call_request (call);

  if (parts->is_stopping)
    fail_stopping (call);
  else if (g_str_has_prefix (request->model, BTY_COMPLETE_BOT_PREFIX))
    bty_call_fail_new (call, BTY_ERROR_INVALID_ARGUMENT,
                       _ ("/model: a bot makes no embeddings: name a model, as PROVIDER/MODEL"));
  else
    return TRUE;
  return FALSE;
}

void
bty_complete_embed (BtyCall *call)
{
  BtyChatParts *parts = bty_chat_service_get_parts (bty_call_service (call));
  const BtyEmbeddingRequest *request = bty_call_request (call);
  const char *slash = strchr (request->model, '/');
  g_auto (GStrv) texts = NULL;
  Embedding *self;

  if (!check (parts, call))
    return;
  texts = texts_of (request);
  if (texts == NULL)
    {
      bty_call_fail_new (call, BTY_ERROR_INVALID_ARGUMENT, _ ("/inputs: each must be a text that is not empty"));
      return;
    }
  self = g_new0 (Embedding, 1);
  self->parts = parts;
  self->router = parts->router;
  self->providers = bty_router_get_providers (parts->router);
  self->call = bty_call_ref (call);
  self->cancellable = bty_call_cancellable (call);
  self->spender = bty_spender_new (bty_router_get_budgets (parts->router), NULL,
                                   &(BtySpenderFor){ .purpose = "embed" });
  self->texts = g_steal_pointer (&texts);
  self->provider_name = slash != NULL ? g_strndup (request->model, slash - request->model) : g_strdup (request->model);
  self->model_name = slash != NULL && slash[1] != '\0' ? g_strdup (slash + 1) : NULL;
  self->link.data = self;
  g_queue_push_tail_link (&parts->embeddings, &self->link);
  parts->n_runs += 1;
  open_provider (self);
}

void
bty_complete_embed_stop_all (BtyChatParts *parts)
{
  GList *next;

  for (GList *link = parts->embeddings.head; link != NULL; link = next)
    {
      next = link->next; /* one that waits ends at once */
      bty_call_cancel (((Embedding *) link->data)->call);
    }
}
