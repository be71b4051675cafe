/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The power goes at any write or sync: what was acknowledged is there afterwards, whole batches only, and the database is sound. */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <string.h>

#include "forgetful-vfs.h"
#include "store-fixture.h"

#define N_IN_FLIGHT 12
#define N_ROUNDS    300

typedef struct
{
  BtyStore *store;
  GHashTable *acknowledged; /* names of batches */
  guint n_asked;
  guint n_answered;
} Run;

typedef struct
{
  Run *run;
  char *name;
} Ask;

static void ask (Run *run);

static void
on_applied (GObject *store, GAsyncResult *result, gpointer data)
{
  Ask *one = data;

  one->run->n_answered++;
  if (bty_store_apply_finish (BTY_STORE (store), result, NULL))
    g_hash_table_add (one->run->acknowledged, g_strdup (one->name));
  if (!forgetful_vfs_is_cut ())
    ask (one->run);
  g_free (one->name);
  g_free (one);
}

/* A batch of two notes that must come together, with an event. */
static void
ask (Run *run)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  Ask *one = g_new (Ask, 1);
  g_autofree char *twin_title = NULL;
  g_autoptr (Note) note = NULL;
  g_autoptr (Note) twin = NULL;

  one->run = run;
  one->name = g_strdup_printf ("n%u", run->n_asked++);
  twin_title = g_strconcat (one->name, "-twin", NULL);
  note = make_note (one->name, 1);
  twin = make_note (twin_title, 2);
  note->body = g_strnfill (300, 'x');
  bty_batch_put (batch, note);
  bty_batch_put (batch, twin);
  bty_batch_publish (batch, "note.created", note);
  bty_store_apply_async (run->store, batch, NULL, on_applied, one);
}

static BtyStore *
open_store (const char *folder, const char *synchronous)
{
  BtyStore *store = g_object_new (BTY_TYPE_STORE_SQLITE, NULL);
  BtySqliteOptions *options = bty_store_sqlite_get_options (BTY_STORE_SQLITE (store));
  g_autoptr (GError) error = NULL;

  options->vfs = FORGETFUL_VFS;
  options->checkpoint_size = 64 * 1024;
  options->synchronous = synchronous;
  bty_store_open (store, folder, &error);
  g_assert_no_error (error);
  return store;
}

/* Writes until the power goes. */
static void
write_until_cut (Run *run, const char *folder, const char *synchronous, guint operations)
{
  forgetful_vfs_reset (TRUE);
  if (strcmp (synchronous, "FULL") != 0)
    {
      g_autoptr (BtyStore) first = open_store (folder, "FULL"); /* so that there is a database at least */

      bty_store_close (first);
    }
  run->store = open_store (folder, synchronous);
  forgetful_vfs_cut_after (operations);
  for (guint i = 0; i < N_IN_FLIGHT; i++)
    ask (run);
  store_wait_for (&run->n_answered, 1);
  while (run->n_answered < run->n_asked)
    g_main_context_iteration (NULL, TRUE);
  bty_store_close (run->store);
  g_clear_object (&run->store);
}

static void
check_sound (const char *folder)
{
  g_autofree char *file = g_build_filename (folder, "boternity.db", NULL);
  BtySqliteOptions options = { .synchronous = "FULL" };
  g_autoptr (BtySqliteConnection) connection = bty_sqlite_connection_open (file, BTY_SQLITE_WRITE, &options, NULL);
  gint64 n = -1;

  bty_sqlite_connection_get_int (connection,
                                 "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'", &n, NULL);
  g_assert_cmpint (n, ==, 0);
}

/* Titles of all notes on the disk; NULL when it cannot be read, with the reason in the test's log. */
static GHashTable *
read_titles (BtyStore *store)
{
  g_autoptr (BtyQuery) query = bty_query_new (&note_schema);
  g_autoptr (GHashTable) found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *cursor = NULL;

  bty_query_limit (query, 1000);
  do
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BtyPage) page = NULL;

      bty_query_after (query, cursor);
      page = store_query (store, query, &error);
      if (page == NULL)
        {
          g_test_message ("%s", error->message);
          return NULL;
        }
      for (guint i = 0; i < page->items->len; i++)
        g_hash_table_add (found, g_strdup (((Note *) g_ptr_array_index (page->items, i))->title));
      g_free (cursor);
      cursor = g_strdup (page->next_cursor);
    }
  while (cursor != NULL);
  return g_steal_pointer (&found);
}

static GHashTable *
read_disk (const char *folder)
{
  g_autoptr (BtyStore) store = g_object_new (BTY_TYPE_STORE_SQLITE, NULL);
  g_autoptr (GError) error = NULL;
  GHashTable *found;

  if (!bty_store_open (store, folder, &error))
    {
      g_test_message ("%s", error->message);
      return NULL;
    }
  found = read_titles (store);
  bty_store_close (store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  return found;
}

static void
check_whole (GHashTable *found)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, found);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    {
      g_autofree char *twin = g_strconcat (name, "-twin", NULL);

      g_assert_true (g_str_has_suffix (name, "-twin") || g_hash_table_contains (found, twin));
    }
}

/* How many acknowledged batches are gone; of a disk that is written as it should be, no half batch and no damage is taken. */
static guint
count_lost (Run *run, const char *folder, gboolean is_synced)
{
  g_autoptr (GHashTable) found = read_disk (folder);
  guint n_lost = 0;
  GHashTableIter iter;
  gpointer name;

  if (is_synced)
    {
      g_assert_nonnull (found);
      check_whole (found);
      check_sound (folder);
    }
  g_hash_table_iter_init (&iter, run->acknowledged);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    n_lost += found == NULL || !g_hash_table_contains (found, name);
  return n_lost;
}

/* One cut; gives how many acknowledged batches were lost. */
static guint
run_round (GRand *random, const char *synchronous, guint *n_acknowledged)
{
  g_autofree char *folder = g_dir_make_tmp ("boternity-power-XXXXXX", NULL);
  g_autofree char *disk = g_dir_make_tmp ("boternity-disk-XXXXXX", NULL);
  Run run = { .acknowledged = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
  guint n_lost;

  write_until_cut (&run, folder, synchronous, (guint) g_rand_int_range (random, 1, 150));
  forgetful_vfs_write_disk (disk, random);
  forgetful_vfs_reset (FALSE);
  n_lost = count_lost (&run, disk, strcmp (synchronous, "FULL") == 0);
  *n_acknowledged += g_hash_table_size (run.acknowledged);
  g_hash_table_unref (run.acknowledged);
  store_remove_folder (folder);
  store_remove_folder (disk);
  return n_lost;
}

static void
test_durable (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32) g_test_rand_int ());
  guint n_acknowledged = 0;

  for (guint i = 0; i < N_ROUNDS; i++)
    g_assert_cmpuint (run_round (random, "FULL", &n_acknowledged), ==, 0);
  g_test_message ("%u acknowledged batches, none lost", n_acknowledged);
  g_assert_cmpuint (n_acknowledged, >, N_ROUNDS);
}

/* The same without syncs must lose something, or the test above shows nothing. */
static void
test_not_durable (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32) g_test_rand_int ());
  guint n_acknowledged = 0;
  guint n_lost = 0;

  for (guint i = 0; i < 20; i++)
    n_lost += run_round (random, "OFF", &n_acknowledged);
  g_test_message ("%u acknowledged batches, %u lost", n_acknowledged, n_lost);
  g_assert_cmpuint (n_lost, >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  store_expect_complaints ();
  forgetful_vfs_register ();
  g_test_add_func ("/store/power/durable", test_durable);
  g_test_add_func ("/store/power/not-durable", test_not_durable);
  return g_test_run ();
}
