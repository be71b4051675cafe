/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "chat/bty-context.h"

typedef struct
{
  BtyBot *bot;
  GPtrArray *history;
  BtyTurn *turn;
  BtySettings *settings;
  BtyModelBook *book;
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
  f->settings = bty_settings_new ("/nonexistent");
  f->book = bty_model_book_new (f->settings, "/nonexistent");
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
  g_object_unref (f->book);
  g_object_unref (f->settings);
}

static BtyCompletionRequest *
build (Fixture *f, const char *soul, gint64 window, gint64 max_output, gint64 reserve, guint *left_out, GError **error)
{
  g_autoptr (BtyModel) model = bty_model_new ();

  model->context_window = window;
  model->max_output = max_output;
  return bty_context_build (f->bot, soul, f->history, f->turn, f->book, model, reserve, left_out, error);
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
  g_autoptr (BtyCompletionRequest) request = build (f, "soul", 32768, 0, 4096, &left_out, &error);

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

  third = build (f, "soul", 32768, 0, 4096, &left_out, NULL);
  for (guint i = 0; i < third->messages->len; i++)
    g_assert_cmpint (is_marked (third, i), ==, i == 1 || i == 3);
  cut = build (f, "soul", 100, 0, 40, &left_out, NULL);
  g_assert_cmpuint (left_out, >, 0);
  for (guint i = 0; i < cut->messages->len; i++) /* what it begins with is another each time */
    g_assert_false (is_marked (cut, i));
  bty_record_take_string (&f->turn->record.id, g_strdup ("t1"));
  g_ptr_array_set_size (f->history, 1);
  first = build (f, "soul", 32768, 0, 4096, &left_out, NULL);
  g_assert_cmpuint (first->messages->len, ==, 1);
  g_assert_false (is_marked (first, 0));
}

static void
test_oldest_are_left_out (Fixture *f, gconstpointer unused)
{
  guint left_out = 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyCompletionRequest) request = build (f, "soul", 100, 0, 40, &left_out, &error);

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

  g_assert_null (build (f, soul, 1000, 0, 40, &left_out, &error));
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
    g_autoptr (BtyCompletionRequest) request = build (f, "", 32768, 0, 4096, &left_out, NULL);

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
    g_autoptr (BtyCompletionRequest) by_model = build (f, "", 32768, 2000, 4096, &left_out, NULL);
    g_autoptr (BtyCompletionRequest) by_window = build (f, "", 1000, 0, 40, &left_out, NULL);

    g_assert_cmpint (by_model->max_output, ==, 2000);
    g_assert_cmpint (by_window->max_output, ==, 500);
  }
  f->bot->max_output = 0;
  {
    g_autoptr (BtyCompletionRequest) unnamed = build (f, "", 32768, 2000, 4096, &left_out, NULL);

    g_assert_cmpint (unnamed->max_output, ==, 0);
  }
}

static const char english[] =
  "The quick brown fox jumps over the lazy dog, and nobody in the whole town minds at all. ";
static const char chinese[] = "敏捷的棕色狐狸跳过懒狗，整个小镇上没有人介意这件事情。";

/* How many tokens of @window a long history takes, by what the model's own tokenizer makes of a text: bytes for a token. */
static double
fill (Fixture *f, const char *text, double bytes_a_token)
{
  guint left_out = 0;
  double tokens = 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyCompletionRequest) request = NULL;

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *turn = g_strdup_printf ("s%03u", i);

      add (f, turn, BTY_ROLE_USER, text);
      add (f, turn, BTY_ROLE_ASSISTANT, text);
    }
  bty_record_take_string (&f->turn->record.id, g_strdup ("s999"));
  request = build (f, "soul", 16384, 0, 1024, &left_out, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (left_out, >, 0);
  for (guint i = 0; i < request->messages->len; i++)
    tokens += 4 + (double) strlen (text_at (request, i)) / bytes_a_token;
  return tokens / 16384;
}

/* Neither is the window overrun nor half of it left unused, whatever the script. */
static void
test_fills_the_window (Fixture *f, gconstpointer unused)
{
  double part = fill (f, english, 4.6);

  g_test_message ("English fills %.2f of the window", part);
  g_assert_cmpfloat (part, >, 0.6);
  g_assert_cmpfloat (part, <, 1 - 1024.0 / 16384);
}

static void
test_dense_script (Fixture *f, gconstpointer unused)
{
  double part = fill (f, chinese, 2.4);

  g_test_message ("Chinese fills %.2f of the window", part);
  g_assert_cmpfloat (part, >, 0.5);
  g_assert_cmpfloat (part, <, 1 - 1024.0 / 16384);
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
  g_test_add ("/context/fills-the-window", Fixture, NULL, set_up, test_fills_the_window, tear_down);
  g_test_add ("/context/dense-script", Fixture, NULL, set_up, test_dense_script, tear_down);
  return g_test_run ();
}
