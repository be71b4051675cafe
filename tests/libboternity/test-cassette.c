/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <boternity.h>
#include <string.h>

static GPtrArray *
headers (const char *name, const char *value)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (list, g_strdup (name));
  g_ptr_array_add (list, g_strdup (value));
  return list;
}

/* One take of one request, whose body comes in @pieces. */
static BtyCassette *
record (const char *const *pieces)
{
  BtyCassette *cassette = bty_cassette_new (1024 * 1024);
  g_autoptr (BtyCompletionRequest) request = bty_completion_request_new ();
  g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);
  BtyCassetteExchange *exchange;
  guint take;

  request->model = g_strdup ("m");
  take = bty_cassette_begin_take (cassette, "up", "openai", NULL, request);
  exchange = bty_cassette_record (cassette, take, "POST", "http://h/v1", headers ("Accept", "text/plain"), body);
  bty_cassette_record_head (cassette, exchange, 200, headers ("Content-Type", "text/plain"));
  for (; *pieces != NULL; pieces++)
    {
      bty_cassette_record_piece (cassette, exchange, *pieces, strlen (*pieces));
      bty_cassette_hear (cassette, take, "text", *pieces, strlen (*pieces));
    }
  bty_cassette_record_end (cassette, exchange, BTY_CASSETTE_COMPLETE, NULL);
  bty_cassette_end_take (cassette, take, BTY_STOP_END, NULL);
  return cassette;
}

static char *
body_of (const BtyCassette *cassette)
{
  const BtyCassetteExchange *exchange = cassette->exchanges->pdata[0];
  GString *whole = g_string_new (NULL);

  for (guint i = 0; i < exchange->pieces->len; i++)
    {
      GBytes *bytes = g_array_index (exchange->pieces, BtyCassettePiece, i).bytes;

      g_string_append_len (whole, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));
    }
  return g_string_free (whole, FALSE);
}

static void
test_round_trip (void)
{
  static const char *const pieces[] = { "one\n", "tw", "o \xff\n", NULL };
  g_autoptr (BtyCassette) cassette = record (pieces);
  g_autoptr (GError) error = NULL;
  GString *text = bty_cassette_write (cassette);
  g_autoptr (BtyCassette) loaded = bty_cassette_load (text->str, text->len, &error);
  const BtyCassetteExchange *exchange;
  const BtyCassetteTake *take;
  g_autofree char *body = NULL;

  g_assert_no_error (error);
  g_assert_true (bty_cassette_is_playing (loaded) && !bty_cassette_is_playing (cassette));
  exchange = loaded->exchanges->pdata[0];
  take = loaded->takes->pdata[0];
  g_assert_cmpuint (exchange->pieces->len, ==, 3);
  g_assert_cmpuint (exchange->status, ==, 200);
  g_assert_cmpstr (take->request, ==, ((const BtyCassetteTake *) cassette->takes->pdata[0])->request);
  g_assert_cmpuint (strlen (take->digest), ==, 64);
  body = body_of (loaded);
  g_assert_cmpstr (body, ==, "one\ntwo \xff\n");
  g_assert_true (bty_cassette_play (loaded, 1) == exchange);
  g_assert_null (bty_cassette_play (loaded, 1));
  g_string_free (text, TRUE);
}

static void
take_out (GString *text, gpointer data)
{
  g_string_replace (text, data, "[x]", 0);
}

static void
test_what_is_cut_in_two_is_found (void)
{
  static const char *const pieces[] = { "a\nthe sec", "ret is\n", "out", NULL };
  g_autoptr (BtyCassette) cassette = record (pieces);
  const BtyCassetteExchange *exchange = cassette->exchanges->pdata[0];
  gint64 second = g_array_index (exchange->pieces, BtyCassettePiece, 1).at;
  g_autofree char *body = NULL;

  bty_cassette_redact (cassette, NULL, take_out, (gpointer) "secret");
  body = body_of (cassette);
  g_assert_cmpstr (body, ==, "a\nthe [x] is\nout");
  g_assert_cmpuint (exchange->pieces->len, ==, 3);
  g_assert_cmpint (g_array_index (exchange->pieces, BtyCassettePiece, 1).at, ==, second);
  g_assert_cmpint (cassette->redacted, ==, 2); /* the body, and what was heard */
}

static void
test_what_is_not_changed_keeps_its_pieces (void)
{
  static const char *const pieces[] = { "a", "b\nc", "d", NULL };
  g_autoptr (BtyCassette) cassette = record (pieces);
  const BtyCassetteExchange *exchange = cassette->exchanges->pdata[0];

  bty_cassette_redact (cassette, NULL, take_out, (gpointer) "secret");
  g_assert_cmpuint (exchange->pieces->len, ==, 3);
  g_assert_cmpint (cassette->redacted, ==, 0);
}

static void
test_where_it_is_cut_makes_no_difference (void)
{
  static const char *const some[] = { "ab", "c", NULL };
  static const char *const others[] = { "a", "bc", NULL };
  static const char *const another[] = { "a", "bd", NULL };
  g_autoptr (BtyCassette) first = record (some);
  g_autoptr (BtyCassette) second = record (others);
  g_autoptr (BtyCassette) third = record (another);
  g_autofree char *one = bty_cassette_digest (first, 1);
  g_autofree char *two = bty_cassette_digest (second, 1);
  g_autofree char *three = bty_cassette_digest (third, 1);

  g_assert_cmpstr (one, ==, two);
  g_assert_cmpstr (one, !=, three);
}

static void
test_it_can_be_full (void)
{
  g_autoptr (BtyCassette) cassette = bty_cassette_new (100);
  g_autoptr (BtyCompletionRequest) request = bty_completion_request_new ();
  guint take = bty_cassette_begin_take (cassette, "up", "openai", NULL, request);
  char large[200];

  memset (large, 'x', sizeof large);
  bty_cassette_hear (cassette, take, "text", large, sizeof large);
  g_assert_true (bty_cassette_is_full (cassette));
}

static void
test_what_is_refused (void)
{
#define FIRST "{\"line\":\"cassette\",\"version\":1}\n"
#define TAKE  "{\"line\":\"take\",\"n\":1,\"provider\":\"p\",\"kind\":\"k\",\"request\":{}}\n"
#define ASK   "{\"line\":\"ask\",\"n\":1,\"take\":1,\"method\":\"POST\",\"url\":\"u\"}\n"
#define HEAD  "{\"line\":\"head\",\"n\":1,\"status\":200}\n"
  static const char *const texts[] = {
    "",
    "no JSON",
    TAKE,
    FIRST FIRST,
    "{\"line\":\"cassette\",\"version\":2}",
    FIRST "{\"line\":\"take\",\"n\":2,\"provider\":\"p\",\"kind\":\"k\",\"request\":{}}",
    FIRST "{\"line\":\"take\",\"n\":1,\"provider\":\"p\",\"kind\":\"k\"}",
    FIRST ASK,
    FIRST TAKE ASK ASK,
    FIRST TAKE ASK "{\"line\":\"piece\",\"n\":1,\"text\":\"x\"}",
    FIRST TAKE ASK HEAD HEAD,
    FIRST TAKE ASK HEAD "{\"line\":\"piece\",\"n\":1}",
    FIRST TAKE ASK HEAD "{\"line\":\"piece\",\"n\":2,\"text\":\"x\"}",
    FIRST TAKE ASK HEAD "{\"line\":\"piece\",\"n\":1,\"text\":\"x\",\"more\":1}",
    FIRST TAKE ASK HEAD "{\"line\":\"over\",\"n\":1,\"end\":\"failed\"}",
    FIRST TAKE ASK HEAD "{\"line\":\"over\",\"n\":1,\"end\":\"open\"}",
    FIRST TAKE ASK "{\"line\":\"over\",\"n\":1,\"end\":\"complete\"}",
    FIRST TAKE ASK "{\"line\":\"head\",\"n\":1,\"status\":200,\"headers\":[\"odd\"]}",
    FIRST TAKE ASK "{\"line\":\"head\",\"n\":1,\"at\":-1,\"status\":200}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (bty_cassette_load (texts[i], strlen (texts[i]), &error));
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_draws_depend_on_nothing_else (void)
{
  g_assert_cmpuint (bty_fault_random (1, "a", 1), ==, bty_fault_random (1, "a", 1));
  g_assert_cmpuint (bty_fault_random (1, "a", 1), !=, bty_fault_random (1, "a", 2));
  g_assert_cmpuint (bty_fault_random (1, "a", 1), !=, bty_fault_random (1, "b", 1));
  g_assert_cmpuint (bty_fault_random (1, "a", 1), !=, bty_fault_random (2, "a", 1));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cassette/round-trip", test_round_trip);
  g_test_add_func ("/cassette/cut-in-two", test_what_is_cut_in_two_is_found);
  g_test_add_func ("/cassette/unchanged", test_what_is_not_changed_keeps_its_pieces);
  g_test_add_func ("/cassette/heard", test_where_it_is_cut_makes_no_difference);
  g_test_add_func ("/cassette/full", test_it_can_be_full);
  g_test_add_func ("/cassette/refused", test_what_is_refused);
  g_test_add_func ("/cassette/draws", test_draws_depend_on_nothing_else);
  return g_test_run ();
}
