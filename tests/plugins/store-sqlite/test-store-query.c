/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Filters, order, pages, text. */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <string.h>

#include "store-fixture.h"

#define N_NOTES 53

/* Titles of all pages, one letter group each, with pages of @limit. */
static char *
collect (BtyStore *store, const BtySchema *schema, const char *order, gboolean descending, guint limit, guint offset)
{
  g_autofree char *cursor = NULL;
  g_autoptr (GString) out = g_string_new (NULL);

  do
    {
      g_autoptr (BtyQuery) query = bty_query_new (schema);
      g_autoptr (BtyPage) page = NULL;

      bty_query_order (query, order, descending);
      bty_query_limit (query, limit);
      bty_query_after (query, cursor);
      page = store_must_query (store, query);
      g_assert_cmpuint (page->items->len, <=, limit);
      g_assert_cmpuint (page->items->len, >, 0);
      for (guint i = 0; i < page->items->len; i++)
        g_string_append_printf (out, "%s ", G_STRUCT_MEMBER (char *, g_ptr_array_index (page->items, i), offset));
      g_free (cursor);
      cursor = g_strdup (page->next_cursor);
    }
  while (cursor != NULL);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
check_order (BtyStore *store, const BtySchema *schema, const char *order, guint offset)
{
  g_autofree char *whole = collect (store, schema, order, FALSE, 1000, offset);
  g_autofree char *whole_down = collect (store, schema, order, TRUE, 1000, offset);
  g_auto (GStrv) up = g_strsplit (whole, " ", -1);
  g_auto (GStrv) down = g_strsplit (whole_down, " ", -1);
  guint n = g_strv_length (up) - 1;

  g_assert_cmpuint (n, ==, N_NOTES);
  for (guint i = 0; i < n; i++)
    g_assert_cmpstr (up[i], ==, down[n - 1 - i]);
  for (guint limit = 1; limit < 60; limit += 13)
    {
      g_autofree char *pages = collect (store, schema, order, FALSE, limit, offset);
      g_autofree char *pages_down = collect (store, schema, order, TRUE, limit, offset);

      g_assert_cmpstr (pages, ==, whole);
      g_assert_cmpstr (pages_down, ==, whole_down);
    }
}

static Note *
note_for (guint i)
{
  g_autofree char *title = g_strdup_printf ("n%02u", (i * 31) % N_NOTES);
  Note *note = make_note (title, i % 7);

  note->done = i % 2;
  if (i % 5 != 0)
    {
      BTY_SET_NULL (note, Note, due_at, FALSE);
      /* Whole seconds, milliseconds and microseconds, which JSON writes in different widths. */
      note->due_at = G_GINT64_CONSTANT (1700000000000000) +
                     (i % 3 == 0   ? 1000000
                      : i % 3 == 1 ? 1000500
                                   : 999000) +
                     i % 4 * 1000;
    }
  return note;
}

static void
put_notes (StoreFixture *f)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < N_NOTES; i++)
    {
      g_autoptr (Note) note = note_for (i);

      bty_batch_put (batch, note);
    }
  store_apply (f->store, batch, &error);
  g_assert_no_error (error);
}

static void
test_pages_generic (StoreFixture *f, gconstpointer unused)
{
  static const char *const orders[] = { "id", "title", "rank", "due_at", "done", "created_at" };

  put_notes (f);
  for (guint i = 0; i < G_N_ELEMENTS (orders); i++)
    check_order (f->store, &note_schema, orders[i], G_STRUCT_OFFSET (Note, title));
}

static void
test_time_order (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (BtyQuery) query = bty_query_new (&note_schema);
  g_autoptr (BtyPage) page = NULL;
  gint64 last = 0;

  put_notes (f);
  bty_query_order (query, "due_at", FALSE);
  bty_query_where (query, "due_at", BTY_MATCH_GREATER_OR_EQUAL, "2023-11-14T22:13:21Z");
  page = store_must_query (f->store, query);
  g_assert_cmpuint (page->items->len, >, 10);
  for (guint i = 0; i < page->items->len; i++)
    {
      const Note *note = g_ptr_array_index (page->items, i);

      g_assert_cmpint (note->due_at, >=, MAX (last, G_GINT64_CONSTANT (1700000001000000)));
      last = note->due_at;
    }
}

static void
test_pages_own (StoreFixture *f, gconstpointer unused)
{
  static const char *const orders[] = { "id", "turn", "created_at", "session" };
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < N_NOTES; i++)
    {
      g_autofree char *text = g_strdup_printf ("m%u", i);
      g_autoptr (BtyMessage) message = make_message (i % 3 == 0 ? "s1" : "s2", text);

      message->turn = i % 4 != 0 ? g_strdup_printf ("t%u", i % 6) : NULL;
      bty_batch_put (batch, message);
    }
  store_apply (f->store, batch, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (orders); i++)
    check_order (f->store, &bty_message_schema, orders[i], G_STRUCT_OFFSET (BtyMessage, text));
}

typedef struct
{
  const char *field;
  BtyMatch match;
  const char *value;
} Filter;

/* Counts, in C, what the store must find. */
static guint
count_rank (BtyMatch match, gint64 value)
{
  guint n = 0;

  for (guint i = 0; i < N_NOTES; i++)
    {
      gint64 rank = i % 7;

      n += (match == BTY_MATCH_EQUAL && rank == value) || (match == BTY_MATCH_NOT_EQUAL && rank != value) ||
           (match == BTY_MATCH_LESS && rank < value) || (match == BTY_MATCH_LESS_OR_EQUAL && rank <= value) ||
           (match == BTY_MATCH_GREATER && rank > value) || (match == BTY_MATCH_GREATER_OR_EQUAL && rank >= value);
    }
  return n;
}

static void
test_filters (StoreFixture *f, gconstpointer unused)
{
  put_notes (f);
  for (int match = BTY_MATCH_EQUAL; match <= BTY_MATCH_GREATER_OR_EQUAL; match++)
    {
      g_autoptr (BtyQuery) query = bty_query_new (&note_schema);
      g_autoptr (BtyPage) page = NULL;

      bty_query_where (query, "rank", (BtyMatch) match, "3");
      page = store_must_query (f->store, query);
      g_assert_cmpuint (page->items->len, ==, count_rank ((BtyMatch) match, 3));
    }
}

static void
test_filters_together (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (BtyQuery) query = bty_query_new (&note_schema);
  g_autoptr (BtyQuery) bad = bty_query_new (&note_schema);
  g_autoptr (BtyPage) page = NULL;
  g_autoptr (GError) error = NULL;

  put_notes (f);
  bty_query_where (query, "done", BTY_MATCH_EQUAL, "true");
  bty_query_where (query, "rank", BTY_MATCH_LESS, "4");
  bty_query_where (query, "title", BTY_MATCH_NOT_EQUAL, "n31");
  page = store_must_query (f->store, query);
  for (guint i = 0; i < page->items->len; i++)
    {
      const Note *note = g_ptr_array_index (page->items, i);

      g_assert_true (note->done);
      g_assert_cmpint (note->rank, <, 4);
      g_assert_cmpstr (note->title, !=, "n31");
    }
  g_assert_cmpuint (page->items->len, >, 5);
  bty_query_where (bad, "rank", BTY_MATCH_EQUAL, "many");
  g_assert_null (store_query (f->store, bad, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
}

static void
test_bad_cursors (StoreFixture *f, gconstpointer unused)
{
  static const char *const bad[] = { "", "x", "AAAA", "../../x", "%00", "bm8KbmUKdA..", "\xc3\xa9" };
  g_autoptr (BtyQuery) first = bty_query_new (&note_schema);
  g_autoptr (BtyQuery) other = bty_query_new (&note_schema);
  g_autoptr (BtyPage) page = NULL;
  g_autoptr (GError) error = NULL;

  put_notes (f);
  bty_query_limit (first, 2);
  page = store_must_query (f->store, first);
  g_assert_nonnull (page->next_cursor);
  bty_query_where (other, "rank", BTY_MATCH_EQUAL, "3");
  bty_query_after (other, page->next_cursor);
  g_assert_null (store_query (f->store, other, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (BtyQuery) query = bty_query_new (&note_schema);

      g_clear_error (&error);
      bty_query_after (query, bad[i]);
      g_assert_null (store_query (f->store, query, &error));
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
    }
}

static guint
count_found (BtyStore *store, const char *words, const char *session)
{
  g_autoptr (BtyQuery) query = bty_query_new (&bty_message_schema);
  g_autoptr (BtyPage) page = NULL;

  bty_query_match_text (query, words);
  if (session != NULL)
    bty_query_where (query, "session", BTY_MATCH_EQUAL, session);
  page = store_must_query (store, query);
  return page->items->len;
}

static void
test_text (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (BtyMessage) cats = make_message ("s1", "The cat sat on the mat; cats, CAT!");
  g_autoptr (BtyMessage) dogs = make_message ("s2", "A dog saw the cat once, in M\xc3\xbcnchen");
  g_autoptr (BtyMessage) none = make_message ("s2", "");
  g_autoptr (BtyMessage) edited = NULL;
  g_autoptr (BtyQuery) query = bty_query_new (&bty_message_schema);
  g_autoptr (BtyPage) page = NULL;

  store_put (f->store, cats);
  store_put (f->store, dogs);
  store_put (f->store, none);
  g_assert_cmpuint (count_found (f->store, "cat", NULL), ==, 2);
  g_assert_cmpuint (count_found (f->store, "CAT", "s2"), ==, 1);
  g_assert_cmpuint (count_found (f->store, "munchen", NULL), ==, 1);
  g_assert_cmpuint (count_found (f->store, "horse dog", NULL), ==, 1);
  g_assert_cmpuint (count_found (f->store, "horse", NULL), ==, 0);
  bty_query_match_text (query, "cat");
  page = store_must_query (f->store, query);
  g_assert_true (bty_record_equal (cats, g_ptr_array_index (page->items, 0)));

  edited = bty_message_edit (dogs);
  bty_record_take_string (&edited->text, g_strdup ("A horse"));
  store_put (f->store, edited);
  g_assert_cmpuint (count_found (f->store, "dog", NULL), ==, 0);
  g_assert_cmpuint (count_found (f->store, "horse", NULL), ==, 1);
  store_delete (f->store, edited);
  g_assert_cmpuint (count_found (f->store, "horse", NULL), ==, 0);
}

/* What means something to FTS5 means nothing from a user. */
static void
test_text_syntax (StoreFixture *f, gconstpointer unused)
{
  static const char *const words[] = { "\"",         "cat\"",
                                       "cat OR",     "cat AND dog",
                                       "NOT cat",    "text:cat",
                                       "cat*",       "^cat",
                                       "(cat",       "NEAR(cat dog)",
                                       "cat + dog",  "-cat",
                                       "{cat}",      "'; DROP TABLE message; --",
                                       "*",          "",
                                       " ",          "\xf0\x9f\x98\x80",
                                       "cat\"\"cat", "message_text" };
  g_autoptr (BtyMessage) cats = make_message ("s1", "The cat sat");

  store_put (f->store, cats);
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    g_assert_cmpuint (count_found (f->store, words[i], NULL), ==, strstr (words[i], "cat") != NULL ? 1 : 0);
}

static void
test_text_pages (StoreFixture *f, gconstpointer unused)
{
  g_autofree char *cursor = NULL;
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (BtyBatch) batch = bty_batch_new ();

  for (guint i = 0; i < 25; i++)
    {
      g_autofree char *text = g_strdup_printf ("cat %s", i % 2 ? "cat cat" : "dog bird");
      g_autoptr (BtyMessage) message = make_message ("s", text);

      bty_batch_put (batch, message);
    }
  g_assert_true (store_apply (f->store, batch, NULL));
  do
    {
      g_autoptr (BtyQuery) query = bty_query_new (&bty_message_schema);
      g_autoptr (BtyPage) page = NULL;

      bty_query_match_text (query, "cat");
      bty_query_limit (query, 4);
      bty_query_after (query, cursor);
      page = store_must_query (f->store, query);
      for (guint i = 0; i < page->items->len; i++)
        g_assert_true (g_hash_table_add (seen, g_strdup (((BtyRecord *) g_ptr_array_index (page->items, i))->id)));
      g_free (cursor);
      cursor = g_strdup (page->next_cursor);
    }
  while (cursor != NULL);
  g_assert_cmpuint (g_hash_table_size (seen), ==, 25);
}

static void
test_text_elsewhere (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (BtyQuery) query = bty_query_new (&bty_bot_schema);
  g_autoptr (GError) error = NULL;

  bty_query_match_text (query, "cat");
  g_assert_null (store_query (f->store, query, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_UNIMPLEMENTED);
}

static void
add (const char *path, void (*function) (StoreFixture *f, gconstpointer unused))
{
  g_test_add (path, StoreFixture, NULL, store_fixture_set_up, function, store_fixture_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/store/pages/generic", test_pages_generic);
  add ("/store/pages/own", test_pages_own);
  add ("/store/time-order", test_time_order);
  add ("/store/filters/each", test_filters);
  add ("/store/filters/together", test_filters_together);
  add ("/store/bad-cursors", test_bad_cursors);
  add ("/store/text/words", test_text);
  add ("/store/text/syntax", test_text_syntax);
  add ("/store/text/pages", test_text_pages);
  add ("/store/text/elsewhere", test_text_elsewhere);
  return g_test_run ();
}
