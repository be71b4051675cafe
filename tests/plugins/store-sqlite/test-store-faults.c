/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Full disks, locks, read-only folders, damage: a clear error, no crash, and work goes on afterwards. */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "forgetful-vfs.h"
#include "store-fixture.h"

static void
use_forgetful (StoreFixture *f)
{
  forgetful_vfs_reset (FALSE);
  store_fixture_renew (f);
  bty_store_sqlite_get_options (BTY_STORE_SQLITE (f->store))->vfs = FORGETFUL_VFS;
  store_fixture_open (f);
}

static gboolean
put_big (BtyStore *store, const char *title, GError **error)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  g_autoptr (Note) note = make_note (title, 1);

  note->body = g_strnfill (100000, 'x');
  bty_batch_put (batch, note);
  bty_batch_publish (batch, "note.created", NULL);
  return store_apply (store, batch, error);
}

/* Fills until it fails; gives how many were acknowledged. */
static guint
fill (BtyStore *store, guint first, GError **error)
{
  for (guint i = first; i < first + 1000; i++)
    {
      g_autofree char *title = g_strdup_printf ("n%u", i);

      if (!put_big (store, title, error))
        return i - first;
    }
  g_assert_not_reached ();
}

static void
check_all (BtyStore *store, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *title = g_strdup_printf ("n%u", i);
      g_autoptr (Note) note = store_must_get (store, &note_schema, "title", title);
    }
}

static void
test_full (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *file = store_fixture_file (f, "");
  g_autofree char *next = NULL;
  guint n;

  use_forgetful (f);
  forgetful_vfs_set_space (2000000);
  n = fill (f->store, 0, &error);
  g_assert_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED);
  g_assert_nonnull (strstr (error->message, file));
  g_assert_nonnull (strstr (error->message, "free some space"));
  g_assert_cmpuint (n, >, 5);
  g_assert_cmpuint (f->told->len, ==, n);
  check_all (f->store, n);
  /* Still full: fails again. Space: goes on. */
  g_clear_error (&error);
  g_assert_false (put_big (f->store, "late", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED);
  forgetful_vfs_set_space (-1);
  next = g_strdup_printf ("n%u", n);
  g_assert_true (put_big (f->store, next, NULL));
  check_all (f->store, n + 1);
  store_fixture_reopen (f);
  check_all (f->store, n + 1);
}

typedef struct
{
  GHashTable *acknowledged;
  guint n_answered;
} Tally;

typedef struct
{
  Tally *tally;
  char *title;
} Ask;

static void
on_applied (GObject *store, GAsyncResult *result, gpointer data)
{
  Ask *one = data;

  if (bty_store_apply_finish (BTY_STORE (store), result, NULL))
    g_hash_table_add (one->tally->acknowledged, g_strdup (one->title));
  one->tally->n_answered++;
  g_free (one->title);
  g_free (one);
}

/* The disk fills up in the midst of groups: what is there is what was acknowledged, no more and no less. */
static void
test_full_groups (StoreFixture *f, gconstpointer unused)
{
  Tally tally = { .acknowledged = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
  g_autoptr (BtyQuery) query = bty_query_new (&note_schema);
  g_autoptr (BtyPage) page = NULL;

  use_forgetful (f);
  forgetful_vfs_set_space (3000000);
  for (guint i = 0; i < 300; i++)
    {
      g_autoptr (BtyBatch) batch = bty_batch_new ();
      Ask *one = g_new (Ask, 1);
      g_autoptr (Note) note = NULL;

      *one = (Ask){ &tally, g_strdup_printf ("n%u", i) };
      note = make_note (one->title, 1);
      note->body = g_strnfill ((gsize) g_test_rand_int_range (1, 50000), 'x');
      bty_batch_put (batch, note);
      bty_batch_publish (batch, "note.created", NULL);
      bty_store_apply_async (f->store, batch, NULL, on_applied, one);
      if (i % 10 == 0)
        store_wait_for (&tally.n_answered, i - i % 20);
    }
  store_wait_for (&tally.n_answered, 300);
  forgetful_vfs_set_space (-1);
  store_fixture_reopen (f);
  bty_query_limit (query, 1000);
  page = store_must_query (f->store, query);
  g_assert_cmpuint (page->items->len, >, 0);
  g_assert_cmpuint (page->items->len, <, 300);
  g_assert_cmpuint (page->items->len, ==, g_hash_table_size (tally.acknowledged));
  for (guint i = 0; i < page->items->len; i++)
    g_assert_true (g_hash_table_contains (tally.acknowledged, ((Note *) g_ptr_array_index (page->items, i))->title));
  g_hash_table_unref (tally.acknowledged);
}

/* The same on a real file system. */
static void
test_full_disk (StoreFixture *f, gconstpointer unused)
{
  g_autofree char *folder = g_build_filename (f->folder, "disk", NULL);
  g_autoptr (BtyStore) store = g_object_new (BTY_TYPE_STORE_SQLITE, NULL);
  g_autoptr (GError) error = NULL;
  guint n;

  g_mkdir (folder, 0700);
  if (mount ("tmpfs", folder, "tmpfs", 0, "size=4m") != 0)
    {
      g_rmdir (folder);
      g_test_skip ("a file system can be mounted by root only");
      return;
    }
  g_assert_true (bty_store_open (store, folder, NULL));
  n = fill (store, 0, &error);
  g_assert_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED);
  g_test_message ("%s", error->message);
  check_all (store, n);
  bty_store_close (store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&store);
  store = g_object_new (BTY_TYPE_STORE_SQLITE, NULL);
  g_clear_error (&error);
  bty_store_open (store, folder, &error);
  g_assert_no_error (error);
  check_all (store, n);
  bty_store_close (store);
  g_assert_cmpint (umount (folder), ==, 0);
  g_rmdir (folder);
}

/* No room for a new database at all. */
static void
test_full_at_open (StoreFixture *f, gconstpointer unused)
{
  g_autofree char *folder = g_build_filename (f->folder, "new", NULL);
  g_autoptr (BtyStore) store = g_object_new (BTY_TYPE_STORE_SQLITE, NULL);
  g_autoptr (GError) error = NULL;

  forgetful_vfs_reset (FALSE);
  forgetful_vfs_set_space (10000);
  bty_store_sqlite_get_options (BTY_STORE_SQLITE (store))->vfs = FORGETFUL_VFS;
  g_assert_false (bty_store_open (store, folder, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED);
  forgetful_vfs_reset (FALSE);
  g_assert_true (bty_store_open (store, folder, NULL)); /* begins anew */
  bty_store_close (store);
  store_remove_folder (folder);
}

static void
test_locked (StoreFixture *f, gconstpointer unused)
{
  g_autofree char *file = store_fixture_file (f, "");
  g_autoptr (BtyBot) bot = make_bot ("Ada");
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  g_autoptr (GError) error = NULL;
  sqlite3 *other;

  store_fixture_renew (f);
  bty_store_sqlite_get_options (BTY_STORE_SQLITE (f->store))->busy_timeout = 50;
  store_fixture_open (f);
  bty_batch_put (batch, bot);
  g_assert_cmpint (sqlite3_open (file, &other), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (other, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_false (store_apply (f->store, batch, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, "locked"));
  g_assert_nonnull (strstr (error->message, file));
  g_assert_cmpint (sqlite3_exec (other, "COMMIT", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (other);
  g_assert_true (store_apply (f->store, batch, NULL));
}

static void
test_locked_at_open (StoreFixture *f, gconstpointer unused)
{
  g_autofree char *file = store_fixture_file (f, "");
  g_autoptr (GError) error = NULL;
  sqlite3 *other;

  store_fixture_renew (f);
  bty_store_sqlite_get_options (BTY_STORE_SQLITE (f->store))->busy_timeout = 50;
  g_assert_cmpint (sqlite3_open (file, &other), ==, SQLITE_OK);
  sqlite3_exec (other, "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; UPDATE bot SET name=name", NULL, NULL, NULL);
  g_assert_false (bty_store_open (f->store, f->folder, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, "locked"));
  sqlite3_close (other);
  store_fixture_open (f);
}

/* As another user, since root may write everywhere. */
static void
test_read_only_child (void)
{
  const char *folder = g_getenv ("STORE_FOLDER");
  g_autoptr (BtyStore) store = g_object_new (BTY_TYPE_STORE_SQLITE, NULL);
  g_autoptr (GError) error = NULL;

  if (folder == NULL)
    {
      g_test_skip ("runs as a child of /store/faults/read-only");
      return;
    }
  if (geteuid () == 0 && (setgid (65534) != 0 || setuid (65534) != 0))
    g_assert_not_reached ();
  g_assert_false (bty_store_open (store, folder, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE);
  g_printerr ("%s\n", error->message);
  g_assert_nonnull (strstr (error->message, folder));
  g_assert_nonnull (strstr (error->message, "writable"));
}

static void
run_read_only_child (const char *folder)
{
  g_setenv ("STORE_FOLDER", folder, TRUE);
  g_test_trap_subprocess ("/store/faults/subprocess/read-only", 0, 0);
  g_test_trap_assert_passed ();
  g_unsetenv ("STORE_FOLDER");
}

static void
test_read_only (StoreFixture *f, gconstpointer unused)
{
  g_autofree char *file = store_fixture_file (f, "");
  g_autofree char *empty = g_build_filename (f->folder, "empty", NULL);
  g_autofree char *under_a_file = g_build_filename (file, "folder", NULL);

  g_mkdir (empty, 0555);
  g_assert_cmpint (g_chmod (f->folder, 0755), ==, 0);
  run_read_only_child (empty);
  run_read_only_child (under_a_file);
  /* A database that may be read but not written, in a folder that may not be written. */
  store_fixture_renew (f);
  g_assert_cmpint (g_chmod (file, 0444), ==, 0);
  if (geteuid () != 0)
    g_assert_cmpint (g_chmod (f->folder, 0555), ==, 0);
  run_read_only_child (f->folder);
  g_assert_cmpint (g_chmod (f->folder, 0700), ==, 0);
  g_assert_cmpint (g_chmod (file, 0600), ==, 0);
  g_rmdir (empty);
}

static void
test_no_file (StoreFixture *f, gconstpointer unused)
{
  g_autofree char *file = store_fixture_file (f, "");
  g_autoptr (GError) error = NULL;

  store_fixture_renew (f);
  g_unlink (file);
  g_mkdir (file, 0700);
  g_assert_false (bty_store_open (f->store, f->folder, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, file));
  g_rmdir (file);
}

static void
test_no_database (StoreFixture *f, gconstpointer unused)
{
  g_autofree char *file = store_fixture_file (f, "");
  g_autofree char *text = g_strnfill (20000, 'x');
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;

  store_fixture_renew (f);
  g_assert_true (g_file_set_contents (file, text, -1, NULL));
  g_assert_false (bty_store_open (f->store, f->folder, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS);
  g_assert_nonnull (strstr (error->message, file));
  g_assert_nonnull (strstr (error->message, "backup"));
  g_assert_true (g_file_get_contents (file, &after, NULL, NULL));
  g_assert_cmpstr (after, ==, text);
}

/* Garbage over all but the first pages: opening reads some of those, however many tables the schema has. */
static void
damage (const char *file)
{
  g_autofree char *content = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (file, &content, &length, NULL));
  g_assert_cmpuint (length, >, 20 * 100000);
  for (gsize i = length / 3; i < length; i++)
    content[i] = (char) (i * 7);
  g_assert_true (g_file_set_contents (file, content, (gssize) length, NULL));
}

static void
wait_for_check (BtyStore *store, const char *result)
{
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *state = bty_store_describe (store);

      if (strstr (state, result) != NULL)
        return;
      g_usleep (10000);
    }
  g_assert_not_reached ();
}

static void
leave_log_behind (StoreFixture *f)
{
  g_autofree char *log = store_fixture_file (f, "-wal");

  g_assert_true (g_file_set_contents (log, "what is left of a log that never was whole", -1, NULL));
}

static void
test_damaged (StoreFixture *f, gconstpointer unused)
{
  g_autofree char *file = store_fixture_file (f, "");
  g_autoptr (BtyQuery) query = bty_query_new (&note_schema);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *title = g_strdup_printf ("n%u", i);

      g_assert_true (put_big (f->store, title, NULL));
    }
  store_fixture_renew (f);
  damage (file);
  leave_log_behind (f);
  store_fixture_open (f);
  g_assert_null (store_query (f->store, query, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS);
  g_test_message ("%s", error->message);
  wait_for_check (f->store, "DAMAGED");
  g_assert_nonnull (strstr (store_get_complaint (), "damaged"));
}

static void
test_unclean (StoreFixture *f, gconstpointer unused)
{
  g_autofree char *state = bty_store_describe (f->store);

  g_assert_null (strstr (state, "check"));
  g_assert_true (g_str_has_prefix (state, "SQLite 3."));
  store_fixture_renew (f);
  leave_log_behind (f);
  store_fixture_open (f);
  wait_for_check (f->store, "quick check passed");
  store_fixture_reopen (f);
  g_free (state);
  state = bty_store_describe (f->store);
  g_assert_null (strstr (state, "check"));
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
  store_expect_complaints ();
  forgetful_vfs_register ();
  add ("/store/faults/full", test_full);
  add ("/store/faults/full-groups", test_full_groups);
  add ("/store/faults/full-disk", test_full_disk);
  add ("/store/faults/full-at-open", test_full_at_open);
  add ("/store/faults/locked", test_locked);
  add ("/store/faults/locked-at-open", test_locked_at_open);
  add ("/store/faults/read-only", test_read_only);
  add ("/store/faults/no-file", test_no_file);
  add ("/store/faults/no-database", test_no_database);
  add ("/store/faults/damaged", test_damaged);
  add ("/store/faults/unclean", test_unclean);
  g_test_add_func ("/store/faults/subprocess/read-only", test_read_only_child);
  return g_test_run ();
}
