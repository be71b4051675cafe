/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bty-test-soul.h"
#include "soul/bty-soul-hash.h"

static void
set_up (BtyTestSouls *t, gconstpointer unused)
{
  bty_test_souls_open (t);
}

static void
tear_down (BtyTestSouls *t, gconstpointer unused)
{
  bty_test_souls_close (t);
}

static void
test_begin_and_read (BtyTestSouls *t, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoulPrompt) prompt = bty_test_souls_read (t, &error);
  g_autofree char *hash = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (prompt->text, ==, "soul one\n\nidentity one\n\nuser one");
  g_assert_cmpint (prompt->version->number, ==, 1);
  g_assert_cmpstr (prompt->version->branch, ==, "main");
  g_assert_null (prompt->version->previous);
  g_assert_null (prompt->notice);
  hash = bty_soul_hash (prompt->version);
  g_assert_cmpstr (hash, ==, prompt->version->hash);
}

static void
test_change (BtyTestSouls *t, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoulVersion) one = bty_test_souls_find (t, "head", &error);
  g_autoptr (BtySoulVersion) two = bty_test_souls_change (t, BTY_SOUL_SOUL, "soul two\n", &error);
  g_autoptr (BtySoulVersion) same = bty_test_souls_change (t, BTY_SOUL_SOUL, "soul two\n", &error);
  g_autofree char *text = bty_test_souls_content (t, BTY_SOUL_SOUL);
  g_autoptr (BtySoul) soul = bty_test_souls_get (t);

  g_assert_no_error (error);
  g_assert_cmpint (two->number, ==, 2);
  g_assert_cmpstr (two->previous, ==, one->hash);
  g_assert_cmpstr (two->parent, ==, one->record.id);
  g_assert_cmpstr (two->user, ==, one->user);
  g_assert_cmpstr (same->record.id, ==, two->record.id);
  g_assert_cmpstr (text, ==, "soul two\n");
  g_assert_cmpint ((int) soul->state, ==, BTY_SOUL_OK);
  g_assert_cmpint (soul->number, ==, 2);
  g_assert_cmpstr (soul->chain, ==, two->hash);
}

static void
test_find (BtyTestSouls *t, gconstpointer unused)
{
  static const struct
  {
    const char *name;
    gint64 number;
  } names[] = { { "head", 3 }, { "head~2", 1 }, { "2", 2 }, { "main", 3 }, { "main~1", 2 }, { "3~1", 2 } };
  g_autoptr (BtySoulVersion) two = bty_test_souls_change (t, BTY_SOUL_SOUL, "2", NULL);
  g_autoptr (BtySoulVersion) three = bty_test_souls_change (t, BTY_SOUL_USER, "3", NULL);
  g_autofree char *prefix = g_strndup (two->hash, 10);
  g_autoptr (BtySoulVersion) found = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (BtySoulVersion) version = bty_test_souls_find (t, names[i].name, &error);

      g_assert_no_error (error);
      g_assert_cmpint (version->number, ==, names[i].number);
    }
  found = bty_test_souls_find (t, prefix, &error);
  g_assert_no_error (error);
  g_assert_cmpint (found->number, ==, 2);
  g_assert_null (bty_test_souls_find (t, "head~9", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (bty_test_souls_find (t, "nothing", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND);
}

static void
test_expected_and_bot (BtyTestSouls *t, gconstpointer unused)
{
  g_autoptr (BtySoulChange) change = bty_soul_change_new ("ada", BTY_SOUL_EDITED);
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GError) error = NULL;

  change->texts.text[0] = g_strdup ("x");
  change->expected = g_strdup ("not-the-one");
  bty_soul_service_change_async (t->souls, change, NULL, bty_test_keep_result, &place);
  first = bty_test_wait (&place);
  g_assert_null (bty_soul_service_change_finish (t->souls, first, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_ABORTED);
  g_clear_error (&error);
  g_clear_pointer (&change->expected, g_free);
  change->author_kind = BTY_AUTHOR_BOT;
  place = NULL;
  bty_soul_service_change_async (t->souls, change, NULL, bty_test_keep_result, &place);
  second = bty_test_wait (&place);
  g_assert_null (bty_soul_service_change_finish (t->souls, second, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_PERMISSION_DENIED);
}

static void
test_load (BtyTestSouls *t, gconstpointer unused)
{
  g_autoptr (BtySoulVersion) two = bty_test_souls_change (t, BTY_SOUL_SOUL, "soul two", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoulVersion) one = bty_test_souls_find (t, "1", &error);
  g_autoptr (BtySoulPrompt) prompt = bty_test_souls_load (t, one, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (prompt->text, ==, "soul one\n\nidentity one\n\nuser one");
}

static void
test_switch (BtyTestSouls *t, gconstpointer unused)
{
  g_autoptr (BtySoulVersion) one = bty_test_souls_find (t, "1", NULL);
  g_autoptr (BtySoulRef) ref = bty_soul_ref_new ();
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  g_autoptr (BtySoulVersion) two = bty_test_souls_change (t, BTY_SOUL_SOUL, "soul two\n", NULL);
  g_autoptr (GAsyncResult) put = NULL;
  g_autoptr (GAsyncResult) switched = NULL;
  g_autoptr (BtySoulVersion) used = NULL;
  g_autoptr (BtySoulVersion) three = NULL;
  g_autofree char *text = NULL;
  GAsyncResult *place = NULL;
  g_autoptr (GError) error = NULL;

  ref->key = bty_soul_ref_key (t->bot, BTY_SOUL_BRANCH, "side");
  ref->bot = g_strdup (t->bot);
  ref->name = g_strdup ("side");
  ref->version = g_strdup (one->record.id);
  ref->number = 1;
  bty_batch_put (batch, ref);
  bty_store_apply_async (t->store, batch, NULL, bty_test_keep_result, &place);
  put = bty_test_wait (&place);
  place = NULL;
  bty_soul_service_switch_async (t->souls, "ada", "side", NULL, bty_test_keep_result, &place);
  switched = bty_test_wait (&place);
  used = bty_soul_service_switch_finish (t->souls, switched, &error);
  g_assert_no_error (error);
  g_assert_cmpint (used->number, ==, 1);
  text = bty_test_souls_content (t, BTY_SOUL_SOUL);
  g_assert_cmpstr (text, ==, "soul one\n");
  three = bty_test_souls_change (t, BTY_SOUL_USER, "user three", &error);
  g_assert_no_error (error);
  g_assert_cmpint (three->number, ==, 3);
  g_assert_cmpstr (three->branch, ==, "side");
  g_assert_cmpstr (three->parent, ==, one->record.id);
  g_assert_cmpstr (three->previous, ==, two->hash);
}

#define ADD(name, func) g_test_add (name, BtyTestSouls, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/soul/begin-and-read", test_begin_and_read);
  ADD ("/soul/change", test_change);
  ADD ("/soul/find", test_find);
  ADD ("/soul/expected-and-bot", test_expected_and_bot);
  ADD ("/soul/load", test_load);
  ADD ("/soul/switch", test_switch);
  return g_test_run ();
}
