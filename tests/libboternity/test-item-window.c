/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Logs with a window: numbers with gaps, what is dropped, readers that fall behind, and streams that go over from one log to another. */
#include "config.h"

#include "bty-test-records.h"

static void
run_nothing (BtyCall *call)
{
}

static const BtyOperation operation = {
  .name = "thing.watch",
  .summary = "Watch a thing",
  .item = &test_item_schema,
  .http = "GET /things/watch",
  .effect = BTY_EFFECT_READ | BTY_EFFECT_STREAMING | BTY_EFFECT_ENDLESS,
  .run = run_nothing,
};

static void
append (BtyItemLog *log, guint64 number)
{
  g_autoptr (TestItem) item = test_item_new ();

  item->index = (gint64) number;
  bty_item_log_append_numbered (log, number, item, NULL);
}

/* An item that says so: its index is minus the count. */
static gpointer
make_missed (guint64 count, guint64 after, gpointer data)
{
  TestItem *item = test_item_new ();

  item->index = -(gint64) count;
  if (data != NULL)
    *(guint64 *) data = after;
  return item;
}

static BtyItemLog *
make_log (guint max_items, gpointer data)
{
  BtyItemLog *log = bty_item_log_new ();

  bty_item_log_set_window (log, max_items, G_MAXSIZE, make_missed, data);
  return log;
}

static BtyCall *
make_call (void)
{
  g_autoptr (BtyPrincipal) principal = bty_principal_new (BTY_PRINCIPAL_OWNER, "me", NULL);

  return bty_call_new (&operation, NULL, principal, NULL);
}

static void
on_wake (BtyCallReader *reader, gpointer data)
{
  *(guint *) data += 1;
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* All there is to read: `index@number`, then what the reader said in the end. */
static void
assert_read (BtyCallReader *reader, const char *expected)
{
  g_autoptr (GString) got = g_string_new (NULL);
  BtyReadResult result;
  BtyItem item;

  while ((result = bty_call_reader_next (reader, &item)) == BTY_READ_ITEM)
    {
      g_autoptr (GString) json = g_string_new (NULL);
      g_autofree char *plain = bty_record_to_json (item.record, BTY_VIEW_READ);
      BtyJsonWriter writer;

      bty_json_writer_init (&writer, json);
      bty_call_reader_write_json (reader, &item, &writer);
      g_assert_cmpmem (json->str, json->len, plain, strlen (plain));
      g_string_append_printf (got, "%d@%d ", (int) ((const TestItem *) item.record)->index, (int) item.number);
    }
  g_string_append (got, result == BTY_READ_END ? "end" : "wait");
  g_assert_cmpstr (got->str, ==, expected);
}

static void
test_numbers (void)
{
  g_autoptr (BtyItemLog) log = make_log (3, NULL);
  BtyItem item;

  g_assert_cmpuint (bty_item_log_get_length (log), ==, 0);
  g_assert_false (bty_item_log_get_run (log, 1, &item));
  append (log, 5);
  append (log, 9);
  g_assert_cmpuint (bty_item_log_get_length (log), ==, 9);
  g_assert_false (bty_item_log_get (log, 6, &item));
  g_assert_true (bty_item_log_get (log, 5, &item));
  g_assert_true (bty_item_log_get_run (log, 6, &item));
  g_assert_cmpuint (item.number, ==, 9);
  g_assert_false (bty_item_log_get_run (log, 10, &item));
  g_assert_cmpuint (bty_item_log_get_floor (log), ==, 0);
  for (guint64 number = 10; number < 200; number++)
    append (log, number);
  g_assert_cmpuint (bty_item_log_get_floor (log), ==, 196);
  g_assert_true (bty_item_log_get_run (log, 1, &item));
  g_assert_cmpuint (item.number, ==, 197);
  g_assert_null (bty_item_log_get_json (log, 196));
  g_assert_nonnull (bty_item_log_get_json (log, 197));
}

static void
test_bytes (void)
{
  g_autoptr (BtyItemLog) log = bty_item_log_new ();
  BtyItem item;

  bty_item_log_set_window (log, 1000, 4000, NULL, NULL);
  for (guint64 number = 1; number < 100; number++)
    append (log, number);
  g_assert_cmpuint (bty_item_log_get_size (log), <=, 4000);
  g_assert_cmpuint (bty_item_log_get_floor (log), >, 80);
  g_assert_true (bty_item_log_get (log, 99, &item));
}

static void
test_missed (void)
{
  guint64 after = 0;
  g_autoptr (BtyItemLog) log = make_log (3, &after);
  g_autoptr (BtyCall) call = make_call ();
  g_autoptr (BtyCallReader) slow = NULL;
  g_autoptr (BtyCallReader) quick = NULL;

  append (log, 1);
  append (log, 2);
  bty_call_skip (call, 1);
  bty_call_share_log (call, log);
  slow = bty_call_reader_new (call, 0, NULL, NULL);
  quick = bty_call_reader_new (call, 0, NULL, NULL);
  assert_read (slow, "2@2 wait");
  for (guint64 number = 4; number <= 20; number += 2)
    {
      append (log, number);
      if (number % 4 == 0)
        while (bty_call_reader_next (quick, &(BtyItem){ 0 }) == BTY_READ_ITEM)
          ;
    }
  assert_read (quick, "wait");
  assert_read (slow, "-6@14 16@16 18@18 20@20 wait"); /* 4 to 14 */
  g_assert_cmpuint (after, ==, 2);
  append (log, 22);
  assert_read (slow, "22@22 wait");
}

/* First a log of its own, then, behind it, one that others write. */
static void
test_continue (void)
{
  g_autoptr (BtyItemLog) past = make_log (10, NULL);
  g_autoptr (BtyItemLog) present = make_log (10, NULL);
  g_autoptr (BtyCall) call = make_call ();
  guint wakes = 0, other_wakes = 0;
  g_autoptr (BtyCallReader) reader = NULL;
  g_autoptr (BtyCallReader) other = NULL;

  bty_call_share_log (call, past);
  reader = bty_call_reader_new (call, 0, on_wake, &wakes);
  other = bty_call_reader_new (call, 0, on_wake, &other_wakes);
  append (past, 3);
  append (past, 4);
  append (present, 4); /* was in the past as well */
  append (present, 6);
  bty_call_continue_log (call, present, 4);
  g_assert_cmpuint (wakes, ==, 1);
  assert_read (reader, "3@3 4@4 6@6 wait");
  g_assert_true (bty_call_log (call) == past);
  assert_read (other, "3@3 4@4 6@6 wait");
  g_assert_true (bty_call_log (call) == present);
  settle ();
  wakes = 0;
  append (past, 100); /* nobody hears it any more */
  settle ();
  g_assert_cmpuint (wakes, ==, 0);
  append (present, 7);
  settle ();
  g_assert_cmpuint (wakes, ==, 1);
  assert_read (reader, "7@7 wait");
  bty_call_return (call, NULL);
  assert_read (reader, "end");
  assert_read (other, "7@7 end");
}

/* The past was read so slowly that the present has dropped something meanwhile: that is told as well. */
static void
test_continue_late (void)
{
  g_autoptr (BtyItemLog) past = make_log (10, NULL);
  g_autoptr (BtyItemLog) present = make_log (2, NULL);
  g_autoptr (BtyCall) call = make_call ();
  g_autoptr (BtyCallReader) reader = NULL;

  bty_call_share_log (call, past);
  append (past, 3);
  append (present, 3);
  bty_call_continue_log (call, present, 3);
  for (guint64 number = 4; number <= 9; number++)
    append (present, number);
  reader = bty_call_reader_new (call, 0, NULL, NULL);
  assert_read (reader, "3@3 -4@7 8@8 9@9 wait");
}

static void
on_drained (BtyCall *call, gpointer data)
{
  *(guint *) data += 1;
}

static void
test_drained (void)
{
  g_autoptr (BtyItemLog) log = make_log (10, NULL);
  g_autoptr (BtyCall) call = make_call ();
  g_autoptr (BtyCallReader) reader = NULL;
  guint n = 0;

  bty_call_share_log (call, log);
  bty_call_on_drained (call, on_drained, &n);
  append (log, 1);
  reader = bty_call_reader_new (call, 0, NULL, NULL);
  g_assert_cmpuint (n, ==, 0);
  assert_read (reader, "1@1 wait");
  g_assert_cmpuint (n, ==, 1);
  bty_call_return (call, NULL);
  assert_read (reader, "end");
  g_assert_cmpuint (n, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/item-window/numbers", test_numbers);
  g_test_add_func ("/item-window/bytes", test_bytes);
  g_test_add_func ("/item-window/missed", test_missed);
  g_test_add_func ("/item-window/continue", test_continue);
  g_test_add_func ("/item-window/continue-late", test_continue_late);
  g_test_add_func ("/item-window/drained", test_drained);
  return g_test_run ();
}
