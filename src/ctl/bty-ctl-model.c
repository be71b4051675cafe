/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "bty-ctl-command.h"
#include "bty-ctl-keys.h"
#include "bty-ctl-model.h"
#include "bty-ctl-request.h"
#include "bty-ctl-table.h"
#include "bty-ctl-terminal.h"

#define MAX_FILE (1024 * 1024)

/* Money. */

char *
bty_ctl_model_price (gint64 micro_dollars)
{
  g_autofree char *text = g_strdup_printf ("%lld.%06lld", (long long) (micro_dollars / 1000000),
                                           (long long) (micro_dollars % 1000000));
  gsize length = strlen (text);
  gsize least = (gsize) (strchr (text, '.') - text) + 3; /* cents are shown */

  while (length > least && text[length - 1] == '0')
    length -= 1;
  return g_strndup (text, length);
}

static gint64
read_price (const char *text)
{
  const char *point = strchr (text, '.');
  gsize whole = point != NULL ? (gsize) (point - text) : strlen (text);
  gsize part = point != NULL ? strlen (point + 1) : 0;
  g_autofree char *digits = NULL;

  if (whole == 0 || whole > 4 || part > 6 || (point != NULL && part == 0))
    return -1;
  digits = g_strdup_printf ("%.*s%s%.*s", (int) whole, text, point != NULL ? point + 1 : "", (int) (6 - part),
                            "000000");
  if (strspn (digits, "0123456789") != strlen (digits))
    return -1;
  return g_ascii_strtoll (digits, NULL, 10);
}

/* Listing: a row is a model with its numbers as texts. */

typedef struct
{
  BtyRecord record;
  char *name;
  char *window;
  char *input;
  char *cached;
  char *output;
  char *pricing;
  char *abilities;
} Row;

static const BtyField row_fields[] = {
  BTY_FIELD_STRING (Row, name, 0, ""),      BTY_FIELD_STRING (Row, window, 0, ""),
  BTY_FIELD_STRING (Row, input, 0, ""),     BTY_FIELD_STRING (Row, cached, 0, ""),
  BTY_FIELD_STRING (Row, output, 0, ""),    BTY_FIELD_STRING (Row, pricing, 0, ""),
  BTY_FIELD_STRING (Row, abilities, 0, ""),
};
static const BtySchema row_schema = { .name = "row",
                                      .summary = "",
                                      .size = sizeof (Row),
                                      .fields = row_fields,
                                      .n_fields = G_N_ELEMENTS (row_fields),
                                      .field_size = sizeof (BtyField) };

static char *
window_text (gint64 tokens)
{
  if (tokens <= 0)
    return g_strdup ("");
  if (tokens >= 1000000)
    return g_strdup_printf ("%.4gM", (double) tokens / 1e6);
  return g_strdup_printf ("%lldk", (long long) (tokens / 1000));
}

static char *
price_text (gint64 price, gboolean is_free, gboolean is_known)
{
  return is_free ? g_strdup ("-") : is_known ? bty_ctl_model_price (price) : g_strdup ("?");
}

static Row *
row_of (const BtyModel *model)
{
  Row *row = bty_record_new (&row_schema);
  gboolean is_free = model->pricing == BTY_PRICING_FREE; /* the word stands in the column of prices */
  gboolean is_known = model->pricing != BTY_PRICING_UNKNOWN && !BTY_IS_NULL (model, BtyModel, input_price);

  row->name = g_strdup (model->name);
  row->window = window_text (model->context_window);
  row->pricing = g_strdup (bty_enum_nick (bty_pricings, (int) model->pricing));
  row->abilities = model->abilities != NULL ? g_strjoinv (",", model->abilities) : g_strdup ("");
  row->input = price_text (model->input_price, is_free, is_known);
  row->cached = price_text (model->cached_price, is_free, is_known);
  row->output = price_text (model->output_price, is_free, is_known);
  return row;
}

static gboolean
run_list (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "name",    N_ ("MODEL"),  "window",      N_ ("WINDOW"), "input",
                                         N_ ("IN"), "cached",      N_ ("CACHED"), "output",      N_ ("OUT"),
                                         "pricing", N_ ("PRICES"), "abilities",   N_ ("CAN DO"), NULL };
  GBytes *request = bty_ctl_request_of ("provider", bty_ctl_args_get (args, "provider"));
  g_autoptr (GPtrArray) models = NULL;
  g_autoptr (GPtrArray) rows = bty_record_list_new ();

  bty_ctl_keys_hand_over (ctl);
  if (ctl->json)
    return bty_ctl_show_list (ctl, "model.list", request, &bty_model_schema, columns, 0, "", error);
  models = bty_ctl_call_records (ctl, "model.list", request, &bty_model_schema, 0, error);
  if (models == NULL)
    return FALSE;
  for (guint i = 0; i < models->len; i++)
    g_ptr_array_add (rows, row_of (models->pdata[i]));
  if (rows->len == 0)
    bty_ctl_note (_ ("No provider offers a model."));
  else
    bty_ctl_table_print (rows, columns);
  if (rows->len > 0)
    bty_ctl_note (_ ("Prices are US dollars for a million tokens; ? counts as the dearest model that is known."));
  return TRUE;
}

/* One model. */

static void
print_prices (const char *label, gint64 input, gint64 cached, gint64 written, gint64 output)
{
  g_autofree char *in = bty_ctl_model_price (input);
  g_autofree char *from_cache = bty_ctl_model_price (cached);
  g_autofree char *to_cache = bty_ctl_model_price (written);
  g_autofree char *out = bty_ctl_model_price (output);

  printf ("%-16s ", label);
  printf (_ ("$%s in, $%s from a cache, $%s into a cache, $%s out, for a million tokens"), in, from_cache, to_cache,
          out);
  putchar ('\n');
}

static void
print_pricing (const BtyModel *model)
{
  const char *nick = bty_enum_nick (bty_pricings, (int) model->pricing);
  const BtyEnumValue *pricing = bty_enum_find (bty_pricings, nick, -1);

  printf ("%-16s %s (%s)\n", _ ("prices"), nick, pricing != NULL ? _ (pricing->summary) : "");
  if (model->pricing != BTY_PRICING_FREE)
    print_prices (_ ("price"), model->input_price, model->cached_price, model->cache_write_price, model->output_price);
  if (model->pricing != BTY_PRICING_FREE && model->long_from > 0)
    {
      g_autofree char *label = g_strdup_printf (_ ("beyond %lldk"), (long long) (model->long_from / 1000));

      print_prices (label, model->long_input_price, model->long_cached_price, model->long_cache_write_price,
                    model->long_output_price);
    }
  if (model->pricing == BTY_PRICING_UNKNOWN)
    bty_ctl_note (_ ("If you know what it costs: boternity-ctl model set %s --input USD --output USD"), model->name);
}

static void
print_line (const char *label, const char *text)
{
  g_autofree char *clean = text != NULL ? bty_ctl_terminal_clean (text, -1) : NULL;

  if (clean != NULL && *clean != '\0')
    printf ("%-16s %s\n", label, clean);
}

static void
print_tokens (const char *label, gint64 tokens)
{
  if (tokens <= 0)
    return;
  printf ("%-16s ", label);
  printf (_ ("%lld tokens"), (long long) tokens);
  putchar ('\n');
}

static void
print_model (const BtyModel *model)
{
  g_autofree char *abilities = model->abilities != NULL ? g_strjoinv (", ", model->abilities) : NULL;

  print_line (_ ("model"), model->name);
  print_line (_ ("name"), model->title);
  print_tokens (_ ("window"), model->context_window);
  print_tokens (_ ("longest answer"), model->max_output);
  print_line (_ ("can do"), abilities);
  if (!BTY_IS_NULL (model, BtyModel, input_price))
    print_pricing (model);
  print_line (_ ("source"), model->source);
  print_line (_ ("of"), model->source_date);
  print_line (_ ("tokenizer"), model->tokenizer);
  if (model->estimates > 0 && !BTY_IS_NULL (model, BtyModel, estimate_error))
    {
      printf ("%-16s ", _ ("estimates"));
      printf (g_dngettext (GETTEXT_PACKAGE, "wrong by %.1f %% on the average, in %lld call",
                           "wrong by %.1f %% on the average, in %lld calls", (gulong) model->estimates),
              model->estimate_error, (long long) model->estimates);
      putchar ('\n');
    }
}

static gboolean
show (BtyCtl *ctl, const char *operation, GBytes *request, GError **error)
{
  g_autofree char *answer = bty_ctl_call (ctl, operation, request, error);
  g_autoptr (BtyModel) model = NULL;

  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    {
      bty_ctl_print_json (answer);
      return TRUE;
    }
  model = bty_ctl_read_record (&bty_model_schema, answer, error);
  if (model == NULL)
    return FALSE;
  print_model (model);
  return TRUE;
}

static gboolean
run_show (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  bty_ctl_keys_hand_over (ctl);
  return show (ctl, "model.get", bty_ctl_request_of ("name", bty_ctl_args_word (args, 0)), error);
}

/* What the owner says. */

static gboolean
add_price (BtyCtlRequest *request, const BtyCtlArgs *args, const char *option, const char *field, GError **error)
{
  const char *text = bty_ctl_args_get (args, option);
  gint64 price = text != NULL ? read_price (text) : 0;

  if (text == NULL)
    return TRUE;
  if (price < 0)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                   _ ("--%s: “%s” is not a price: dollars for a million tokens, such as 0.25"), option, text);
      return FALSE;
    }
  bty_json_writer_member_int (&request->writer, field, price);
  return TRUE;
}

static gboolean
run_set (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };

  if (g_hash_table_size (args->options) == (bty_ctl_args_has (args, "json") ? 1u : 0u))
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                           _ ("nothing to set; boternity-ctl help model set lists the options"));
      return FALSE;
    }
  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "name", bty_ctl_args_word (args, 0));
  if (!add_price (&request, args, "input", "input_price", error) ||
      !add_price (&request, args, "cached", "cached_price", error) ||
      !add_price (&request, args, "cache-write", "cache_write_price", error) ||
      !add_price (&request, args, "output", "output_price", error) ||
      !bty_ctl_request_field (&request, &bty_model_set_schema, "context_window", bty_ctl_args_get (args, "window"),
                              error) ||
      !bty_ctl_request_field (&request, &bty_model_set_schema, "max_output", bty_ctl_args_get (args, "max-output"),
                              error) ||
      !bty_ctl_request_field (&request, &bty_model_set_schema, "abilities", bty_ctl_args_get (args, "abilities"),
                              error))
    return FALSE;
  bty_ctl_request_string (&request, "tokenizer", bty_ctl_args_get (args, "tokenizer"));
  return show (ctl, "model.set", bty_ctl_request_end (&request), error);
}

static gboolean
run_unset (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *name = bty_ctl_args_word (args, 0);
  g_autofree char *answer = bty_ctl_call (ctl, "model.unset", bty_ctl_request_of ("name", name), error);

  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else
    bty_ctl_note (_ ("%s: what others know of it counts again"), name);
  return TRUE;
}

static gboolean
run_update (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "model",    N_ ("MODEL"), "field",        N_ ("WHAT"), "before",
                                         N_ ("WAS"), "after",      N_ ("BECOMES"), NULL };
  const char *path = bty_ctl_args_word (args, 0);
  g_auto (BtyCtlRequest) request = { 0 };
  g_autofree char *text = NULL;
  g_autoptr (GError) failure = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, &failure))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND, _ ("cannot read %s: %s"), path, failure->message);
      return FALSE;
    }
  if (length > MAX_FILE || !g_utf8_validate (text, (gssize) length, NULL))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                   _ ("%s is not a list of models: JSON of at most 1 MiB"), path);
      return FALSE;
    }
  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "text", text);
  bty_json_writer_member_bool (&request.writer, "dry_run", bty_ctl_args_has (args, "dry-run"));
  return bty_ctl_show_list (ctl, "model.update", bty_ctl_request_end (&request), &bty_model_change_schema, columns, 0,
                            _ ("Nothing changes."), error);
}

static const BtyCtlOption list_options[] = {
  { "provider", 'p', N_ ("NAME"), N_ ("only models of this provider"), BTY_CTL_PROVIDER },
  { NULL },
};

static const BtyCtlOption set_options[] = {
  { "input", 0, N_ ("USD"), N_ ("dollars for a million tokens that go in"), BTY_CTL_NOTHING },
  { "output", 0, N_ ("USD"), N_ ("the same, that come out"), BTY_CTL_NOTHING },
  { "cached", 0, N_ ("USD"), N_ ("the same, that a cache held"), BTY_CTL_NOTHING },
  { "cache-write", 0, N_ ("USD"), N_ ("the same, that are written to a cache"), BTY_CTL_NOTHING },
  { "window", 'w', N_ ("TOKENS"), N_ ("tokens it takes in and gives out together"), BTY_CTL_NOTHING },
  { "max-output", 0, N_ ("TOKENS"), N_ ("tokens it answers with at most"), BTY_CTL_NOTHING },
  { "abilities", 'a', N_ ("WORDS"), N_ ("what it can do, such as text,tools,vision"), BTY_CTL_NOTHING },
  { "tokenizer", 0, N_ ("NAME"), N_ ("how it cuts text, such as o200k"), BTY_CTL_NOTHING },
  { NULL },
};

static const BtyCtlOption update_options[] = {
  { "dry-run", 'n', NULL, N_ ("only say what would change"), BTY_CTL_NOTHING },
  { NULL },
};

static const BtyCtlCommand model_commands[] = {
  { .name = "list",
    .usage = "",
    .summary = N_ ("List the models that the providers offer, and what they cost"),
    .options = list_options,
    .run = run_list,
    .examples = N_ ("  boternity-ctl model list --provider openai") },
  { .name = "show",
    .usage = N_ ("MODEL"),
    .summary = N_ ("Show what is known of a model"),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_MODEL },
    .run = run_show,
    .examples = N_ ("  boternity-ctl model show openai/gpt-4o") },
  { .name = "set",
    .usage = N_ ("MODEL"),
    .summary = N_ ("Say what a model costs and can do"),
    .text = N_ (
      "What you say counts before what its provider and the program's own list say. A * at the end stands for any\n"
      "ending, so that groq/* is every model of the provider groq."),
    .options = set_options,
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_MODEL },
    .run = run_set,
    .examples = N_ ("  boternity-ctl model set work/our-model --input 0.5 --output 2 --window 65536\n"
                    "  boternity-ctl model set 'groq/*' --input 1 --output 1") },
  { .name = "unset",
    .usage = N_ ("MODEL"),
    .summary = N_ ("Take back what was said of a model"),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_MODEL },
    .run = run_unset,
    .examples = N_ ("  boternity-ctl model unset work/our-model") },
  { .name = "update",
    .usage = N_ ("FILE"),
    .summary = N_ ("Take over a newer list of a vendor's models"),
    .text = N_ (
      "The file is checked wholly before it takes effect, and what changes is shown. docs/models.md tells how it is written."),
    .options = update_options,
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_FILE },
    .run = run_update,
    .examples = N_ ("  boternity-ctl model update openai.json --dry-run") },
  { 0 },
};

const BtyCtlVerb bty_ctl_model_verb = { "model", N_ ("list the models there are, and what they cost"), model_commands,
                                        FALSE };
