/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Golden questions asked of a soul: with a provider that does as it is told. */
#include "bty-test-folder.h"
#include "bty-test-house.h"
#include "bty-test-wait.h"
#include "evaluate/bty-evaluate-service.h"

#include <glib/gstdio.h>

static const char *const words[] = { "PASS ", "- hello, ", "I am here", NULL };

static const char suite[] = "questions:\n"
                            "- name: greets\n"
                            "  input: Hello\n"
                            "  weight: 3\n"
                            "  expect:\n"
                            "  - contains: hello\n"
                            "- name: talks\n"
                            "  input: [one, two]\n"
                            "  expect:\n"
                            "  - contains: here\n"
                            "  - contains: nowhere\n"
                            "  - max_length: 5\n";

typedef struct
{
  BtyTestHouse house;
  BtyBus *bus;
  BtyEvaluateService *evaluations;
} Fixture;

static void
set_suite (Fixture *f, const char *text)
{
  g_autofree char *path = g_build_filename (f->house.folder, "bots", "bo", "evals.yaml", NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  BtyTestHouse *h = &f->house;
  g_autoptr (GError) error = NULL;

  bty_test_house_open (h, words);
  bty_evaluate_add_settings (h->settings);
  f->bus = bty_bus_new ();
  bty_bus_follow (f->bus, h->store);
  f->evaluations = bty_evaluate_service_new (h->bots, h->router, f->bus, h->settings, h->folder);
  bty_soul_service_set_gate (h->souls, bty_evaluate_gate_async, bty_evaluate_gate_finish, f->evaluations);
  g_assert_true (
    bty_catalogue_add (h->catalogue, bty_evaluate_operations, bty_n_evaluate_operations, f->evaluations, NULL, &error));
  bty_record_unref (bty_test_call (h, "bot.create", "{\"name\":\"Bo\"}"));
  set_suite (f, suite);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  bty_evaluate_service_stop (f->evaluations);
  bty_soul_service_set_gate (f->house.souls, NULL, NULL, NULL);
  bty_test_settle ();
  g_object_unref (f->evaluations);
  g_object_unref (f->bus);
  bty_test_house_close (&f->house);
}

static const BtySoulTestItem *
find_item (BtyCall *call, const char *question)
{
  BtyItem item;

  for (guint64 number = 1; bty_item_log_get (bty_call_log (call), number, &item); number++)
    if (strcmp (((const BtySoulTestItem *) item.record)->question, question) == 0)
      return item.record;
  g_error ("no item tells of “%s”", question);
}

static void
test_a_run (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtyCall) call = bty_test_start (&f->house, "soul.test", "{\"slug\":\"bo\"}");
  const BtySoulTestReport *report;

  bty_test_end (call);
  g_assert_no_error (bty_call_error (call));
  report = bty_call_response (call);
  g_assert_cmpfloat (report->test->score, ==, 75.0);
  g_assert_cmpint (report->test->passed, ==, 1);
  g_assert_cmpint (report->test->total, ==, 2);
  g_assert_cmpint (report->test->number, ==, 1);
  g_assert_cmpstr (report->test->model, ==, "builtin/m");
  g_assert_cmpint (report->test->input_tokens, >, 0);
  g_assert_cmpint (report->test->output_tokens, >, 0);
  g_assert_true (report->priced);
  g_assert_null (report->compare);
  g_assert_null (report->stopped);
  g_assert_nonnull (strstr (report->test->results, "\"question\":\"talks\""));
  g_assert_cmpint (find_item (call, "greets")->outcome, ==, BTY_TEST_PASSED);
  g_assert_cmpint (find_item (call, "greets")->total, ==, 2);
  g_assert_cmpint (find_item (call, "talks")->outcome, ==, BTY_TEST_FAILED);
  g_assert_nonnull (strstr (find_item (call, "talks")->reason, "does not hold “nowhere”"));
  g_assert_nonnull (strstr (find_item (call, "talks")->reason, "and may have 5"));
  g_assert_cmpstr (find_item (call, "talks")->answer, ==, "PASS - hello, I am here");
  /* The one with two turns was asked three times over: its second request has what was said before. */
  g_assert_cmpuint (f->house.fake->n_asked, ==, 3);
  g_assert_cmpuint (bty_fake_store_count (BTY_FAKE_STORE (f->house.store), &bty_message_schema), ==, 0);
  g_assert_cmpuint (bty_fake_store_count (BTY_FAKE_STORE (f->house.store), &bty_soul_test_schema), ==, 1);
}

static void
test_compare_and_list (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtySoulTestReport) report = bty_test_call (
    &f->house, "soul.test",
    "{\"slug\":\"bo\",\"version\":\"1\",\"compare\":\"head\",\"questions\":[\"greets\"],\"model\":\"builtin\"}");
  g_autoptr (BtyCall) list = bty_test_start (&f->house, "soul.tests", "{\"slug\":\"bo\"}");

  g_assert_cmpfloat (report->test->score, ==, 100.0);
  g_assert_cmpfloat (report->compare->score, ==, 100.0);
  g_assert_cmpfloat (report->difference, ==, 0.0);
  g_assert_nonnull (strstr (f->house.fake->request->system, "You are Bo"));
  bty_test_end (list);
  g_assert_no_error (bty_call_error (list));
  g_assert_cmpuint (bty_item_log_get_length (bty_call_log (list)), ==, 2);
  bty_test_call_fails (&f->house, "soul.test", "{\"slug\":\"bo\",\"version\":\"99\"}", BTY_ERROR_NOT_FOUND, "");
  bty_test_call_fails (&f->house, "soul.test", "{\"slug\":\"no\"}", BTY_ERROR_NOT_FOUND, "no");
  bty_test_call_fails (&f->house, "soul.test", "{\"slug\":\"bo\",\"questions\":[\"none\"]}", BTY_ERROR_NOT_FOUND,
                       "“none”");
}

static void
test_the_file (Fixture *f, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (f->house.folder, "bots", "bo", "evals.yaml", NULL);

  set_suite (f, "questions:\n- name: x\n  input: y\n  expct: []\n");
  bty_test_call_fails (&f->house, "soul.test", "{\"slug\":\"bo\"}", BTY_ERROR_INVALID_ARGUMENT, "question “x”");
  g_assert_cmpint (g_remove (path), ==, 0);
  bty_test_call_fails (&f->house, "soul.test", "{\"slug\":\"bo\"}", BTY_ERROR_NOT_FOUND, "evals.yaml");
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  bty_test_call_fails (&f->house, "soul.test", "{\"slug\":\"bo\"}", BTY_ERROR_FAILED_PRECONDITION, "evals.yaml");
}

static void
test_judge (Fixture *f, gconstpointer unused)
{
  static const char *const doubtful[] = { "Perhaps", NULL };
  static const char *const no[] = { "FAIL: it is cold", NULL };
  g_autoptr (BtyCall) call = NULL;
  g_autoptr (BtyCall) broken = NULL;
  g_autoptr (BtyCall) failed = NULL;

  set_suite (f, "questions:\n- name: kind\n  input: Hello\n  expect:\n  - judge: Is it kind?\n");
  call = bty_test_start (&f->house, "soul.test", "{\"slug\":\"bo\"}");
  bty_test_end (call);
  g_assert_cmpint (find_item (call, "kind")->outcome, ==, BTY_TEST_PASSED);
  g_assert_nonnull (strstr (f->house.fake->request->system, "You judge"));
  g_assert_cmpuint (f->house.fake->n_asked, ==, 2);
  f->house.fake->words = doubtful;
  broken = bty_test_start (&f->house, "soul.test", "{\"slug\":\"bo\"}");
  bty_test_end (broken);
  g_assert_cmpint (find_item (broken, "kind")->outcome, ==, BTY_TEST_ERROR);
  g_assert_nonnull (strstr (find_item (broken, "kind")->reason, "neither PASS nor FAIL"));
  f->house.fake->words = no;
  failed = bty_test_start (&f->house, "soul.test", "{\"slug\":\"bo\"}");
  bty_test_end (failed);
  g_assert_cmpint (find_item (failed, "kind")->outcome, ==, BTY_TEST_FAILED);
  g_assert_nonnull (strstr (find_item (failed, "kind")->reason, "it is cold"));
}

/* A judge of its own: one that is not there is an error of the question. */
static void
test_other_judge (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtyCall) call = NULL;
  g_autoptr (GError) error = NULL;

  set_suite (f, "questions:\n- name: kind\n  input: Hello\n  expect:\n  - judge: Is it kind?\n");
  g_assert_true (bty_settings_set (f->house.settings, "evaluate.judge", "court/wise", &error));
  call = bty_test_start (&f->house, "soul.test", "{\"slug\":\"bo\"}");
  bty_test_end (call);
  g_assert_no_error (bty_call_error (call));
  g_assert_cmpuint (f->house.fake->n_asked, ==, 1);
  g_assert_cmpint (find_item (call, "kind")->outcome, ==, BTY_TEST_ERROR);
  g_assert_nonnull (strstr (find_item (call, "kind")->reason, "court"));
  g_assert_cmpstr (find_item (call, "kind")->model, ==, "builtin/m");
}

static void
test_failing_model (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtySoulTestReport) report = NULL;

  bty_fake_provider_fail (f->house.fake, BTY_ERROR_UNAVAILABLE, "out of order");
  report = bty_test_call (&f->house, "soul.test", "{\"slug\":\"bo\"}");
  g_assert_cmpfloat (report->test->score, ==, 0.0);
  g_assert_nonnull (strstr (report->test->results, "\"outcome\":\"error\""));
  g_assert_nonnull (strstr (report->test->results, "out of order"));
}

static void
test_budget (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtySoulTestReport) report = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (bty_settings_set (f->house.settings, "evaluate.concurrency", "1", &error));
  report = bty_test_call (&f->house, "soul.test", "{\"slug\":\"bo\",\"max_tokens\":1}");
  g_assert_cmpuint (f->house.fake->n_asked, ==, 1);
  g_assert_cmpfloat (report->test->score, ==, 75.0);
  g_assert_nonnull (report->stopped);
  g_assert_nonnull (strstr (report->test->results, "\"outcome\":\"skipped\""));
}

static void
test_cancel (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtyCall) call = NULL;

  f->house.fake->hangs = TRUE;
  call = bty_test_start (&f->house, "soul.test", "{\"slug\":\"bo\"}");
  while (f->house.fake->n_asked < 2)
    g_main_context_iteration (NULL, TRUE);
  bty_call_cancel (call);
  bty_test_end (call);
  g_assert_error (bty_call_error (call), BTY_ERROR, BTY_ERROR_CANCELLED);
  bty_test_settle ();
  g_assert_cmpuint (bty_fake_store_count (BTY_FAKE_STORE (f->house.store), &bty_soul_test_schema), ==, 0);
}

static void
test_late (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtySoulTestReport) report = NULL;
  g_autoptr (GError) error = NULL;

  f->house.fake->hangs = TRUE;
  g_assert_true (bty_settings_set (f->house.settings, "evaluate.timeout", "1", &error));
  report = bty_test_call (&f->house, "soul.test", "{\"slug\":\"bo\",\"questions\":[\"greets\"]}");
  g_assert_nonnull (strstr (report->test->results, "evaluate.timeout"));
}

/* The gate. */

static void
set_gate (Fixture *f, gint64 gate)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) stored = NULL;
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  g_autoptr (BtySoul) soul = NULL;
  g_autoptr (BtySoul) changed = NULL;
  GAsyncResult *got = NULL, *put = NULL;

  bty_soul_service_get_async (f->house.souls, "bo", NULL, bty_test_keep_result, &got);
  result = bty_test_wait (&got);
  soul = bty_soul_service_get_finish (f->house.souls, result, NULL);
  changed = bty_soul_edit (soul);
  changed->gate = gate;
  bty_batch_put (batch, changed);
  bty_store_apply_async (f->house.store, batch, NULL, bty_test_keep_result, &put);
  stored = bty_test_wait (&put);
  g_assert_true (bty_store_apply_finish (f->house.store, stored, NULL));
}

static BtySoulVersion *
change (Fixture *f, const char *text, BtySoulCause cause, GError **error)
{
  g_autoptr (BtySoulChange) what = bty_soul_change_new ("bo", cause);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *got = NULL;

  what->texts.text[BTY_SOUL_SOUL] = g_strdup (text);
  what->author_kind = cause == BTY_SOUL_PROPOSED ? BTY_AUTHOR_BOT
                                                 : BTY_AUTHOR_PERSON; /* who proposed it, a person approved */
  what->author = g_strdup ("owner");
  bty_soul_service_change_async (f->house.souls, what, NULL, bty_test_keep_result, &got);
  result = bty_test_wait (&got);
  return bty_soul_service_change_finish (f->house.souls, result, error);
}

static void
test_gate (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoulVersion) passed = NULL;
  g_autoptr (BtySoulVersion) refused = NULL;
  g_autoptr (BtySoulVersion) back = NULL;

  set_gate (f, 75);
  passed = change (f, "I am new.\n", BTY_SOUL_EDITED, &error);
  g_assert_no_error (error);
  g_assert_cmpint (passed->number, ==, 2);
  g_assert_nonnull (strstr (f->house.fake->request->system, "I am new."));
  set_gate (f, 76);
  refused = change (f, "I am newer.\n", BTY_SOUL_PROPOSED, &error);
  g_assert_null (refused);
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  g_assert_nonnull (strstr (error->message, "give 75 percent, and its gate asks for 76"));
  g_clear_error (&error);
  back = change (f, "I am old again.\n", BTY_SOUL_ROLLBACK, &error);
  g_assert_no_error (error);
  g_assert_cmpint (back->number, ==, 3);
}

static void
test_gate_without_questions (Fixture *f, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (f->house.folder, "bots", "bo", "evals.yaml", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoulVersion) refused = NULL;

  set_gate (f, 50);
  g_assert_cmpint (g_remove (path), ==, 0);
  refused = change (f, "I am new.\n", BTY_SOUL_EDITED, &error);
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  g_assert_nonnull (strstr (error->message, "evals.yaml"));
}

static void
on_event (const BtyEvent *event, gpointer data)
{
  bty_record_take_string (data, g_strdup (event->data));
}

/* What an editor saves counts, and that it does not reach the gate is told. */
static void
test_edit (Fixture *f, gconstpointer unused)
{
  g_autofree char *told = NULL;
  g_autofree char *path = g_build_filename (f->house.folder, "bots", "bo", "SOUL.md", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (BtySoul) soul = NULL;
  GAsyncResult *got = NULL;

  bty_bus_subscribe (f->bus, "soul.gate_failed", on_event, &told);
  set_gate (f, 90);
  g_assert_true (g_file_set_contents (path, "I was edited.\n", -1, NULL));
  bty_soul_service_get_async (f->house.souls, "bo", NULL, bty_test_keep_result, &got);
  result = bty_test_wait (&got);
  soul = bty_soul_service_get_finish (f->house.souls, result, NULL);
  g_assert_cmpint (soul->number, ==, 2);
  while (told == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (strstr (told, "\"number\":2"));
  g_assert_nonnull (strstr (told, "\"score\":75"));
  g_assert_cmpint (soul->state, !=, BTY_SOUL_HELD);
}

/* It costs the owner's tokens, and the answers tell of the soul. */
static void
test_a_bot_asks_itself_only (Fixture *f, gconstpointer unused)
{
  const char *const scopes[] = { "*", NULL };

  bty_principal_unref (f->house.owner);
  f->house.owner = bty_principal_new (BTY_PRINCIPAL_BOT, "another", scopes);
  bty_test_call_fails (&f->house, "soul.test", "{\"slug\":\"bo\"}", BTY_ERROR_PERMISSION_DENIED, "no soul but its own");
  bty_test_call_fails (&f->house, "soul.tests", "{\"slug\":\"bo\"}", BTY_ERROR_PERMISSION_DENIED,
                       "no soul but its own");
  g_assert_null (f->house.fake->request);
  bty_principal_unref (f->house.owner);
  f->house.owner = bty_principal_new (BTY_PRINCIPAL_BOT, "bo", scopes);
  bty_record_unref (bty_test_call (&f->house, "soul.test", "{\"slug\":\"bo\"}"));
}

#define ADD(name, func) g_test_add ("/evaluate/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a-run", test_a_run);
  ADD ("compare-and-list", test_compare_and_list);
  ADD ("the-file", test_the_file);
  ADD ("judge", test_judge);
  ADD ("other-judge", test_other_judge);
  ADD ("failing-model", test_failing_model);
  ADD ("budget", test_budget);
  ADD ("cancel", test_cancel);
  ADD ("late", test_late);
  ADD ("a-bot-asks-itself-only", test_a_bot_asks_itself_only);
  ADD ("gate", test_gate);
  ADD ("gate-without-questions", test_gate_without_questions);
  ADD ("edit", test_edit);
  return g_test_run ();
}
