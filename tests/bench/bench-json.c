/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The JSON reader and writer against json-glib on the same bytes. Prints one JSON object; fails above LIMIT times json-glib's time. */
#define G_LOG_DOMAIN "bty-bench"

#include "config.h"

#include <boternity.h>
#include <json-glib/json-glib.h>
#include <stdio.h>

#define LIMIT       0.2
#define ROUNDS      9
#define BATCH_BYTES (4 * 1024 * 1024)

typedef void (*Make) (BtyJsonWriter *writer);

typedef struct
{
  Make make;
  GString *json;
  JsonNode *tree;
} Document;

typedef void (*Work) (const Document *document);

static void
write_usage (BtyJsonWriter *writer, gint64 base)
{
  bty_json_writer_key (writer, "usage");
  bty_json_writer_begin_object (writer);
  bty_json_writer_member_int (writer, "input_tokens", 1200 + base);
  bty_json_writer_member_int (writer, "output_tokens", 77 + base);
  bty_json_writer_key (writer, "cost_micros");
  bty_json_writer_double (writer, 12.625);
  bty_json_writer_end_object (writer);
}

/* A chunk of a streamed answer: some 280 bytes. */
static void
make_delta (BtyJsonWriter *writer)
{
  bty_json_writer_begin_object (writer);
  bty_json_writer_member_string (writer, "id", "chatcmpl-9XkQ2vNqYb7LrT0mWzEfA1cD");
  bty_json_writer_member_string (writer, "object", "chat.completion.chunk");
  bty_json_writer_member_int (writer, "created", 1712345678);
  bty_json_writer_member_string (writer, "model", "gpt-4o-2024-08-06-preview-for-the-bench");
  bty_json_writer_member_string (writer, "system_fingerprint", "fp_44709d6fcb");
  bty_json_writer_key (writer, "choices");
  bty_json_writer_begin_array (writer);
  bty_json_writer_begin_object (writer);
  bty_json_writer_member_int (writer, "index", 0);
  bty_json_writer_key (writer, "delta");
  bty_json_writer_begin_object (writer);
  bty_json_writer_member_string (writer, "content", " together");
  bty_json_writer_end_object (writer);
  bty_json_writer_key (writer, "logprobs");
  bty_json_writer_null (writer);
  bty_json_writer_key (writer, "finish_reason");
  bty_json_writer_null (writer);
  bty_json_writer_end_object (writer);
  bty_json_writer_end_array (writer);
  bty_json_writer_end_object (writer);
}

/* A bot with its settings: some 1.8 KB. */
static void
make_record (BtyJsonWriter *writer)
{
  static const char *const texts[] = { "summary", "greeting", "timezone", "language", "avatar", "owner", "notes" };
  static const char *const routes[] = { "anthropic/claude-sonnet", "openai/gpt-4o", "ollama/llama3.1",
                                        "builtin/builtin" };

  bty_json_writer_begin_object (writer);
  bty_json_writer_member_string (writer, "id", "0190a6b2-7c1e-7d31-9f55-0c1d2e3f4a5b");
  bty_json_writer_member_int (writer, "revision", 41);
  bty_json_writer_key (writer, "created_at");
  bty_json_writer_time (writer, G_GINT64_CONSTANT (1712345678123456));
  bty_json_writer_key (writer, "updated_at");
  bty_json_writer_time (writer, G_GINT64_CONSTANT (1712349999654321));
  bty_json_writer_member_string (writer, "name", "Ada Lovelace");
  bty_json_writer_member_string (writer, "slug", "ada-lovelace");
  bty_json_writer_member_bool (writer, "enabled", TRUE);
  bty_json_writer_key (writer, "temperature");
  bty_json_writer_double (writer, 0.7);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    bty_json_writer_member_string (writer, texts[i],
                                   "Looks after the garden's calendar, answers when asked, keeps \"quiet\" otherwise; "
                                   "writes down what was said, and why, for the next day.");
  bty_json_writer_key (writer, "route");
  bty_json_writer_begin_array (writer);
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    bty_json_writer_string (writer, routes[i]);
  bty_json_writer_end_array (writer);
  write_usage (writer, 3);
  bty_json_writer_key (writer, "limits");
  bty_json_writer_begin_array (writer);
  for (guint i = 0; i < 6; i++)
    {
      bty_json_writer_begin_object (writer);
      bty_json_writer_member_int (writer, "amount", 1000 * (i + 1));
      bty_json_writer_member_bool (writer, "hard", i % 2 == 0);
      bty_json_writer_end_object (writer);
    }
  bty_json_writer_end_array (writer);
  bty_json_writer_end_object (writer);
}

/* 300 messages with paragraphs and some words beyond ASCII: some 200 KB. */
static void
make_history (BtyJsonWriter *writer)
{
  bty_json_writer_begin_object (writer);
  bty_json_writer_key (writer, "messages");
  bty_json_writer_begin_array (writer);
  for (guint i = 0; i < 300; i++)
    {
      bty_json_writer_begin_object (writer);
      bty_json_writer_member_string (writer, "id", "0190a6b2-7c1e-7d31-9f55-0c1d2e3f4a5b");
      bty_json_writer_member_string (writer, "role", i % 2 == 0 ? "user" : "assistant");
      bty_json_writer_key (writer, "created_at");
      bty_json_writer_time (writer, G_GINT64_CONSTANT (1712345678123456) + (gint64) i * 1000003);
      bty_json_writer_member_string (
        writer, "text",
        "The first paragraph says what was found, where, and how sure of it one can be after "
        "a night's reading. It goes on for a few sentences, as people do.\n\nThe second one "
        "lists:\n- the naïve way, which is slow\n- the café's way, “quick”\n- a third\n\nAnd so "
        "on until the end, which comes when everything worth saying has been said twice.");
      write_usage (writer, i);
      bty_json_writer_end_object (writer);
    }
  bty_json_writer_end_array (writer);
  bty_json_writer_end_object (writer);
}

static void
read_ours (const Document *document)
{
  g_auto (BtyJsonReader) reader;
  BtyJsonToken token;

  bty_json_reader_init (&reader, document->json->str, document->json->len, 0);
  do
    token = bty_json_reader_next (&reader, NULL);
  while (token > BTY_JSON_END);
  g_assert (token == BTY_JSON_END);
}

static void
read_json_glib (const Document *document)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();

  g_assert (json_parser_load_from_data (parser, document->json->str, (gssize) document->json->len, NULL));
}

static void
write_ours (const Document *document)
{
  g_autoptr (GString) out = g_string_sized_new (1024);
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, out);
  document->make (&writer);
  g_assert (out->len == document->json->len);
}

static void
write_json_glib (const Document *document)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autofree char *text = NULL;
  gsize length = 0;

  json_generator_set_root (generator, document->tree);
  text = json_generator_to_data (generator, &length);
  g_assert (length > 0);
}

/* Microseconds a piece of work takes, in one batch. */
static double
time_batch (Work work, const Document *document)
{
  guint times = (guint) (BATCH_BYTES / document->json->len) + 1;
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < times; i++)
    work (document);
  return (double) (g_get_monotonic_time () - start) / times;
}

/* Writes a pair of figures, the best of interleaved rounds, and returns their ratio. */
static double
compare (BtyJsonWriter *writer, const char *name, const Document *document, Work ours, Work theirs)
{
  double best = G_MAXDOUBLE, best_theirs = G_MAXDOUBLE;

  for (guint i = 0; i < ROUNDS; i++)
    {
      best = MIN (best, time_batch (ours, document));
      best_theirs = MIN (best_theirs, time_batch (theirs, document));
    }
  bty_json_writer_key (writer, name);
  bty_json_writer_begin_object (writer);
  bty_json_writer_key (writer, "us");
  bty_json_writer_double (writer, (double) (gint64) (best * 1000) / 1000);
  bty_json_writer_key (writer, "json_glib_us");
  bty_json_writer_double (writer, (double) (gint64) (best_theirs * 1000) / 1000);
  bty_json_writer_member_int (writer, "mb_s", (gint64) ((double) document->json->len / best));
  bty_json_writer_key (writer, "ratio");
  bty_json_writer_double (writer, (double) (gint64) (best / best_theirs * 1000) / 1000);
  bty_json_writer_end_object (writer);
  return best / best_theirs;
}

static gboolean
run (BtyJsonWriter *out, const char *name, Make make)
{
  g_autoptr (GString) json = g_string_new (NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  Document document = { make, json, NULL };
  BtyJsonWriter writer;
  double read, write;

  bty_json_writer_init (&writer, json);
  make (&writer);
  g_assert (json_parser_load_from_data (parser, json->str, (gssize) json->len, NULL));
  document.tree = json_parser_get_root (parser);
  bty_json_writer_key (out, name);
  bty_json_writer_begin_object (out);
  bty_json_writer_member_int (out, "bytes", (gint64) json->len);
  read = compare (out, "read", &document, read_ours, read_json_glib);
  write = compare (out, "write", &document, write_ours, write_json_glib);
  bty_json_writer_end_object (out);
  return read <= LIMIT && write <= LIMIT;
}

int
main (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  BtyJsonWriter out;
  gboolean good;

  bty_json_writer_init (&out, text);
  bty_json_writer_begin_object (&out);
  good = run (&out, "delta", make_delta);
  good = run (&out, "record", make_record) && good;
  good = run (&out, "history", make_history) && good;
  bty_json_writer_key (&out, "limit");
  bty_json_writer_double (&out, LIMIT);
  bty_json_writer_end_object (&out);
  puts (text->str);
  return good ? 0 : 1;
}
