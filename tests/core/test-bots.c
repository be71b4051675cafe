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
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(BtyBot)       wish = bty_bot_new ();
  g_autoptr(BtyBot)       bot = NULL;
  g_autoptr(GAsyncResult) made = NULL;
  g_autoptr(GAsyncResult) deleted = NULL;
  GAsyncResult           *place = NULL;
  g_autoptr(GError)       error = NULL;

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

#define ADD(name, function) g_test_add ("/bots/" name, BtyTestHouse, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a-commit-is-told", test_a_commit_is_told);
  return g_test_run ();
}
