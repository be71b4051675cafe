/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Souls. The check of 1,000 bots' files at start against sha256sum over the same files (at least half as fast), and in a soul with 10,000
 * versions the history, and the texts of versions that are asked for together, against SQLite's own read of the same rows in this process
 * (at most three times as long, although a load also checks what it reads by its SHA-256; against reading and hashing it is told, too);
 * also what one load takes alone, what a change costs there against one in a soul with few versions,
 * and what a watched folder takes in memory.
 */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bty-test-folder.h"
#include "bty-test-wait.h"
#include "soul/bty-soul-hash.h"
#include "soul/bty-soul-service-private.h"
#include "store-fixture.h"

#define N_BOTS     1000
#define N_VERSIONS 10000
#define N_ROUNDS   7
#define N_LOADS    300
#define N_CHANGES  40
#define TOGETHER   50
#define PAGE       1000 /* the longest that a store gives */
#define MIN_CHECK  0.5
#define MAX_READ   3.0

typedef struct
{
  StoreFixture fixture;
  BtySettings *settings;
  BtySoulService *souls;
  char *bot; /* id of the one with many versions */
  GPtrArray *paths;
} Bench;

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double one = *(const double *) a;
  double other = *(const double *) b;

  return (one > other) - (one < other);
}

static double
median (double *values, guint n)
{
  qsort (values, n, sizeof *values, compare_doubles);
  return values[n / 2];
}

static char *
make_text (guint seed, gsize length)
{
  GString *text = g_string_new (NULL);

  while (text->len < length)
    g_string_append_printf (text, "Line %u of a soul that has something to say, number %u.\n", (guint) text->len, seed);
  return g_string_free (text, FALSE);
}

static void
renew (Bench *bench)
{
  g_clear_object (&bench->souls);
  bench->souls = bty_soul_service_new (bench->fixture.store, bench->settings, bench->fixture.folder);
}

static void
must (const GError *error)
{
  if (error != NULL)
    g_error ("%s", error->message);
}

/* Making. */

static void
make_one (Bench *bench, BtyBatch *batch, guint index)
{
  static const gsize lengths[] = { 4000, 1000, 800 };
  g_autofree char *slug = g_strdup_printf ("bot-%u", index);
  g_autofree char *folder = bty_soul_folder (bench->fixture.folder, slug);
  g_autoptr (BtySoulChange) change = bty_soul_change_new (slug, BTY_SOUL_CREATED);
  g_autoptr (BtyBot) bot = make_bot (slug);
  g_autoptr (GError) error = NULL;

  bty_record_take_string (&bot->slug, g_strdup (slug));
  g_mkdir_with_parents (folder, 0700);
  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    {
      char *path = g_build_filename (folder, bty_enum_nick (bty_soul_files, (int) i), NULL);

      change->texts.text[i] = make_text (index, lengths[i]);
      g_file_set_contents_full (path, change->texts.text[i], -1, G_FILE_SET_CONTENTS_NONE, 0600, &error);
      must (error);
      g_ptr_array_add (bench->paths, path);
    }
  bty_batch_put (batch, bot);
  bty_soul_service_begin (bench->souls, batch, bot->record.id, change);
}

static void
make_bots (Bench *bench)
{
  for (guint i = 0; i < N_BOTS; i += 100)
    {
      g_autoptr (BtyBatch) batch = bty_batch_new ();
      g_autoptr (GError) error = NULL;

      for (guint n = 0; n < 100; n++)
        make_one (bench, batch, i + n);
      store_apply (bench->fixture.store, batch, &error);
      must (error);
    }
}

static void
add_version (Bench *bench, BtyBatch *batch, const BtySoulVersion *before, BtySoulVersion *version)
{
  g_autofree char *text = make_text ((guint) version->number + 1000000, 4000);
  BtySoulTexts texts = { { text, NULL, NULL } };

  version->record.id = bty_id_new ();
  version->record.created_at = g_get_real_time ();
  version->bot = g_strdup (bench->bot);
  version->key = bty_soul_version_key (bench->bot, version->number);
  version->branch = g_strdup ("main");
  version->parent = g_strdup (before->record.id);
  version->soul = bty_soul_text_hash (text, -1);
  version->identity = g_strdup (before->identity);
  version->user = g_strdup (before->user);
  version->author = g_strdup ("owner");
  version->previous = g_strdup (before->hash);
  version->hash = bty_soul_hash (version);
  bty_batch_put (batch, version);
  bty_soul_put_texts (batch, bench->bot, &texts);
}

/* As changes would have made them, but many in one commit. */
static void
make_versions (Bench *bench)
{
  g_autoptr (BtySoul) soul = store_must_get (bench->fixture.store, &bty_soul_schema, "slug", "bot-0");
  g_autoptr (BtySoulVersion) last = store_must_get (bench->fixture.store, &bty_soul_version_schema, "id",
                                                    soul->version);
  g_autofree char *key = NULL;
  g_autoptr (BtySoulRef) ref = NULL;
  g_autoptr (BtyBatch) end = bty_batch_new ();

  bench->bot = g_strdup (soul->bot);
  key = bty_soul_ref_key (bench->bot, BTY_SOUL_BRANCH, "main");
  for (gint64 number = 2; number <= N_VERSIONS;)
    {
      g_autoptr (BtyBatch) batch = bty_batch_new ();
      g_autoptr (GError) error = NULL;

      for (guint n = 0; n < 500 && number <= N_VERSIONS; n++, number++)
        {
          BtySoulVersion *version = bty_soul_version_new ();

          version->number = number;
          add_version (bench, batch, last, version);
          bty_soul_version_unref (last);
          last = version;
        }
      store_apply (bench->fixture.store, batch, &error);
      must (error);
    }
  soul->number = soul->last = last->number;
  bty_record_take_string (&soul->version, g_strdup (last->record.id));
  bty_record_take_string (&soul->chain, g_strdup (last->hash));
  soul->state = BTY_SOUL_WRITING; /* its files are written when it is looked at */
  ref = store_must_get (bench->fixture.store, &bty_soul_ref_schema, "key", key);
  ref->number = last->number;
  bty_record_take_string (&ref->version, g_strdup (last->record.id));
  bty_batch_put (end, soul);
  bty_batch_put (end, ref);
  g_assert_true (store_apply (bench->fixture.store, end, NULL));
}

/* The check at start. */

static double
run_sha256sum (Bench *bench)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  gint64 start;

  g_ptr_array_add (argv, (gpointer) "sha256sum");
  for (guint i = 0; i < bench->paths->len; i++)
    g_ptr_array_add (argv, bench->paths->pdata[i]);
  g_ptr_array_add (argv, NULL);
  start = g_get_monotonic_time ();
  g_spawn_sync (NULL, (char **) argv->pdata, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL,
                NULL, NULL, &error);
  must (error);
  return (double) (g_get_monotonic_time () - start);
}

static double
run_check (Bench *bench)
{
  gint64 start;
  GHashTableIter iter;
  gpointer entry;

  renew (bench);
  start = g_get_monotonic_time ();
  bty_soul_service_start (bench->souls);
  while (!bench->souls->is_checked || bench->souls->n_jobs > 0)
    g_main_context_iteration (NULL, TRUE);
  start = g_get_monotonic_time () - start;
  g_hash_table_iter_init (&iter, bench->souls->entries);
  while (g_hash_table_iter_next (&iter, NULL, &entry))
    g_assert_true (((BtySoulEntry *) entry)->known);
  g_assert_cmpuint (g_hash_table_size (bench->souls->entries), ==, N_BOTS);
  return (double) start;
}

static double
bench_check (Bench *bench, double *ours_ms)
{
  double ratios[N_ROUNDS];
  double ours[N_ROUNDS];

  run_check (bench);
  run_sha256sum (bench);
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      double theirs = run_sha256sum (bench);

      ours[i] = run_check (bench);
      ratios[i] = theirs / ours[i];
    }
  *ours_ms = median (ours, N_ROUNDS) / 1000;
  return median (ratios, N_ROUNDS);
}

/* Reading. */

static sqlite3_stmt *
prepare (sqlite3 *db, const char *sql)
{
  sqlite3_stmt *statement = NULL;

  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  return statement;
}

static guint
step_all (sqlite3_stmt *statement)
{
  guint n = 0;

  while (sqlite3_step (statement) == SQLITE_ROW)
    {
      for (int i = 0; i < sqlite3_column_count (statement); i++)
        sqlite3_column_text (statement, i);
      n += 1;
    }
  sqlite3_reset (statement);
  return n;
}

static double
time_sqlite_history (Bench *bench, sqlite3 *db)
{
  sqlite3_stmt *statement = prepare (
    db, "SELECT * FROM soul_version WHERE bot = ?1 AND number <= ?2 ORDER BY number DESC LIMIT 1000");
  gint64 start = g_get_monotonic_time ();

  for (gint64 number = N_VERSIONS; number > 0; number -= PAGE)
    {
      sqlite3_bind_text (statement, 1, bench->bot, -1, SQLITE_STATIC);
      sqlite3_bind_int64 (statement, 2, number);
      g_assert_cmpuint (step_all (statement), ==, PAGE);
    }
  start = g_get_monotonic_time () - start;
  sqlite3_finalize (statement);
  return (double) start;
}

static double
time_history (Bench *bench)
{
  gint64 start = g_get_monotonic_time ();
  g_autofree char *cursor = NULL;
  guint n = 0;

  do
    {
      g_autoptr (BtyQuery) query = bty_query_new (&bty_soul_version_schema);
      g_autoptr (BtyPage) page = NULL;

      bty_query_where (query, "bot", BTY_MATCH_EQUAL, bench->bot);
      bty_query_order (query, "number", TRUE);
      bty_query_limit (query, PAGE);
      bty_query_after (query, cursor);
      page = store_must_query (bench->fixture.store, query);
      n += page->items->len;
      g_free (cursor);
      cursor = g_strdup (page->next_cursor);
    }
  while (cursor != NULL);
  g_assert_cmpuint (n, ==, N_VERSIONS);
  return (double) (g_get_monotonic_time () - start);
}

static gint64
pick (guint i)
{
  return (gint64) (i * 7919u % N_VERSIONS) + 1;
}

/* The rows that a version and its texts are in, for each of two versions, as a difference or a rollback reads them. */
static double
time_sqlite_load (Bench *bench, sqlite3 *db, gboolean checks)
{
  sqlite3_stmt *version = prepare (db, "SELECT * FROM soul_version WHERE key = ?1");
  sqlite3_stmt *text = prepare (db, "SELECT * FROM soul_text WHERE key = ?1");
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < N_LOADS; i++)
    {
      g_autofree char *key = bty_soul_version_key (bench->bot, pick (i));

      sqlite3_bind_text (version, 1, key, -1, SQLITE_STATIC);
      g_assert_cmpint (sqlite3_step (version), ==, SQLITE_ROW);
      for (int c = 11; c < 14; c++) /* soul, identity, user */
        {
          g_autofree char *text_key = bty_soul_text_key (bench->bot, (const char *) sqlite3_column_text (version, c));

          sqlite3_bind_text (text, 1, text_key, -1, SQLITE_STATIC);
          g_assert_cmpint (sqlite3_step (text), ==, SQLITE_ROW);
          if (checks)
            g_free (bty_soul_text_hash ((const char *) sqlite3_column_text (text, 7), -1));
          step_all (text);
        }
      sqlite3_reset (version);
    }
  start = g_get_monotonic_time () - start;
  sqlite3_finalize (version);
  sqlite3_finalize (text);
  return (double) start;
}

typedef struct
{
  Bench *bench;
  guint n_left;
} Loading;

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoulPrompt) prompt = bty_soul_service_load_finish (BTY_SOUL_SERVICE (source), result, &error);

  must (error);
  ((Loading *) data)->n_left -= 1;
}

static void
on_version (GObject *source, GAsyncResult *result, gpointer data)
{
  Loading *loading = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoulVersion) version = bty_store_get_finish (BTY_STORE (source), result, &error);

  must (error);
  bty_soul_service_load_async (loading->bench->souls, version, NULL, on_loaded, loading);
}

/* @n_together: how many are asked for before the first has come. */
static double
time_load (Bench *bench, guint n_together)
{
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < N_LOADS; i += n_together)
    {
      Loading loading = { bench, n_together };

      for (guint n = 0; n < n_together; n++)
        {
          g_autofree char *key = bty_soul_version_key (bench->bot, pick (i + n));

          bty_store_get_async (bench->fixture.store, &bty_soul_version_schema, "key", key, NULL, on_version, &loading);
        }
      while (loading.n_left > 0)
        g_main_context_iteration (NULL, TRUE);
    }
  return (double) (g_get_monotonic_time () - start);
}

/* Changing. */

static double
time_changes (Bench *bench, const char *slug, guint seed)
{
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < N_CHANGES; i++)
    {
      g_autoptr (BtySoulChange) change = bty_soul_change_new (slug, BTY_SOUL_EDITED);
      g_autoptr (GAsyncResult) result = NULL;
      GAsyncResult *place = NULL;
      g_autoptr (BtySoulVersion) version = NULL;
      g_autoptr (GError) error = NULL;

      change->texts.text[0] = make_text (seed + i, 4000);
      bty_soul_service_change_async (bench->souls, change, NULL, bty_test_keep_result, &place);
      result = bty_test_wait (&place);
      version = bty_soul_service_change_finish (bench->souls, result, &error);
      must (error);
    }
  return (double) (g_get_monotonic_time () - start);
}

static double
bench_changes (Bench *bench)
{
  double ratios[N_ROUNDS];

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      double few = time_changes (bench, "bot-1", 5000000 + i * 1000);

      ratios[i] = time_changes (bench, "bot-0", 6000000 + i * 1000) / few;
    }
  return median (ratios, N_ROUNDS);
}

/* Memory of a watched folder, in bytes. */
static gint64
resident (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  words = g_strsplit (text, " ", -1);
  return g_ascii_strtoll (words[1], NULL, 10) * sysconf (_SC_PAGESIZE);
}

static void
ignore_save (const char *slug, gpointer data)
{
}

static double
bench_memory (Bench *bench)
{
  BtySoulWatch *watch = bty_soul_watch_new (N_BOTS, ignore_save, NULL);
  gint64 before = resident ();

  for (guint i = 0; i < N_BOTS; i++)
    {
      g_autofree char *slug = g_strdup_printf ("bot-%u", i);
      g_autofree char *folder = bty_soul_folder (bench->fixture.folder, slug);

      bty_soul_watch_add (watch, slug, folder);
    }
  before = resident () - before;
  bty_soul_watch_free (watch);
  return (double) before / N_BOTS;
}

static void
open_bench (Bench *bench)
{
  g_autofree char *config = NULL;
  g_autofree char *state = NULL;

  store_fixture_set_up (&bench->fixture, NULL);
  config = g_build_filename (bench->fixture.folder, "config", NULL);
  state = g_build_filename (bench->fixture.folder, "state", NULL);
  g_setenv ("BOTERNITY_STATE_DIR", state, TRUE);
  bench->settings = bty_settings_new (config);
  bty_soul_add_settings (bench->settings);
  bench->paths = g_ptr_array_new_with_free_func (g_free);
  renew (bench);
}

static void
close_bench (Bench *bench)
{
  bty_soul_service_stop (bench->souls);
  g_clear_object (&bench->souls);
  g_clear_object (&bench->settings);
  g_ptr_array_unref (bench->paths);
  g_free (bench->bot);
  bty_test_folder_remove (g_build_filename (bench->fixture.folder, "bots", NULL));
  bty_test_folder_remove (g_build_filename (bench->fixture.folder, "state", NULL));
  store_fixture_tear_down (&bench->fixture, NULL);
}

int
main (int argc, char **argv)
{
  Bench bench = { 0 };
  g_autofree char *file = NULL;
  sqlite3 *db = NULL;
  double check, check_ms, history[N_ROUNDS], load[N_ROUNDS], checked[N_ROUNDS], alone[N_ROUNDS], changes, watch;
  gboolean passed;

  g_test_init (&argc, &argv, NULL);
  open_bench (&bench);
  make_bots (&bench);
  check = bench_check (&bench, &check_ms);
  watch = bench_memory (&bench);
  make_versions (&bench);
  renew (&bench);
  file = store_fixture_file (&bench.fixture, "");
  g_assert_cmpint (sqlite3_open_v2 (file, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      double theirs = time_sqlite_history (&bench, db);
      double ours;

      history[i] = time_history (&bench) / theirs;
      ours = time_load (&bench, TOGETHER);
      load[i] = ours / time_sqlite_load (&bench, db, FALSE);
      checked[i] = ours / time_sqlite_load (&bench, db, TRUE);
      alone[i] = time_load (&bench, 1) / N_LOADS;
    }
  sqlite3_close (db);
  changes = bench_changes (&bench);
  close_bench (&bench);
  passed = check >= MIN_CHECK && median (history, N_ROUNDS) <= MAX_READ && median (load, N_ROUNDS) <= MAX_READ;
  median (checked, N_ROUNDS); /* for the middle to be told below */
  printf (
    "{\"bench\":\"soul\",\"check_of_sha256sum\":%.2f,\"check_limit\":%.1f,\"check_ms\":%.1f,\"history_of_sqlite\":%.2f,"
    "\"load_of_sqlite\":%.2f,\"load_of_sqlite_and_sha256\":%.2f,\"load_alone_us\":%.0f,\"read_limit\":%.1f,\"change_of_10000_to_1\":%.2f,\"bytes_a_watch\":%.0f,\"passed\":%s}\n",
    check, MIN_CHECK, check_ms, history[N_ROUNDS / 2], load[N_ROUNDS / 2], checked[N_ROUNDS / 2],
    median (alone, N_ROUNDS), MAX_READ, changes, watch, passed ? "true" : "false");
  return passed ? 0 : 1;
}
