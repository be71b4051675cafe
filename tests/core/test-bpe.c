/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How text is cut and counted. bpe-vectors.json has the pieces and counts of the official tokenizers; the pieces are compared always, the
 * counts where BTY_TEST_TOKENIZERS names a folder with the ranks.
 */
#include "config.h"

#include <string.h>

#include "bty-test-folder.h"
#include "model/bty-bpe.h"
#include "model/bty-token-bytes.h"
#include "model/bty-token-counter.h"

typedef struct
{
  BtyRecord record;
  char *family;
  char *text;
  gint64 count;
  char *pieces;
} Vector;

static const BtyField vector_fields[] = {
  BTY_FIELD_STRING (Vector, family, 0, ""),
  BTY_FIELD_TEXT (Vector, text, 0, ""),
  BTY_FIELD_INT64 (Vector, count, 0, ""),
  BTY_FIELD_JSON (Vector, pieces, 0, ""),
};
static const BtySchema vector_schema = { .name = "vector",
                                         .summary = "",
                                         .size = sizeof (Vector),
                                         .fields = vector_fields,
                                         .n_fields = G_N_ELEMENTS (vector_fields),
                                         .field_size = sizeof (BtyField) };

typedef struct
{
  BtyRecord record;
  GPtrArray *vectors;
} Vectors;

static const BtyField vectors_fields[] = {
  BTY_FIELD_RECORDS (Vectors, vectors, BTY_REQUIRED, "", vector_schema),
};
static const BtySchema vectors_schema = { .name = "vectors",
                                          .summary = "",
                                          .size = sizeof (Vectors),
                                          .fields = vectors_fields,
                                          .n_fields = G_N_ELEMENTS (vectors_fields),
                                          .field_size = sizeof (BtyField) };

static Vectors *
read_vectors (void)
{
  g_autofree char *path = g_build_filename (BTY_SOURCE_ROOT, "tests", "core", "bpe-vectors.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  Vectors *vectors;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  vectors = bty_record_from_json (&vectors_schema, BTY_VIEW_CREATE, text, -1, &error);
  g_assert_no_error (error);
  return vectors;
}

static char *
to_json (GStrv pieces)
{
  GString *out = g_string_new (NULL);
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, out);
  bty_json_writer_begin_array (&writer);
  for (guint i = 0; pieces[i] != NULL; i++)
    bty_json_writer_string (&writer, pieces[i]);
  bty_json_writer_end_array (&writer);
  return g_string_free (out, FALSE);
}

/* The same JSON whatever escapes it was written with. */
static char *
plain_json (const char *json)
{
  GString *out = g_string_new (NULL);
  g_auto (BtyJsonReader) reader;
  BtyJsonWriter writer;
  BtyJsonToken token;

  bty_json_reader_init (&reader, json, strlen (json), 0);
  bty_json_writer_init (&writer, out);
  g_assert_cmpint (bty_json_reader_next (&reader, NULL), ==, BTY_JSON_ARRAY_BEGIN);
  bty_json_writer_begin_array (&writer);
  while ((token = bty_json_reader_next (&reader, NULL)) == BTY_JSON_STRING)
    bty_json_writer_string_len (&writer, reader.text, reader.length);
  bty_json_writer_end_array (&writer);
  return g_string_free (out, FALSE);
}

static void
test_pieces (void)
{
  g_autoptr (BtyRecord) record = (BtyRecord *) read_vectors ();
  GPtrArray *vectors = ((Vectors *) record)->vectors;

  g_assert_cmpuint (vectors->len, >=, 60);
  for (guint i = 0; i < vectors->len; i++)
    {
      const Vector *vector = vectors->pdata[i];
      g_auto (GStrv) pieces = bty_bpe_split (vector->family, vector->text);
      g_autofree char *got = to_json (pieces);
      g_autofree char *expected = plain_json (vector->pieces);

      g_assert_cmpstr (got, ==, expected);
    }
}

static void
test_counts (void)
{
  static const struct
  {
    const char *family;
    const char *file;
  } families[] = { { "o200k", "o200k_base.tiktoken" }, { "cl100k", "cl100k_base.tiktoken" } };
  const char *folder = g_getenv ("BTY_TEST_TOKENIZERS");
  g_autoptr (BtyRecord) record = (BtyRecord *) read_vectors ();
  GPtrArray *vectors = ((Vectors *) record)->vectors;

  for (guint f = 0; f < G_N_ELEMENTS (families); f++)
    {
      g_autofree char *path = g_build_filename (folder, families[f].file, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (BtyBpe) bpe = bty_bpe_load (path, families[f].family, &error);

      g_assert_no_error (error);
      for (guint i = 0; i < vectors->len; i++)
        {
          const Vector *vector = vectors->pdata[i];

          if (strcmp (vector->family, families[f].family) != 0)
            continue;
          g_test_message ("%s: %s", vector->family, vector->text);
          g_assert_cmpint (bty_bpe_count (bpe, vector->text, strlen (vector->text)), ==, vector->count);
        }
    }
}

/* All bytes, and some joins on top: `ab` before `bc` before `abc`, ` x`. */
static char *
make_ranks (void)
{
  static const char *const joins[] = { "ab", "bc", "abc", " x", "xx", "xxxx" };
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < 256; i++)
    {
      guchar byte = (guchar) i;
      g_autofree char *word = g_base64_encode (&byte, 1);

      g_string_append_printf (out, "%s %u\n", word, i);
    }
  for (guint i = 0; i < G_N_ELEMENTS (joins); i++)
    {
      g_autofree char *word = g_base64_encode ((const guchar *) joins[i], strlen (joins[i]));

      g_string_append_printf (out, "%s %u\n", word, 256 + i);
    }
  return g_string_free (out, FALSE);
}

static void
test_joins (void)
{
  static const struct
  {
    const char *text;
    gint64 count;
  } cases[] = {
    { "", 0 },      { "a", 1 },       { "ab", 1 },       { "abc", 1 },   { "abcc", 2 }, { "aabc", 2 },
    { "bcab", 2 },  { "abab", 2 },    { "xxxx", 1 },     { "xxxxx", 2 }, { " x", 1 },   { " xx", 2 },
    { "ab ab", 3 }, { "ab\nabc", 3 }, { "\xc3\xa4", 2 }, { "12345", 5 },
  };
  g_autofree char *ranks = make_ranks ();
  g_autofree char *many = g_strnfill (100000, 'x');
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyBpe) bpe = bty_bpe_parse (ranks, strlen (ranks), "cl100k", &error);

  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (bty_bpe_count (bpe, cases[i].text, strlen (cases[i].text)), ==, cases[i].count);
  g_assert_cmpint (bty_bpe_count (bpe, many, strlen (many)), ==, 25000);
  g_assert_cmpint (bty_bpe_count (bpe, "\xff\xfe", 2), ==, -1);
  g_assert_cmpint (bty_bpe_count (bpe, "ab\0ab", 5), ==, -1);
}

static void
test_bad_ranks (void)
{
  static const char *const bad[] = {
    "", "YQ==\n", "YQ== x\n", "*** 5\n", "YQ== -1\n", "YQ== 99999999\n", "YQ 0\n", "YQ== 0\n", " 0\n",
  };
  g_autofree char *ranks = make_ranks ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_null (bty_bpe_parse (bad[i], strlen (bad[i]), "o200k", &error));
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
      g_clear_error (&error);
    }
  g_assert_null (bty_bpe_parse (ranks, strlen (ranks), "claude", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND);
}

static void
test_counter (void)
{
  g_autofree char *ranks = make_ranks ();
  g_autofree char *many = g_strnfill (400000, 'x');
  BtyTestFolder *folder = bty_test_folder_new ();
  g_autofree char *path = bty_test_folder_write (folder, "tokenizers/o200k_base.tiktoken", ranks);
  BtyTokenCounter *counter = bty_token_counter_new (folder);
  double from_bytes = bty_token_counter_count (counter, "o200k", "xxxx xxxx", 9);

  g_assert_cmpfloat (from_bytes, ==, 2);
  while (!bty_token_counter_is_exact (counter, "o200k"))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpfloat (bty_token_counter_count (counter, "o200k", "xxxx xxxx", 9), ==,
                     4); /* of the bytes 20 78 the join comes first */
  g_assert_cmpfloat (bty_token_counter_count (counter, "o200k", many, strlen (many)), ==, 100000);
  g_assert_cmpfloat (bty_token_counter_count (counter, "o200k", "\xff\xff", 2), >, 0);
  g_assert_false (bty_token_counter_is_exact (counter, "claude"));
  bty_token_counter_free (counter);
  bty_test_folder_remove (folder);
}

/* Without ranks an estimate is within a third of the truth for prose and code; of single words and odd signs less can be said. */
static void
test_bytes (void)
{
  g_autoptr (BtyRecord) record = (BtyRecord *) read_vectors ();
  GPtrArray *vectors = ((Vectors *) record)->vectors;
  double estimated = 0;
  double counted = 0;

  for (guint i = 0; i < vectors->len; i++)
    {
      const Vector *vector = vectors->pdata[i];
      double tokens = bty_token_bytes_count (vector->family, vector->text, strlen (vector->text));

      estimated += tokens;
      counted += (double) vector->count;
      g_test_message ("%s: %.1f of %d: %s", vector->family, tokens, (int) vector->count, vector->text);
    }
  g_test_message ("%.0f of %.0f", estimated, counted);
  g_assert_cmpfloat (estimated, >, 0.75 * counted);
  g_assert_cmpfloat (estimated, <, 1.33 * counted);
  g_assert_cmpfloat (bty_token_bytes_count (NULL, "\xff\x80\0x", 4), >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bpe/pieces", test_pieces);
  if (g_getenv ("BTY_TEST_TOKENIZERS") != NULL)
    g_test_add_func ("/bpe/counts", test_counts);
  g_test_add_func ("/bpe/joins", test_joins);
  g_test_add_func ("/bpe/bad-ranks", test_bad_ranks);
  g_test_add_func ("/bpe/counter", test_counter);
  g_test_add_func ("/bpe/bytes", test_bytes);
  return g_test_run ();
}
