/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The event log: what was told stays, in order, until there is too much of it or it is too old. */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store-fixture.h"

static const char *writer_path;

static BtyPage *
find_events (BtyStore *store, gint64 after, guint limit)
{
  g_autoptr (BtyQuery) query = bty_query_new (&bty_event_schema);
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, after);

  bty_query_where (query, "position", BTY_MATCH_GREATER, text);
  bty_query_order (query, "position", FALSE);
  bty_query_limit (query, limit);
  return store_must_query (store, query);
}

static const BtyEvent *
event_at (GPtrArray *events, guint index)
{
  return g_ptr_array_index (events, index);
}

static void
publish (BtyStore *store, const char *topic, guint n)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n; i++)
    bty_batch_publish (batch, topic, NULL);
  store_apply (store, batch, &error);
  g_assert_no_error (error);
}

/* What is told is in the file by then, where any other connection finds it. */
static void
on_committed (BtyStore *store, GPtrArray *events, StoreFixture *f)
{
  g_autofree char *file = store_fixture_file (f, "");
  sqlite3 *db;
  sqlite3_stmt *statement;

  g_assert_cmpint (sqlite3_open_v2 (file, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  sqlite3_prepare_v2 (db, "SELECT position FROM event WHERE id = ?", -1, &statement, NULL);
  for (guint i = 0; i < events->len; i++)
    {
      const BtyEvent *event = event_at (events, i);

      sqlite3_bind_text (statement, 1, event->record.id, -1, SQLITE_STATIC);
      g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
      g_assert_cmpint (sqlite3_column_int64 (statement, 0), ==, event->position);
      sqlite3_reset (statement);
    }
  sqlite3_finalize (statement);
  sqlite3_close (db);
}

static void
test_log (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (BtyPage) first = NULL;
  g_autoptr (BtyPage) rest = NULL;
  g_autoptr (BtyQuery) query = bty_query_new (&bty_event_schema);
  g_autoptr (BtyPage) by_topic = NULL;

  g_signal_connect (f->store, "committed", G_CALLBACK (on_committed), f);
  publish (f->store, "bot.created", 3);
  publish (f->store, "bot.deleted", 2);
  g_assert_cmpuint (f->told->len, ==, 5);
  for (guint i = 0; i < 5; i++)
    g_assert_cmpint (event_at (f->told, i)->position, ==, i + 1);
  first = find_events (f->store, 0, 2);
  g_assert_cmpuint (first->items->len, ==, 2);
  g_assert_nonnull (first->next_cursor);
  rest = find_events (f->store, 2, 100);
  g_assert_cmpuint (rest->items->len, ==, 3);
  g_assert_null (rest->next_cursor);
  g_assert_true (bty_record_equal (event_at (rest->items, 0), event_at (f->told, 2)));
  bty_query_where (query, "topic", BTY_MATCH_EQUAL, "bot.deleted");
  by_topic = store_must_query (f->store, query);
  g_assert_cmpuint (by_topic->items->len, ==, 2);
}

/* A batch that fails in a group takes no place in the log: what is told has the place that it has in the file. */
static void
test_failed_between (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (BtyBot) taken = make_bot ("Taken");
  g_autoptr (BtyPage) page = NULL;

  g_signal_connect (f->store, "committed", G_CALLBACK (on_committed), f);
  store_put (f->store, taken);
  for (guint i = 0; i < 30; i++)
    {
      g_autoptr (BtyBatch) batch = bty_batch_new ();
      g_autoptr (BtyBot) twin = make_bot ("Taken");

      bty_batch_publish (batch, "bot.tried", NULL);
      bty_batch_publish (batch, "bot.tried", NULL);
      if (i % 3 == 1)
        bty_batch_put (batch, twin);
      bty_store_apply_async (f->store, batch, NULL, NULL, NULL);
    }
  store_wait_for (&f->told->len, 40);
  for (guint i = 0; i < 40; i++)
    g_assert_cmpint (event_at (f->told, i)->position, ==, i + 1);
  page = find_events (f->store, 0, 100);
  g_assert_cmpuint (page->items->len, ==, 40);
}

/* The next process goes on where this one was; what was not told is told then, and stands in the log once. */
static void
test_next_process (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (BtyBatch) untold = bty_batch_new ();
  g_autoptr (BtyPage) page = NULL;

  publish (f->store, "bot.created", 2);
  bty_batch_publish (untold, "bot.deleted", NULL);
  bty_store_apply_async (f->store, untold, NULL, NULL, NULL);
  bty_store_close (f->store);
  g_signal_handlers_disconnect_by_data (f->store, f);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_ptr_array_set_size (f->told, 0);
  g_clear_object (&f->store);
  store_fixture_reopen (f);
  store_wait_for (&f->told->len, 1);
  g_assert_cmpint (event_at (f->told, 0)->position, ==, 3);
  publish (f->store, "bot.created", 1);
  g_assert_cmpint (event_at (f->told, 1)->position, ==, 4);
  page = find_events (f->store, 0, 100);
  g_assert_cmpuint (page->items->len, ==, 4);
}

/* What is deleted is not kept by the log: not what was told of it before, and not by what tells of its end. */
static void
test_delete (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (BtyBot) bot = make_bot ("Ada");
  g_autoptr (BtyBatch) make = bty_batch_new ();
  g_autoptr (BtyBatch) delete = bty_batch_new ();
  g_autoptr (BtyPage) page = NULL;
  g_autofree char *file = store_fixture_file (f, "");
  g_autofree char *bytes = NULL;
  gsize length;

  bot->description = g_strdup ("a-very-secret-purpose");
  bty_batch_put (make, bot);
  bty_batch_publish (make, "bot.created", bot);
  store_apply (f->store, make, NULL);
  g_assert_nonnull (strstr (event_at (f->told, 0)->data, "a-very-secret-purpose"));
  bty_batch_delete (delete, bot);
  bty_batch_publish (delete, "bot.deleted", bot);
  store_apply (f->store, delete, NULL);
  g_assert_null (strstr (event_at (f->told, 1)->data, "a-very-secret-purpose"));
  g_assert_nonnull (strstr (event_at (f->told, 1)->data, "\"slug\":\"ada\""));
  page = find_events (f->store, 0, 10);
  g_assert_cmpuint (page->items->len, ==, 2);
  g_assert_null (event_at (page->items, 0)->data);
  g_assert_true (bty_record_equal (event_at (page->items, 1), event_at (f->told, 1)));
  bty_store_close (f->store);
  g_assert_true (g_file_get_contents (file, &bytes, &length, NULL));
  g_assert_null (memmem (bytes, length, "a-very-secret-purpose", 21));
}

static void
test_keep_count (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (BtyPage) page = NULL;

  store_fixture_renew (f);
  bty_store_sqlite_get_options (BTY_STORE_SQLITE (f->store))->event_count = 40;
  store_fixture_open (f);
  for (guint i = 0; i < 100; i++)
    publish (f->store, "bot.created", 3);
  page = find_events (f->store, 0, 1000);
  g_assert_cmpuint (page->items->len, >=, 40);
  g_assert_cmpuint (page->items->len, <=, 40 + 10 + 3);
  g_assert_cmpint (event_at (page->items, page->items->len - 1)->position, ==, 300);
}

/* While nothing else is to be done; the newest one stays, so that no position comes again. */
static void
test_keep_days (StoreFixture *f, gconstpointer unused)
{
  guint n = 0;

  publish (f->store, "bot.created", 1200);
  store_fixture_renew (f);
  bty_store_sqlite_get_options (BTY_STORE_SQLITE (f->store))->event_age = 1;
  store_fixture_open (f);
  publish (f->store, "bot.created", 1);
  for (gint64 end = g_get_monotonic_time () + 20 * G_USEC_PER_SEC; n != 1 && g_get_monotonic_time () < end;)
    {
      g_autoptr (BtyPage) page = find_events (f->store, 0, 1000);

      n = page->items->len;
    }
  g_assert_cmpuint (n, ==, 1);
  store_fixture_reopen (f);
  g_ptr_array_set_size (f->told, 0);
  publish (f->store, "bot.created", 1);
  g_assert_cmpint (event_at (f->told, 0)->position, ==, 1202);
}

static void
run_writer (const char *folder, const char *prefix)
{
  const char *argv[] = { writer_path, folder, prefix, NULL };
  g_autoptr (GError) error = NULL;
  GPid pid;
  int out, status;
  char buffer[4096];

  g_spawn_async_with_pipes (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL, &out, NULL,
                            &error);
  g_assert_no_error (error);
  g_assert_cmpint (read (out, buffer, sizeof buffer), >, 0);
  g_usleep ((gulong) g_test_rand_int_range (0, 10000));
  kill (pid, SIGKILL);
  while (read (out, buffer, sizeof buffer) > 0)
    ;
  waitpid (pid, &status, 0);
  close (out);
}

/* Killed at any moment: one event for each note, and those of the end that were not marked as told are told by the next one. */
static void
test_kill (StoreFixture *f, gconstpointer unused)
{
  bty_store_close (f->store);
  for (guint round = 0; round < 10; round++)
    {
      g_autofree char *prefix = g_strdup_printf ("r%u", round);
      g_autoptr (GHashTable) subjects = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      gint64 position = 0;
      guint n_notes = 0;
      g_autoptr (BtyPage) page = NULL;
      g_autoptr (BtyQuery) notes = bty_query_new (&note_schema);
      g_autofree char *cursor = NULL;

      run_writer (f->folder, prefix);
      g_ptr_array_set_size (f->told, 0);
      store_fixture_reopen (f);
      do
        {
          g_clear_pointer (&page, bty_page_unref);
          page = find_events (f->store, position, 1000);
          for (guint i = 0; i < page->items->len; i++)
            {
              g_assert_cmpint (event_at (page->items, i)->position, ==, ++position);
              g_assert_true (g_hash_table_add (subjects, g_strdup (event_at (page->items, i)->subject)));
            }
        }
      while (page->next_cursor != NULL);
      bty_query_limit (notes, 1000);
      do
        {
          g_autoptr (BtyPage) some = NULL;

          bty_query_after (notes, cursor);
          some = store_must_query (f->store, notes);
          n_notes += some->items->len;
          g_free (cursor);
          cursor = g_strdup (some->next_cursor);
        }
      while (cursor != NULL);
      g_assert_cmpuint (g_hash_table_size (subjects), ==, n_notes);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      if (f->told->len > 0)
        g_assert_cmpint (event_at (f->told, f->told->len - 1)->position, ==, position);
      bty_store_close (f->store);
    }
}

static void
add (const char *path, void (*function) (StoreFixture *f, gconstpointer unused))
{
  g_test_add (path, StoreFixture, NULL, store_fixture_set_up, function, store_fixture_tear_down);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_path_get_dirname (argv[0]);
  g_autofree char *path = g_build_filename (folder, "store-writer", NULL);

  g_test_init (&argc, &argv, NULL);
  writer_path = path;
  add ("/store/events/log", test_log);
  add ("/store/events/failed-between", test_failed_between);
  add ("/store/events/next-process", test_next_process);
  add ("/store/events/delete", test_delete);
  add ("/store/events/keep-count", test_keep_count);
  add ("/store/events/keep-days", test_keep_days);
  add ("/store/events/kill", test_kill);
  return g_test_run ();
}
