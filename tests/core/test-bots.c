/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bty-test-house.h"
#include "bty-test-wait.h"

static void
set_up (BtyTestHouse *h, gconstpointer unused)
{
  bty_test_house_open (h, NULL);
}

static void
tear_down (BtyTestHouse *h, gconstpointer unused)
{
  bty_test_settle ();
  bty_test_house_close (h);
}

static void
on_committed (BtyStore *store, GPtrArray *events, gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
}

/* The caller gives up in the moment of the commit: what is kept must not be told as cancelled. */
static void
test_a_commit_is_told (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (BtyBot) wish = bty_bot_new ();
  g_autoptr (BtyBot) bot = NULL;
  g_autoptr (GAsyncResult) made = NULL;
  g_autoptr (GAsyncResult) deleted = NULL;
  GAsyncResult *place = NULL;
  g_autoptr (GError) error = NULL;

  wish->name = g_strdup ("Bo");
  g_signal_connect_object (h->store, "committed", G_CALLBACK (on_committed), cancellable, 0);
  bty_bot_service_create_async (h->bots, wish, cancellable, bty_test_keep_result, &place);
  made = bty_test_wait (&place);
  bot = bty_bot_service_create_finish (h->bots, made, &error);
  g_assert_no_error (error);
  g_assert_true (g_cancellable_is_cancelled (cancellable));

  g_cancellable_reset (cancellable);
  bty_bot_service_delete_async (h->bots, bot, cancellable, bty_test_keep_result, &place);
  deleted = bty_test_wait (&place);
  bty_bot_service_delete_finish (h->bots, deleted, &error);
  g_assert_no_error (error);
  g_assert_true (g_cancellable_is_cancelled (cancellable));
  g_assert_cmpuint (bty_fake_store_count (BTY_FAKE_STORE (h->store), &bty_bot_schema), ==, 0);
}

static void
fill_the_disk (BtyBatch *batch, const BtyBot *bot, gpointer house)
{
  bty_fake_store_fail_next (BTY_FAKE_STORE (((BtyTestHouse *) house)->store), BTY_ERROR_RESOURCE_EXHAUSTED,
                            "the disk is full");
}

/* The disk gets full when the files are there and the record is not: the files go again. */
static void
test_what_was_not_made (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyBot) wish = bty_bot_new ();
  g_autoptr (GAsyncResult) made = NULL;
  GAsyncResult *place = NULL;
  BtyBotFounding *founding = bty_bot_founding_new ();
  g_autofree char *folder = g_build_filename (h->folder, "bots", "ada", NULL);
  g_autofree char *aside = g_build_filename (h->folder, "bots", ".deleted", NULL);
  g_autoptr (GDir) left = NULL;
  g_autoptr (GError) error = NULL;

  wish->name = g_strdup ("Ada");
  founding->fill = fill_the_disk;
  founding->data = h;
  bty_bot_service_found_async (h->bots, wish, founding, NULL, bty_test_keep_result, &place);
  made = bty_test_wait (&place);
  g_assert_null (bty_bot_service_create_finish (h->bots, made, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  left = g_dir_open (aside, 0, NULL);
  g_assert_null (g_dir_read_name (left));
  bty_record_unref (bty_test_call (h, "bot.create", "{\"name\":\"Ada\"}"));
  g_assert_true (g_file_test (folder, G_FILE_TEST_IS_DIR));
}

/* Whichever of the two comes first, a bot that was acknowledged has its files. */
static void
test_delete_and_create (BtyTestHouse *h, gconstpointer unused)
{
  for (guint i = 0; i < 40; i++)
    {
      g_autoptr (BtyCall) gone = NULL;
      g_autoptr (BtyCall) made = NULL;
      g_autofree char *path = NULL;
      g_autofree char *key = NULL;
      const BtyBot *bot;

      if (i == 0)
        bty_record_unref (bty_test_call (h, "bot.create", "{\"name\":\"Bo\"}"));
      gone = bty_test_start (h, "bot.delete", "{\"slug\":\"bo\"}");
      for (guint n = 0; n < i % 8; n++)
        g_main_context_iteration (NULL, FALSE);
      made = bty_test_start (h, "bot.create", "{\"name\":\"Bo\"}");
      bty_test_end (gone);
      bty_test_end (made);
      g_assert_no_error (bty_call_error (gone));
      g_assert_no_error (bty_call_error (made));
      bot = bty_call_response (made);
      path = g_build_filename (h->folder, "bots", bot->slug, "SOUL.md", NULL);
      g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
      key = g_strdup_printf ("{\"slug\":\"%s\"}", bot->slug);
      g_assert_null (bty_test_call (h, "bot.delete", key));
      bty_record_unref (bty_test_call (h, "bot.create", "{\"name\":\"Bo\"}"));
    }
}

#define ADD(name, function) g_test_add ("/bots/" name, BtyTestHouse, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a-commit-is-told", test_a_commit_is_told);
  ADD ("what-was-not-made", test_what_was_not_made);
  ADD ("delete-and-create", test_delete_and_create);
  return g_test_run ();
}
