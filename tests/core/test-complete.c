/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bty-test-house.h"
#include "bty-test-warnings.h"
#include "chat/bty-complete-run.h"

static const char *const words[] = { "one ", "two ", "three", NULL };

#define HELLO "\"messages\":[{\"role\":\"user\",\"parts\":[{\"kind\":\"text\",\"text\":\"hello\"}]}]"

static void
set_up (BtyTestHouse *h, gconstpointer unused)
{
  bty_test_house_open (h, words);
  bty_record_unref (bty_test_call (h, "bot.create", "{\"name\":\"Bo\",\"max_output\":99}"));
}

static void
tear_down (BtyTestHouse *h, gconstpointer unused)
{
  bty_test_house_close (h);
}

static const BtyCompletionItem *
find_item (BtyCall *call, BtyCompletionItemType type)
{
  BtyItem item;

  for (guint64 number = 1; bty_item_log_get (bty_call_log (call), number, &item); number++)
    if (item.record != NULL && ((const BtyCompletionItem *) item.record)->type == type)
      return item.record;
  return NULL;
}

static const BtyPart *
part_at (const GPtrArray *parts, guint index)
{
  g_assert_cmpuint (index, <, parts->len);
  return parts->pdata[index];
}

static void
test_a_model (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyCall) call = bty_test_start (h, "model.complete",
                                             "{\"model\":\"builtin/m\",\"system\":\"Be brief.\"," HELLO "}");
  g_autofree char *said = NULL;
  const BtyCompletionAnswer *answer;

  bty_test_end (call);
  g_assert_no_error (bty_call_error (call));
  answer = bty_call_response (call);
  said = bty_test_text (call, 0);
  g_assert_cmpstr (said, ==, "one two three");
  g_assert_cmpstr (find_item (call, BTY_COMPLETION_MODEL)->name, ==, "builtin/m");
  g_assert_cmpstr (answer->model, ==, "builtin/m");
  g_assert_cmpint (answer->stop_reason, ==, BTY_STOP_END);
  g_assert_cmpuint (answer->parts->len, ==, 1);
  g_assert_cmpstr (part_at (answer->parts, 0)->text, ==, "one two three");
  g_assert_cmpstr (h->fake->request->system, ==, "Be brief.");
  g_assert_null (h->fake->request->bot);
}

static void
test_a_bot (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyCompletionAnswer) answer = bty_test_call (h, "model.complete",
                                                          "{\"model\":\"bot:bo\",\"system\":\"Be brief.\"," HELLO "}");

  g_assert_nonnull (strstr (h->fake->request->system, "You are Bo"));
  g_assert_true (g_str_has_suffix (h->fake->request->system, "\n\nBe brief."));
  g_assert_nonnull (h->fake->request->bot);
  g_assert_cmpint (h->fake->request->max_output, ==, 99);
  g_assert_true (bty_chat_service_is_idle (h->chat));
}

static void
test_nobody (BtyTestHouse *h, gconstpointer unused)
{
  bty_test_call_fails (h, "model.complete", "{\"model\":\"bot:none\"," HELLO "}", BTY_ERROR_NOT_FOUND, "none");
  bty_record_unref (bty_test_call (h, "bot.stop", "{\"slug\":\"bo\"}"));
  bty_test_call_fails (h, "model.complete", "{\"model\":\"bot:bo\"," HELLO "}", BTY_ERROR_FAILED_PRECONDITION,
                       "stopped");
  bty_test_call_fails (h, "model.complete", "{\"model\":\"builtin\"}", BTY_ERROR_INVALID_ARGUMENT, "/messages");
  bty_test_call_fails (h, "model.complete", "{\"model\":\"builtin\",\"bot\":\"x\"," HELLO "}",
                       BTY_ERROR_INVALID_ARGUMENT, "read-only");
  g_assert_cmpuint (h->fake->n_asked, ==, 0);
  g_assert_true (bty_chat_service_is_idle (h->chat));
}

static BtyCall *
start_that_hangs (BtyTestHouse *h, const char *json)
{
  BtyCall *call;

  h->fake->hangs = TRUE;
  call = bty_test_start (h, "model.complete", json);
  while (bty_item_log_get_size (bty_call_log (call)) == 0)
    g_main_context_iteration (NULL, TRUE);
  return call;
}

static void
test_whoever_leaves_is_let_go (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyCall) call = start_that_hangs (h, "{\"model\":\"builtin\"," HELLO "}");

  bty_call_cancel (call);
  bty_test_end (call);
  g_assert_error (bty_call_error (call), BTY_ERROR, BTY_ERROR_CANCELLED);
  g_assert_true (bty_chat_service_is_idle (h->chat));
}

static void
test_the_end_of_the_daemon (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyCall) call = start_that_hangs (h, "{\"model\":\"builtin\"," HELLO "}");

  bty_chat_service_stop (h->chat);
  bty_test_end (call);
  g_assert_error (bty_call_error (call), BTY_ERROR, BTY_ERROR_UNAVAILABLE);
  g_assert_true (bty_chat_service_is_idle (h->chat));
  bty_test_call_fails (h, "model.complete", "{\"model\":\"builtin\"," HELLO "}", BTY_ERROR_UNAVAILABLE, "stopping");
}

static void
test_a_bot_that_is_deleted (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyCall) other = start_that_hangs (h, "{\"model\":\"builtin\"," HELLO "}");
  g_autoptr (BtyCall) call = start_that_hangs (h, "{\"model\":\"bot:bo\"," HELLO "}");

  bty_test_call (h, "bot.delete", "{\"slug\":\"bo\"}");
  bty_test_end (call);
  g_assert_error (bty_call_error (call), BTY_ERROR, BTY_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (bty_call_error (call)->message, "deleted"));
  g_assert_cmpint (bty_call_state (other), ==, BTY_CALL_RUNNING);
  bty_call_cancel (other);
  bty_test_end (other);
}

static void
test_an_answer_without_end (BtyTestHouse *h, gconstpointer unused)
{
  static const char *long_words[] = { NULL, NULL };
  g_autofree char *word = g_strnfill (4096, 'x');

  long_words[0] = word;
  h->fake->words = long_words;
  g_assert_true (bty_settings_set (h->settings, "chat.max_answer", "1024", NULL));
  bty_test_call_fails (h, "model.complete", "{\"model\":\"builtin\"," HELLO "}", BTY_ERROR_RESOURCE_EXHAUSTED,
                       "chat.max_answer");
}

/* The whole answer out of its pieces. */

static void
append (BtyItemLog *log, BtyCompletionItemType type, int index, const char *call_id, const char *name, const char *text)
{
  g_autoptr (BtyCompletionItem) item = bty_completion_item_new ();

  item->type = type;
  item->index = index;
  item->call_id = g_strdup (call_id);
  item->name = g_strdup (name);
  item->text = g_strdup (text);
  bty_item_log_append (log, item);
}

static void
test_pieces (void)
{
  g_autoptr (BtyItemLog) log = bty_item_log_new ();
  g_autoptr (GPtrArray) parts = NULL;

  bty_item_log_append_text (log, "void", 4);
  append (log, BTY_COMPLETION_TOOL_CALL, 0, "x", "void", "{}");
  append (log, BTY_COMPLETION_RESTARTED, 0, NULL, "a/b", "it broke off");
  append (log, BTY_COMPLETION_MODEL, 0, NULL, "a/c", NULL);
  append (log, BTY_COMPLETION_REASONING, 0, NULL, NULL, "let ");
  append (log, BTY_COMPLETION_REASONING, 0, NULL, NULL, "me");
  append (log, BTY_COMPLETION_SIGNATURE, 0, NULL, NULL, "mark");
  append (log, BTY_COMPLETION_REASONING, 0, NULL, NULL, "more");
  bty_item_log_append_text (log, "one ", 4);
  bty_item_log_append_text (log, "two", 3);
  append (log, BTY_COMPLETION_TOOL_CALL, 0, "a", "first", NULL);
  append (log, BTY_COMPLETION_TOOL_CALL, 1, "b", "second", "{\"n\"");
  append (log, BTY_COMPLETION_TOOL_CALL, 0, NULL, NULL, "{\"a\":1}");
  append (log, BTY_COMPLETION_TOOL_CALL, 1, NULL, NULL, ": 2");
  append (log, BTY_COMPLETION_TOOL_CALL, 2, "c", "third", NULL);
  bty_item_log_append_text (log, "after", 5);

  parts = bty_complete_collect (log);
  g_assert_cmpuint (parts->len, ==, 7);
  g_assert_cmpstr (part_at (parts, 0)->text, ==, "let me");
  g_assert_cmpstr (part_at (parts, 0)->signature, ==, "mark");
  g_assert_cmpint (part_at (parts, 1)->kind, ==, BTY_PART_REASONING);
  g_assert_cmpstr (part_at (parts, 1)->text, ==, "more");
  g_assert_null (part_at (parts, 1)->signature);
  g_assert_cmpstr (part_at (parts, 2)->text, ==, "one two");
  g_assert_cmpstr (part_at (parts, 3)->call_id, ==, "a");
  g_assert_cmpstr (part_at (parts, 3)->arguments, ==, "{\"a\":1}");
  g_assert_cmpstr (part_at (parts, 4)->name, ==, "second");
  g_assert_null (part_at (parts, 4)->arguments); /* it is no JSON */
  g_assert_cmpstr (part_at (parts, 4)->text, ==, "{\"n\": 2");
  g_assert_cmpstr (part_at (parts, 5)->arguments, ==, "{}");
  g_assert_cmpstr (part_at (parts, 6)->text, ==, "after");
}

static void
test_needs (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyCompletionRequest) request = bty_record_from_json (
    &bty_completion_request_schema, BTY_VIEW_CREATE,
    "{\"model\":\"m\",\"tools\":[{\"name\":\"t\"}],\"messages\":[{\"role\":\"user\",\"parts\":["
    "{\"kind\":\"file\",\"media_type\":\"image/png\",\"data\":\"AAAA\"},{\"kind\":\"file\",\"media_type\":\"text/plain\",\"data\":\"AAAA\"}]}]}",
    -1, &error);
  const char *const *needs;

  g_assert_no_error (error);
  needs = bty_complete_needs (request);
  g_assert_true (g_strv_contains (needs, "tools") && g_strv_contains (needs, "vision") &&
                 !g_strv_contains (needs, "files"));
}

#define TEST(path, function) g_test_add ("/complete/" path, BtyTestHouse, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  TEST ("a-model", test_a_model);
  TEST ("a-bot", test_a_bot);
  TEST ("nobody", test_nobody);
  TEST ("whoever-leaves-is-let-go", test_whoever_leaves_is_let_go);
  TEST ("the-end-of-the-daemon", test_the_end_of_the_daemon);
  TEST ("a-bot-that-is-deleted", test_a_bot_that_is_deleted);
  TEST ("an-answer-without-end", test_an_answer_without_end);
  g_test_add_func ("/complete/pieces", test_pieces);
  g_test_add_func ("/complete/needs", test_needs);
  return g_test_run ();
}
