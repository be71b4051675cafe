/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-model"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "model/bty-model-entry.h"

#define MAX_PRICE  1000 /* dollars for a million tokens */
#define MAX_MODELS 5000

static void
entry_clear (gpointer record)
{
  g_clear_pointer (&((BtyModelEntry *) record)->keys, g_strfreev);
}

static const BtyField entry_fields[] = {
  BTY_FIELD_STRV (BtyModelEntry, match, BTY_REQUIRED, N_ ("Its names"), .min = 1, .max = 64),
  BTY_FIELD_STRING (BtyModelEntry, title, 0, N_ ("Name shown to people"), .max = 200),
  BTY_FIELD_INT64 (BtyModelEntry, window, 0, N_ ("Tokens it takes in and gives out together"), .max = G_MAXINT32),
  BTY_FIELD_INT64 (BtyModelEntry, max_output, 0, N_ ("Tokens it answers with at most"), .max = G_MAXINT32),
  BTY_FIELD_STRV (BtyModelEntry, abilities, 0, N_ ("What it can do"), .max = 16),
  BTY_FIELD_STRING (BtyModelEntry, input, 0, N_ ("Dollars for a million tokens that go in"), .max = 16),
  BTY_FIELD_STRING (BtyModelEntry, cached, 0, N_ ("The same, when a cache held them"), .max = 16),
  BTY_FIELD_STRING (BtyModelEntry, cache_write, 0, N_ ("The same, when they are written to a cache"), .max = 16),
  BTY_FIELD_STRING (BtyModelEntry, output, 0, N_ ("Dollars for a million tokens that come out"), .max = 16),
  BTY_FIELD_INT64 (BtyModelEntry, long_from, 0, N_ ("Input tokens beyond which a request is a long one"),
                   .max = G_MAXINT32),
  BTY_FIELD_STRING (BtyModelEntry, long_input, 0, N_ ("Input price of a long request"), .max = 16),
  BTY_FIELD_STRING (BtyModelEntry, long_cached, 0, N_ ("Its price from a cache"), .max = 16),
  BTY_FIELD_STRING (BtyModelEntry, long_cache_write, 0, N_ ("Its price into a cache"), .max = 16),
  BTY_FIELD_STRING (BtyModelEntry, long_output, 0, N_ ("Its output price"), .max = 16),
  BTY_FIELD_STRING (BtyModelEntry, tokenizer, 0, N_ ("How it cuts text into tokens"), .max = 32),
  BTY_FIELD_BOOL (BtyModelEntry, retired, 0, N_ ("Whether the vendor serves it no more")),
};

const BtySchema bty_model_entry_schema = { .name = "model_entry",
                                           .summary = N_ ("What a list says of a model"),
                                           .size = sizeof (BtyModelEntry),
                                           .fields = entry_fields,
                                           .n_fields = G_N_ELEMENTS (entry_fields),
                                           .field_size = sizeof (BtyField),
                                           .clear = entry_clear };

static const BtyField file_fields[] = {
  BTY_FIELD_STRING (BtyModelFile, vendor, BTY_REQUIRED, N_ ("Whose models these are"), .min = 1, .max = 64),
  BTY_FIELD_STRV (BtyModelFile, aliases, 0, N_ ("Other words for the vendor in names"), .max = 16),
  BTY_FIELD_STRV (BtyModelFile, hosts, 0, N_ ("Hosts whose prices these are"), .max = 64),
  BTY_FIELD_STRV (BtyModelFile, kinds, 0, N_ ("Kinds of provider that ask such a host by themselves"), .max = 16),
  BTY_FIELD_STRING (BtyModelFile, tokenizer, 0, N_ ("How these models cut text into tokens"), .max = 32),
  BTY_FIELD_STRING (BtyModelFile, source, 0, N_ ("Where this is from"), .max = 200),
  BTY_FIELD_STRING (BtyModelFile, date, 0, N_ ("Of which day it is"), .max = 10),
  BTY_FIELD_RECORDS (BtyModelFile, models, BTY_REQUIRED, N_ ("The models"), bty_model_entry_schema, .max = MAX_MODELS),
};

const BtySchema bty_model_file_schema = { .name = "model_file",
                                          .summary = N_ ("A list of models"),
                                          .size = sizeof (BtyModelFile),
                                          .fields = file_fields,
                                          .n_fields = G_N_ELEMENTS (file_fields),
                                          .field_size = sizeof (BtyField) };

/* Prices. */

gint64
bty_model_price_parse (const char *text)
{
  gint64 dollars = 0;
  gint64 rest = 0;
  guint digits = 0;

  if (!g_ascii_isdigit (*text))
    return -1;
  for (; g_ascii_isdigit (*text); text++)
    {
      dollars = dollars * 10 + (*text - '0');
      if (dollars > MAX_PRICE)
        return -1;
    }
  if (*text == '.' && !g_ascii_isdigit (*++text))
    return -1;
  for (; g_ascii_isdigit (*text) && digits < 6; text++, digits++)
    rest = rest * 10 + (*text - '0');
  for (; digits < 6; digits++)
    rest *= 10;
  if (*text != '\0' || dollars * 1000000 + rest > MAX_PRICE * G_GINT64_CONSTANT (1000000))
    return -1;
  return dollars * 1000000 + rest;
}

char *
bty_model_price_text (gint64 price)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT ".%06" G_GINT64_FORMAT, price / 1000000,
                                           price % 1000000);
  gsize length = strlen (text);

  while (text[length - 1] == '0')
    length -= 1;
  return g_strndup (text, text[length - 1] == '.' ? length - 1 : length);
}

static gboolean
read_price (BtyModelEntry *entry, BtyModelPrice price, const char *field, const char *text, GError **error)
{
  entry->prices[price] = text != NULL ? bty_model_price_parse (text) : -1;
  if (text == NULL || entry->prices[price] >= 0)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
               _ ("the price “%s” of %s (%s) is not dollars for a million tokens, such as 0.25, at most %d"), text,
               entry->match[0], field, MAX_PRICE);
  return FALSE;
}

static gboolean
read_prices (BtyModelEntry *entry, GError **error)
{
  return read_price (entry, BTY_MODEL_INPUT, "input", entry->input, error) &&
         read_price (entry, BTY_MODEL_CACHED, "cached", entry->cached, error) &&
         read_price (entry, BTY_MODEL_CACHE_WRITE, "cache_write", entry->cache_write, error) &&
         read_price (entry, BTY_MODEL_OUTPUT, "output", entry->output, error) &&
         read_price (entry, BTY_MODEL_LONG_INPUT, "long_input", entry->long_input, error) &&
         read_price (entry, BTY_MODEL_LONG_CACHED, "long_cached", entry->long_cached, error) &&
         read_price (entry, BTY_MODEL_LONG_CACHE_WRITE, "long_cache_write", entry->long_cache_write, error) &&
         read_price (entry, BTY_MODEL_LONG_OUTPUT, "long_output", entry->long_output, error);
}

gboolean
bty_model_entry_has_prices (const BtyModelEntry *entry)
{
  return entry->prices[BTY_MODEL_INPUT] >= 0;
}

/* Names. */

char *
bty_model_name_key (const char *name)
{
  char *key = g_ascii_strdown (g_str_has_prefix (name, "models/") ? name + strlen ("models/") : name, -1);

  return g_strdelimit (key, ".", '-');
}

static gboolean
is_pattern (const char *pattern)
{
  const char *star = strchr (pattern, '*');

  return pattern[0] != '\0' && strlen (pattern) <= 300 && (star == NULL || (star[1] == '\0' && star != pattern));
}

gboolean
bty_model_entry_check (BtyModelEntry *entry, GError **error)
{
  if (!read_prices (entry, error))
    return FALSE;
  if ((entry->input != NULL) != (entry->output != NULL) &&
      !(entry->input != NULL && entry->abilities != NULL &&
        g_strv_contains ((const char *const *) entry->abilities, "embeddings")))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                   _ ("%s needs both an input and an output price, or neither"), entry->match[0]);
      return FALSE;
    }
  if (entry->long_from > 0 && (entry->long_input == NULL || entry->long_output == NULL))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                   _ ("%s has a step at %lld tokens, but not the prices beyond it"), entry->match[0],
                   (long long) entry->long_from);
      return FALSE;
    }
  g_clear_pointer (&entry->keys, g_strfreev);
  entry->keys = g_strdupv (entry->match);
  for (guint i = 0; entry->keys[i] != NULL; i++)
    {
      if (!is_pattern (entry->match[i]))
        {
          g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                       _ ("“%s” cannot be a model's name: a * may stand at its end only"), entry->match[i]);
          return FALSE;
        }
      bty_record_take_string (&entry->keys[i], bty_model_name_key (entry->match[i]));
    }
  return TRUE;
}

/* What vendors put behind a name for a version of it, with 0 for a digit. */
static gboolean
is_version (const char *rest)
{
  static const char *const shapes[] = { "-latest",   "-preview",      "-00000000",      "-0000-00-00",
                                        "-0000",     "-00-0000",      "-preview-00-00", "-preview-00-0000",
                                        "@00000000", "-00000000-v0-0" };
  char shape[24];
  gsize length = strlen (rest);

  if (length >= sizeof shape)
    return FALSE;
  for (gsize i = 0; i <= length; i++)
    shape[i] = g_ascii_isdigit (rest[i]) ? '0' : rest[i];
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    if (strcmp (shape, shapes[i]) == 0)
      return TRUE;
  return FALSE;
}

static guint
match_one (const char *pattern, const char *key)
{
  gsize length = strlen (pattern);

  if (pattern[length - 1] == '*')
    return strncmp (pattern, key, length - 1) == 0 ? (guint) length : 0;
  if (strncmp (pattern, key, length) != 0)
    return 0;
  if (key[length] == '\0')
    return 2000 + (guint) length;
  return is_version (key + length) ? 1000 + (guint) length : 0;
}

guint
bty_model_entry_match (const BtyModelEntry *entry, const char *key)
{
  guint best = 0;

  for (guint i = 0; entry->keys[i] != NULL; i++)
    best = MAX (best, match_one (entry->keys[i], key));
  return best;
}

/* Saying it. */

static gint64
price_or (const BtyModelEntry *entry, BtyModelPrice price, gint64 other)
{
  return entry->prices[price] >= 0 ? entry->prices[price] : other;
}

static void
apply_prices (const BtyModelEntry *entry, BtyModel *model)
{
  model->input_price = entry->prices[BTY_MODEL_INPUT];
  model->cached_price = price_or (entry, BTY_MODEL_CACHED, model->input_price);
  model->cache_write_price = price_or (entry, BTY_MODEL_CACHE_WRITE, model->input_price);
  model->output_price = price_or (entry, BTY_MODEL_OUTPUT, 0);
  model->long_from = entry->long_from;
  model->long_input_price = price_or (entry, BTY_MODEL_LONG_INPUT, model->input_price);
  model->long_cached_price = price_or (entry, BTY_MODEL_LONG_CACHED, model->long_input_price);
  model->long_cache_write_price = price_or (entry, BTY_MODEL_LONG_CACHE_WRITE, model->long_input_price);
  model->long_output_price = price_or (entry, BTY_MODEL_LONG_OUTPUT, model->output_price);
}

void
bty_model_entry_apply (const BtyModelEntry *entry, BtyModel *model)
{
  if (entry->title != NULL && model->title == NULL)
    model->title = g_strdup (entry->title);
  if (entry->window > 0)
    model->context_window = entry->window;
  if (entry->max_output > 0)
    model->max_output = entry->max_output;
  if (entry->abilities != NULL && entry->abilities[0] != NULL)
    {
      g_strfreev (model->abilities);
      model->abilities = g_strdupv (entry->abilities);
    }
  if (entry->tokenizer != NULL)
    bty_record_take_string (&model->tokenizer, g_strdup (entry->tokenizer));
  if (bty_model_entry_has_prices (entry))
    apply_prices (entry, model);
}

static gboolean
is_date (const char *date)
{
  g_autoptr (GDate) day = g_date_new ();

  if (strlen (date) != 10 || date[4] != '-' || date[7] != '-')
    return FALSE;
  g_date_set_parse (day, date);
  return g_date_valid (day);
}

BtyModelFile *
bty_model_file_parse (const char *data, gsize length, GError **error)
{
  g_autoptr (BtyModelFile) file = bty_record_from_json (&bty_model_file_schema, BTY_VIEW_CREATE, data, (gssize) length,
                                                        error);

  if (file == NULL)
    return NULL;
  if (file->date != NULL && !is_date (file->date))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("/date: “%s” is not a day such as 2026-08-21"),
                   file->date);
      return NULL;
    }
  for (guint i = 0; i < file->models->len; i++)
    if (!bty_model_entry_check (file->models->pdata[i], error))
      {
        g_prefix_error (error, "/models/%u: ", i);
        return NULL;
      }
  return g_steal_pointer (&file);
}
