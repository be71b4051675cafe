/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>

#include "bot/bty-bot-deleted.h"
#include "bty-test-house.h"
#include "bty-test-wait.h"

static void
start (BtyTestHouse *h)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  bty_bot_service_start_async (h->bots, h->settings, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  bty_bot_service_start_finish (h->bots, result, &error);
  g_assert_no_error (error);
}

static void
set_up (BtyTestHouse *h, gconstpointer unused)
{
  bty_test_house_open (h, NULL);
  bty_bot_add_settings (h->settings);
  start (h);
}

static void
tear_down (BtyTestHouse *h, gconstpointer unused)
{
  bty_test_settle ();
  bty_test_house_close (h);
}

static gboolean
has_file (BtyTestHouse *h, const char *first, const char *second)
{
  g_autofree char *path = g_build_filename (h->folder, "bots", first, second, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
put (BtyTestHouse *h, gpointer record)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  bty_batch_put (batch, record);
  bty_store_apply_async (h->store, batch, NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  bty_store_apply_finish (h->store, result, &error);
  g_assert_no_error (error);
}

static void
say_something (BtyTestHouse *h, const BtyBot *bot)
{
  g_autoptr (BtySession) session = bty_session_new ();
  g_autoptr (BtyMessage) message = bty_message_new ();

  session->bot = g_strdup (bot->record.id);
  session->slug = g_strdup (bot->slug);
  put (h, session);
  message->bot = g_strdup (bot->record.id);
  message->session = g_strdup (session->record.id);
  message->role = BTY_ROLE_USER;
  message->text = g_strdup ("tides");
  put (h, message);
}

static guint
count (BtyTestHouse *h, const BtySchema *schema)
{
  return bty_fake_store_count (BTY_FAKE_STORE (h->store), schema);
}

static guint
count_listed (BtyTestHouse *h, const char *operation, const char *request)
{
  g_autoptr (BtyPage) page = bty_test_call (h, operation, request);

  return page->items->len;
}

static void
test_back_as_it_was (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyBot) bot = bty_test_call (h, "bot.create", "{\"name\":\"Ada\",\"temperature\":0.5}");
  g_autoptr (BtyBot) back = NULL;

  say_something (h, bot);
  g_assert_null (bty_test_call (h, "bot.delete", "{\"slug\":\"ada\"}"));
  g_assert_false (has_file (h, "ada", NULL));
  g_assert_cmpuint (count_listed (h, "session.list", "{}"), ==, 0);
  g_assert_cmpuint (count_listed (h, "message.search", "{\"words\":\"tides\"}"), ==, 0);
  g_assert_cmpuint (count_listed (h, "bot.deleted", "{}"), ==, 1);

  back = bty_test_call (h, "bot.restore", "{\"bot\":\"ada\"}");
  g_assert_cmpstr (back->record.id, ==, bot->record.id);
  g_assert_cmpint (back->record.created_at, ==, bot->record.created_at);
  g_assert_cmpfloat (back->temperature, ==, 0.5);
  g_assert_true (has_file (h, "ada", "SOUL.md"));
  g_assert_cmpuint (count_listed (h, "session.list", "{\"slug\":\"ada\"}"), ==, 1);
  g_assert_cmpuint (count_listed (h, "message.search", "{\"words\":\"tides\"}"), ==, 1);
  g_assert_cmpuint (count (h, &bty_deleted_bot_schema), ==, 0);
  bty_test_call_fails (h, "bot.restore", "{\"bot\":\"ada\"}", BTY_ERROR_NOT_FOUND, "bot deleted");
}

static void
test_slug_is_taken (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyBot) first = bty_test_call (h, "bot.create", "{\"name\":\"Ada\"}");
  g_autoptr (BtyBot) second = NULL;
  g_autoptr (BtyBot) back = NULL;
  g_autoptr (BtyPage) sessions = NULL;
  g_autofree char *key = g_strdup_printf ("{\"bot\":\"%s\"}", first->record.id);

  say_something (h, first);
  g_assert_null (bty_test_call (h, "bot.delete", "{\"slug\":\"ada\"}"));
  second = bty_test_call (h, "bot.create", "{\"name\":\"Ada\"}");
  g_assert_cmpstr (second->slug, ==, "ada");
  back = bty_test_call (h, "bot.restore", key);
  g_assert_cmpstr (back->slug, ==, "ada-2");
  g_assert_true (has_file (h, "ada", "SOUL.md"));
  g_assert_true (has_file (h, "ada-2", "SOUL.md"));
  sessions = bty_test_call (h, "session.list", "{\"slug\":\"ada-2\"}");
  g_assert_cmpuint (sessions->items->len, ==, 1);
  g_assert_cmpstr (((BtySession *) sessions->items->pdata[0])->slug, ==, "ada-2");
}

static void
test_soul_comes_back (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyBot) bot = bty_test_call (h, "bot.create", "{\"name\":\"Ada\"}");
  guint before = count (h, &bty_soul_schema);
  g_autoptr (BtySoul) soul = bty_soul_new ();

  if (before == 0)
    {
      soul->bot = g_strdup (bot->record.id);
      soul->slug = g_strdup ("ada");
      soul->gate = 80;
      put (h, soul);
    }
  g_assert_null (bty_test_call (h, "bot.delete", "{\"slug\":\"ada\"}"));
  g_assert_cmpuint (count (h, &bty_soul_schema), ==, 0);
  bty_record_unref (bty_test_call (h, "bot.restore", "{\"bot\":\"ada\"}"));
  g_assert_cmpuint (count (h, &bty_soul_schema), ==, 1);
}

static void
test_purge (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyBot) bot = bty_test_call (h, "bot.create", "{\"name\":\"Ada\"}");
  g_autofree char *aside = g_build_filename (h->folder, "bots", ".deleted", NULL);
  g_autoptr (GDir) folder = NULL;

  for (guint i = 0; i < 450; i++)
    say_something (h, bot);
  g_assert_null (bty_test_call (h, "bot.delete", "{\"slug\":\"ada\"}"));
  g_assert_cmpuint (count (h, &bty_message_schema), ==, 450);
  g_assert_null (bty_test_call (h, "bot.purge", "{\"bot\":\"ada\"}"));
  g_assert_cmpuint (count (h, &bty_message_schema), ==, 0);
  g_assert_cmpuint (count (h, &bty_session_schema), ==, 0);
  g_assert_cmpuint (count (h, &bty_deleted_bot_schema), ==, 0);
  folder = g_dir_open (aside, 0, NULL);
  g_assert_nonnull (folder);
  g_assert_null (g_dir_read_name (folder));
  bty_test_call_fails (h, "bot.purge", "{\"bot\":\"ada\"}", BTY_ERROR_NOT_FOUND, "ada");
}

/* What somebody stores who still works for it is forgotten as well. */
static void
test_purge_waits (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyBot) bot = bty_test_call (h, "bot.create", "{\"name\":\"Ada\"}");
  g_autoptr (BtyCall) purge = NULL;

  bty_bot_service_hold (h->bots, bot->record.id);
  bty_bot_service_hold (h->bots, bot->record.id);
  g_assert_null (bty_test_call (h, "bot.delete", "{\"slug\":\"ada\"}"));
  purge = bty_test_start (h, "bot.purge", "{\"bot\":\"ada\"}");
  bty_test_settle ();
  bty_bot_service_release (h->bots, bot->record.id);
  say_something (h, bot);
  bty_test_settle ();
  g_assert_cmpint (bty_call_state (purge), ==, BTY_CALL_RUNNING);
  bty_test_call_fails (h, "bot.restore", "{\"bot\":\"ada\"}", BTY_ERROR_FAILED_PRECONDITION, "ada");
  bty_bot_service_release (h->bots, bot->record.id);
  bty_test_end (purge);
  g_assert_no_error (bty_call_error (purge));
  g_assert_cmpuint (count (h, &bty_message_schema), ==, 0);
  g_assert_cmpuint (count (h, &bty_session_schema), ==, 0);
}

static void
test_deleted_while_it_answers (BtyTestHouse *h, gconstpointer unused)
{
  static const char *const words[] = { "well", NULL };
  g_autoptr (BtyBot) bot = bty_test_call (h, "bot.create", "{\"name\":\"Ada\"}");
  g_autoptr (BtyCall) call = NULL;

  h->fake->words = words;
  h->fake->hangs = TRUE;
  call = bty_test_start (h, "chat.send", "{\"slug\":\"ada\",\"message\":\"hello\"}");
  while (h->fake->n_asked == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (bty_test_call (h, "bot.delete", "{\"slug\":\"ada\"}"));
  g_assert_null (bty_test_call (h, "bot.purge", "{\"bot\":\"ada\"}"));
  bty_test_end (call);
  g_assert_cmpuint (count (h, &bty_message_schema), ==, 0);
  g_assert_cmpuint (count (h, &bty_turn_schema), ==, 0);
  g_assert_cmpuint (count (h, &bty_session_schema), ==, 0);
}

static BtyDeletedBot *
only_deleted (BtyTestHouse *h)
{
  g_autoptr (BtyPage) page = bty_test_call (h, "bot.deleted", "{}");

  g_assert_cmpuint (page->items->len, ==, 1);
  return bty_record_ref (page->items->pdata[0]);
}

static void
test_expired_is_forgotten (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyDeletedBot) deleted = NULL;
  g_autoptr (BtyDeletedBot) old = NULL;

  bty_record_unref (bty_test_call (h, "bot.create", "{\"name\":\"Ada\"}"));
  g_assert_null (bty_test_call (h, "bot.delete", "{\"slug\":\"ada\"}"));
  deleted = only_deleted (h);
  g_assert_cmpint (deleted->expires_at, >, g_get_real_time () + 29 * G_TIME_SPAN_DAY);
  old = bty_deleted_bot_edit (deleted);
  old->expires_at = g_get_real_time () - 1;
  put (h, old);
  bty_test_call_fails (h, "bot.restore", "{\"bot\":\"ada\"}", BTY_ERROR_FAILED_PRECONDITION, "ada");
  bty_bot_service_purge_expired (h->bots);
  while (count (h, &bty_deleted_bot_schema) > 0)
    g_main_context_iteration (NULL, TRUE);
}

/* As a crash leaves it: the record says it is deleted, the folder still stands where it was. */
static void
test_crash_while_deleting (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyBot) bot = bty_test_call (h, "bot.create", "{\"name\":\"Ada\"}");
  g_autoptr (BtyDeletedBot) deleted = NULL;
  g_autofree char *from = NULL;
  g_autofree char *to = g_build_filename (h->folder, "bots", "ada", NULL);
  g_autofree char *mark = g_build_filename (to, "mark", NULL);

  g_assert_true (g_file_set_contents (mark, "mine", -1, NULL));
  g_assert_null (bty_test_call (h, "bot.delete", "{\"slug\":\"ada\"}"));
  deleted = only_deleted (h);
  from = g_build_filename (h->folder, "bots", ".deleted", deleted->folder, NULL);
  g_assert_cmpint (g_rename (from, to), ==, 0);

  start (h);
  g_assert_true (g_file_test (from, G_FILE_TEST_IS_DIR));
  bty_record_unref (bty_test_call (h, "bot.create", "{\"name\":\"Ada\"}"));
  g_assert_false (has_file (h, "ada", "mark"));
  bty_record_unref (bty_test_call (h, "bot.restore", "{\"bot\":\"ada\"}"));
  g_assert_true (has_file (h, "ada-2", "mark"));
}

/* The folder was back under the new slug, the bot was not: it stays deleted, and nothing of it is lost. */
static void
test_crash_while_restoring (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyDeletedBot) deleted = NULL;
  g_autoptr (BtyDeletedBot) noted = NULL;
  g_autoptr (BtyBot) back = NULL;
  g_autofree char *aside = NULL;
  g_autofree char *to = g_build_filename (h->folder, "bots", "ada-2", NULL);

  bty_record_unref (bty_test_call (h, "bot.create", "{\"name\":\"Ada\"}"));
  g_assert_null (bty_test_call (h, "bot.delete", "{\"slug\":\"ada\"}"));
  bty_record_unref (bty_test_call (h, "bot.create", "{\"name\":\"Ada\"}"));
  deleted = only_deleted (h);
  noted = bty_deleted_bot_edit (deleted);
  bty_record_take_string (&noted->slug, g_strdup ("ada-2"));
  put (h, noted);
  aside = g_build_filename (h->folder, "bots", ".deleted", deleted->folder, NULL);
  g_assert_cmpint (g_rename (aside, to), ==, 0);

  start (h);
  g_assert_true (g_file_test (aside, G_FILE_TEST_IS_DIR));
  g_assert_false (has_file (h, "ada-2", NULL));
  back = bty_test_call (h, "bot.restore", "{\"bot\":\"ada-2\"}");
  g_assert_cmpstr (back->slug, ==, "ada-2");
  g_assert_true (has_file (h, "ada-2", "SOUL.md"));
}

#define ADD(name, function) g_test_add ("/deleted-bots/" name, BtyTestHouse, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("back-as-it-was", test_back_as_it_was);
  ADD ("slug-is-taken", test_slug_is_taken);
  ADD ("soul-comes-back", test_soul_comes_back);
  ADD ("purge", test_purge);
  ADD ("purge-waits", test_purge_waits);
  ADD ("deleted-while-it-answers", test_deleted_while_it_answers);
  ADD ("expired-is-forgotten", test_expired_is_forgotten);
  ADD ("crash-while-deleting", test_crash_while_deleting);
  ADD ("crash-while-restoring", test_crash_while_restoring);
  return g_test_run ();
}
