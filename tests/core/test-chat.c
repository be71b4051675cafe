/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bty-test-house.h"
#include "bty-test-warnings.h"

static const char *const words[] = { "one ", "two ", "three", NULL };

static void
set_up (BtyTestHouse *h, gconstpointer unused)
{
  bty_test_house_open (h, words);
  bty_record_unref (bty_test_call (h, "bot.create", "{\"name\":\"Bo\"}"));
}

static void
tear_down (BtyTestHouse *h, gconstpointer unused)
{
  bty_test_house_close (h);
}

static const BtyChatItem *
find_item (BtyCall *call, BtyChatItemType type)
{
  BtyItem item;

  for (guint64 number = 1; bty_item_log_get (bty_call_log (call), number, &item); number++)
    if (item.record != NULL && ((const BtyChatItem *) item.record)->type == type)
      return item.record;
  return NULL;
}

static void
wait_for_start (BtyCall *call)
{
  while (bty_item_log_get_length (bty_call_log (call)) == 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_a_turn (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyCall) call = bty_test_start (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"hello\"}");
  g_autofree char *said = NULL;
  const BtyTurn *turn;

  bty_test_end (call);
  g_assert_no_error (bty_call_error (call));
  turn = bty_call_response (call);
  said = bty_test_text (call, 0);
  g_assert_cmpstr (said, ==, "one two three");
  g_assert_cmpint (turn->state, ==, BTY_TURN_DONE);
  g_assert_cmpstr (turn->model, ==, "builtin/m");
  g_assert_nonnull (find_item (call, BTY_CHAT_START));
  g_assert_cmpstr (find_item (call, BTY_CHAT_MODEL)->model, ==, "builtin/m");
  g_assert_nonnull (strstr (h->fake->request->system, "You are Bo"));
  g_assert_cmpuint (bty_fake_store_count (BTY_FAKE_STORE (h->store), &bty_message_schema), ==, 2);
}

static void
save_soul (BtyTestHouse *h, const char *text)
{
  g_autofree char *path = g_build_filename (h->folder, "bots", "bo", "SOUL.md", NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
call_as_bot (BtyTestHouse *h, const char *slug)
{
  const char *const scopes[] = { "*", NULL };

  bty_principal_unref (h->owner);
  h->owner = bty_principal_new (BTY_PRINCIPAL_BOT, slug, scopes);
}

/* What the model was given, byte for byte, also after the soul has changed. */
static void
test_the_prompt_of_a_past_turn (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyTurn) first = bty_test_call (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"first\"}");
  g_autofree char *given = g_strdup (h->fake->request->system);
  g_autofree char *key = g_strdup_printf ("{\"turn\":\"%s\"}", first->record.id);
  g_autoptr (BtyTurn) second = NULL;
  g_autoptr (BtyTurnPrompt) prompt = NULL;

  save_soul (h, "\xEF\xBB\xBF# Another\r\nself\n\n");
  second = bty_test_call (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"second\"}");
  g_assert_cmpstr (first->soul_version, !=, second->soul_version);
  g_assert_true (g_str_has_prefix (h->fake->request->system, "# Another\r\nself\n\n---\nname: \"Bo\"\n"));
  prompt = bty_test_call (h, "turn.prompt", key);
  g_assert_cmpstr (prompt->text, ==, given);
  g_assert_cmpint (prompt->number, ==, 1);
  g_clear_pointer (&prompt, bty_turn_prompt_unref);
  g_free (key);
  key = g_strdup_printf ("{\"turn\":\"%s\"}", second->record.id);
  prompt = bty_test_call (h, "turn.prompt", key);
  g_assert_cmpstr (prompt->text, ==, h->fake->request->system);
  g_assert_cmpint (prompt->number, ==, 2);
  call_as_bot (h, "another");
  bty_test_call_fails (h, "turn.prompt", key, BTY_ERROR_PERMISSION_DENIED, "no soul but its own");
  call_as_bot (h, "bo");
  bty_record_unref (bty_test_call (h, "turn.prompt", key));
}

/* A save that cannot count does not stop the bot, and is told. */
static void
test_a_bad_save (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyCall) call = NULL;

  bty_record_unref (bty_test_call (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"first\"}"));
  save_soul (h, "\xff\xfe");
  call = bty_test_start (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"second\"}");
  bty_test_end (call);
  g_assert_no_error (bty_call_error (call));
  g_assert_nonnull (strstr (find_item (call, BTY_CHAT_NOTICE)->text, "SOUL.md is not UTF-8"));
  g_assert_nonnull (strstr (h->fake->request->system, "You are Bo"));
}

static void
test_history_goes_along (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyTurn) first = bty_test_call (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"first\"}");
  g_autofree char *next = g_strdup_printf ("{\"slug\":\"bo\",\"message\":\"second\",\"session\":\"%s\"}",
                                           first->session);
  g_autoptr (BtyTurn) second = bty_test_call (h, "chat.send", next);

  g_assert_cmpstr (first->session, ==, second->session);
  g_assert_cmpuint (h->fake->request->messages->len, ==, 3);
}

static void
test_what_does_not_fit_is_told (BtyTestHouse *h, gconstpointer unused)
{
  g_autofree char *long_text = g_strnfill (5000, 'x');
  g_autofree char *json = g_strdup_printf ("{\"slug\":\"bo\",\"message\":\"%s\"}", long_text);
  g_autoptr (BtyTurn) first = bty_test_call (h, "chat.send", json);
  g_autofree char *next = g_strdup_printf ("{\"slug\":\"bo\",\"message\":\"%s\",\"session\":\"%s\"}", long_text,
                                           first->session);
  g_autoptr (BtyCall) call = bty_test_start (h, "chat.send", next);

  bty_test_end (call);
  g_assert_no_error (bty_call_error (call));
  g_assert_nonnull (find_item (call, BTY_CHAT_NOTICE));
  g_assert_nonnull (strstr (find_item (call, BTY_CHAT_NOTICE)->text, "left out"));
  g_assert_cmpuint (h->fake->request->messages->len, ==, 1);
}

static void
test_attach_while_it_runs (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyCall) call = NULL;
  g_autoptr (BtyCall) second = NULL;
  g_autofree char *attach = NULL;
  g_autofree char *cancel = NULL;
  g_autoptr (BtyTurn) stopped = NULL;

  h->fake->hangs = TRUE;
  call = bty_test_start (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"hello\"}");
  wait_for_start (call);
  attach = g_strdup_printf ("{\"turn\":\"%s\",\"after\":1}", find_item (call, BTY_CHAT_START)->turn);
  second = bty_test_start (h, "chat.attach", attach);
  g_assert_true (bty_call_log (call) == bty_call_log (second));

  /* The first one goes away; the turn goes on, and the second hears its end. */
  bty_call_cancel (call);
  g_assert_error (bty_call_error (call), BTY_ERROR, BTY_ERROR_CANCELLED);
  g_assert_cmpint (bty_call_state (second), ==, BTY_CALL_RUNNING);
  cancel = g_strdup_printf ("{\"turn\":\"%s\"}", find_item (second, BTY_CHAT_START)->turn);
  stopped = bty_test_call (h, "chat.cancel", cancel);
  g_assert_cmpint (stopped->state, ==, BTY_TURN_CANCELLED);
  bty_test_end (second);
  g_assert_no_error (bty_call_error (second));
}

static void
test_attach_after_it_is_over (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyCall) call = bty_test_start (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"hello\"}");
  guint64 length;

  bty_test_end (call);
  length = bty_item_log_get_length (bty_call_log (call));
  for (guint64 after = 0; after <= length; after++)
    {
      g_autofree char *attach = g_strdup_printf ("{\"turn\":\"%s\",\"after\":%" G_GUINT64_FORMAT "}",
                                                 find_item (call, BTY_CHAT_START)->turn, after);
      g_autoptr (BtyCall) again = bty_test_start (h, "chat.attach", attach);
      g_autofree char *said = NULL;
      g_autofree char *repeated = NULL;

      bty_test_end (again);
      g_assert_no_error (bty_call_error (again));
      g_assert_cmpuint (bty_item_log_get_length (bty_call_log (again)), ==, length);
      said = bty_test_text (call, after);
      repeated = bty_test_text (again, after);
      g_assert_cmpstr (said, ==, repeated);
    }
  bty_test_call_fails (h, "chat.attach", "{\"turn\":\"none\"}", BTY_ERROR_NOT_FOUND, "none");
}

static void
test_a_failed_turn_keeps_what_was_said (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyCall) call = NULL;
  g_autofree char *list = NULL;
  g_autoptr (BtyCall) messages = NULL;
  BtyItem item;

  bty_fake_provider_fail (h->fake, BTY_ERROR_UNAVAILABLE, "the line was cut");
  call = bty_test_start (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"hello\"}");
  bty_test_end (call);
  g_assert_error (bty_call_error (call), BTY_ERROR, BTY_ERROR_UNAVAILABLE);
  list = g_strdup_printf ("{\"session\":\"%s\"}", find_item (call, BTY_CHAT_START)->session);
  messages = bty_test_start (h, "message.list", list);
  bty_test_end (messages);
  g_assert_true (bty_item_log_get (bty_call_log (messages), 2, &item));
  g_assert_cmpstr (((const BtyMessage *) item.record)->text, ==, "one two three");
  g_assert_cmpint (((const BtyMessage *) item.record)->stop_reason, ==, BTY_STOP_FAILED);
}

static void
test_one_at_a_time (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyCall) first = NULL;
  g_autoptr (BtyCall) second = NULL;
  g_autoptr (BtyCall) third = NULL;
  g_autofree char *json = NULL;
  g_autofree char *interrupting = NULL;

  h->fake->hangs = TRUE;
  first = bty_test_start (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"one\"}");
  wait_for_start (first);
  json = g_strdup_printf ("{\"slug\":\"bo\",\"message\":\"two\",\"session\":\"%s\"}",
                          find_item (first, BTY_CHAT_START)->session);
  second = bty_test_start (h, "chat.send", json);
  wait_for_start (second);
  g_assert_nonnull (find_item (second, BTY_CHAT_QUEUED));
  g_assert_cmpint (bty_call_state (first), ==, BTY_CALL_RUNNING);

  interrupting = g_strdup_printf ("{\"slug\":\"bo\",\"message\":\"three\",\"interrupt\":true,\"session\":\"%s\"}",
                                  find_item (first, BTY_CHAT_START)->session);
  third = bty_test_start (h, "chat.send", interrupting);
  bty_test_end (first);
  bty_test_end (second);
  g_assert_cmpint (((const BtyTurn *) bty_call_response (first))->state, ==, BTY_TURN_CANCELLED);
  g_assert_cmpint (((const BtyTurn *) bty_call_response (second))->state, ==, BTY_TURN_CANCELLED);
  bty_chat_service_stop (h->chat);
  bty_test_end (third);
  g_assert_error (bty_call_error (third), BTY_ERROR, BTY_ERROR_UNAVAILABLE);
}

static void
test_a_full_disk (BtyTestHouse *h, gconstpointer unused)
{
  bty_fake_store_fail_next (BTY_FAKE_STORE (h->store), BTY_ERROR_RESOURCE_EXHAUSTED, "the disk is full");
  bty_test_call_fails (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"hello\"}", BTY_ERROR_RESOURCE_EXHAUSTED, "full");
  {
    g_autoptr (BtyTurn) turn = bty_test_call (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"hello\"}");

    g_assert_cmpint (turn->state, ==, BTY_TURN_DONE);
  }
}

static void
test_an_endless_answer_is_cut_in_time (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (bty_settings_set (h->settings, "chat.turn_timeout", "1", &error));
  h->fake->hangs = TRUE;
  bty_test_call_fails (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"hello\"}", BTY_ERROR_DEADLINE_EXCEEDED,
                       "chat.turn_timeout");
  g_assert_cmpuint (bty_fake_store_count (BTY_FAKE_STORE (h->store), &bty_message_schema), ==, 2);
}

static void
test_reasoning_counts (BtyTestHouse *h, gconstpointer unused)
{
  g_autofree char *thought = g_strnfill (900, 'r');
  const char *const thoughts[] = { thought, thought, NULL };
  g_autoptr (GError) error = NULL;

  g_assert_true (bty_settings_set (h->settings, "chat.max_answer", "1024", &error));
  h->fake->reasons = TRUE;
  h->fake->hangs = TRUE;
  h->fake->words = thoughts;
  bty_test_call_fails (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"hello\"}", BTY_ERROR_RESOURCE_EXHAUSTED,
                       "chat.max_answer");
}

/* The answer waits for room, and is there in the end. */
static void
test_a_disk_that_is_full_for_a_moment (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyCall) call = bty_test_start (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"hello\"}");
  g_autofree char *warnings = NULL;

  bty_test_warnings_keep ();
  while (h->fake->n_asked == 0)
    g_main_context_iteration (NULL, TRUE);
  bty_fake_store_fail_next_awaited (BTY_FAKE_STORE (h->store), BTY_ERROR_RESOURCE_EXHAUSTED, "the disk is full");
  bty_test_end (call);
  g_assert_no_error (bty_call_error (call));
  g_assert_cmpint (((const BtyTurn *) bty_call_response (call))->state, ==, BTY_TURN_DONE);
  g_assert_cmpint (((const BtyTurn *) bty_call_response (call))->record.revision, ==, 2);
  warnings = bty_test_warnings_take ();
  g_assert_nonnull (strstr (warnings, "could not be kept"));
  g_assert_cmpuint (bty_fake_store_count (BTY_FAKE_STORE (h->store), &bty_message_schema), ==, 2);
}

#define ADD(name, function) g_test_add ("/chat/" name, BtyTestHouse, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a-turn", test_a_turn);
  ADD ("history-goes-along", test_history_goes_along);
  ADD ("what-does-not-fit-is-told", test_what_does_not_fit_is_told);
  ADD ("attach-while-it-runs", test_attach_while_it_runs);
  ADD ("attach-after-it-is-over", test_attach_after_it_is_over);
  ADD ("a-failed-turn-keeps-what-was-said", test_a_failed_turn_keeps_what_was_said);
  ADD ("one-at-a-time", test_one_at_a_time);
  ADD ("a-full-disk", test_a_full_disk);
  ADD ("a-disk-that-is-full-for-a-moment", test_a_disk_that_is_full_for_a_moment);
  ADD ("an-endless-answer-is-cut-in-time", test_an_endless_answer_is_cut_in_time);
  ADD ("the-prompt-of-a-past-turn", test_the_prompt_of_a_past_turn);
  ADD ("a-bad-save", test_a_bad_save);
  ADD ("reasoning-counts", test_reasoning_counts);
  return g_test_run ();
}
