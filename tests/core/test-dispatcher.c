/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bty-test-house.h"
#include "bty-test-wait.h"

static const char *const words[] = { "one ", "two ", "three", NULL };

static void
set_up (BtyTestHouse *h, gconstpointer unused)
{
  bty_test_house_open (h, words);
}

static void
tear_down (BtyTestHouse *h, gconstpointer unused)
{
  bty_test_house_close (h);
}

static void
test_refusals (BtyTestHouse *h, gconstpointer unused)
{
  bty_test_call_fails (h, "bot.fly", "{}", BTY_ERROR_NOT_FOUND, "bot.fly");
  bty_test_call_fails (h, "bot.create", "{", BTY_ERROR_INVALID_ARGUMENT, "JSON");
  bty_test_call_fails (h, "bot.create", "{}", BTY_ERROR_INVALID_ARGUMENT, "/name");
  bty_test_call_fails (h, "bot.get", "{\"slug\":\"nobody\"}", BTY_ERROR_NOT_FOUND, "no bot is called “nobody”");
}

static void
test_scopes (BtyTestHouse *h, gconstpointer unused)
{
  const char *const reader[] = { "bots:read", NULL };

  bty_principal_unref (h->owner);
  h->owner = bty_principal_new (BTY_PRINCIPAL_BOT, "ada", reader);
  g_clear_pointer ((BtyRecord **) &(gpointer){ bty_test_call (h, "bot.list", "{}") }, bty_record_unref);
  bty_test_call_fails (h, "bot.create", "{\"name\":\"x\"}", BTY_ERROR_PERMISSION_DENIED, "bots:write");

  bty_principal_unref (h->owner);
  h->owner = bty_principal_new (BTY_PRINCIPAL_ANONYMOUS, "nobody", NULL);
  bty_test_call_fails (h, "bot.list", "{}", BTY_ERROR_UNAUTHENTICATED, "token");
}

static void
test_same_key_same_answer (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyBot) first = NULL;
  g_autoptr (BtyBot) again = NULL;

  h->key = "k1";
  first = bty_test_call (h, "bot.create", "{\"name\":\"Ada\"}");
  again = bty_test_call (h, "bot.create", "{\"name\":\"Ada\"}");
  g_assert_cmpstr (first->record.id, ==, again->record.id);
  g_assert_cmpuint (bty_fake_store_count (BTY_FAKE_STORE (h->store), &bty_bot_schema), ==, 1);
  bty_test_call_fails (h, "bot.create", "{\"name\":\"Eve\"}", BTY_ERROR_INVALID_ARGUMENT, "k1");
  h->key = "bad key";
  bty_test_call_fails (h, "bot.create", "{\"name\":\"Eve\"}", BTY_ERROR_INVALID_ARGUMENT, "visible");
}

static void
test_failures_are_repeated_too (BtyTestHouse *h, gconstpointer unused)
{
  h->key = "k2";
  bty_test_call_fails (h, "bot.delete", "{\"slug\":\"late\"}", BTY_ERROR_NOT_FOUND, "late");
  h->key = NULL;
  bty_record_unref (bty_test_call (h, "bot.create", "{\"name\":\"late\"}"));
  h->key = "k2";
  bty_test_call_fails (h, "bot.delete", "{\"slug\":\"late\"}", BTY_ERROR_NOT_FOUND, "late");
}

static void
test_same_key_at_once (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyCall) first = NULL;
  g_autoptr (BtyCall) second = NULL;

  h->key = "k3";
  first = bty_test_start (h, "bot.create", "{\"name\":\"Twin\"}");
  second = bty_test_start (h, "bot.create", "{\"name\":\"Twin\"}");
  bty_test_end (first);
  bty_test_end (second);
  g_assert_true (bty_call_response (first) == bty_call_response (second));
  g_assert_cmpuint (bty_fake_store_count (BTY_FAKE_STORE (h->store), &bty_bot_schema), ==, 1);
}

static void
test_a_stream_is_repeated (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyCall) first = NULL;
  g_autoptr (BtyCall) again = NULL;
  g_autofree char *said = NULL;
  g_autofree char *repeated = NULL;

  bty_record_unref (bty_test_call (h, "bot.create", "{\"name\":\"Bo\"}"));
  h->key = "k4";
  first = bty_test_start (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"hi\"}");
  bty_test_end (first);
  g_assert_no_error (bty_call_error (first));
  said = bty_test_text (first, 0);
  g_assert_cmpstr (said, ==, "one two three");
  for (guint i = 0; i < 200; i++)
    g_main_context_iteration (NULL, FALSE);
  again = bty_test_start (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"hi\"}");
  bty_test_end (again);
  repeated = bty_test_text (again, 0);
  g_assert_cmpstr (said, ==, repeated);
  g_assert_cmpuint (bty_item_log_get_length (bty_call_log (first)), ==, bty_item_log_get_length (bty_call_log (again)));
  g_assert_cmpuint (h->fake->n_asked, ==, 1);
}

/* Leaves a key behind as a daemon does that is killed while the operation runs: there, and without an answer. */
static void
leave_key (BtyTestHouse *h, const char *key, const char *operation, const BtySchema *schema, const char *json)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  g_autoptr (BtyIdempotency) record = bty_idempotency_new ();
  g_autoptr (BtyRecord) request = bty_record_from_json (schema, BTY_VIEW_CREATE, json, -1, NULL);
  g_autofree char *stored = bty_record_to_json (request, BTY_VIEW_STORE);
  g_autofree char *text = g_strconcat (operation, "\n", stored, NULL);

  record->key = g_strconcat ("owner ", key, NULL);
  record->operation = g_strdup (operation);
  record->digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  bty_batch_put (batch, record);
  bty_store_apply_async (h->store, batch, NULL, NULL, NULL);
  bty_test_settle ();
}

static void
test_cut_off_is_told (BtyTestHouse *h, gconstpointer unused)
{
  leave_key (h, "k6", "bot.create", &bty_bot_schema, "{\"name\":\"Half\"}");
  h->key = "k6";
  bty_test_call_fails (h, "bot.create", "{\"name\":\"Half\"}", BTY_ERROR_FAILED_PRECONDITION, "cut off");
  g_assert_cmpuint (bty_fake_store_count (BTY_FAKE_STORE (h->store), &bty_bot_schema), ==, 0);
}

static void
test_a_caller_that_gives_up (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyCall) first = NULL;
  g_autoptr (BtyBot) again = NULL;

  h->key = "k7";
  first = bty_test_start (h, "bot.create", "{\"name\":\"Gone\"}");
  while (bty_fake_store_count (BTY_FAKE_STORE (h->store), &bty_idempotency_schema) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_main_context_iteration (NULL, FALSE);
  bty_call_cancel (first);
  g_assert_error (bty_call_error (first), BTY_ERROR, BTY_ERROR_CANCELLED);
  again = bty_test_call (h, "bot.create", "{\"name\":\"Gone\"}");
  g_assert_cmpstr (again->slug, ==, "gone");
  g_assert_cmpuint (bty_fake_store_count (BTY_FAKE_STORE (h->store), &bty_bot_schema), ==, 1);
}

static void
test_the_key_cannot_be_kept (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyCall) first = NULL;
  g_autoptr (BtyCall) second = NULL;

  h->key = "k8";
  first = bty_test_start (h, "bot.create", "{\"name\":\"Full\"}");
  second = bty_test_start (h, "bot.create", "{\"name\":\"Full\"}");
  g_main_context_iteration (NULL, TRUE); /* the key is looked for; what comes next is to keep it */
  bty_fake_store_fail_next (BTY_FAKE_STORE (h->store), BTY_ERROR_RESOURCE_EXHAUSTED, "the disk is full");
  bty_test_end (first);
  bty_test_end (second);
  g_assert_error (bty_call_error (first), BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED);
  g_assert_error (bty_call_error (second), BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED);
  bty_record_unref (bty_test_call (h, "bot.create", "{\"name\":\"Full\"}"));
}

static void
test_an_answer_is_kept_before_it_is_told (BtyTestHouse *h, gconstpointer unused)
{
  g_autofree char *dump = NULL;

  h->key = "k9";
  bty_record_unref (bty_test_call (h, "bot.create", "{\"name\":\"Kept\"}"));
  dump = bty_fake_store_dump (BTY_FAKE_STORE (h->store));
  g_assert_nonnull (strstr (dump, "\"ended\":true"));
}

static void
test_too_many (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (GPtrArray) calls = g_ptr_array_new_with_free_func ((GDestroyNotify) bty_call_unref);
  g_autoptr (GError) error = NULL;
  guint refused = 0;

  g_assert_true (bty_settings_set (h->settings, "calls.limit", "4", &error));
  for (guint i = 0; i < 8; i++)
    g_ptr_array_add (calls, bty_test_start (h, "bot.get", "{\"slug\":\"x\"}"));
  for (guint i = 0; i < calls->len; i++)
    {
      bty_test_end (g_ptr_array_index (calls, i));
      refused += bty_call_error (g_ptr_array_index (calls, i))->code == BTY_ERROR_RESOURCE_EXHAUSTED;
    }
  g_assert_cmpuint (refused, ==, 4);
}

static void
test_deadline (BtyTestHouse *h, gconstpointer unused)
{
  static const char json[] = "{\"slug\":\"bo\",\"message\":\"hi\"}";
  g_autoptr (GBytes) body = g_bytes_new_static (json, strlen (json));
  g_autoptr (BtyCall) call = NULL;
  BtyCallSpec spec = {
    .operation = "chat.send", .principal = h->owner, .decode = bty_decode_json, .input = body, .timeout_ms = 50
  };

  bty_record_unref (bty_test_call (h, "bot.create", "{\"name\":\"Bo\"}"));
  h->fake->hangs = TRUE;
  call = bty_dispatcher_start (h->dispatcher, &spec);
  bty_test_end (call);
  g_assert_error (bty_call_error (call), BTY_ERROR, BTY_ERROR_DEADLINE_EXCEEDED);
  /* The turn belongs to the daemon. */
  g_assert_false (bty_chat_service_is_idle (h->chat));
  bty_chat_service_stop (h->chat);
  while (!bty_chat_service_is_idle (h->chat))
    g_main_context_iteration (NULL, TRUE);
}

#define ADD(name, function) g_test_add ("/dispatcher/" name, BtyTestHouse, NULL, set_up, function, tear_down)

static void
count (gpointer data)
{
  *(guint *) data += 1;
}

/* Calls that come too early are carried out later, in order and with their keys; the first of them is told. */
static void
test_held (BtyTestHouse *h, gconstpointer unused)
{
  guint told = 0;
  g_autoptr (BtyCall) first = NULL;
  g_autoptr (BtyCall) second = NULL;
  g_autoptr (BtyCall) keyed = NULL;
  g_autoptr (BtyCall) last = NULL;
  g_autoptr (BtyBot) again = NULL;

  bty_dispatcher_hold (h->dispatcher, count, &told);
  first = bty_test_start (h, "bot.create", "{\"name\":\"Twin\"}");
  second = bty_test_start (h, "bot.create", "{\"name\":\"Twin\"}");
  h->key = "early";
  keyed = bty_test_start (h, "bot.create", "{\"name\":\"Ada\"}");
  for (guint i = 0; i < 200; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (told, ==, 1);
  g_assert_cmpint (bty_call_state (first), ==, BTY_CALL_RUNNING);
  g_assert_cmpuint (bty_fake_store_count (BTY_FAKE_STORE (h->store), &bty_bot_schema), ==, 0);

  bty_dispatcher_release (h->dispatcher);
  bty_test_end (first);
  bty_test_end (second);
  bty_test_end (keyed);
  g_assert_cmpstr (((const BtyBot *) bty_call_response (first))->slug, ==, "twin");
  g_assert_cmpstr (((const BtyBot *) bty_call_response (second))->slug, ==, "twin-2");
  again = bty_test_call (h, "bot.create", "{\"name\":\"Ada\"}");
  g_assert_cmpstr (again->slug, ==, "ada");

  bty_dispatcher_hold (h->dispatcher, count, &told);
  h->key = NULL;
  last = bty_test_start (h, "bot.create", "{\"name\":\"Never\"}");
  bty_dispatcher_cancel_all (h->dispatcher);
  g_assert_error (bty_call_error (last), BTY_ERROR, BTY_ERROR_CANCELLED);
  g_assert_cmpuint (bty_fake_store_count (BTY_FAKE_STORE (h->store), &bty_bot_schema), ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("refusals", test_refusals);
  ADD ("scopes", test_scopes);
  ADD ("same-key-same-answer", test_same_key_same_answer);
  ADD ("failures-are-repeated-too", test_failures_are_repeated_too);
  ADD ("same-key-at-once", test_same_key_at_once);
  ADD ("a-stream-is-repeated", test_a_stream_is_repeated);
  ADD ("cut-off-is-told", test_cut_off_is_told);
  ADD ("a-caller-that-gives-up", test_a_caller_that_gives_up);
  ADD ("the-key-cannot-be-kept", test_the_key_cannot_be_kept);
  ADD ("an-answer-is-kept-before-it-is-told", test_an_answer_is_kept_before_it_is_told);
  ADD ("too-many", test_too_many);
  ADD ("deadline", test_deadline);
  ADD ("held", test_held);
  return g_test_run ();
}
