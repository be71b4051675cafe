/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "builtin-provider.h"
#include "builtin-test-host.h"

#define HONEST "not a language model"

typedef struct
{
  BtyProvider *provider;
  BuiltinTestHost *host;
  BtyCompletionRequest *request;
  GCancellable *cancellable;
  BtyCompletion *completion;
  GString *said;
  guint cancel_after; /* deltas; 0: never */
  gboolean done;
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtyProviderConfig) config = bty_provider_config_new ();
  g_autoptr (GError) error = NULL;

  f->host = builtin_test_host_new ();
  builtin_provider_set_host (BTY_HOST (f->host));
  f->provider = g_object_new (BUILTIN_TYPE_PROVIDER, NULL);
  config->name = g_strdup ("builtin");
  bty_provider_configure (f->provider, config, NULL, &error);
  g_assert_no_error (error);
  f->request = bty_completion_request_new ();
  f->request->model = g_strdup ("helper");
  f->request->messages = bty_record_list_new ();
  f->request->bot = g_strdup ("bot-1");
  f->request->session = g_strdup ("0190a000-0000-7000-8000-000000000001");
  f->cancellable = g_cancellable_new ();
  f->said = g_string_new (NULL);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  if (f->completion != NULL)
    g_assert_finalize_object (f->completion);
  g_assert_finalize_object (f->provider);
  bty_completion_request_unref (f->request);
  g_object_unref (f->cancellable);
  builtin_provider_set_host (NULL);
  g_assert_finalize_object (f->host);
  g_string_free (f->said, TRUE);
}

static void
on_delta (BtyCompletion *completion, const BtyDelta *delta, gpointer data)
{
  Fixture *f = data;

  g_assert_cmpint (delta->kind, ==, BTY_DELTA_TEXT);
  g_assert_cmpuint (delta->length, >, 0);
  g_assert_true (g_utf8_validate (delta->text, (gssize) delta->length, NULL));
  g_string_append_len (f->said, delta->text, (gssize) delta->length);
  if (f->cancel_after > 0 && bty_completion_get_n_deltas (completion) >= f->cancel_after)
    g_cancellable_cancel (f->cancellable);
}

static void
on_done (BtyCompletion *completion, gpointer data)
{
  Fixture *f = data;

  g_assert_false (f->done);
  f->done = TRUE;
}

static void
say (Fixture *f, BtyRole role, const char *text)
{
  g_ptr_array_add (f->request->messages, bty_prompt_message_new_text (role, text));
}

static void
begin (Fixture *f)
{
  g_clear_object (&f->completion);
  g_string_truncate (f->said, 0);
  f->done = FALSE;
  f->completion = bty_completion_new (f->request, f->cancellable, on_delta, on_done, f);
  bty_provider_complete (f->provider, f->completion);
}

static void
wait (Fixture *f)
{
  for (gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC; !f->done;)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_main_context_iteration (NULL, FALSE);
    }
}

/* Asks as a person would, one message after the other. */
static const char *
ask (Fixture *f, const char *question)
{
  say (f, BTY_ROLE_USER, question);
  begin (f);
  wait (f);
  g_assert_no_error (bty_completion_get_error (f->completion));
  g_assert_cmpint (bty_completion_get_stop_reason (f->completion), ==, BTY_STOP_END);
  say (f, BTY_ROLE_ASSISTANT, f->said->str);
  return f->said->str;
}

static void
assert_says (Fixture *f, const char *question, const char *words)
{
  const char *answer = ask (f, question);

  if (strstr (answer, words) == NULL)
    g_error ("asked “%s”, it says “%s”, not “%s”", question, answer, words);
}

static void
test_honest (Fixture *f, gconstpointer unused)
{
  const char *first = ask (f, "hello");

  g_assert_nonnull (strstr (first, HONEST));
  g_assert_nonnull (strstr (first, "boternity-ctl provider add NAME; boternity-ctl provider presets"));
  g_assert_null (strstr (ask (f, "hello"), HONEST));
  assert_says (f, "How do I connect a real model?", "boternity-ctl provider add");
  assert_says (f, "are you chatgpt?", "from its manual");
}

static void
test_manual (Fixture *f, gconstpointer unused)
{
  assert_says (f, "How do I talk to it from a program with curl?", "README.md says, under “");
  assert_says (f, "Which settings file beats the others?", "docs/settings.md says, under “");
  assert_says (f, "What is the capital of France?", "I find nothing about that in Boternity's manual");
}

/* What people ask first is answered by the page that was written for it, though other pages use the words more often. */
static void
test_guide (Fixture *f, gconstpointer unused)
{
  static const char *const questions[] = {
    "What is a soul?",
    "Can a bot change its own soul?",
    "How do I undo a change of a soul?",
    "What if somebody changed a bot's files?",
    "How do I move a bot to another machine?",
    "Where is everything kept?",
    "Where is my key kept?",
    "How do I make a backup?",
    "What happens when I delete a bot?",
  };

  for (guint i = 0; i < G_N_ELEMENTS (questions); i++)
    {
      g_autofree char *words = g_strdup_printf ("docs/guide.md says, under “%s”", questions[i]);

      assert_says (f, questions[i], words);
    }
}

static void
test_same_again (Fixture *f, gconstpointer unused)
{
  g_autofree char *first = g_strdup (ask (f, "How do I write a plugin?"));

  g_ptr_array_set_size (f->request->messages, 0);
  g_assert_cmpstr (ask (f, "How do I write a plugin?"), ==, first);
}

static void
test_this_session (Fixture *f, gconstpointer unused)
{
  assert_says (f, "my dog is called Rex", "“my dog is called Rex”");
  assert_says (f, "what is my dog called?", "Earlier in this session you said: “my dog is called Rex”");
  assert_says (f, "what is my cat called?", "I find nothing");
  assert_says (f, "Remember that the launch is in May.", "“Remember that the launch is in May.”");
  assert_says (f, "What did I say about the launch?", "“Remember that the launch is in May.”");
}

static void
test_earlier_sessions (Fixture *f, gconstpointer unused)
{
  builtin_test_host_add (f->host, BTY_ROLE_ASSISTANT, "bot-1", "another", "Your dog is called Fiffi, says the helper.",
                         1700000000);
  builtin_test_host_add (f->host, BTY_ROLE_USER, "bot-2", "another", "my dog is called Stranger", 1700000000);
  builtin_test_host_add (f->host, BTY_ROLE_USER, "bot-1", "another", "Hi. My dog is called Bello. Bye.", 1600000000);
  assert_says (f, "what is my dog called?",
               "In an earlier session, on 13 September 2020 at 12:26, you said: “My dog is called Bello.”");
  g_assert_cmpstr (f->host->searched, ==, "dog called name named called in rover");
  g_assert_null (strstr (f->said->str, "Stranger")); /* told to another bot */
  g_assert_null (strstr (f->said->str, "Fiffi"));    /* not said by the person */
}

static void
test_search_fails (Fixture *f, gconstpointer unused)
{
  f->host->fails = TRUE;
  ask (f, "my dog is called Rex");
  assert_says (f, "what is my dog called?", "“my dog is called Rex”");
  builtin_provider_set_host (NULL);
  assert_says (f, "what is my dog called?", "“my dog is called Rex”");
}

static void
test_clock (Fixture *f, gconstpointer unused)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *year = g_date_time_format (now, "%Y.");

  assert_says (f, "what time is it?", "(UTC) on this machine");
  assert_says (f, "what is the date?", year);
}

static void
test_odd_input (Fixture *f, gconstpointer unused)
{
  g_autofree char *letters = g_strnfill (1000000, 'a');
  g_autofree char *lines = g_strnfill (1000000, '\n');
  g_autofree char *question = g_strconcat (letters, " my?", NULL);
  const char *others[] = { "Wie heißt mein Hund?", "你好，你是谁？", "🙂🙂", "مرحبا",
                           "\"'`$(rm -rf /)\\",    "%s%n",           ".",        "???" };

  assert_says (f, "", "You said nothing");
  assert_says (f, lines, "You said nothing");
  ask (f, letters);
  ask (f, question);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    assert_says (f, others[i], "I find nothing");
  g_ptr_array_set_size (f->request->messages, 0);
  begin (f);
  wait (f);
  g_assert_nonnull (strstr (f->said->str, HONEST));
}

static void
test_usage (Fixture *f, gconstpointer unused)
{
  const BtyUsage *usage;

  f->request->system = g_strdup ("You are a bot.");
  ask (f, "hello my  friend");
  usage = bty_completion_get_usage (f->completion);
  g_assert_true (usage->is_estimate);
  g_assert_cmpint (usage->input_tokens, ==, 7);
  g_assert_cmpint (usage->output_tokens, ==, (gint64) bty_completion_get_n_deltas (f->completion));
  g_assert_cmpint (usage->output_tokens, >, 20);

  f->request->max_output = 3;
  say (f, BTY_ROLE_USER, "who are you?");
  begin (f);
  wait (f);
  g_assert_cmpint (bty_completion_get_stop_reason (f->completion), ==, BTY_STOP_LENGTH);
  g_assert_cmpuint (bty_completion_get_n_deltas (f->completion), ==, 3);
}

static void
assert_cancelled (Fixture *f)
{
  wait (f);
  g_assert_error (bty_completion_get_error (f->completion), BTY_ERROR, BTY_ERROR_CANCELLED);
  g_assert_cmpint (bty_completion_get_stop_reason (f->completion), ==, BTY_STOP_CANCELLED);
}

static void
test_cancelled (Fixture *f, gconstpointer unused)
{
  f->cancel_after = 2;
  say (f, BTY_ROLE_USER, "hello");
  begin (f);
  assert_cancelled (f);
  g_assert_cmpuint (bty_completion_get_n_deltas (f->completion), ==, 2);

  begin (f); /* with a cancellable that is cancelled already */
  assert_cancelled (f);
  g_assert_cmpuint (bty_completion_get_n_deltas (f->completion), ==, 0);
}

static void
test_cancelled_in_search (Fixture *f, gconstpointer unused)
{
  f->host->hangs = TRUE;
  say (f, BTY_ROLE_USER, "what is my dog called?");
  begin (f);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_false (f->done);
  g_cancellable_cancel (f->cancellable);
  assert_cancelled (f);
  g_assert_cmpuint (f->host->n_cancelled, ==, 1);
}

static void
assert_refused (Fixture *f, BtyErrorCode code)
{
  begin (f);
  wait (f);
  g_assert_error (bty_completion_get_error (f->completion), BTY_ERROR, (gint) code);
}

static void
test_refused (Fixture *f, gconstpointer unused)
{
  say (f, BTY_ROLE_USER, "hello");
  f->request->output_schema = g_strdup ("{}");
  assert_refused (f, BTY_ERROR_FAILED_PRECONDITION);
  bty_record_take_string (&f->request->output_schema, NULL);
  bty_record_take_string (&f->request->model, g_strdup ("gpt-5"));
  assert_refused (f, BTY_ERROR_NOT_FOUND);
}

static void
on_models (GObject *provider, GAsyncResult *result, gpointer data)
{
  Fixture *f = data;
  g_autoptr (GPtrArray) models = bty_provider_list_models_finish (BTY_PROVIDER (provider), result, NULL);
  const BtyModel *model;

  g_assert_cmpuint (models->len, ==, 1);
  model = models->pdata[0];
  g_assert_cmpstr (model->name, ==, "builtin/helper");
  g_assert_cmpstr (model->provider, ==, "builtin");
  g_assert_cmpint (model->context_window, ==, 32768);
  g_assert_cmpstr (model->abilities[0], ==, "text");
  f->done = TRUE;
}

static void
test_models (Fixture *f, gconstpointer unused)
{
  bty_provider_list_models_async (f->provider, NULL, on_models, f);
  wait (f);
}

static void
add_test (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("/builtin/honest", test_honest);
  add_test ("/builtin/manual", test_manual);
  add_test ("/builtin/guide", test_guide);
  add_test ("/builtin/same-again", test_same_again);
  add_test ("/builtin/this-session", test_this_session);
  add_test ("/builtin/earlier-sessions", test_earlier_sessions);
  add_test ("/builtin/search-fails", test_search_fails);
  add_test ("/builtin/clock", test_clock);
  add_test ("/builtin/odd-input", test_odd_input);
  add_test ("/builtin/usage", test_usage);
  add_test ("/builtin/cancelled", test_cancelled);
  add_test ("/builtin/cancelled-in-search", test_cancelled_in_search);
  add_test ("/builtin/refused", test_refused);
  add_test ("/builtin/models", test_models);
  return g_test_run ();
}
