/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include <glib/gstdio.h>

#include "bty-test-folder.h"
#include "bty-test-warnings.h"
#include "chat/bty-chat-service.h"
#include "model/bty-model-book.h"
#include "model/bty-model-entry.h"

typedef struct
{
  char *folder;
  char *config;
  char *data;
  char *shipped;
  BtySettings *settings;
  BtyModelBook *book;
} Fixture;

static const char acme[] =
  "{\"vendor\":\"acme\",\"aliases\":[\"acme-inc\"],\"hosts\":[\"api.acme.test\"],\"kinds\":[\"acme\"],\"tokenizer\":\"o200k\","
  "\"source\":\"a test\",\"date\":\"2026-01-02\",\"models\":["
  "{\"match\":[\"big-4.5\"],\"title\":\"Big\",\"window\":100000,\"max_output\":9000,\"abilities\":[\"text\",\"vision\"],"
  "\"input\":\"3\",\"cached\":\"0.3\",\"cache_write\":\"3.75\",\"output\":\"15\"},"
  "{\"match\":[\"big-4.5-mini\"],\"input\":\"0.075\",\"output\":\"0.6\"},"
  "{\"match\":[\"long\"],\"input\":\"1\",\"output\":\"2\",\"long_from\":1000,\"long_input\":\"10\",\"long_output\":\"20\"},"
  "{\"match\":[\"old-*\"],\"input\":\"500\",\"output\":\"900\",\"retired\":true},"
  "{\"match\":[\"bare\"],\"window\":5000}]}";
static const char other[] = "{\"vendor\":\"other\",\"hosts\":[\"other.test\"],\"date\":\"2026-01-02\",\"models\":["
                            "{\"match\":[\"acme/big-4.5\"],\"input\":\"4\",\"output\":\"16\"},"
                            "{\"match\":[\"dear\"],\"input\":\"40\",\"output\":\"160\"}]}";

static void
put (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static void
open_book (Fixture *f)
{
  f->settings = bty_settings_new (f->config);
  bty_chat_add_settings (f->settings);
  f->book = bty_model_book_new (f->settings, f->data);
  bty_model_book_set_shipped (f->book, f->shipped);
}

static void
close_book (Fixture *f)
{
  g_clear_object (&f->book);
  g_clear_object (&f->settings);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->folder = bty_test_folder_new ();
  f->config = g_build_filename (f->folder, "config", NULL);
  f->data = g_build_filename (f->folder, "data", NULL);
  f->shipped = g_build_filename (f->folder, "shipped", NULL);
  g_assert_cmpint (g_mkdir_with_parents (f->data, 0700), ==, 0);
  put (f->shipped, "acme.json", acme);
  put (f->shipped, "other.json", other);
  open_book (f);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  close_book (f);
  bty_test_folder_remove (f->folder);
  g_free (f->config);
  g_free (f->data);
  g_free (f->shipped);
}

static BtyModel *
look_with (Fixture *f, const char *kind, const char *url, const char *name, const BtyModel *reported)
{
  g_autoptr (BtyProviderConfig) provider = bty_provider_config_new ();

  provider->name = g_strdup ("p");
  provider->kind = g_strdup (kind);
  provider->url = g_strdup (url);
  return bty_model_book_look (f->book, provider, name, reported);
}

static BtyModel *
look (Fixture *f, const char *url, const char *name)
{
  return look_with (f, "openai", url, name, NULL);
}

static void
test_names (Fixture *f, gconstpointer unused)
{
  static const struct
  {
    const char *url;
    const char *name;
    gint64 input; /* -1: unknown */
  } cases[] = {
    { "https://api.acme.test/v1", "big-4.5", 3000000 },
    { "https://API.acme.test/v1", "Big-4-5", 3000000 },
    { "https://api.acme.test/v1", "big-4.5-20260101", 3000000 },
    { "https://api.acme.test/v1", "big-4.5-2026-01-01", 3000000 },
    { "https://api.acme.test/v1", "big-4.5-latest", 3000000 },
    { "https://api.acme.test/v1", "big-4.5-mini", 75000 },
    { "https://api.acme.test/v1", "big-4.5-mini-0601", 75000 },
    { "https://api.acme.test/v1", "big-4.5-maxi", -1 },
    { "https://api.acme.test/v1", "big-4.50", -1 },
    { "https://api.acme.test/v1", "models/big-4.5", 3000000 },
    { "https://api.acme.test/v1", "dear", -1 }, /* which another vendor has */
    { "https://api.acme.test/v1", "old-thing", 500000000 },
    { "https://elsewhere.test/v1", "big-4.5", 3000000 },
    { "https://elsewhere.test/v1", "acme-inc/big-4.5", 3000000 },
    { "https://elsewhere.test/v1", "acme/big-4.5", 4000000 }, /* the dearer of two */
    { "https://elsewhere.test/v1", "someone/big-4.5", -1 },
    { NULL, "big-4.5", 3000000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (BtyModel) model = look (f, cases[i].url, cases[i].name);

      g_test_message ("%s at %s", cases[i].name, cases[i].url);
      g_assert_cmpint (model->pricing, ==, cases[i].input >= 0 ? BTY_PRICING_CATALOGUE : BTY_PRICING_UNKNOWN);
      g_assert_cmpint (model->input_price, ==, cases[i].input >= 0 ? cases[i].input : 40000000);
    }
}

static void
test_fields (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtyModel) big = look_with (f, "acme", NULL, "big-4.5", NULL);
  g_autoptr (BtyModel) mini = look_with (f, "acme", NULL, "big-4.5-mini", NULL);
  g_autoptr (BtyModel) bare = look_with (f, "acme", NULL, "bare", NULL);

  g_assert_cmpstr (big->name, ==, "p/big-4.5");
  g_assert_cmpint (big->context_window, ==, 100000);
  g_assert_cmpint (big->max_output, ==, 9000);
  g_assert_cmpint (big->cached_price, ==, 300000);
  g_assert_cmpint (big->cache_write_price, ==, 3750000);
  g_assert_cmpstr (big->source, ==, "a test");
  g_assert_cmpstr (big->source_date, ==, "2026-01-02");
  g_assert_cmpstr (big->tokenizer, ==, "o200k");
  g_assert_true (g_strv_contains ((const char *const *) big->abilities, "vision"));
  g_assert_cmpint (mini->cached_price, ==, 75000); /* no discount that nobody told of */
  g_assert_cmpint (mini->context_window, ==, 32768);
  g_assert_cmpint (bare->pricing, ==, BTY_PRICING_UNKNOWN);
  g_assert_cmpint (bare->context_window, ==, 5000);
  g_assert_cmpint (bare->output_price, ==, 160000000); /* the retired one is no measure */
  g_assert_false (BTY_IS_NULL (bare, BtyModel, output_price));
}

static void
test_free (Fixture *f, gconstpointer unused)
{
  static const struct
  {
    const char *kind;
    const char *url;
    BtyPricing pricing;
  } cases[] = {
    { "openai", "http://localhost:11434/v1", BTY_PRICING_FREE },
    { "openai", "http://127.0.0.2:1/v1", BTY_PRICING_FREE },
    { "openai", "http://[::1]:1/v1", BTY_PRICING_FREE },
    { "ollama", "http://big-machine.test/", BTY_PRICING_FREE },
    { "builtin", NULL, BTY_PRICING_FREE },
    { "openai", "http://localhost.evil.test/v1", BTY_PRICING_CATALOGUE },
    { "openai", "http://10.0.0.1/v1", BTY_PRICING_CATALOGUE },
  };
  g_autoptr (BtyModel) reported = bty_model_new ();
  g_autoptr (BtyModel) paid = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (BtyModel) model = look_with (f, cases[i].kind, cases[i].url, "big-4.5", NULL);

      g_assert_cmpint (model->pricing, ==, cases[i].pricing);
      g_assert_cmpint (model->output_price, ==, cases[i].pricing == BTY_PRICING_FREE ? 0 : 15000000);
    }
  reported->name = g_strdup ("p/big-4.5");
  reported->input_price = 7;
  reported->output_price = 8;
  BTY_SET_NULL (reported, BtyModel, input_price, FALSE);
  BTY_SET_NULL (reported, BtyModel, output_price, FALSE);
  paid = look_with (f, "openai", "http://localhost:4000/v1", "big-4.5", reported);
  g_assert_cmpint (paid->pricing, ==, BTY_PRICING_PROVIDER); /* a gateway that says what it takes */
  g_assert_cmpint (paid->cached_price, ==, 7);
}

static BtyModelSet *
read_set (const char *json)
{
  g_autoptr (GError) error = NULL;
  BtyModelSet *set = bty_record_from_json (&bty_model_set_schema, BTY_VIEW_CREATE, json, -1, &error);

  g_assert_no_error (error);
  return set;
}

static BtyModel *
set_model (Fixture *f, const char *json, GError **error)
{
  g_autoptr (BtyModelSet) set = read_set (json);

  return bty_model_book_set (f->book, set, error);
}

static void
test_owner (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyModel) told = set_model (f, "{\"name\":\"p/big-4.5\",\"input_price\":1250000,\"output_price\":2500000}",
                                         &error);
  g_autoptr (BtyModel) all = set_model (f, "{\"name\":\"p/*\",\"context_window\":777}", &error);
  g_autoptr (BtyModel) big = look (f, "https://api.acme.test/", "big-4.5");
  g_autoptr (BtyModel) mini = look (f, "https://api.acme.test/", "big-4.5-mini");
  g_autoptr (BtyModel) half = NULL;
  g_autoptr (BtyModel) again = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (told->pricing, ==, BTY_PRICING_USER);
  g_assert_cmpint (big->pricing, ==, BTY_PRICING_USER);
  g_assert_cmpint (big->input_price, ==, 1250000);
  g_assert_cmpint (big->cached_price, ==, 1250000);
  g_assert_cmpint (big->context_window, ==, 100000); /* the nearer name counts, alone */
  g_assert_cmpint (mini->context_window, ==, 777);
  g_assert_cmpint (mini->pricing, ==, BTY_PRICING_CATALOGUE);
  half = set_model (f, "{\"name\":\"p/x\",\"input_price\":1}", &error);
  g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  close_book (f); /* it is on disk */
  open_book (f);
  again = look (f, "https://api.acme.test/", "big-4.5");
  g_assert_cmpint (again->input_price, ==, 1250000);
  g_assert_true (bty_model_book_unset (f->book, "p/big-4.5", &error));
  bty_model_unref (again);
  again = look (f, "https://api.acme.test/", "big-4.5");
  g_assert_cmpint (again->input_price, ==, 3000000);
  g_assert_false (bty_model_book_unset (f->book, "p/big-4.5", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND);
}

/* A list that somebody writes by hand is seen; a spoilt one is passed over. */
static void
test_by_hand (Fixture *f, gconstpointer unused)
{
  g_autofree char *folder = g_build_filename (f->config, "models.d", NULL);
  g_autoptr (BtyModel) before = look (f, "https://api.acme.test/", "big-4.5");
  g_autoptr (BtyModel) after = NULL;
  g_autofree char *warnings = NULL;
  gint64 began = g_get_monotonic_time ();

  put (folder, "mine.json",
       "{\"vendor\":\"me\",\"models\":[{\"match\":[\"p/big-4.5\"],\"input\":\"9\",\"output\":\"9\"}]}");
  do
    {
      g_clear_pointer (&after, bty_model_unref);
      after = look (f, "https://api.acme.test/", "big-4.5");
      g_usleep (20000);
    }
  while (after->pricing != BTY_PRICING_USER && g_get_monotonic_time () - began < 60 * G_USEC_PER_SEC);
  g_assert_cmpint (before->input_price, ==, 3000000);
  g_assert_cmpint (after->input_price, ==, 9000000);
  put (folder, "spoilt.json", "{");
  bty_test_warnings_keep ();
  bty_model_book_forget (f->book);
  bty_model_unref (after);
  after = look (f, "https://api.acme.test/", "big-4.5");
  warnings = bty_test_warnings_take ();
  g_assert_nonnull (strstr (warnings, "spoilt.json"));
  g_assert_cmpint (after->input_price, ==, 9000000);
}

static void
test_update (Fixture *f, gconstpointer unused)
{
  static const char newer[] = "{\"vendor\":\"acme\",\"hosts\":[\"api.acme.test\"],\"date\":\"2026-02-02\",\"models\":["
                              "{\"match\":[\"big-4.5\"],\"title\":\"Big\",\"input\":\"2\",\"output\":\"15\"}]}";
  static const char older[] = "{\"vendor\":\"acme\",\"date\":\"2025-02-02\",\"models\":[]}";
  static const char path[] = "{\"vendor\":\"../acme\",\"date\":\"2027-02-02\",\"models\":[]}";
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) dry = bty_model_book_update (f->book, newer, TRUE, &error);
  g_autoptr (BtyModel) before = look (f, "https://api.acme.test/", "big-4.5");
  g_autoptr (GPtrArray) changes = bty_model_book_update (f->book, newer, FALSE, &error);
  g_autoptr (BtyModel) after = look (f, "https://api.acme.test/", "big-4.5");
  const BtyModelChange *price = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (dry->len, ==, changes->len);
  for (guint i = 0; i < changes->len; i++)
    if (strcmp (((BtyModelChange *) changes->pdata[i])->field, "input") == 0)
      price = changes->pdata[i];
  g_assert_nonnull (price);
  g_assert_cmpstr (price->before, ==, "3");
  g_assert_cmpstr (price->after, ==, "2");
  g_assert_cmpint (before->input_price, ==, 3000000);
  g_assert_cmpint (after->input_price, ==, 2000000);
  g_assert_null (bty_model_book_update (f->book, older, FALSE, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  g_clear_error (&error);
  g_assert_null (bty_model_book_update (f->book, path, FALSE, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
}

static void
test_cost (Fixture *f, gconstpointer unused)
{
  static const struct
  {
    const char *model;
    gint64 input;
    gint64 cached;
    gint64 written;
    gint64 output;
    gint64 cost;
  } cases[] = {
    { "big-4.5", 1000000, 0, 0, 0, 3000000 },
    { "big-4.5", 1000, 0, 0, 100, 4500 },
    { "big-4.5", 1000, 600, 200, 0, 200 * 3 + 180 + 750 },
    { "big-4.5", 1, 0, 0, 0, 3 },
    { "big-4.5-mini", 1, 0, 0, 0, 1 }, /* rounded up */
    { "big-4.5", -5, -5, -5, -5, 0 },
    { "big-4.5", 100, 5000, 5000, 0, 30 }, /* no more is cached than went in */
    { "long", 1000, 0, 0, 10, 1020 },
    { "long", 1001, 0, 0, 10, 10210 },
    { "big-4.5", G_MAXINT64, 0, 0, G_MAXINT64, G_GINT64_CONSTANT (18000000000) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (BtyModel) model = look_with (f, "acme", NULL, cases[i].model, NULL);
      g_autoptr (BtyUsage) usage = bty_usage_new ();

      usage->input_tokens = cases[i].input;
      usage->cached_tokens = cases[i].cached;
      usage->cache_write_tokens = cases[i].written;
      usage->output_tokens = cases[i].output;
      g_assert_cmpint (bty_model_cost (model, usage), ==, cases[i].cost);
    }
}

/* What the service says that it took counts, unless it says nothing at all or broke off. */
static void
test_bills (Fixture *f, gconstpointer unused)
{
  static const struct
  {
    gboolean is_told;
    gint64 told;
    gboolean is_estimate;
    gint64 cost;
    BtyPricing pricing;
  } cases[] = {
    { FALSE, 0, FALSE, 4500, BTY_PRICING_CATALOGUE },  { TRUE, 777, FALSE, 777, BTY_PRICING_PROVIDER },
    { TRUE, 9000, FALSE, 9000, BTY_PRICING_PROVIDER }, { TRUE, 0, FALSE, 4500, BTY_PRICING_CATALOGUE },
    { TRUE, -5, FALSE, 4500, BTY_PRICING_CATALOGUE },  { TRUE, 777, TRUE, 4500, BTY_PRICING_CATALOGUE },
    { TRUE, 9000, TRUE, 9000, BTY_PRICING_PROVIDER },
  };
  g_autoptr (BtyModel) model = look_with (f, "acme", NULL, "big-4.5", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (BtyUsage) usage = bty_usage_new ();
      BtyPricing pricing;

      usage->input_tokens = 1000;
      usage->output_tokens = 100;
      usage->cost = cases[i].told;
      usage->is_estimate = cases[i].is_estimate;
      BTY_SET_NULL (usage, BtyUsage, cost, !cases[i].is_told);
      g_assert_cmpint (bty_model_bill (model, usage, &pricing), ==, cases[i].cost);
      g_assert_cmpint (pricing, ==, cases[i].pricing);
    }
}

/* A gateway on this machine is free until it bills: then the list's price counts, else the dearest; what the owner says stands, but is not nothing. */
static void
test_billing_gateway (Fixture *f, gconstpointer unused)
{
  static const char url[] = "http://127.0.0.1:4000/v1";
  g_autoptr (BtyModel) before = look (f, url, "big-4.5");
  g_autoptr (BtyModel) known = NULL;
  g_autoptr (BtyModel) unknown = NULL;
  g_autoptr (BtyModel) elsewhere = NULL;
  g_autoptr (BtyModelSet) set = NULL;
  g_autoptr (BtyModel) given = NULL;
  g_autoptr (BtyModel) own = NULL;
  g_autoptr (BtyProviderConfig) provider = bty_provider_config_new ();

  g_assert_cmpint (before->pricing, ==, BTY_PRICING_FREE);
  bty_model_book_note_bill (f->book, "p", "big-4.5", 777);
  bty_model_book_note_bill (f->book, "p", "big-4.5", 777);
  known = look (f, url, "big-4.5");
  g_assert_cmpint (known->pricing, ==, BTY_PRICING_CATALOGUE);
  g_assert_cmpint (known->output_price, ==, 15000000);
  unknown = look (f, url, "nobody-knows");
  g_assert_cmpint (unknown->pricing, ==, BTY_PRICING_UNKNOWN);
  g_assert_cmpint (unknown->output_price, >, 0);
  provider->name = g_strdup ("q");
  provider->kind = g_strdup ("openai");
  provider->url = g_strdup (url);
  elsewhere = bty_model_book_look (f->book, provider, "big-4.5", NULL);
  g_assert_cmpint (elsewhere->pricing, ==, BTY_PRICING_FREE);
  set = bty_record_from_json (&bty_model_set_schema, BTY_VIEW_CREATE,
                              "{\"name\":\"p/big-4.5\",\"input_price\":0,\"output_price\":0}", -1, NULL);
  given = bty_model_book_set (f->book, set, NULL);
  g_assert_nonnull (given);
  own = look (f, url, "big-4.5");
  g_assert_cmpint (own->pricing, ==, BTY_PRICING_USER);
  g_assert_cmpint (own->input_price, ==, 1);
}

static void
test_prices (void)
{
  static const struct
  {
    const char *text;
    gint64 price;
  } cases[] = {
    { "0", 0 },
    { "0.075", 75000 },
    { "0.003625", 3625 },
    { "15", 15000000 },
    { "1000", 1000000000 },
    { "1000.1", -1 },
    { "-1", -1 },
    { "1e3", -1 },
    { ".5", -1 },
    { "1.", -1 },
    { "0.0000001", -1 },
    { "", -1 },
    { "1 ", -1 },
    { "99999999999999999999", -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = cases[i].price >= 0 ? bty_model_price_text (cases[i].price) : NULL;

      g_assert_cmpint (bty_model_price_parse (cases[i].text), ==, cases[i].price);
      if (text != NULL)
        g_assert_cmpstr (text, ==, cases[i].text);
    }
}

/* A model that makes twice as many tokens as thought is soon known to, however many calls were thought of at once. */
static void
test_learning (Fixture *f, gconstpointer unused)
{
  static const char text[] = "The quick brown fox jumps over the lazy dog, 12345 times; and then it sleeps.";
  g_autoptr (BtyModel) model = look_with (f, "acme", NULL, "big-4.5", NULL);
  g_autoptr (BtyModel) wiser = NULL;
  g_autoptr (BtyModel) sibling = NULL;
  gint64 first = bty_model_book_count (f->book, model, text, strlen (text));

  g_assert_cmpint (first, >=, 15);
  g_assert_cmpint (first, <=, 30);
  g_assert_true (BTY_IS_NULL (model, BtyModel, estimate_error));
  for (guint i = 0; i < 1000; i++)
    bty_model_book_learn (f->book, model, first, 2 * first);
  bty_model_book_learn (f->book, model, 0, 100);
  bty_model_book_learn (f->book, model, 100, -1);
  bty_model_book_learn (f->book, model, G_MAXINT64, G_MAXINT64);
  wiser = look_with (f, "acme", NULL, "big-4.5", NULL);
  g_assert_cmpint (bty_model_book_count (f->book, wiser, text, strlen (text)), >=, 2 * first - 2);
  g_assert_cmpint (bty_model_book_count (f->book, wiser, text, strlen (text)), <=, 2 * first);
  g_assert_cmpint (wiser->estimates, ==, 1000);
  g_assert_cmpfloat_with_epsilon (wiser->estimate_error, 50, 0.2);

  close_book (f);
  open_book (f);
  bty_model_unref (wiser);
  wiser = look_with (f, "acme", NULL, "big-4.5", NULL);
  g_assert_cmpfloat_with_epsilon (wiser->estimate_factor, 2, 0.01);
  sibling = look_with (f, "acme", NULL, "big-4.5-mini", NULL);
  g_assert_cmpfloat_with_epsilon (sibling->estimate_factor, 2, 0.01); /* of the family */
}

static void
test_bad_lists (void)
{
  static const char *const bad[] = {
    "",
    "[]",
    "{}",
    "{\"vendor\":\"x\"}",
    "{\"vendor\":\"x\",\"models\":[{}]}",
    "{\"vendor\":\"x\",\"models\":[{\"match\":[]}]}",
    "{\"vendor\":\"x\",\"models\":[{\"match\":[\"a*b\"]}]}",
    "{\"vendor\":\"x\",\"models\":[{\"match\":[\"*\"]}]}",
    "{\"vendor\":\"x\",\"models\":[{\"match\":[\"\"]}]}",
    "{\"vendor\":\"x\",\"models\":[{\"match\":[\"a\"],\"input\":\"cheap\",\"output\":\"1\"}]}",
    "{\"vendor\":\"x\",\"models\":[{\"match\":[\"a\"],\"input\":1,\"output\":\"1\"}]}",
    "{\"vendor\":\"x\",\"models\":[{\"match\":[\"a\"],\"input\":\"1\"}]}",
    "{\"vendor\":\"x\",\"models\":[{\"match\":[\"a\"],\"output\":\"1\"}]}",
    "{\"vendor\":\"x\",\"models\":[{\"match\":[\"a\"],\"window\":-1}]}",
    "{\"vendor\":\"x\",\"models\":[{\"match\":[\"a\"],\"window\":99999999999}]}",
    "{\"vendor\":\"x\",\"models\":[{\"match\":[\"a\"],\"input\":\"1\",\"output\":\"1\",\"long_from\":5}]}",
    "{\"vendor\":\"x\",\"models\":[{\"match\":[\"a\"],\"colour\":\"red\"}]}",
    "{\"vendor\":\"x\",\"date\":\"yesterday\",\"models\":[]}",
    "{\"vendor\":\"x\",\"date\":\"2026-13-41\",\"models\":[]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", bad[i]);
      g_assert_null (bty_model_file_parse (bad[i], strlen (bad[i]), &error));
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
    }
}

/* What comes with the program: every list is whole, and says of each price where it is from. */
static void
test_shipped (void)
{
  g_autofree char *folder = g_build_filename (BTY_SOURCE_ROOT, "data", "models", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *text = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (BtyModelFile) file = NULL;
      gsize length;

      g_assert_true (g_file_get_contents (path, &text, &length, NULL));
      file = bty_model_file_parse (text, length, &error);
      g_assert_no_error (error);
      g_assert_nonnull (file->source);
      g_assert_nonnull (file->date);
      g_assert_nonnull (file->tokenizer);
      g_assert_nonnull (file->hosts);
      for (guint i = 0; i < file->models->len; i++)
        {
          const BtyModelEntry *entry = file->models->pdata[i];

          g_assert_true (bty_model_entry_has_prices (entry));
          g_assert_cmpint (entry->prices[BTY_MODEL_CACHED], <=, entry->prices[BTY_MODEL_INPUT]);
          g_assert_cmpint (entry->max_output, <=, MAX (entry->window, entry->max_output));
        }
      n += file->models->len;
    }
  g_assert_cmpuint (n, >=, 100);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/model-book/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("names", test_names);
  ADD ("fields", test_fields);
  ADD ("free", test_free);
  ADD ("owner", test_owner);
  ADD ("by-hand", test_by_hand);
  ADD ("update", test_update);
  ADD ("cost", test_cost);
  ADD ("bills", test_bills);
  ADD ("billing-gateway", test_billing_gateway);
  ADD ("learning", test_learning);
  g_test_add_func ("/model-book/prices", test_prices);
  g_test_add_func ("/model-book/bad-lists", test_bad_lists);
  g_test_add_func ("/model-book/shipped", test_shipped);
  return g_test_run ();
}
