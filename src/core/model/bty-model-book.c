/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-model"

#include "config.h"

#include "model/bty-model-book.h"

#define BYTES_A_TOKEN 3

struct _BtyModelBook
{
  GObject parent_instance;
  BtySettings *settings;
  char *data_dir;
};

G_DEFINE_FINAL_TYPE (BtyModelBook, bty_model_book, G_TYPE_OBJECT)

static void
bty_model_book_finalize (GObject *object)
{
  BtyModelBook *self = BTY_MODEL_BOOK (object);

  g_clear_object (&self->settings);
  g_free (self->data_dir);
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
}

BtyModelBook *
bty_model_book_new (BtySettings *settings, const char *data_dir)
{
  BtyModelBook *self = g_object_new (BTY_TYPE_MODEL_BOOK, NULL);

  self->settings = g_object_ref (settings);
  self->data_dir = g_strdup (data_dir);
  return self;
}

BtyModel *
bty_model_book_look (BtyModelBook *self, const BtyProviderConfig *provider, const char *model, const BtyModel *reported)
{
  BtyModel *known = reported != NULL ? bty_model_edit (reported) : bty_model_new ();

  bty_record_take_string (&known->name, g_strconcat (provider->name, "/", model, NULL));
  bty_record_take_string (&known->provider, g_strdup (provider->name));
  if (known->context_window == 0)
    known->context_window = provider->context_window;
  if (known->context_window == 0)
    known->context_window = bty_settings_get_int (self->settings, "chat", "context_window");
  BTY_SET_NULL (known, BtyModel, input_price, FALSE);
  BTY_SET_NULL (known, BtyModel, cached_price, FALSE);
  BTY_SET_NULL (known, BtyModel, cache_write_price, FALSE);
  BTY_SET_NULL (known, BtyModel, output_price, FALSE);
  return known;
}

static gint64
price (gint64 tokens, gint64 a_million)
{
  return MAX (tokens, 0) * a_million;
}

gint64
bty_model_cost (const BtyModel *model, const BtyUsage *usage)
{
  gint64 cached = CLAMP (usage->cached_tokens, 0, MAX (usage->input_tokens, 0));
  gint64 written = CLAMP (usage->cache_write_tokens, 0, MAX (usage->input_tokens, 0) - cached);
  gint64 sum = price (usage->input_tokens - cached - written, model->input_price) +
               price (cached, model->cached_price) + price (written, model->cache_write_price) +
               price (usage->output_tokens, model->output_price);

  return (sum + 999999) / 1000000;
}

gint64
bty_model_book_count (BtyModelBook *self, const BtyModel *model, const char *text, gsize length)
{
  return (gint64) (length + BYTES_A_TOKEN - 1) / BYTES_A_TOKEN;
}

void
bty_model_book_learn (BtyModelBook *self, const BtyModel *model, gint64 estimated, gint64 reported)
{
}
