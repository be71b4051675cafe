/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The SQLite store under 64 writers: syncs for each acknowledged write (at most 1/32), and the p99 of reads meanwhile against when nothing else
 * goes on (at most 6x). Also how long opening takes and what a get from memory costs.
 */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "forgetful-vfs.h"
#include "store-fixture.h"

#define N_WRITERS   64
#define N_NOTES     20000
#define N_BOTS      100
#define SECONDS     3
#define ROUNDS      5
#define MAX_RATIO   6.0
#define SYNCS_LIMIT (1.0 / 32)

typedef struct
{
  BtyStore *store;
  gboolean is_writing;
  guint n_asked;
  guint n_acknowledged;
  guint n_in_flight;
  GArray *write_times;
  GArray *read_times;
  guint n_reads_left;
  guint n_reads_pending;
} Bench;

typedef struct
{
  Bench *bench;
  gint64 start;
} Step;

static int
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 one = *(const gint64 *) a;
  gint64 other = *(const gint64 *) b;

  return (one > other) - (one < other);
}

static gint64
percentile (GArray *times, guint percent)
{
  g_array_sort (times, compare_times);
  return times->len > 0 ? g_array_index (times, gint64, (guint64) (times->len - 1) * percent / 100) : 0;
}

static Step *
step_new (Bench *bench)
{
  Step *step = g_new (Step, 1);

  *step = (Step){ bench, g_get_monotonic_time () };
  return step;
}

static void
step_end (Step *step, GArray *times)
{
  gint64 time = g_get_monotonic_time () - step->start;

  g_array_append_val (times, time);
  g_free (step);
}

static Note *
make_bench_note (guint index)
{
  g_autofree char *title = g_strdup_printf ("note number %u", index);
  Note *note = make_note (title, index % 1000);

  note->body = g_strnfill (100, 'x'); /* some 300 bytes as JSON */
  return note;
}

static void write_one (Bench *bench);

static void
on_written (GObject *store, GAsyncResult *result, gpointer data)
{
  Step *step = data;
  Bench *bench = step->bench;

  if (!bty_store_apply_finish (BTY_STORE (store), result, NULL))
    exit (1);
  bench->n_acknowledged++;
  bench->n_in_flight--;
  step_end (step, bench->write_times);
  if (bench->is_writing)
    write_one (bench);
}

static void
write_one (Bench *bench)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  g_autoptr (Note) note = make_bench_note (N_NOTES + bench->n_asked++);

  bty_batch_put (batch, note);
  bench->n_in_flight++;
  bty_store_apply_async (bench->store, batch, NULL, on_written, step_new (bench));
}

static void
on_page (GObject *store, GAsyncResult *result, gpointer data)
{
  Step *step = data;
  Bench *bench = step->bench;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (store), result, NULL);

  if (page == NULL || page->items->len == 0)
    exit (1);
  bench->n_reads_pending--;
  step_end (step, bench->read_times);
}

/* The 20 records around a place, by index. */
static void
read_one (Bench *bench)
{
  g_autoptr (BtyQuery) query = bty_query_new (&note_schema);
  g_autofree char *rank = g_strdup_printf ("%u", g_random_int_range (0, 1000));

  bty_query_where (query, "rank", BTY_MATCH_EQUAL, rank);
  bty_query_limit (query, 20);
  bench->n_reads_pending++;
  bty_store_query_async (bench->store, query, NULL, on_page, step_new (bench));
}

/* One read after another for some seconds, with whatever else goes on. */
static void
read_for (Bench *bench, guint seconds)
{
  gint64 end = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;

  g_array_set_size (bench->read_times, 0);
  while (g_get_monotonic_time () < end)
    {
      read_one (bench);
      while (bench->n_reads_pending > 0)
        g_main_context_iteration (NULL, TRUE);
    }
}

static void
start_writers (Bench *bench)
{
  bench->is_writing = TRUE;
  for (guint i = 0; i < N_WRITERS; i++)
    write_one (bench);
}

static void
stop_writers (Bench *bench)
{
  bench->is_writing = FALSE;
  while (bench->n_in_flight > 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
run_for (guint seconds)
{
  gint64 end = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;

  while (g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
}

static void
fill (BtyStore *store)
{
  for (guint i = 0; i < N_NOTES; i += 1000)
    {
      g_autoptr (BtyBatch) batch = bty_batch_new ();

      for (guint j = 0; j < 1000; j++)
        {
          g_autoptr (Note) note = make_bench_note (i + j);

          bty_batch_put (batch, note);
        }
      if (!store_apply (store, batch, NULL))
        exit (1);
    }
  for (guint i = 0; i < N_BOTS; i++)
    {
      g_autofree char *name = g_strdup_printf ("bot%u", i);
      g_autoptr (BtyBot) bot = make_bot (name);

      store_put (store, bot);
    }
}

static gint64
cpu_time (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC + usage.ru_utime.tv_usec +
         usage.ru_stime.tv_usec;
}

static guint n_got;

static void
on_bot (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyBot) bot = bty_store_get_finish (BTY_STORE (store), result, NULL);

  if (bot == NULL)
    exit (1);
  n_got++;
}

/* 64 at a time, as many connections would ask; CPU time of one in nanoseconds. */
static gint64
measure_gets (BtyStore *store)
{
  const guint n = 500000;
  guint n_asked = 0;
  gint64 start = cpu_time ();

  n_got = 0;
  while (n_got < n)
    {
      for (; n_asked < n_got + 64; n_asked++)
        {
          char slug[16];

          g_snprintf (slug, sizeof slug, "bot%u", n_asked % N_BOTS);
          bty_store_get_async (store, &bty_bot_schema, "slug", slug, NULL, on_bot, NULL);
        }
      g_main_context_iteration (NULL, TRUE);
    }
  start = (cpu_time () - start) * 1000 / n_got;
  while (n_got < n_asked)
    g_main_context_iteration (NULL, TRUE);
  return start;
}

static gint64
measure_open (StoreFixture *f)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < 50; i++)
    {
      gint64 time;

      store_fixture_renew (f);
      time = g_get_monotonic_time ();
      store_fixture_open (f);
      time = g_get_monotonic_time () - time;
      g_array_append_val (times, time);
    }
  return percentile (times, 50);
}

static void
open_counting (StoreFixture *f)
{
  store_fixture_renew (f);
  bty_store_sqlite_get_options (BTY_STORE_SQLITE (f->store))->vfs = FORGETFUL_VFS;
  store_fixture_open (f);
}

static void
add_double (BtyJsonWriter *out, const char *name, double value)
{
  bty_json_writer_key (out, name);
  bty_json_writer_double (out, (double) (gint64) (value * 10000) / 10000);
}

static void
measure_writes (Bench *bench, BtyJsonWriter *out, double *syncs)
{
  forgetful_vfs_reset (FALSE);
  start_writers (bench);
  run_for (SECONDS);
  stop_writers (bench);
  *syncs = (double) forgetful_vfs_get_n_syncs () / bench->n_acknowledged;
  bty_json_writer_member_int (out, "writes_per_second", bench->n_acknowledged / SECONDS);
  bty_json_writer_member_int (out, "write_p50_us", percentile (bench->write_times, 50));
  bty_json_writer_member_int (out, "write_p99_us", percentile (bench->write_times, 99));
  add_double (out, "syncs_per_write", *syncs);
  add_double (out, "syncs_limit", SYNCS_LIMIT);
}

/* In turns, so that what else the machine does falls on both; the median of the rounds. */
static void
measure_reads (Bench *bench, BtyJsonWriter *out, double *ratio)
{
  g_autoptr (GArray) idle = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GArray) loaded = g_array_new (FALSE, FALSE, sizeof (gint64));

  read_for (bench, 1);
  for (guint i = 0; i < ROUNDS; i++)
    {
      gint64 p99;

      read_for (bench, 1);
      p99 = percentile (bench->read_times, 99);
      g_array_append_val (idle, p99);
      start_writers (bench);
      read_for (bench, 1);
      stop_writers (bench);
      p99 = percentile (bench->read_times, 99);
      g_array_append_val (loaded, p99);
    }
  *ratio = (double) percentile (loaded, 50) / (double) percentile (idle, 50);
  bty_json_writer_member_int (out, "read_idle_p99_us", percentile (idle, 50));
  bty_json_writer_member_int (out, "read_loaded_p99_us", percentile (loaded, 50));
  add_double (out, "read_p99_ratio", *ratio);
  add_double (out, "read_p99_ratio_limit", MAX_RATIO);
}

static gboolean
report (StoreFixture *f, Bench *bench)
{
  g_autoptr (GString) text = g_string_new (NULL);
  BtyJsonWriter out;
  double syncs;
  double ratio;

  bty_json_writer_init (&out, text);
  bty_json_writer_begin_object (&out);
  bty_json_writer_member_int (&out, "open_us", measure_open (f));
  open_counting (f);
  bench->store = f->store;
  bty_json_writer_member_int (&out, "cached_get_cpu_ns", measure_gets (f->store));
  measure_writes (bench, &out, &syncs);
  measure_reads (bench, &out, &ratio);
  bty_json_writer_end_object (&out);
  puts (text->str);
  return syncs <= SYNCS_LIMIT && ratio <= MAX_RATIO;
}

int
main (int argc, char **argv)
{
  StoreFixture f = { 0 };
  Bench bench = { .write_times = g_array_new (FALSE, FALSE, sizeof (gint64)),
                  .read_times = g_array_new (FALSE, FALSE, sizeof (gint64)) };
  gboolean is_good;

  forgetful_vfs_register ();
  store_fixture_set_up (&f, NULL);
  fill (f.store);
  is_good = report (&f, &bench);
  store_fixture_tear_down (&f, NULL);
  g_array_unref (bench.write_times);
  g_array_unref (bench.read_times);
  return is_good ? 0 : 1;
}
