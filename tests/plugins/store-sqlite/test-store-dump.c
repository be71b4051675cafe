/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All rows as of one moment, and a database made of them: of this version and of every older one. */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "bty-sqlite-dump.h"
#include "store-fixture.h"

typedef struct
{
  GPtrArray *pieces;   /* GBytes */
  GPtrArray *subjects; /* nullable strings */
  guint at;
  guint fail_at;
  GCancellable *cancellable;
} Box;

static Box *
box_new (void)
{
  Box *box = g_new0 (Box, 1);

  box->pieces = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  box->subjects = g_ptr_array_new_with_free_func (g_free);
  box->cancellable = g_cancellable_new ();
  return box;
}

static void
box_free (Box *box)
{
  g_ptr_array_unref (box->pieces);
  g_ptr_array_unref (box->subjects);
  g_object_unref (box->cancellable);
  g_free (box);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Box, box_free)

static gboolean
sink (const char *subject, gconstpointer piece, gsize length, gpointer data, GError **error)
{
  Box *box = data;

  if (box->fail_at > 0 && box->pieces->len == box->fail_at)
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED, "the sink is full");
      return FALSE;
    }
  g_ptr_array_add (box->pieces, g_bytes_new (piece, length));
  g_ptr_array_add (box->subjects, g_strdup (subject));
  return TRUE;
}

static gboolean
source (GBytes **piece, gpointer data, GError **error)
{
  Box *box = data;

  *piece = box->at < box->pieces->len ? g_bytes_ref (box->pieces->pdata[box->at++]) : NULL;
  return TRUE;
}

static gint64
must_dump (BtyStore *store, Box *box)
{
  g_autoptr (GError) error = NULL;
  gint64 n_rows = 0;
  gboolean is_dumped = bty_store_dump (store, sink, box, NULL, &n_rows, &error);

  g_assert_no_error (error);
  g_assert_true (is_dumped);
  return n_rows;
}

/* (transfer full): a folder with what was dumped */
static char *
must_load (StoreFixture *f, Box *box, gint64 *n_rows)
{
  g_autoptr (BtyStore) other = g_object_new (BTY_TYPE_STORE_SQLITE, NULL);
  char *folder = g_build_filename (f->folder, "loaded", NULL);
  g_autoptr (GError) error = NULL;
  gboolean is_loaded = bty_store_load (other, folder, source, box, NULL, n_rows, &error);

  g_assert_no_error (error);
  g_assert_true (is_loaded);
  return folder;
}

/* (transfer full): every row of every table that is dumped, as text */
static char *
print_rows (const char *folder)
{
  g_autofree char *file = g_build_filename (folder, "boternity.db", NULL);
  BtySqliteOptions options = { .synchronous = "FULL" };
  g_autoptr (BtySqliteConnection) connection = bty_sqlite_connection_open (file, BTY_SQLITE_READ, &options, NULL);
  g_autoptr (Box) box = box_new ();
  GString *out = g_string_new (NULL);

  g_assert_nonnull (connection);
  g_assert_true (bty_sqlite_dump (connection, sink, box, NULL, NULL));
  for (guint i = 0; i < box->pieces->len; i++)
    {
      gsize length;
      const char *bytes = g_bytes_get_data (box->pieces->pdata[i], &length);
      g_autofree char *line = g_base64_encode ((const guchar *) bytes, length);

      g_string_append_printf (out, "%s %s\n", (const char *) box->subjects->pdata[i], line);
    }
  return g_string_free (out, FALSE);
}

static void
put_all (StoreFixture *f, BtyBot **bot)
{
  g_autoptr (BtyMessage) message = make_message ("0190-session", "What the cat said");
  g_autoptr (Note) note = make_note ("one", -7);
  g_autoptr (BtyBatch) batch = bty_batch_new ();

  *bot = make_bot ("Ada");
  (*bot)->temperature = 0.25;
  BTY_SET_NULL (*bot, BtyBot, temperature, FALSE);
  store_put (f->store, *bot);
  g_free (message->bot);
  message->bot = g_strdup ((*bot)->record.id);
  store_put (f->store, message);
  store_put (f->store, note);
  bty_batch_publish (batch, "bot.created", *bot);
  bty_batch_publish (batch, "message.created", message);
  bty_batch_publish (batch, "note.created", note);
  g_assert_true (store_apply (f->store, batch, NULL));
}

static void
check_loaded (const char *folder)
{
  g_autoptr (BtyStore) store = g_object_new (BTY_TYPE_STORE_SQLITE, NULL);
  g_autoptr (BtyQuery) query = bty_query_new (&bty_message_schema);
  g_autoptr (BtyPage) page = NULL;
  g_autoptr (GError) error = NULL;

  bty_store_open (store, folder, &error);
  g_assert_no_error (error);
  {
    g_autoptr (BtyBot) bot = store_must_get (store, &bty_bot_schema, "slug", "ada");
    g_autoptr (Note) note = store_must_get (store, &note_schema, "title", "one");

    g_assert_cmpstr (bot->name, ==, "Ada");
    g_assert_cmpint (ABS (note->rank), ==, 7);
  }
  bty_query_match_text (query, "cat"); /* the index was made anew */
  page = store_must_query (store, query);
  g_assert_cmpuint (page->items->len, ==, 1);
  bty_store_close (store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
test_round_trip (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (Box) box = box_new ();
  g_autoptr (BtyBot) bot = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *folder = NULL;
  gint64 n_dumped;
  gint64 n_loaded;

  put_all (f, &bot);
  n_dumped = must_dump (f->store, box);
  g_assert_cmpint (n_dumped, >=, 6);
  before = print_rows (f->folder);
  folder = must_load (f, box, &n_loaded);
  g_assert_cmpint (n_loaded, ==, n_dumped);
  after = print_rows (folder);
  g_assert_cmpstr (before, ==, after);
  check_loaded (folder);
  store_remove_folder (folder);
}

static guint
count (Box *box, const char *subject)
{
  guint n = 0;

  for (guint i = 0; i < box->subjects->len; i++)
    n += g_strcmp0 (box->subjects->pdata[i], subject) == 0;
  return n;
}

/* What is about a bot says so; without it the rest can still be loaded. */
static void
test_subjects (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (Box) box = box_new ();
  g_autoptr (Box) rest = box_new ();
  g_autoptr (BtyBot) bot = NULL;
  g_autoptr (BtyBot) other = make_bot ("Bob");
  g_autofree char *folder = NULL;
  g_autofree char *rows = NULL;
  gint64 n_loaded;

  put_all (f, &bot);
  store_put (f->store, other);
  must_dump (f->store, box);
  g_assert_cmpuint (count (box, bot->record.id), ==, 4); /* itself, a message, two events */
  g_assert_cmpuint (count (box, other->record.id), ==, 1);
  for (guint i = 0; i < box->pieces->len; i++)
    {
      gsize length;
      const char *bytes = g_bytes_get_data (box->pieces->pdata[i], &length);

      if (g_strcmp0 (box->subjects->pdata[i], bot->record.id) == 0)
        continue;
      g_assert_null (g_strstr_len (bytes, (gssize) length, "What the cat said"));
      sink (box->subjects->pdata[i], bytes, length, rest, NULL);
    }
  folder = must_load (f, rest, &n_loaded);
  rows = print_rows (folder);
  g_assert_null (strstr (rows, bot->record.id));
  g_assert_nonnull (strstr (rows, other->record.id));
  store_remove_folder (folder);
}

static void
run_sql (const char *file, const char *sql)
{
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (file, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

/* The dump of every version that ever was, taken as that version's program would have taken it. */
static void
test_versions (StoreFixture *f, gconstpointer unused)
{
  for (gint64 version = 1; version <= bty_sql_migrations[bty_sql_n_migrations - 1].version; version++)
    {
      g_autofree char *name = g_strdup_printf ("v%" G_GINT64_FORMAT ".db.sql", version);
      g_autofree char *path = g_build_filename (STORE_FIXTURES, name, NULL);
      g_autofree char *file = g_build_filename (f->folder, "old.db", NULL);
      g_autofree char *sql = NULL;
      BtySqliteOptions options = { .synchronous = "OFF" };
      g_autoptr (BtySqliteConnection) connection = NULL;
      g_autoptr (Box) box = box_new ();
      g_autofree char *folder = NULL;
      gint64 n_loaded;

      g_assert_true (g_file_get_contents (path, &sql, NULL, NULL));
      run_sql (file, sql);
      connection = bty_sqlite_connection_open (file, BTY_SQLITE_READ, &options, NULL);
      g_assert_true (bty_sqlite_dump (connection, sink, box, NULL, NULL));
      folder = must_load (f, box, &n_loaded);
      g_assert_cmpint (n_loaded, >=, 4);
      check_loaded (folder);
      store_remove_folder (folder);
      g_unlink (file);
    }
}

typedef struct
{
  Box *box;
  StoreFixture *f;
} Both;

static gboolean
keep_and_write (const char *subject, gconstpointer piece, gsize length, gpointer data, GError **error)
{
  Both *both = data;
  g_autofree char *file = store_fixture_file (both->f, "");

  if (((const char *) piece)[0] == 'V')
    run_sql (file, "DELETE FROM bot");
  return sink (subject, piece, length, both->box, error);
}

/* Between the tables and the end, rows come in any order. */
static void
test_any_order (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (Box) box = box_new ();
  g_autoptr (Box) turned = box_new ();
  g_autoptr (BtyBot) bot = NULL;
  g_autofree char *folder = NULL;
  gint64 n_loaded;

  put_all (f, &bot);
  must_dump (f->store, box);
  for (guint i = 0; i < box->pieces->len; i++)
    {
      gboolean is_placed = box->subjects->pdata[i] == NULL;
      guint at = is_placed || turned->subjects->len == 0 ? turned->pieces->len : count (turned, NULL);

      g_ptr_array_insert (turned->pieces, (int) at, g_bytes_ref (box->pieces->pdata[i]));
      g_ptr_array_insert (turned->subjects, (int) at, g_strdup (box->subjects->pdata[i]));
    }
  g_assert_null (turned->subjects->pdata[turned->subjects->len - 1]);
  folder = must_load (f, turned, &n_loaded);
  check_loaded (folder);
  store_remove_folder (folder);
}

/* Another process deletes the bot after the first piece: the dump still has it, and the delete did not wait. */
static void
test_snapshot (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (Box) box = box_new ();
  g_autoptr (BtyBot) bot = NULL;
  Both both = { box, f };

  put_all (f, &bot);
  g_assert_true (bty_store_dump (f->store, keep_and_write, &both, NULL, NULL, NULL));
  g_assert_cmpuint (count (box, bot->record.id), ==, 4);
  g_ptr_array_set_size (box->pieces, 0);
  g_ptr_array_set_size (box->subjects, 0);
  must_dump (f->store, box);
  g_assert_cmpuint (count (box, bot->record.id), ==, 3);
}

static void
test_failing_sink (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (Box) box = box_new ();
  g_autoptr (BtyBot) bot = NULL;
  g_autoptr (GError) error = NULL;

  put_all (f, &bot);
  box->fail_at = 3;
  g_assert_false (bty_store_dump (f->store, sink, box, NULL, NULL, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED);
  g_clear_error (&error);
  bty_store_close (f->store);
  g_assert_false (bty_store_dump (f->store, sink, box, NULL, NULL, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE);
}

static void
check_refused (StoreFixture *f, Box *box, BtyErrorCode code)
{
  g_autoptr (BtyStore) other = g_object_new (BTY_TYPE_STORE_SQLITE, NULL);
  g_autofree char *folder = g_build_filename (f->folder, "refused", NULL);
  g_autofree char *file = g_build_filename (folder, "boternity.db", NULL);
  g_autoptr (GError) error = NULL;

  box->at = 0;
  g_assert_false (bty_store_load (other, folder, source, box, box->cancellable, NULL, &error));
  g_assert_error (error, BTY_ERROR, (int) code);
  g_assert_false (g_file_test (file, G_FILE_TEST_EXISTS));
  store_remove_folder (folder);
}

/* Cut short anywhere, or with one byte changed anywhere: no database is left, and nothing crashes. */
static void
test_damaged (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (Box) box = box_new ();
  g_autoptr (BtyBot) bot = NULL;
  g_autoptr (GBytes) first = NULL;

  put_all (f, &bot);
  must_dump (f->store, box);
  while (box->pieces->len > 1)
    {
      g_ptr_array_set_size (box->pieces, (int) box->pieces->len - 1);
      if (box->pieces->len % 7 == 0 || box->pieces->len == 1)
        check_refused (f, box, BTY_ERROR_DATA_LOSS);
    }
  g_ptr_array_add (box->pieces, g_bytes_new_static ("R\xff\xff", 3));
  check_refused (f, box, BTY_ERROR_DATA_LOSS);
  g_ptr_array_set_size (box->pieces, 1);
  g_ptr_array_add (box->pieces, g_bytes_new_static ("T\0\0\1\0\x04\0nope\x02\0id", 15));
  check_refused (f, box, BTY_ERROR_DATA_LOSS);
  g_ptr_array_set_size (box->pieces, 1);
  g_ptr_array_add (box->pieces, g_bytes_new_static ("T\0\0\1\0\x03\0bot\x0e\0id\") VALUES (1", 24));
  check_refused (f, box, BTY_ERROR_DATA_LOSS);
  g_ptr_array_set_size (box->pieces, 0);
  g_ptr_array_add (box->pieces, g_bytes_new_static ("V\x67\x12\0\0", 5));
  check_refused (f, box, BTY_ERROR_FAILED_PRECONDITION);
  g_cancellable_cancel (box->cancellable);
  check_refused (f, box, BTY_ERROR_CANCELLED);
}

static void
test_in_the_way (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (BtyStore) other = g_object_new (BTY_TYPE_STORE_SQLITE, NULL);
  g_autoptr (Box) box = box_new ();
  g_autoptr (GError) error = NULL;

  must_dump (f->store, box);
  g_assert_false (bty_store_load (other, f->folder, source, box, NULL, NULL, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS);
  must_dump (f->store, box); /* it was left alone */
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
  add ("/store/dump/round-trip", test_round_trip);
  add ("/store/dump/subjects", test_subjects);
  add ("/store/dump/versions", test_versions);
  add ("/store/dump/any-order", test_any_order);
  add ("/store/dump/snapshot", test_snapshot);
  add ("/store/dump/failing-sink", test_failing_sink);
  add ("/store/dump/damaged", test_damaged);
  add ("/store/dump/in-the-way", test_in_the_way);
  return g_test_run ();
}
