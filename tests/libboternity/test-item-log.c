/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bty-test-records.h"

typedef struct
{
  BtyItemLog *log;
  guint watch;
  guint wakes;
  guint other;
  guint append;
} Watcher;

static TestItem *
make_item (gint64 index)
{
  TestItem *item = test_item_new ();

  item->index = index;
  return item;
}

static void
append_item (BtyItemLog *log, gint64 index)
{
  g_autoptr (TestItem) item = make_item (index);

  bty_item_log_append (log, item);
}

static void
append_text (BtyItemLog *log, const char *text)
{
  bty_item_log_append_text (log, text, strlen (text));
}

static void
assert_text (BtyItemLog *log, guint64 number, const char *text)
{
  BtyItem item;

  g_assert_true (bty_item_log_get (log, number, &item));
  g_assert_cmpuint (item.number, ==, number);
  g_assert_null (item.record);
  g_assert_cmpmem (item.text, item.length, text, strlen (text));
}

static BtyItemLog *
make_log (void)
{
  BtyItemLog *log = bty_item_log_new ();

  append_text (log, "one");
  append_text (log, "");
  append_text (log, "twö");
  append_item (log, 10);
  append_item (log, 11);
  append_text (log, "three");
  append_item (log, 12);
  append_text (log, "");
  return log;
}

static void
test_items (void)
{
  g_autoptr (BtyItemLog) log = make_log ();
  BtyItem item;

  g_assert_cmpuint (bty_item_log_get_length (log), ==, 8);
  g_assert_cmpuint (bty_item_log_get_size (log), ==, 12);
  assert_text (log, 1, "one");
  assert_text (log, 2, "");
  assert_text (log, 3, "twö");
  g_assert_true (bty_item_log_get (log, 5, &item));
  g_assert_null (item.text);
  g_assert_cmpint (((const TestItem *) item.record)->index, ==, 11);
  assert_text (log, 6, "three");
  assert_text (log, 8, "");
  g_assert_false (bty_item_log_get (log, 0, &item));
  g_assert_false (bty_item_log_get (log, 9, &item));
  g_assert_false (bty_item_log_get (log, G_MAXUINT64, &item));
}

static void
test_runs (void)
{
  g_autoptr (BtyItemLog) log = make_log ();
  BtyItem item;

  g_assert_true (bty_item_log_get_run (log, 1, &item));
  g_assert_cmpuint (item.number, ==, 3);
  g_assert_cmpmem (item.text, item.length, "onetwö", 7);
  g_assert_true (bty_item_log_get_run (log, 2, &item));
  g_assert_cmpuint (item.number, ==, 3);
  g_assert_cmpmem (item.text, item.length, "twö", 4);
  g_assert_true (bty_item_log_get_run (log, 4, &item));
  g_assert_cmpuint (item.number, ==, 4);
  g_assert_nonnull (item.record);
  g_assert_true (bty_item_log_get_run (log, 6, &item));
  g_assert_cmpuint (item.number, ==, 6);
  g_assert_true (bty_item_log_get_run (log, 8, &item));
  g_assert_cmpuint (item.number, ==, 8);
  g_assert_cmpuint (item.length, ==, 0);
  g_assert_false (bty_item_log_get_run (log, 9, &item));
}

/* However much has piled up, no reader is given more than 64 KiB of text as one; the numbers tell where it goes on. */
static void
test_long_runs (void)
{
  g_autoptr (BtyItemLog) log = bty_item_log_new ();
  g_autofree char *text = g_strnfill (1000, 'x');
  guint64 number = 0;
  gsize total = 0;
  BtyItem item;

  for (guint i = 0; i < 200; i++)
    append_text (log, text);
  while (bty_item_log_get_run (log, number + 1, &item))
    {
      g_assert_cmpuint (item.length, ==, (item.number - number) * 1000);
      g_assert_cmpuint (item.length, <=, 64 * 1024);
      g_assert_true (item.number == 200 || item.length > 64 * 1024 - 1000);
      total += item.length;
      number = item.number;
    }
  g_assert_cmpuint (number, ==, 200);
  g_assert_cmpuint (total, ==, 200 * 1000);
}

/* A text that is long in itself is cut when it comes in, between characters. */
static void
test_long_text (void)
{
  g_autoptr (BtyItemLog) log = bty_item_log_new ();
  g_autoptr (GString) text = g_string_new ("a");
  g_autoptr (GString) read = g_string_new (NULL);
  guint64 number = 0;
  BtyItem item;

  while (text->len < 200000)
    g_string_append (text, "\342\202\254");
  append_text (log, text->str);
  g_assert_cmpuint (bty_item_log_get_length (log), ==, 4);
  while (bty_item_log_get_run (log, number + 1, &item))
    {
      g_assert_cmpuint (item.length, <=, 64 * 1024);
      g_assert_true (g_utf8_validate_len (item.text, item.length, NULL));
      g_string_append_len (read, item.text, (gssize) item.length);
      number = item.number;
    }
  g_assert_cmpstr (read->str, ==, text->str);
}

static void
test_nul (void)
{
  g_autoptr (BtyItemLog) log = bty_item_log_new ();

  bty_item_log_append_text (log, "a\0b\0", 4);
  assert_text (log, 1, "a\357\277\275b\357\277\275");
}

static void
on_wake (BtyItemLog *log, gpointer data)
{
  Watcher *watcher = data;

  watcher->wakes += 1;
  if (watcher->watch != 0)
    bty_item_log_unwatch (log, watcher->watch);
  watcher->watch = 0;
  if (watcher->other != 0)
    bty_item_log_unwatch (log, watcher->other);
  watcher->other = 0;
  if (watcher->append > 0)
    {
      watcher->append -= 1;
      append_text (log, "more");
    }
}

static void
run_loop (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
test_wake_once (void)
{
  g_autoptr (BtyItemLog) log = bty_item_log_new ();
  Watcher one = { 0 };
  Watcher other = { 0 };

  append_text (log, "before anyone watched");
  g_assert_cmpuint (bty_item_log_watch (log, on_wake, &one), !=, 0);
  bty_item_log_watch (log, on_wake, &other);
  run_loop ();
  g_assert_cmpuint (one.wakes, ==, 0);
  for (guint i = 0; i < 100; i++)
    append_text (log, "x");
  g_assert_cmpuint (one.wakes, ==, 0);
  run_loop ();
  g_assert_cmpuint (one.wakes, ==, 1);
  g_assert_cmpuint (other.wakes, ==, 1);
  append_item (log, 1);
  run_loop ();
  g_assert_cmpuint (one.wakes, ==, 2);
}

static void
test_wake_now (void)
{
  g_autoptr (BtyItemLog) log = bty_item_log_new ();
  g_autoptr (GMainContext) context = g_main_context_new ();
  Watcher one = { .append = 1 };

  bty_item_log_wake_readers ();
  bty_item_log_watch (log, on_wake, &one);
  append_text (log, "x");
  g_main_context_push_thread_default (context);
  bty_item_log_wake_readers (); /* of another main loop */
  g_main_context_pop_thread_default (context);
  g_assert_cmpuint (one.wakes, ==, 0);
  bty_item_log_wake_readers ();
  g_assert_cmpuint (one.wakes, ==, 1);
  run_loop (); /* what came in the wake had to wait */
  g_assert_cmpuint (one.wakes, ==, 2);
  append_text (log, "y");
  bty_item_log_wake_readers ();
  g_assert_cmpuint (one.wakes, ==, 3);
  run_loop ();
  g_assert_cmpuint (one.wakes, ==, 3);
}

static void
test_append_in_wake (void)
{
  g_autoptr (BtyItemLog) log = bty_item_log_new ();
  Watcher one = { .append = 3 };

  bty_item_log_watch (log, on_wake, &one);
  append_text (log, "x");
  run_loop ();
  g_assert_cmpuint (one.wakes, ==, 4);
  g_assert_cmpuint (bty_item_log_get_length (log), ==, 4);
}

static void
test_unwatch_in_wake (void)
{
  g_autoptr (BtyItemLog) log = bty_item_log_new ();
  Watcher one = { 0 };
  Watcher other = { 0 };
  Watcher last = { 0 };

  one.watch = bty_item_log_watch (log, on_wake, &one);
  one.other = bty_item_log_watch (log, on_wake, &other);
  bty_item_log_watch (log, on_wake, &last);
  append_text (log, "x");
  run_loop ();
  g_assert_cmpuint (one.wakes, ==, 1);
  g_assert_cmpuint (other.wakes, ==, 0);
  g_assert_cmpuint (last.wakes, ==, 1);
  append_text (log, "y");
  run_loop ();
  g_assert_cmpuint (one.wakes, ==, 1);
  g_assert_cmpuint (other.wakes, ==, 0);
  g_assert_cmpuint (last.wakes, ==, 2);
}

static void
test_gone_before_wake (void)
{
  BtyItemLog *log = bty_item_log_new ();
  Watcher one = { 0 };

  bty_item_log_watch (log, on_wake, &one);
  append_text (log, "x");
  bty_item_log_unref (log);
  run_loop ();
  g_assert_cmpuint (one.wakes, ==, 0);
}

static void
free_log_in_wake (BtyItemLog *log, gpointer data)
{
  Watcher *watcher = data;

  watcher->wakes += 1;
  g_clear_pointer (&watcher->log, bty_item_log_unref);
}

static void
test_freed_in_wake (void)
{
  Watcher one = { .log = bty_item_log_new () };
  Watcher other = { 0 };

  bty_item_log_watch (one.log, free_log_in_wake, &one);
  bty_item_log_watch (one.log, on_wake, &other);
  append_text (one.log, "x");
  run_loop ();
  g_assert_cmpuint (one.wakes, ==, 1);
  g_assert_cmpuint (other.wakes, ==, 1);
  g_assert_null (one.log);
}

static void
test_pack (void)
{
  g_autoptr (BtyItemLog) log = make_log ();
  g_autoptr (BtyItemLog) back = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *again = NULL;
  g_autoptr (GBytes) packed = bty_item_log_pack (log, &text);
  g_autoptr (GBytes) repacked = NULL;

  g_assert_cmpstr (text, ==, "onetwöthree");
  back = bty_item_log_unpack (packed, text, &test_item_schema, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (bty_item_log_get_length (back), ==, bty_item_log_get_length (log));
  for (guint64 i = 1; i <= bty_item_log_get_length (log); i++)
    {
      BtyItem a;
      BtyItem b;

      g_assert_true (bty_item_log_get (log, i, &a));
      g_assert_true (bty_item_log_get (back, i, &b));
      g_assert_true ((a.record == NULL) == (b.record == NULL));
      if (a.record != NULL)
        g_assert_true (bty_record_equal (a.record, b.record));
      else
        g_assert_cmpmem (a.text, a.length, b.text, b.length);
    }
  repacked = bty_item_log_pack (back, &again);
  g_assert_true (g_bytes_equal (packed, repacked));
  g_assert_cmpstr (again, ==, text);
}

static void
test_pack_empty (void)
{
  g_autoptr (BtyItemLog) log = bty_item_log_new ();
  g_autofree char *text = NULL;
  g_autoptr (GBytes) packed = bty_item_log_pack (log, &text);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyItemLog) back = bty_item_log_unpack (packed, text, &test_item_schema, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "");
  g_assert_cmpuint (bty_item_log_get_length (back), ==, 0);
}

/* Whatever is damaged, it is an error or another log, never a crash; what is cut off is always an error. */
static void
test_unpack_damaged (void)
{
  g_autoptr (BtyItemLog) log = make_log ();
  g_autofree char *text = NULL;
  g_autoptr (GBytes) packed = bty_item_log_pack (log, &text);
  gsize size;
  const guint8 *data = g_bytes_get_data (packed, &size);

  for (gsize cut = 0; cut < size; cut++)
    {
      g_autoptr (GBytes) part = g_bytes_new (data, cut);
      g_autoptr (GError) error = NULL;

      g_assert_null (bty_item_log_unpack (part, text, &test_item_schema, &error));
      g_assert_nonnull (error);
    }
  for (gsize place = 0; place < size * 8; place++)
    {
      g_autofree guint8 *copy = g_memdup2 (data, size);
      g_autoptr (GBytes) changed = NULL;
      g_autoptr (BtyItemLog) other = NULL;
      BtyItem item;

      copy[place / 8] ^= (guint8) (1 << place % 8);
      changed = g_bytes_new (copy, size);
      other = bty_item_log_unpack (changed, text, &test_item_schema, NULL);
      for (guint64 i = 1; other != NULL && bty_item_log_get_run (other, i, &item); i++)
        g_assert_true (item.record != NULL || g_utf8_validate_len (item.text, item.length, NULL));
    }
}

static void
test_unpack_short_text (void)
{
  g_autoptr (BtyItemLog) log = make_log ();
  g_autofree char *text = NULL;
  g_autoptr (GBytes) packed = bty_item_log_pack (log, &text);
  g_autoptr (GError) error = NULL;

  g_assert_null (bty_item_log_unpack (packed, "one", &test_item_schema, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/item-log/items", test_items);
  g_test_add_func ("/item-log/runs", test_runs);
  g_test_add_func ("/item-log/long-runs", test_long_runs);
  g_test_add_func ("/item-log/long-text", test_long_text);
  g_test_add_func ("/item-log/nul", test_nul);
  g_test_add_func ("/item-log/wake-once", test_wake_once);
  g_test_add_func ("/item-log/wake-now", test_wake_now);
  g_test_add_func ("/item-log/append-in-wake", test_append_in_wake);
  g_test_add_func ("/item-log/unwatch-in-wake", test_unwatch_in_wake);
  g_test_add_func ("/item-log/gone-before-wake", test_gone_before_wake);
  g_test_add_func ("/item-log/freed-in-wake", test_freed_in_wake);
  g_test_add_func ("/item-log/pack", test_pack);
  g_test_add_func ("/item-log/pack-empty", test_pack_empty);
  g_test_add_func ("/item-log/unpack-damaged", test_unpack_damaged);
  g_test_add_func ("/item-log/unpack-short-text", test_unpack_short_text);
  return g_test_run ();
}
