/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bty-test-log.h"
#include "bty-test-records.h"
#include "bty-call-private.h"

static void
run_nothing (BtyCall *call)
{
  bty_call_return (call, NULL);
}

static const BtyOperation operation = {
  .name = "thing.talk",
  .summary = "Let a thing talk",
  .request = &test_part_schema,
  .item = &test_item_schema,
  .response = &test_part_schema,
  .http = "POST /things/talk",
  .effect = BTY_EFFECT_WRITE | BTY_EFFECT_STREAMING,
  .errors = BTY_ERRORS (NOT_FOUND),
  .run = run_nothing,
};

typedef struct
{
  BtyCall *call;
  BtyCallReader *reader;
  GString *got;
  guint wakes;
  guint ended;
  gboolean at_end;
} Fixture;

static void
drain (Fixture *f)
{
  BtyItem item;
  BtyReadResult result;

  while ((result = bty_call_reader_next (f->reader, &item)) == BTY_READ_ITEM)
    {
      if (item.record != NULL)
        g_string_append_printf (f->got, "[%d@%d]", (int) ((const TestItem *) item.record)->index, (int) item.number);
      else
        g_string_append_printf (f->got, "(%.*s@%d)", (int) item.length, item.text, (int) item.number);
    }
  f->at_end = result == BTY_READ_END;
}

static void
on_wake (BtyCallReader *reader, gpointer data)
{
  Fixture *f = data;

  g_assert_true (reader == f->reader);
  f->wakes += 1;
  drain (f);
}

static void
on_ended (BtyCall *call, gpointer data)
{
  Fixture *f = data;

  g_assert_cmpint (bty_call_state (call), !=, BTY_CALL_RUNNING);
  f->ended += 1;
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtyPrincipal) principal = bty_principal_new (BTY_PRINCIPAL_OWNER, "me", NULL);
  TestPart *request = test_part_new ();

  request->label = g_strdup ("hello");
  f->call = bty_call_new (&operation, f, principal, request);
  bty_call_on_ended (f->call, on_ended, f, NULL);
  f->reader = bty_call_reader_new (f->call, 0, on_wake, f);
  f->got = g_string_new (NULL);
  drain (f);
  g_assert_false (f->at_end);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_clear_pointer (&f->reader, bty_call_reader_free);
  g_clear_pointer (&f->call, bty_call_unref);
  g_string_free (f->got, TRUE);
}

static void
run_loop (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
emit_item (BtyCall *call, gint64 index)
{
  g_autoptr (TestItem) item = test_item_new ();

  item->index = index;
  bty_call_emit (call, item);
}

static void
give_answer (BtyCall *call)
{
  g_autoptr (TestPart) answer = test_part_new ();

  answer->weight = 42;
  bty_call_return (call, answer);
}

static void
test_stream (Fixture *f, gconstpointer unused)
{
  const TestPart *request = bty_call_request (f->call);
  const TestPart *response;

  g_assert_cmpstr (request->label, ==, "hello");
  g_assert_true (bty_call_service (f->call) == f);
  bty_call_emit_text (f->call, "one ", 4);
  bty_call_emit_text (f->call, "two", 3);
  g_assert_cmpuint (f->wakes, ==, 0);
  run_loop ();
  g_assert_cmpuint (f->wakes, ==, 1);
  emit_item (f->call, 7);
  bty_call_emit_text (f->call, "three", 5);
  give_answer (f->call);
  g_assert_cmpstr (f->got->str, ==, "(one two@2)[7@3](three@4)");
  g_assert_true (f->at_end);
  g_assert_cmpuint (f->ended, ==, 1);
  g_assert_cmpint (bty_call_state (f->call), ==, BTY_CALL_RETURNED);
  response = bty_call_response (f->call);
  g_assert_cmpint (response->weight, ==, 42);
  g_assert_null (bty_call_error (f->call));
  run_loop ();
  g_assert_cmpuint (f->wakes, ==, 2); /* no word after the end */
}

static void
test_resume (Fixture *f, gconstpointer unused)
{
  bty_call_emit_text (f->call, "one", 3);
  bty_call_emit_text (f->call, "two", 3);
  emit_item (f->call, 7);
  g_clear_pointer (&f->reader, bty_call_reader_free);
  f->reader = bty_call_reader_new (f->call, 1, on_wake, f);
  drain (f);
  g_assert_cmpstr (f->got->str, ==, "(two@2)[7@3]");
  g_clear_pointer (&f->reader, bty_call_reader_free);
  f->reader = bty_call_reader_new (f->call, 3, on_wake, f);
  drain (f);
  g_assert_false (f->at_end);
  give_answer (f->call);
  g_assert_true (f->at_end);
  g_assert_cmpstr (f->got->str, ==, "(two@2)[7@3]");
}

/* The reader may be there before the call is given the log that its client has seen the beginning of. */
static void
test_resume_shared (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtyItemLog) turn = bty_item_log_new ();

  g_clear_pointer (&f->reader, bty_call_reader_free);
  f->reader = bty_call_reader_new (f->call, 2, on_wake, f);
  drain (f);
  bty_item_log_append_text (turn, "one", 3);
  bty_item_log_append_text (turn, "two", 3);
  bty_item_log_append_text (turn, "three", 5);
  bty_call_share_log (f->call, turn);
  run_loop ();
  g_assert_cmpstr (f->got->str, ==, "(three@3)");
}

static void
test_resume_beyond (Fixture *f, gconstpointer unused)
{
  g_clear_pointer (&f->reader, bty_call_reader_free);
  f->reader = bty_call_reader_new (f->call, G_MAXUINT64, on_wake, f);
  drain (f);
  g_assert_false (f->at_end);
  bty_call_emit_text (f->call, "one", 3);
  give_answer (f->call);
  g_assert_cmpstr (f->got->str, ==, "");
  g_assert_true (f->at_end);
}

static void
test_two_readers (Fixture *f, gconstpointer unused)
{
  Fixture other = { .got = g_string_new (NULL) };

  other.reader = bty_call_reader_new (f->call, 0, on_wake, &other);
  bty_call_emit_text (f->call, "one", 3);
  run_loop ();
  give_answer (f->call);
  g_assert_cmpstr (f->got->str, ==, "(one@1)");
  g_assert_cmpstr (other.got->str, ==, "(one@1)");
  bty_call_reader_free (other.reader);
  g_string_free (other.got, TRUE);
}

static void
free_reader_in_wake (BtyCallReader *reader, gpointer data)
{
  Fixture *f = data;

  f->wakes += 1;
  g_clear_pointer (&f->reader, bty_call_reader_free);
  g_clear_pointer (&f->call, bty_call_unref);
}

static void
test_free_in_wake (Fixture *f, gconstpointer unused)
{
  g_clear_pointer (&f->reader, bty_call_reader_free);
  f->reader = bty_call_reader_new (f->call, 0, free_reader_in_wake, f);
  give_answer (f->call);
  g_assert_null (f->reader);
  g_assert_cmpuint (f->wakes, ==, 1);
}

static void
test_once (Fixture *f, gconstpointer unused)
{
  give_answer (f->call);
  bty_test_expect_log ("bty-call", G_LOG_LEVEL_CRITICAL, "*thing.talk: it was returned after*");
  give_answer (f->call);
  bty_test_assert_logged ();
  bty_test_expect_log ("bty-call", G_LOG_LEVEL_CRITICAL, "*thing.talk: it failed after*");
  bty_call_fail_new (f->call, BTY_ERROR_INTERNAL, "too late");
  bty_test_assert_logged ();
  bty_test_expect_log ("bty-call", G_LOG_LEVEL_CRITICAL, "*an item was emitted after*");
  bty_call_emit_text (f->call, "x", 1);
  bty_test_assert_logged ();
  g_assert_cmpuint (f->ended, ==, 1);
  g_assert_cmpint (bty_call_state (f->call), ==, BTY_CALL_RETURNED);
  g_assert_cmpuint (bty_item_log_get_length (bty_call_log (f->call)), ==, 0);
}

static void
test_wrong_type (Fixture *f, gconstpointer unused)
{
  g_autoptr (TestThing) thing = test_thing_new ();

  bty_test_expect_log ("bty-call", G_LOG_LEVEL_CRITICAL, "*returned a record of another type*");
  bty_call_return (f->call, thing);
  bty_test_assert_logged ();
  g_assert_cmpint (bty_call_state (f->call), ==, BTY_CALL_FAILED);
  g_assert_error (bty_call_error (f->call), BTY_ERROR, BTY_ERROR_INTERNAL);
  g_assert_cmpuint (f->ended, ==, 1);
}

static void
test_fail (Fixture *f, gconstpointer unused)
{
  bty_call_fail_new (f->call, BTY_ERROR_NOT_FOUND, "no thing is called “%s”", "x");
  g_assert_cmpint (bty_call_state (f->call), ==, BTY_CALL_FAILED);
  g_assert_error (bty_call_error (f->call), BTY_ERROR, BTY_ERROR_NOT_FOUND);
  g_assert_cmpstr (bty_call_error (f->call)->message, ==, "no thing is called “x”");
  g_assert_true (f->at_end);
  g_assert_cmpuint (f->ended, ==, 1);
}

static void
test_fail_foreign (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = g_error_new (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "gone");

  bty_call_fail (f->call, error);
  g_assert_error (bty_call_error (f->call), BTY_ERROR, BTY_ERROR_NOT_FOUND);
  g_assert_cmpstr (bty_call_error (f->call)->message, ==, "gone");
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_fail_undeclared (Fixture *f, gconstpointer unused)
{
  bty_test_expect_log ("bty-call", G_LOG_LEVEL_WARNING, "*failed with ALREADY_EXISTS*");
  bty_call_fail_new (f->call, BTY_ERROR_ALREADY_EXISTS, "lost");
  bty_test_assert_logged ();
  g_assert_error (bty_call_error (f->call), BTY_ERROR, BTY_ERROR_ALREADY_EXISTS);
}

static void
fail_when_cancelled (GCancellable *cancellable, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_cancellable_set_error_if_cancelled (cancellable, &error);
  bty_call_fail (data, error);
}

static void
test_cancel (Fixture *f, gconstpointer unused)
{
  bty_call_cancel (f->call);
  g_assert_true (g_cancellable_is_cancelled (bty_call_cancellable (f->call)));
  g_assert_cmpint (bty_call_state (f->call), ==, BTY_CALL_RUNNING); /* the handler has to end it */
  fail_when_cancelled (bty_call_cancellable (f->call), f->call);
  g_assert_error (bty_call_error (f->call), BTY_ERROR, BTY_ERROR_CANCELLED);
  bty_call_cancel (f->call);
}

static void
test_cancel_after_end (Fixture *f, gconstpointer unused)
{
  give_answer (f->call);
  bty_call_cancel (f->call);
  g_assert_false (g_cancellable_is_cancelled (bty_call_cancellable (f->call)));
}

static void
test_deadline (Fixture *f, gconstpointer unused)
{
  gint64 deadline = g_get_monotonic_time () + 20000;
  gulong handler;

  bty_call_set_deadline (f->call, deadline);
  handler = g_signal_connect (bty_call_cancellable (f->call), "cancelled", G_CALLBACK (fail_when_cancelled), f->call);
  while (f->ended == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (g_get_monotonic_time (), >=, deadline);
  g_assert_error (bty_call_error (f->call), BTY_ERROR, BTY_ERROR_DEADLINE_EXCEEDED);
  g_signal_handler_disconnect (bty_call_cancellable (f->call), handler);
}

static void
test_deadline_in_time (Fixture *f, gconstpointer unused)
{
  bty_call_set_deadline (f->call, g_get_monotonic_time () + 1000);
  give_answer (f->call);
  g_usleep (2000);
  run_loop ();
  g_assert_false (g_cancellable_is_cancelled (bty_call_cancellable (f->call)));
}

static void
test_share_log (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtyItemLog) turn = bty_item_log_new ();

  bty_item_log_append_text (turn, "before", 6);
  bty_call_share_log (f->call, turn);
  g_assert_true (bty_call_log (f->call) == turn);
  run_loop ();
  g_assert_cmpstr (f->got->str, ==, "(before@1)");
  bty_item_log_append_text (turn, "after", 5);
  run_loop ();
  give_answer (f->call);
  g_assert_cmpstr (f->got->str, ==, "(before@1)(after@2)");
  g_assert_true (f->at_end);
}

static void
count_destroyed (gpointer data)
{
  *(guint *) data += 1;
}

static void
ignore_end (BtyCall *call, gpointer data)
{
}

static void
test_ended_late (Fixture *f, gconstpointer unused)
{
  guint destroyed = 0;

  bty_call_on_ended (f->call, ignore_end, &destroyed, count_destroyed);
  give_answer (f->call);
  g_assert_cmpuint (destroyed, ==, 1);
  bty_call_on_ended (f->call, on_ended, f, NULL);
  g_assert_cmpuint (f->ended, ==, 2);
}

static char *
item_json (const BtyItem *item)
{
  GString *out = g_string_new (NULL);
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, out);
  bty_item_write_json (item, &test_item_schema, &writer);
  return g_string_free (out, FALSE);
}

/* The short way for text items gives the very bytes that the record would. */
static void
test_item_json (void)
{
  g_autoptr (TestItem) record = test_item_new ();
  BtyItem text = { .number = 1, .text = "say \"ä\"\n, not this", .length = 9 };
  BtyItem item = { .number = 1, .record = record };
  g_autofree char *fast = item_json (&text);
  g_autofree char *slow = NULL;

  record->text = g_strndup (text.text, text.length);
  slow = item_json (&item);
  g_assert_cmpstr (fast, ==, slow);
  g_assert_cmpstr (fast, ==, "{\"index\":0,\"text\":\"say \\\"ä\\\"\\n\",\"tool\":null,\"words\":[],\"score\":null}");
}

int
main (int argc, char *argv[])
{
  static const struct
  {
    const char *path;
    void (*run) (Fixture *, gconstpointer);
  } tests[] = {
    { "/call/stream", test_stream },
    { "/call/resume", test_resume },
    { "/call/resume-beyond", test_resume_beyond },
    { "/call/resume-shared", test_resume_shared },
    { "/call/two-readers", test_two_readers },
    { "/call/free-in-wake", test_free_in_wake },
    { "/call/once", test_once },
    { "/call/wrong-type", test_wrong_type },
    { "/call/fail", test_fail },
    { "/call/fail-foreign", test_fail_foreign },
    { "/call/fail-undeclared", test_fail_undeclared },
    { "/call/cancel", test_cancel },
    { "/call/cancel-after-end", test_cancel_after_end },
    { "/call/deadline", test_deadline },
    { "/call/deadline-in-time", test_deadline_in_time },
    { "/call/share-log", test_share_log },
    { "/call/ended-late", test_ended_late },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].run, tear_down);
  g_test_add_func ("/call/item-json", test_item_json);
  return g_test_run ();
}
