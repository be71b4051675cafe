/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "chat/bty-context.h"

typedef struct
{
  BtyBot *bot;
  GPtrArray *history;
  BtyTurn *turn;
} Fixture;

static void
add (Fixture *f, const char *turn, BtyRole role, const char *text)
{
  BtyMessage *message = bty_message_new ();

  message->turn = g_strdup (turn);
  message->role = role;
  message->text = g_strdup (text);
  g_ptr_array_add (f->history, message);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->bot = bty_bot_new ();
  f->history = bty_record_list_new ();
  f->turn = bty_turn_new ();
  f->turn->record.id = g_strdup ("t3");
  /* As they lie in the store: the second question was queued while the first answer was given. */
  add (f, "t1", BTY_ROLE_USER, "first question");
  add (f, "t2", BTY_ROLE_USER, "second question");
  add (f, "t1", BTY_ROLE_ASSISTANT, "first answer");
  add (f, "t2", BTY_ROLE_ASSISTANT, "second answer");
  add (f, "t3", BTY_ROLE_USER, "third question");
  add (f, "t4", BTY_ROLE_USER, "queued behind it");
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  bty_bot_unref (f->bot);
  g_ptr_array_unref (f->history);
  bty_turn_unref (f->turn);
}

static const char *
text_at (const BtyCompletionRequest *request, guint index)
{
  const BtyPromptMessage *message = g_ptr_array_index (request->messages, index);

  return ((const BtyPart *) g_ptr_array_index (message->parts, 0))->text;
}

static void
test_order (Fixture *f, gconstpointer unused)
{
  static const char *const texts[] = { "first question", "first answer", "second question", "second answer",
                                       "third question" };
  guint left_out = 99;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyCompletionRequest) request = bty_context_build (f->bot, "soul", f->history, f->turn, 32768, 0, 4096,
                                                                &left_out, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (left_out, ==, 0);
  g_assert_cmpstr (request->system, ==, "soul");
  g_assert_cmpuint (request->messages->len, ==, G_N_ELEMENTS (texts));
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_cmpstr (text_at (request, i), ==, texts[i]);
}

static gboolean
is_marked (const BtyCompletionRequest *request, guint index)
{
  return ((const BtyPromptMessage *) g_ptr_array_index (request->messages, index))->cache_here;
}

/* The beginning that was sent before is marked where the last turn ended, and where the one before it did; never the question. */
static void
test_cache_marks (Fixture *f, gconstpointer unused)
{
  guint left_out = 0;
  g_autoptr (BtyCompletionRequest) first = NULL, third = NULL, cut = NULL;

  third = bty_context_build (f->bot, "soul", f->history, f->turn, 32768, 0, 4096, &left_out, NULL);
  for (guint i = 0; i < third->messages->len; i++)
    g_assert_cmpint (is_marked (third, i), ==, i == 1 || i == 3);
  cut = bty_context_build (f->bot, "soul", f->history, f->turn, 100, 0, 40, &left_out, NULL);
  g_assert_cmpuint (left_out, >, 0);
  for (guint i = 0; i < cut->messages->len; i++) /* what it begins with is another each time */
    g_assert_false (is_marked (cut, i));
  bty_record_take_string (&f->turn->record.id, g_strdup ("t1"));
  g_ptr_array_set_size (f->history, 1);
  first = bty_context_build (f->bot, "soul", f->history, f->turn, 32768, 0, 4096, &left_out, NULL);
  g_assert_cmpuint (first->messages->len, ==, 1);
  g_assert_false (is_marked (first, 0));
}

static void
test_oldest_are_left_out (Fixture *f, gconstpointer unused)
{
  guint left_out = 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyCompletionRequest) request = bty_context_build (f->bot, "soul", f->history, f->turn, 100, 0, 40,
                                                                &left_out, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (left_out, ==, 2);
  g_assert_cmpstr (text_at (request, 0), ==, "second question");
}

static void
test_question_alone_is_too_long (Fixture *f, gconstpointer unused)
{
  guint left_out = 0;
  g_autoptr (GError) error = NULL;
  g_autofree char *soul = g_strnfill (3000, 's');

  g_assert_null (bty_context_build (f->bot, soul, f->history, f->turn, 1000, 0, 40, &left_out, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_OUT_OF_RANGE);
  g_assert_nonnull (strstr (error->message, "1000"));
}

static void
test_settings_of_the_bot (Fixture *f, gconstpointer unused)
{
  guint left_out;

  f->bot->max_output = 77;
  f->bot->temperature = 0.25;
  BTY_SET_NULL (f->bot, BtyBot, temperature, FALSE);
  {
    g_autoptr (BtyCompletionRequest) request = bty_context_build (f->bot, "", f->history, f->turn, 32768, 0, 4096,
                                                                  &left_out, NULL);

    g_assert_cmpint (request->max_output, ==, 77);
    g_assert_false (BTY_IS_NULL (request, BtyCompletionRequest, temperature));
    g_assert_cmpfloat (request->temperature, ==, 0.25);
  }
}

static void
test_no_more_output_than_is_kept (Fixture *f, gconstpointer unused)
{
  guint left_out;

  f->bot->max_output = 8000;
  {
    g_autoptr (BtyCompletionRequest) by_model = bty_context_build (f->bot, "", f->history, f->turn, 32768, 2000, 4096,
                                                                   &left_out, NULL);
    g_autoptr (BtyCompletionRequest) by_window = bty_context_build (f->bot, "", f->history, f->turn, 1000, 0, 40,
                                                                    &left_out, NULL);

    g_assert_cmpint (by_model->max_output, ==, 2000);
    g_assert_cmpint (by_window->max_output, ==, 500);
  }
  f->bot->max_output = 0;
  {
    g_autoptr (BtyCompletionRequest) unnamed = bty_context_build (f->bot, "", f->history, f->turn, 32768, 2000, 4096,
                                                                  &left_out, NULL);

    g_assert_cmpint (unnamed->max_output, ==, 0);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/context/order", Fixture, NULL, set_up, test_order, tear_down);
  g_test_add ("/context/cache-marks", Fixture, NULL, set_up, test_cache_marks, tear_down);
  g_test_add ("/context/oldest-are-left-out", Fixture, NULL, set_up, test_oldest_are_left_out, tear_down);
  g_test_add ("/context/question-alone-is-too-long", Fixture, NULL, set_up, test_question_alone_is_too_long, tear_down);
  g_test_add ("/context/settings-of-the-bot", Fixture, NULL, set_up, test_settings_of_the_bot, tear_down);
  g_test_add ("/context/no-more-output-than-is-kept", Fixture, NULL, set_up, test_no_more_output_than_is_kept,
              tear_down);
  return g_test_run ();
}
