/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-model"

#include "config.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "model/bty-model-book.h"
#include "model/bty-model-lists.h"
#include "model/bty-model-own.h"
#include "model/bty-token-counter.h"
#include "model/bty-token-learning.h"

#define MAX_KNOWN  512
#define MAX_WARNED 1000
#define MAX_TOKENS G_GINT64_CONSTANT (1000000000)
#define MAX_PRICE  G_GINT64_CONSTANT (1000000000)
#define MAX_BILL   G_GINT64_CONSTANT (1000000000000) /* micro-dollars */
/* As much doubt as is usual before there were FEW calls, then twice what counts were wrong by so far. */
#define USUAL_DOUBT 0.15
#define LEAST_DOUBT 0.03
#define MOST_DOUBT  0.25
#define FEW         3
/* How often the owner's files are looked at for changes, in microseconds, while models are asked for. */
#define CHECK_EVERY (2 * G_USEC_PER_SEC)

struct _BtyModelBook
{
  GObject parent_instance;
  BtySettings *settings;
  char *data_dir;
  char *shipped; /* (nullable): in tests */
  BtyModelLists *lists;
  BtyTokenLearning *learning;
  BtyTokenCounter *counter;
  gint64 checked_at;     /* when the owner's files were last looked at */
  guint64 own_signature; /* what they were like then */
  GHashTable *known;     /* provider/model -> Known */
  GHashTable *warned;    /* names that were said to have no price */
  GHashTable *billing;   /* names of providers that were taken to be free, and billed */
  GHashTable *billed;    /* the same of models, as provider/model */
};

G_DEFINE_FINAL_TYPE (BtyModelBook, bty_model_book, G_TYPE_OBJECT)

/* An answer, and what it was made of. */
typedef struct
{
  BtyProviderConfig *provider;
  BtyModel *reported;
  gint64 window; /* the setting */
  BtyModel *model;
} Known;

static void
known_free (gpointer data)
{
  Known *known = data;

  bty_provider_config_unref (known->provider);
  g_clear_pointer (&known->reported, bty_model_unref);
  bty_model_unref (known->model);
  g_free (known);
}

static void
bty_model_book_finalize (GObject *object)
{
  BtyModelBook *self = BTY_MODEL_BOOK (object);

  g_clear_pointer (&self->lists, bty_model_lists_free);
  g_clear_pointer (&self->learning, bty_token_learning_free);
  g_clear_pointer (&self->counter, bty_token_counter_free);
  g_clear_pointer (&self->known, g_hash_table_unref);
  g_clear_pointer (&self->warned, g_hash_table_unref);
  g_clear_pointer (&self->billing, g_hash_table_unref);
  g_clear_pointer (&self->billed, g_hash_table_unref);
  g_clear_object (&self->settings);
  g_free (self->data_dir);
  g_free (self->shipped);
  G_OBJECT_CLASS (bty_model_book_parent_class)->finalize (object);
}

static void
bty_model_book_class_init (BtyModelBookClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_model_book_finalize;
}

static void
bty_model_book_init (BtyModelBook *self)
{
  self->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, known_free);
  self->warned = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->billing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->billed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

BtyModelBook *
bty_model_book_new (BtySettings *settings, const char *data_dir)
{
  BtyModelBook *self = g_object_new (BTY_TYPE_MODEL_BOOK, NULL);

  self->settings = g_object_ref (settings);
  self->data_dir = g_strdup (data_dir);
  self->counter = bty_token_counter_new (data_dir);
  return self;
}

void
bty_model_book_set_shipped (BtyModelBook *self, const char *folder)
{
  g_free (self->shipped);
  self->shipped = g_strdup (folder);
  bty_model_book_forget (self);
}

void
bty_model_book_forget (BtyModelBook *self)
{
  g_clear_pointer (&self->lists, bty_model_lists_free);
  g_hash_table_remove_all (self->known);
  g_hash_table_remove_all (self->warned);
}

/* The owner may also write lists by hand. Where no folder is yet nothing could be watched without waking up now and then. */
static void
refresh (BtyModelBook *self)
{
  gint64 now = g_get_monotonic_time ();
  guint64 signature;

  if (self->checked_at != 0 && now - self->checked_at < CHECK_EVERY)
    return;
  signature = bty_model_lists_sign_own (bty_settings_get_config_dir (self->settings));
  if (self->checked_at != 0 && signature != self->own_signature)
    bty_model_book_forget (self);
  self->checked_at = now;
  self->own_signature = signature;
}

static BtyModelLists *
lists (BtyModelBook *self)
{
  if (self->lists == NULL)
    self->lists = bty_model_lists_load (self->shipped, self->data_dir, bty_settings_get_config_dir (self->settings));
  return self->lists;
}

static BtyTokenLearning *
learning (BtyModelBook *self)
{
  if (self->learning == NULL)
    self->learning = bty_token_learning_new (self->data_dir);
  return self->learning;
}

/* Looking. */

static char *
host_of (const BtyProviderConfig *provider)
{
  g_autoptr (GUri) uri = provider->url != NULL && provider->url[0] != '\0'
                           ? g_uri_parse (provider->url, G_URI_FLAGS_NONE, NULL)
                           : NULL;

  return uri != NULL && g_uri_get_host (uri) != NULL ? g_ascii_strdown (g_uri_get_host (uri), -1) : NULL;
}

static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return strcmp (host, "localhost") == 0 || g_str_has_suffix (host, ".localhost") ||
         (address != NULL && g_inet_address_get_is_loopback (address));
}

/* A gateway on this machine passes on to those that cost something: once it says so, it is not free any more. */
static gboolean
costs_nothing (BtyModelBook *self, const BtyProviderConfig *provider, const char *host)
{
  if (g_hash_table_contains (self->billing, provider->name))
    return FALSE;
  return g_strcmp0 (provider->kind, "builtin") == 0 || g_strcmp0 (provider->kind, "ollama") == 0 ||
         (host != NULL && is_loopback (host));
}

static void
set_known (BtyModel *model)
{
  BTY_SET_NULL (model, BtyModel, input_price, FALSE);
  BTY_SET_NULL (model, BtyModel, cached_price, FALSE);
  BTY_SET_NULL (model, BtyModel, cache_write_price, FALSE);
  BTY_SET_NULL (model, BtyModel, output_price, FALSE);
  BTY_SET_NULL (model, BtyModel, long_input_price, FALSE);
  BTY_SET_NULL (model, BtyModel, long_cached_price, FALSE);
  BTY_SET_NULL (model, BtyModel, long_cache_write_price, FALSE);
  BTY_SET_NULL (model, BtyModel, long_output_price, FALSE);
}

static void
set_free (BtyModel *model)
{
  model->pricing = BTY_PRICING_FREE;
  model->input_price = model->cached_price = model->cache_write_price = model->output_price = 0;
  model->long_input_price = model->long_cached_price = model->long_cache_write_price = model->long_output_price = 0;
  model->long_from = 0;
}

static void
take_source (BtyModel *model, const char *source, const char *date)
{
  bty_record_take_string (&model->source, g_strdup (source));
  bty_record_take_string (&model->source_date, g_strdup (date));
}

static gboolean
gives_price (const BtyModel *reported)
{
  return !BTY_IS_NULL (reported, BtyModel, input_price) && !BTY_IS_NULL (reported, BtyModel, output_price) &&
         reported->input_price >= 0 && reported->output_price >= 0 && reported->input_price <= MAX_PRICE &&
         reported->output_price <= MAX_PRICE;
}

static gint64
told_or (const BtyModel *reported, guint32 offset, gint64 other)
{
  gint64 price = *(const gint64 *) (gconstpointer) ((const char *) reported + offset);

  return bty_record_is_null_at (reported, offset) || price < 0 || price > MAX_PRICE ? other : price;
}

static void
apply_reported_prices (const BtyModel *reported, BtyModel *model)
{
  model->pricing = BTY_PRICING_PROVIDER;
  model->input_price = reported->input_price;
  model->output_price = reported->output_price;
  model->cached_price = told_or (reported, G_STRUCT_OFFSET (BtyModel, cached_price), model->input_price);
  model->cache_write_price = told_or (reported, G_STRUCT_OFFSET (BtyModel, cache_write_price), model->input_price);
  model->long_from = MAX (reported->long_from, 0);
  model->long_input_price = told_or (reported, G_STRUCT_OFFSET (BtyModel, long_input_price), model->input_price);
  model->long_cached_price = told_or (reported, G_STRUCT_OFFSET (BtyModel, long_cached_price), model->long_input_price);
  model->long_cache_write_price = told_or (reported, G_STRUCT_OFFSET (BtyModel, long_cache_write_price),
                                           model->long_input_price);
  model->long_output_price = told_or (reported, G_STRUCT_OFFSET (BtyModel, long_output_price), model->output_price);
  take_source (model, reported->source != NULL ? reported->source : model->provider, reported->source_date);
}

/* A service tells some of what its models can do, rarely all of it, so that the list's words stay beside its own. */
static void
join_abilities (const BtyModel *reported, BtyModel *model)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; reported->abilities[i] != NULL; i++)
    g_ptr_array_add (all, g_strdup (reported->abilities[i]));
  for (guint i = 0; model->abilities != NULL && model->abilities[i] != NULL; i++)
    if (!g_strv_contains ((const char *const *) reported->abilities, model->abilities[i]))
      g_ptr_array_add (all, g_strdup (model->abilities[i]));
  g_ptr_array_add (all, NULL);
  g_strfreev (model->abilities);
  model->abilities = (GStrv) g_ptr_array_steal (all, NULL);
}

static void
apply_reported (const BtyModel *reported, BtyModel *model)
{
  if (reported->title != NULL)
    bty_record_take_string (&model->title, g_strdup (reported->title));
  if (reported->context_window > 0)
    model->context_window = reported->context_window;
  if (reported->max_output > 0)
    model->max_output = reported->max_output;
  if (reported->tokenizer != NULL)
    bty_record_take_string (&model->tokenizer, g_strdup (reported->tokenizer));
  if (reported->abilities != NULL && reported->abilities[0] != NULL)
    join_abilities (reported, model);
  if (gives_price (reported))
    apply_reported_prices (reported, model);
}

static void
apply_catalogue (BtyModelBook *self, const BtyProviderConfig *provider, const char *host, const char *name,
                 BtyModel *model)
{
  const BtyModelFile *file = NULL;
  const BtyModelEntry *entry = bty_model_lists_find (lists (self), provider->kind, host, name, &file);

  if (entry == NULL)
    return;
  bty_model_entry_apply (entry, model);
  if (model->tokenizer == NULL)
    model->tokenizer = g_strdup (file->tokenizer);
  if (bty_model_entry_has_prices (entry))
    model->pricing = BTY_PRICING_CATALOGUE;
  take_source (model, file->source, file->date);
}

static void
apply_own (BtyModelBook *self, BtyModel *model)
{
  const BtyModelEntry *entry = bty_model_lists_find_own (lists (self), model->name);

  if (entry == NULL)
    return;
  bty_model_entry_apply (entry, model);
  if (bty_model_entry_has_prices (entry))
    {
      model->pricing = BTY_PRICING_USER;
      take_source (model, "models.d", NULL);
    }
}

static void
say_unknown (BtyModelBook *self, const BtyModel *model)
{
  if (g_hash_table_size (self->warned) >= MAX_WARNED || !g_hash_table_add (self->warned, g_strdup (model->name)))
    return;
  g_message (
    "nobody knows what %s costs: it counts as the dearest model that is known; if you know: boternity-ctl model set %s "
    "--input USD --output USD",
    model->name, model->name);
}

BtyModel *
bty_model_book_describe (BtyModelBook *self, const BtyProviderConfig *provider, const char *name,
                         const BtyModel *reported)
{
  BtyModel *model = bty_model_new ();
  g_autofree char *host = host_of (provider);
  gboolean is_free = costs_nothing (self, provider, host);

  refresh (self);
  model->name = g_strconcat (provider->name, "/", name, NULL);
  model->provider = g_strdup (provider->name);
  set_known (model);
  apply_catalogue (self, provider, host, name, model);
  if (model->pricing == BTY_PRICING_CATALOGUE && is_free)
    model->pricing = BTY_PRICING_UNKNOWN; /* what others take for it does not count */
  if (reported != NULL)
    apply_reported (reported, model);
  apply_own (self, model);
  if (model->context_window == 0)
    model->context_window = provider->context_window;
  if (model->context_window == 0)
    model->context_window = bty_settings_get_int (self->settings, "chat", "context_window");
  if (model->pricing == BTY_PRICING_UNKNOWN && is_free)
    set_free (model);
  else if (model->pricing == BTY_PRICING_UNKNOWN)
    bty_model_entry_apply (bty_model_lists_get_dearest (lists (self)), model);
  /* The least price there is: a call reserves a micro-dollar, so that it stops at a cap all the same. */
  if (model->input_price == 0 && model->output_price == 0 && g_hash_table_contains (self->billed, model->name))
    model->input_price = model->cached_price = model->cache_write_price = 1;
  bty_token_learning_tell (learning (self), model);
  return model;
}

gboolean
bty_model_can (const BtyModel *model, const char *ability)
{
  return model->abilities == NULL || model->abilities[0] == NULL ||
         g_strv_contains ((const char *const *) model->abilities, ability);
}

BtyModel *
bty_model_book_look (BtyModelBook *self, const BtyProviderConfig *provider, const char *name, const BtyModel *reported)
{
  g_autofree char *key = g_strconcat (provider->name, "/", name, NULL);
  gint64 window = bty_settings_get_int (self->settings, "chat", "context_window");
  Known *known;

  refresh (self);
  known = g_hash_table_lookup (self->known, key);
  if (known != NULL && known->provider == provider && known->reported == reported && known->window == window)
    return bty_model_ref (known->model);
  if (g_hash_table_size (self->known) >= MAX_KNOWN)
    g_hash_table_remove_all (self->known);
  known = g_new0 (Known, 1);
  known->provider = bty_provider_config_ref (provider);
  known->reported = reported != NULL ? bty_model_ref (reported) : NULL;
  known->window = window;
  known->model = bty_model_book_describe (self, provider, name, reported);
  if (known->model->pricing == BTY_PRICING_UNKNOWN)
    say_unknown (self, known->model);
  g_hash_table_replace (self->known, g_steal_pointer (&key), known);
  return bty_model_ref (known->model);
}

/* Cost. */

static gint64
price (gint64 tokens, gint64 a_million)
{
  return CLAMP (tokens, 0, MAX_TOKENS) * CLAMP (a_million, 0, MAX_PRICE);
}

gint64
bty_model_cost (const BtyModel *model, const BtyUsage *usage)
{
  gint64 input = CLAMP (usage->input_tokens, 0, MAX_TOKENS);
  gint64 cached = CLAMP (usage->cached_tokens, 0, input);
  gint64 written = CLAMP (usage->cache_write_tokens, 0, input - cached);
  gboolean is_long = model->long_from > 0 && input > model->long_from;
  gint64 sum = price (input - cached - written, is_long ? model->long_input_price : model->input_price) +
               price (cached, is_long ? model->long_cached_price : model->cached_price) +
               price (written, is_long ? model->long_cache_write_price : model->cache_write_price) +
               price (usage->output_tokens, is_long ? model->long_output_price : model->output_price);

  return (sum + 999999) / 1000000;
}

/* A 0 is no bill: some say it of what they do not know, or of what is paid elsewhere. */
gint64
bty_model_bill (const BtyModel *model, const BtyUsage *usage, BtyPricing *pricing)
{
  gint64 cost = bty_model_cost (model, usage);
  gboolean is_told = !BTY_IS_NULL (usage, BtyUsage, cost) && usage->cost > 0;

  *pricing = model->pricing;
  if (!is_told || (usage->is_estimate && usage->cost < cost))
    return cost;
  *pricing = BTY_PRICING_PROVIDER;
  return MIN (usage->cost, MAX_BILL);
}

void
bty_model_book_note_bill (BtyModelBook *self, const char *provider, const char *name, gint64 cost)
{
  g_autofree char *text = bty_usd_format (cost);

  if (g_hash_table_size (self->billed) < MAX_WARNED)
    g_hash_table_add (self->billed, g_strconcat (provider, "/", name, NULL));
  g_hash_table_remove_all (self->known);
  if (!g_hash_table_add (self->billing, g_strdup (provider)))
    return;
  g_message (
    "%s was taken to be free, but a call of %s/%s cost %s USD, as it says itself: from now on its models cost what "
    "the lists say, or else what the dearest model costs; if you know: boternity-ctl model set '%s/*' --input USD "
    "--output USD",
    provider, provider, name, text, provider);
}

/* Tokens. */

gint64
bty_model_book_count (BtyModelBook *self, const BtyModel *model, const char *text, gsize length)
{
  double factor = model->estimate_factor > 0 ? model->estimate_factor : 1;

  return (gint64) ceil (bty_token_counter_count (self->counter, model->tokenizer, text, length) * factor);
}

double
bty_model_doubt (const BtyModel *model)
{
  if (model->estimates < FEW || BTY_IS_NULL (model, BtyModel, estimate_error))
    return USUAL_DOUBT;
  return CLAMP (2 * model->estimate_error / 100, LEAST_DOUBT, MOST_DOUBT);
}

void
bty_model_book_learn (BtyModelBook *self, const BtyModel *model, gint64 estimated, gint64 reported)
{
  if (bty_token_learning_add (learning (self), model, estimated, reported))
    g_hash_table_remove (self->known, model->name);
}

/* The owner's word. */

BtyModel *
bty_model_book_set (BtyModelBook *self, const BtyModelSet *set, GError **error)
{
  BtyModelEntry *entry = bty_model_own_set (bty_settings_get_config_dir (self->settings), set, error);
  BtyModel *model;

  if (entry == NULL)
    return NULL;
  model = bty_model_new ();
  model->name = g_strdup (set->name);
  model->provider = g_strndup (set->name, strcspn (set->name, "/"));
  bty_model_entry_apply (entry, model);
  if (bty_model_entry_has_prices (entry))
    {
      model->pricing = BTY_PRICING_USER;
      set_known (model);
    }
  take_source (model, "models.d", NULL);
  bty_record_unref (entry);
  bty_model_book_forget (self);
  return model;
}

gboolean
bty_model_book_unset (BtyModelBook *self, const char *name, GError **error)
{
  if (!bty_model_own_unset (bty_settings_get_config_dir (self->settings), name, error))
    return FALSE;
  bty_model_book_forget (self);
  return TRUE;
}

GPtrArray *
bty_model_book_update (BtyModelBook *self, const char *text, gboolean dry_run, GError **error)
{
  g_autoptr (BtyModelFile) file = bty_model_file_parse (text, strlen (text), error);
  g_autoptr (GPtrArray) changes = NULL;
  const BtyModelFile *old;

  if (file == NULL)
    return NULL;
  old = bty_model_lists_get_file (lists (self), file->vendor);
  if (old != NULL && g_strcmp0 (file->date, old->date) < 0)
    {
      g_set_error (
        error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
        _ ("this list is of %s, older than the one of %s that is there: what you know better belongs into models.d"),
        file->date != NULL ? file->date : _ ("no day"), old->date);
      return NULL;
    }
  changes = bty_model_own_compare (old, file);
  if (!dry_run && !bty_model_own_take (self->data_dir, file, text, error))
    return NULL;
  if (!dry_run)
    bty_model_book_forget (self);
  return g_steal_pointer (&changes);
}
