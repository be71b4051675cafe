/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is put comes back, whole batches or nothing, revisions, unique fields, events. */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <string.h>

#include "forgetful-vfs.h"
#include "store-fixture.h"

static void
test_round_trip (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (BtyBot) bot = make_bot ("Ada");
  g_autoptr (BtyBot) found = NULL;
  g_autoptr (BtyBot) by_slug = NULL;

  bot->description = g_strdup ("It\nhelps; DROP TABLE bot; '\"");
  bot->route = g_strsplit ("openai/a,builtin/b \"c\",\xc3\xa9", ",", -1);
  bot->temperature = 0.7;
  BTY_SET_NULL (bot, BtyBot, temperature, FALSE);
  bot->state = BTY_BOT_STOPPED;
  bot->max_output = G_MAXINT64;
  store_put (f->store, bot);
  g_assert_cmpint (bot->record.revision, ==, 1);
  found = store_must_get (f->store, &bty_bot_schema, "id", bot->record.id);
  g_assert_true (bty_record_equal (bot, found));
  by_slug = store_must_get (f->store, &bty_bot_schema, "slug", "ada");
  g_assert_true (bty_record_equal (bot, by_slug));

  store_fixture_reopen (f);
  g_clear_pointer (&found, bty_bot_unref);
  found = store_must_get (f->store, &bty_bot_schema, "slug", "ada");
  g_assert_true (bty_record_equal (bot, found));
}

static void
test_nothing_set (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (BtyBot) bot = make_bot ("Ada");
  g_autoptr (BtyBot) found = NULL;

  store_put (f->store, bot);
  found = store_must_get (f->store, &bty_bot_schema, "id", bot->record.id);
  g_assert_true (bty_record_equal (bot, found));
  g_assert_true (BTY_IS_NULL (found, BtyBot, temperature));
  g_assert_null (found->route);
  g_assert_null (found->description);
}

static void
test_composites (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (BtyTurn) turn = bty_turn_new ();
  g_autoptr (BtyTurn) found = NULL;
  g_autoptr (BtyMessage) message = make_message ("s", "hello");
  g_autoptr (BtyMessage) found_message = NULL;
  static const char bytes[] = "a\0b\xff";

  turn->session = g_strdup ("s");
  turn->bot = g_strdup ("b");
  turn->state = BTY_TURN_DONE;
  turn->items = g_bytes_new (bytes, sizeof bytes);
  turn->usage = bty_usage_new ();
  turn->usage->input_tokens = 12;
  turn->usage->is_estimate = TRUE;
  message->usage = bty_usage_ref (turn->usage);
  store_put (f->store, turn);
  store_put (f->store, message);
  found = store_must_get (f->store, &bty_turn_schema, "id", turn->record.id);
  g_assert_true (bty_record_equal (turn, found));
  found_message = store_must_get (f->store, &bty_message_schema, "id", message->record.id);
  g_assert_true (bty_record_equal (message, found_message));
}

static void
test_generic (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (Note) note = make_note ("one", 7);
  g_autoptr (Note) found = NULL;
  g_autoptr (Note) twin = make_note ("one", 8);
  g_autoptr (Note) edited = NULL;
  g_autoptr (Note) again = NULL;
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  g_autoptr (GError) error = NULL;

  note->body = g_strdup ("b");
  note->due_at = G_GINT64_CONSTANT (1700000000500000);
  BTY_SET_NULL (note, Note, due_at, FALSE);
  store_put (f->store, note);
  found = store_must_get (f->store, &note_schema, "title", "one");
  g_assert_true (bty_record_equal (note, found));

  bty_batch_put (batch, twin);
  g_assert_false (store_apply (f->store, batch, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS);
  g_assert_nonnull (strstr (error->message, "title"));
  g_assert_nonnull (strstr (error->message, "one"));

  edited = note_edit (found);
  edited->rank = 9;
  store_put (f->store, edited);
  again = store_must_get (f->store, &note_schema, "id", note->record.id);
  g_assert_cmpint (again->rank, ==, 9);
  g_assert_cmpint (again->record.revision, ==, 2);
  store_delete (f->store, again);
  g_assert_null (store_get (f->store, &note_schema, "title", "one", NULL));
}

static void
test_revisions (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (BtyBot) bot = make_bot ("Ada");
  g_autoptr (BtyBot) one = NULL;
  g_autoptr (BtyBot) other = NULL;
  g_autoptr (BtyBot) found = NULL;
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  g_autoptr (BtyBatch) late = bty_batch_new ();
  g_autoptr (GError) error = NULL;

  store_put (f->store, bot);
  one = bty_bot_edit (bot);
  other = bty_bot_edit (bot);
  bty_record_take_string (&one->name, g_strdup ("One"));
  bty_record_take_string (&other->name, g_strdup ("Other"));
  store_put (f->store, one);
  bty_batch_put (batch, other);
  g_assert_false (store_apply (f->store, batch, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_ABORTED);
  g_assert_nonnull (strstr (error->message, "bot"));
  g_assert_nonnull (strstr (error->message, bot->record.id));
  g_assert_nonnull (strstr (error->message, "revision 1"));
  g_assert_nonnull (strstr (error->message, "revision 2"));
  found = store_must_get (f->store, &bty_bot_schema, "id", bot->record.id);
  g_assert_cmpstr (found->name, ==, "One");

  g_clear_error (&error);
  bty_batch_delete (late, bot);
  g_assert_false (store_apply (f->store, late, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_ABORTED);
  store_delete (f->store, one);
  g_clear_error (&error);
  g_assert_false (store_apply (f->store, late, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_ABORTED);
  g_assert_nonnull (strstr (error->message, "deleted"));
  g_clear_error (&error);
  g_assert_null (store_get (f->store, &bty_bot_schema, "slug", "ada", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND);
}

typedef struct
{
  GString *order;
  guint n;
  guint n_good;
  GError *error;
} Answers;

typedef struct
{
  Answers *answers;
  char name;
} Answer;

static void
on_applied (GObject *store, GAsyncResult *result, gpointer data)
{
  Answer *answer = data;
  g_autoptr (GError) error = NULL;
  gboolean is_good = bty_store_apply_finish (BTY_STORE (store), result, &error);

  g_string_append_c (answer->answers->order, answer->name);
  answer->answers->n++;
  answer->answers->n_good += is_good;
  if (error != NULL && answer->answers->error == NULL)
    answer->answers->error = g_steal_pointer (&error);
  g_free (answer);
}

static void
apply_as (BtyStore *store, BtyBatch *batch, Answers *answers, char name)
{
  Answer *answer = g_new (Answer, 1);

  *answer = (Answer){ answers, name };
  bty_store_apply_async (store, batch, NULL, on_applied, answer);
}

/* Two changes of one revision, in one group: exactly one holds. */
static void
test_race (StoreFixture *f, gconstpointer unused)
{
  for (guint round = 0; round < 100; round++)
    {
      g_autofree char *name = g_strdup_printf ("bot%u", round);
      g_autoptr (BtyBot) bot = make_bot (name);
      g_autoptr (BtyBot) one = NULL;
      g_autoptr (BtyBot) other = NULL;
      g_autoptr (BtyBatch) first = bty_batch_new ();
      g_autoptr (BtyBatch) second = bty_batch_new ();
      Answers answers = { .order = g_string_new (NULL) };

      store_put (f->store, bot);
      one = bty_bot_edit (bot);
      other = bty_bot_edit (bot);
      bty_batch_put (first, one);
      bty_batch_put (second, other);
      apply_as (f->store, first, &answers, 'a');
      apply_as (f->store, second, &answers, 'b');
      store_wait_for (&answers.n, 2);
      g_assert_cmpuint (answers.n_good, ==, 1);
      g_assert_error (answers.error, BTY_ERROR, BTY_ERROR_ABORTED);
      g_assert_cmpstr (answers.order->str, ==, "ab");
      g_string_free (answers.order, TRUE);
      g_clear_error (&answers.error);
    }
}

/* A batch that fails in the middle of a group leaves nothing of itself and takes no other along. */
static void
test_group (StoreFixture *f, gconstpointer unused)
{
  Answers answers = { .order = g_string_new (NULL) };
  g_autoptr (BtyBot) taken = make_bot ("Taken");
  g_autoptr (BtyQuery) query = bty_query_new (&bty_bot_schema);
  g_autoptr (BtyPage) page = NULL;

  store_put (f->store, taken);
  for (guint i = 0; i < 26; i++)
    {
      g_autofree char *name = g_strdup_printf ("bot%u", i);
      g_autoptr (BtyBot) bot = make_bot (name);
      g_autoptr (BtyBot) twin = make_bot ("Taken");
      g_autoptr (BtyBatch) batch = bty_batch_new ();

      bty_batch_put (batch, bot);
      if (i % 3 == 0)
        bty_batch_put (batch, twin);
      bty_batch_publish (batch, "bot.created", bot);
      apply_as (f->store, batch, &answers, (char) ('a' + i));
    }
  store_wait_for (&answers.n, 26);
  g_assert_cmpstr (answers.order->str, ==, "abcdefghijklmnopqrstuvwxyz");
  g_assert_cmpuint (answers.n_good, ==, 17);
  g_assert_error (answers.error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS);
  g_assert_nonnull (strstr (answers.error->message, "slug"));
  g_assert_nonnull (strstr (answers.error->message, "taken"));
  g_assert_cmpuint (f->told->len, ==, 17);
  page = store_must_query (f->store, query);
  g_assert_cmpuint (page->items->len, ==, 18);
  g_string_free (answers.order, TRUE);
  g_clear_error (&answers.error);
}

static void
apply_bot (StoreFixture *f, Answers *answers, const char *name, gboolean is_lazy)
{
  g_autoptr (BtyBot) bot = make_bot (name);
  g_autoptr (BtyBatch) batch = bty_batch_new ();

  bty_batch_put (batch, bot);
  if (is_lazy)
    bty_batch_set_lazy (batch);
  apply_as (f->store, batch, answers, name[0]);
}

/* Of ten rounds: how many syncs, when each puts one bot, or three of which two are lazy. */
static guint
count_syncs (StoreFixture *f, gboolean with_lazy)
{
  static guint n_made;
  guint before = forgetful_vfs_get_n_syncs ();

  for (guint i = 0; i < 10; i++)
    {
      Answers answers = { .order = g_string_new (NULL) };
      g_autofree char *first = g_strdup_printf ("a%u", n_made++);
      g_autofree char *second = g_strdup_printf ("b%u", n_made++);
      g_autofree char *third = g_strdup_printf ("c%u", n_made++);

      if (with_lazy)
        apply_bot (f, &answers, first, TRUE);
      if (with_lazy)
        apply_bot (f, &answers, second, TRUE);
      apply_bot (f, &answers, third, FALSE);
      store_wait_for (&answers.n, with_lazy ? 3 : 1);
      g_assert_cmpstr (answers.order->str, ==, with_lazy ? "abc" : "c");
      g_assert_cmpuint (answers.n_good, ==, answers.n);
      g_string_free (answers.order, TRUE);
    }
  return forgetful_vfs_get_n_syncs () - before;
}

/* A lazy batch keeps its place, shares the sync of the next one, and is committed by itself when none comes. */
static void
test_lazy (StoreFixture *f, gconstpointer unused)
{
  Answers answers = { .order = g_string_new (NULL) };

  forgetful_vfs_reset (FALSE);
  store_fixture_renew (f);
  bty_store_sqlite_get_options (BTY_STORE_SQLITE (f->store))->vfs = FORGETFUL_VFS;
  store_fixture_open (f);
  count_syncs (f, FALSE); /* what only the first commits need */
  g_assert_cmpuint (count_syncs (f, TRUE), <=, count_syncs (f, FALSE));
  apply_bot (f, &answers, "alone", TRUE);
  store_wait_for (&answers.n, 1);
  g_assert_cmpuint (answers.n_good, ==, 1);
  g_string_free (answers.order, TRUE);
}

/* Events come after the commit and before the callback, in order; those that nobody was told come after the next open. */
static void
test_outbox (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  g_autoptr (BtyBatch) untold = bty_batch_new ();
  g_autoptr (BtyBot) bot = make_bot ("Ada");
  g_autoptr (BtyBot) other = make_bot ("Bob");
  BtyEvent *event;

  bty_batch_put (batch, bot);
  bty_batch_publish (batch, "bot.created", bot);
  bty_batch_publish (batch, "bot.greeted", NULL);
  store_apply (f->store, batch, NULL);
  g_assert_cmpuint (f->told->len, ==, 2);
  event = g_ptr_array_index (f->told, 0);
  g_assert_cmpstr (event->topic, ==, "bot.created");
  g_assert_cmpstr (event->subject, ==, bot->record.id);

  /* Closed before the main loop runs: committed, not told. */
  bty_batch_put (untold, other);
  bty_batch_publish (untold, "bot.created", other);
  bty_batch_publish (untold, "bot.greeted", other);
  bty_store_apply_async (f->store, untold, NULL, NULL, NULL);
  bty_store_close (f->store);
  g_signal_handlers_disconnect_by_data (f->store, f);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_ptr_array_set_size (f->told, 0);
  g_clear_object (&f->store);

  store_fixture_reopen (f);
  g_assert_cmpuint (f->told->len, ==, 0);
  store_wait_for (&f->told->len, 2);
  event = g_ptr_array_index (f->told, 0);
  g_assert_true (bty_record_equal (event, g_ptr_array_index (bty_batch_get_events (untold), 0)));
  event = g_ptr_array_index (f->told, 1);
  g_assert_cmpstr (event->topic, ==, "bot.greeted");

  g_ptr_array_set_size (f->told, 0);
  store_fixture_reopen (f);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (f->told->len, ==, 0);
}

static void
test_closed (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  g_autoptr (BtyBot) bot = make_bot ("Ada");
  g_autoptr (BtyQuery) query = bty_query_new (&bty_bot_schema);
  g_autoptr (GError) error = NULL;

  bty_store_close (f->store);
  bty_batch_put (batch, bot);
  g_assert_false (store_apply (f->store, batch, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  g_assert_null (store_get (f->store, &bty_bot_schema, "id", "x", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  g_assert_null (store_query (f->store, query, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE);
}

static void
add (const char *path, void (*function) (StoreFixture *f, gconstpointer unused))
{
  g_test_add (path, StoreFixture, NULL, store_fixture_set_up, function, store_fixture_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  forgetful_vfs_register ();
  add ("/store/round-trip", test_round_trip);
  add ("/store/nothing-set", test_nothing_set);
  add ("/store/composites", test_composites);
  add ("/store/generic", test_generic);
  add ("/store/revisions", test_revisions);
  add ("/store/race", test_race);
  add ("/store/group", test_group);
  add ("/store/lazy", test_lazy);
  add ("/store/outbox", test_outbox);
  add ("/store/closed", test_closed);
  return g_test_run ();
}
