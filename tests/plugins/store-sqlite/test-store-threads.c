/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Many reads and writes at once, cancelled reads, the log's size, and what is left of deleted text. */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "store-fixture.h"

#define N_BOTS 20

typedef struct
{
  BtyStore *store;
  BtyBot *current[N_BOTS]; /* as last acknowledged; NULL when deleted */
  gint64 revision[N_BOTS];
  guint busy[N_BOTS];
  guint n_reads;
  guint n_writes;
  guint n_in_flight;
} Storm;

typedef struct
{
  Storm *storm;
  guint index;
  gint64 at_least;
  BtyBot *bot;
} Step;

static void
on_got (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autofree Step *step = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyBot) bot = bty_store_get_finish (BTY_STORE (store), result, &error);

  g_assert_no_error (error);
  /* A read sees every write that was acknowledged before it began. */
  g_assert_cmpint (bot->record.revision, >=, step->at_least);
  step->storm->n_reads++;
  step->storm->n_in_flight--;
}

static void
on_put (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autofree Step *step = data;
  g_autoptr (GError) error = NULL;
  Storm *storm = step->storm;

  bty_store_apply_finish (BTY_STORE (store), result, &error);
  g_assert_no_error (error);
  bty_bot_unref (storm->current[step->index]);
  storm->current[step->index] = step->bot;
  storm->revision[step->index] = step->bot->record.revision;
  storm->busy[step->index] = FALSE;
  storm->n_writes++;
  storm->n_in_flight--;
}

static void
step_storm (Storm *storm)
{
  guint index = (guint) g_test_rand_int_range (0, N_BOTS);
  Step *step = g_new0 (Step, 1);

  step->storm = storm;
  step->index = index;
  step->at_least = storm->revision[index];
  storm->n_in_flight++;
  if (storm->busy[index] || g_test_rand_int_range (0, 4) > 0)
    {
      gboolean by_id = g_test_rand_bit ();

      bty_store_get_async (storm->store, &bty_bot_schema, by_id ? "id" : "slug",
                           by_id ? storm->current[index]->record.id : storm->current[index]->slug, NULL, on_got, step);
    }
  else
    {
      g_autoptr (BtyBatch) batch = bty_batch_new ();

      storm->busy[index] = TRUE;
      step->bot = bty_bot_edit (storm->current[index]);
      bty_batch_put (batch, step->bot);
      bty_store_apply_async (storm->store, batch, NULL, on_put, step);
    }
}

static void
run_storm (StoreFixture *f, guint cache_records)
{
  Storm storm = { 0 };

  store_fixture_renew (f);
  bty_store_sqlite_get_options (BTY_STORE_SQLITE (f->store))->cache_records = cache_records;
  store_fixture_open (f);
  storm.store = f->store;
  for (guint i = 0; i < N_BOTS; i++)
    {
      g_autofree char *name = g_strdup_printf ("bot%u-%u", cache_records, i);

      storm.current[i] = make_bot (name);
      storm.revision[i] = 1;
      store_put (f->store, storm.current[i]);
    }
  while (storm.n_writes < 3000)
    {
      while (storm.n_in_flight < 40)
        step_storm (&storm);
      g_main_context_iteration (NULL, TRUE);
    }
  while (storm.n_in_flight > 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (storm.n_reads, >, 3000);
  for (guint i = 0; i < N_BOTS; i++)
    bty_bot_unref (storm.current[i]);
}

static void
test_storm (StoreFixture *f, gconstpointer unused)
{
  run_storm (f, 0);
  run_storm (f, 7);
  run_storm (f, 512);
}

/* Unique values move between records: what the cache answers follows. */
static void
test_cache (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (BtyBot) ada = make_bot ("Ada");
  g_autoptr (BtyBot) bob = make_bot ("Bob");
  g_autoptr (BtyBot) ada_edited = NULL;
  g_autoptr (BtyBot) bob_edited = NULL;
  g_autoptr (BtyBot) found = NULL;
  g_autoptr (BtyBot) same = NULL;

  store_put (f->store, ada);
  store_put (f->store, bob);
  found = store_must_get (f->store, &bty_bot_schema, "slug", "ada");
  same = store_must_get (f->store, &bty_bot_schema, "id", found->record.id);
  g_assert_true (found == same); /* from memory */
  ada_edited = bty_bot_edit (found);
  bty_record_take_string (&ada_edited->slug, g_strdup ("lovelace"));
  store_put (f->store, ada_edited);
  g_assert_null (store_get (f->store, &bty_bot_schema, "slug", "ada", NULL));
  bob_edited = bty_bot_edit (bob);
  bty_record_take_string (&bob_edited->slug, g_strdup ("ada"));
  store_put (f->store, bob_edited);
  bty_bot_unref (found);
  found = store_must_get (f->store, &bty_bot_schema, "slug", "ada");
  g_assert_cmpstr (found->name, ==, "Bob");
  store_delete (f->store, bob_edited);
  g_assert_null (store_get (f->store, &bty_bot_schema, "slug", "ada", NULL));
  g_assert_null (store_get (f->store, &bty_bot_schema, "id", bob->record.id, NULL));
}

static gboolean is_answered;

static void
on_answered (GObject *store, GAsyncResult *result, gpointer data)
{
  is_answered = TRUE;
}

/* Not before get_async() has returned, though the answer is at hand. */
static void
test_not_at_once (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (BtyBot) ada = make_bot ("Ada");
  g_autoptr (BtyBot) found = NULL;

  store_put (f->store, ada);
  found = store_must_get (f->store, &bty_bot_schema, "slug", "ada");
  is_answered = FALSE;
  bty_store_get_async (f->store, &bty_bot_schema, "slug", "ada", NULL, on_answered, NULL);
  g_assert_false (is_answered);
  while (!is_answered)
    g_main_context_iteration (NULL, TRUE);
}

static void
on_query_error (GObject *store, GAsyncResult *result, gpointer data)
{
  GError **error = data;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (store), result, error);

  if (page != NULL)
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_UNIMPLEMENTED, "not cancelled");
}

static void
put_many (BtyStore *store, guint n)
{
  for (guint i = 0; i < n; i += 1000)
    {
      g_autoptr (BtyBatch) batch = bty_batch_new ();

      for (guint j = 0; j < 1000; j++)
        {
          g_autofree char *title = g_strdup_printf ("t%u", i + j);
          g_autoptr (Note) note = make_note (title, (i + j) % 100);

          bty_batch_put (batch, note);
        }
      g_assert_true (store_apply (store, batch, NULL));
    }
}

/* A query over everything by a field that has no index, which takes tens of milliseconds. */
static GError *
start_and_cancel (BtyStore *store, guint microseconds)
{
  g_autoptr (BtyQuery) query = bty_query_new (&note_schema);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GError *error = NULL;

  bty_query_order (query, "updated_at", TRUE);
  bty_store_query_async (store, query, cancellable, on_query_error, &error);
  g_usleep (microseconds);
  g_cancellable_cancel (cancellable);
  while (error == NULL)
    g_main_context_iteration (NULL, TRUE);
  return error;
}

static void
test_cancel (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (BtyQuery) query = bty_query_new (&note_schema);
  gint64 full;
  gint64 start;
  guint n_cancelled = 0;
  guint n_tries = 0;
  guint delay;

  put_many (f->store, 20000);
  bty_query_order (query, "updated_at", TRUE);
  start = g_get_monotonic_time ();
  bty_page_unref (store_must_query (f->store, query));
  full = g_get_monotonic_time () - start;
  delay = (guint) full / 4;
  /* One that was over before it was cancelled says only that this machine is fast now: the next is cancelled sooner. */
  for (; n_cancelled < 10 && n_tries < 200; n_tries++)
    {
      g_autoptr (GError) error = start_and_cancel (f->store, delay);

      if (g_error_matches (error, BTY_ERROR, BTY_ERROR_CANCELLED))
        n_cancelled++;
      else
        delay = delay * 3 / 4;
    }
  g_test_message ("%u of %u cancelled, the last after %u us of %" G_GINT64_FORMAT, n_cancelled, n_tries, delay, full);
  g_assert_cmpuint (n_cancelled, ==, 10);
  bty_page_unref (store_must_query (f->store, query));
}

static void
test_cancelled_before (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (BtyQuery) query = bty_query_new (&note_schema);

  g_cancellable_cancel (cancellable);
  bty_store_query_async (f->store, query, cancellable, on_query_error, &error);
  while (error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (error, BTY_ERROR, BTY_ERROR_CANCELLED);
}

static void
on_apply_error (GObject *store, GAsyncResult *result, gpointer data)
{
  GError **error = data;

  if (bty_store_apply_finish (BTY_STORE (store), result, error))
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_UNIMPLEMENTED, "not cancelled");
}

/* Before it is taken: nothing is written. After: it is told that it was. */
static void
test_cancelled_write (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) late = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GCancellable) other = g_cancellable_new ();
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  g_autoptr (BtyBot) bot = make_bot ("Ada");
  gint64 end = g_get_monotonic_time () + G_USEC_PER_SEC / 5;

  bty_batch_put (batch, bot);
  g_cancellable_cancel (cancellable);
  bty_store_apply_async (f->store, batch, cancellable, on_apply_error, &error);
  while (error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (error, BTY_ERROR, BTY_ERROR_CANCELLED);
  g_assert_null (store_get (f->store, &bty_bot_schema, "slug", "ada", NULL));
  bty_store_apply_async (f->store, batch, other, on_apply_error, &late);
  while (g_get_monotonic_time () < end)
    g_usleep (1000); /* committed by now */
  g_cancellable_cancel (other);
  while (late == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (late, BTY_ERROR, BTY_ERROR_UNIMPLEMENTED);
}

/* The store is closed while a long query runs: it is broken off, and its callback still comes. */
static void
test_close_amid (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyQuery) query = bty_query_new (&note_schema);

  put_many (f->store, 5000);
  bty_query_order (query, "updated_at", TRUE);
  for (guint i = 0; i < 10; i++)
    bty_store_query_async (f->store, query, NULL, on_answered, NULL);
  bty_store_query_async (f->store, query, NULL, on_query_error, &error);
  bty_store_close (f->store);
  while (error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE);
}

static gint64
size_of (StoreFixture *f, const char *suffix)
{
  g_autofree char *file = store_fixture_file (f, suffix);
  GStatBuf status;

  return g_stat (file, &status) == 0 ? status.st_size : 0;
}

static void
test_log_size (StoreFixture *f, gconstpointer unused)
{
  BtySqliteOptions *options;
  gint64 largest = 0;

  store_fixture_renew (f);
  options = bty_store_sqlite_get_options (BTY_STORE_SQLITE (f->store));
  options->checkpoint_size = 128 * 1024;
  options->wal_cap = 1024 * 1024;
  store_fixture_open (f);
  for (guint i = 0; i < 2000; i++)
    {
      g_autofree char *title = g_strdup_printf ("n%u", i);
      g_autoptr (Note) note = make_note (title, i);

      note->body = g_strnfill (8000, 'x');
      store_put (f->store, note);
      largest = MAX (largest, size_of (f, "-wal"));
    }
  g_test_message ("log at most %" G_GINT64_FORMAT " bytes, database %" G_GINT64_FORMAT, largest, size_of (f, ""));
  g_assert_cmpint (largest, <, 2 * options->wal_cap);
  g_assert_cmpint (size_of (f, ""), >, 10 * 1024 * 1024); /* copied while it ran */
  bty_store_close (f->store);
  g_assert_cmpint (size_of (f, "-wal"), ==, 0);
}

static gboolean
holds (StoreFixture *f, const char *suffix, const char *word)
{
  g_autofree char *file = store_fixture_file (f, suffix);
  g_autofree char *content = NULL;
  gsize length;

  return g_file_get_contents (file, &content, &length, NULL) && memmem (content, length, word, strlen (word)) != NULL;
}

static gboolean
is_anywhere (StoreFixture *f, const char *word)
{
  return holds (f, "", word) || holds (f, "-wal", word);
}

static void
put_and_delete_secret (StoreFixture *f)
{
  g_autoptr (BtyMessage) message = make_message ("s", "the word is xyzzyplugh and more");

  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *text = g_strdup_printf ("message %u with words of its own", i);
      g_autoptr (BtyMessage) other = make_message ("s", text);

      store_put (f->store, other);
      if (i == 25)
        store_put (f->store, message);
    }
  g_assert_true (is_anywhere (f, "xyzzyplugh"));
  store_delete (f->store, message);
}

static void
test_deleted (StoreFixture *f, gconstpointer unused)
{
  gint64 deadline = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  put_and_delete_secret (f);
  while (is_anywhere (f, "xyzzyplugh") && g_get_monotonic_time () < deadline)
    g_usleep (10000);
  g_assert_false (is_anywhere (f, "xyzzyplugh"));
}

static void
test_deleted_and_closed (StoreFixture *f, gconstpointer unused)
{
  put_and_delete_secret (f);
  bty_store_close (f->store);
  g_assert_false (is_anywhere (f, "xyzzyplugh"));
}

/* Killed before it could tidy: done after the next open. */
static void
test_deleted_and_killed (StoreFixture *f, gconstpointer unused)
{
  g_autofree char *file = store_fixture_file (f, "");
  g_autofree char *log = store_fixture_file (f, "-wal");
  g_autofree char *content = NULL;
  g_autofree char *log_content = NULL;
  gsize length;
  gsize log_length;
  gint64 deadline = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  put_and_delete_secret (f);
  g_assert_true (g_file_get_contents (file, &content, &length, NULL));
  g_assert_true (g_file_get_contents (log, &log_content, &log_length, NULL));
  store_fixture_renew (f);
  g_assert_true (g_file_set_contents (file, content, (gssize) length, NULL));
  g_assert_true (g_file_set_contents (log, log_content, (gssize) log_length, NULL));
  g_assert_true (is_anywhere (f, "xyzzyplugh"));
  store_fixture_open (f);
  while (is_anywhere (f, "xyzzyplugh") && g_get_monotonic_time () < deadline)
    g_usleep (10000);
  g_assert_false (is_anywhere (f, "xyzzyplugh"));
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
  add ("/store/threads/storm", test_storm);
  add ("/store/threads/cache", test_cache);
  add ("/store/threads/not-at-once", test_not_at_once);
  add ("/store/threads/cancel", test_cancel);
  add ("/store/threads/cancelled-before", test_cancelled_before);
  add ("/store/threads/cancelled-write", test_cancelled_write);
  add ("/store/threads/close-amid", test_close_amid);
  add ("/store/threads/log-size", test_log_size);
  add ("/store/threads/deleted", test_deleted);
  add ("/store/threads/deleted-and-closed", test_deleted_and_closed);
  add ("/store/threads/deleted-and-killed", test_deleted_and_killed);
  return g_test_run ();
}
