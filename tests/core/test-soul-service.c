/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

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

/* Verify */

static BtySoulReport *
verify (BtyTestSouls *t)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;
  g_autoptr (GError) error = NULL;
  BtySoulReport *report;

  bty_soul_service_verify_async (t->souls, "ada", NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  report = bty_soul_service_verify_finish (t->souls, result, &error);
  g_assert_no_error (error);
  return report;
}

static void
assert_problem (BtyTestSouls *t, const char *part)
{
  g_autoptr (BtySoulReport) report = verify (t);
  g_autofree char *all = g_strjoinv ("\n", report->problems);

  g_assert_false (report->ok);
  if (strstr (all, part) == NULL)
    g_error ("“%s” is not in “%s”", part, all);
}

static void
change_record (BtyTestSouls *t, gpointer record, gboolean deletes)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;

  if (deletes)
    bty_batch_delete (batch, record);
  else
    bty_batch_put (batch, record);
  bty_store_apply_async (t->store, batch, NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  g_assert_true (bty_store_apply_finish (t->store, result, NULL));
}

static void
make_versions (BtyTestSouls *t, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = g_strdup_printf ("text %u\n", i);
      g_autoptr (GError) error = NULL;
      g_autoptr (BtySoulVersion) version = bty_test_souls_change (t, (BtySoulFile) (i % BTY_SOUL_N_FILES), text,
                                                                  &error);

      g_assert_no_error (error);
      g_assert_nonnull (version);
    }
}

static void
test_verify (BtyTestSouls *t, gconstpointer unused)
{
  g_autoptr (BtySoulReport) report = NULL;

  make_versions (t, 30);
  report = verify (t);
  g_assert_true (report->ok);
  g_assert_cmpint (report->versions, ==, 31);
  g_assert_cmpint (report->texts, ==, 33);
  g_assert_cmpint (report->refs, ==, 1);
  g_assert_cmpint (report->anchor, ==, 31);
}

static void
test_verify_changed_version (BtyTestSouls *t, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoulVersion) version = NULL;
  g_autoptr (BtySoulVersion) changed = NULL;

  make_versions (t, 3);
  version = bty_test_souls_find (t, "2", NULL);
  changed = bty_soul_version_edit (version);
  bty_record_take_string (&changed->note, g_strdup ("I was not there"));
  change_record (t, changed, FALSE);
  assert_problem (t, "version 2 is not what its hash says");
  g_assert_null (
    bty_test_souls_load (t, changed, &error)); /* so no rollback takes it for good, and no prompt is made of it */
  g_assert_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS);
}

/* Whoever can compute hashes rewrites a version and all after it: the anchor tells. */
static void
test_verify_rewritten (BtyTestSouls *t, gconstpointer unused)
{
  g_autoptr (BtySoulVersion) version = bty_test_souls_change (t, BTY_SOUL_SOUL, "two", NULL);
  g_autoptr (BtySoulVersion) changed = bty_soul_version_edit (version);
  g_autoptr (BtySoul) stored = bty_test_souls_stored (t);
  g_autoptr (BtySoul) soul = bty_soul_edit (stored);

  bty_record_take_string (&changed->author, g_strdup ("mallory"));
  bty_record_take_string (&changed->hash, bty_soul_hash (changed));
  bty_record_take_string (&soul->chain, g_strdup (changed->hash));
  change_record (t, changed, FALSE);
  change_record (t, soul, FALSE);
  assert_problem (t, "history was rewritten");
}

static void
test_verify_missing_version (BtyTestSouls *t, gconstpointer unused)
{
  g_autoptr (BtySoulVersion) version = NULL;

  make_versions (t, 3);
  version = bty_test_souls_find (t, "2", NULL);
  change_record (t, version, TRUE);
  assert_problem (t, "version 2 is missing");
}

static void
test_verify_changed_text (BtyTestSouls *t, gconstpointer unused)
{
  g_autoptr (BtySoulVersion) one = bty_test_souls_find (t, "1", NULL);
  g_autofree char *key = bty_soul_text_key (t->bot, one->user);
  g_autoptr (BtySoulText) text = NULL;
  g_autoptr (BtySoulText) changed = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;
  g_autoptr (GError) error = NULL;

  bty_store_get_async (t->store, &bty_soul_text_schema, "key", key, NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  text = bty_store_get_finish (t->store, result, &error);
  g_assert_no_error (error);
  changed = bty_soul_text_edit (text);
  bty_record_take_string (&changed->text, g_strdup ("another"));
  change_record (t, changed, FALSE);
  assert_problem (t, "is not what its hash says");
  g_assert_null (bty_test_souls_load (t, one, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS);
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
  ADD ("/soul/verify", test_verify);
  ADD ("/soul/verify-changed-version", test_verify_changed_version);
  ADD ("/soul/verify-rewritten", test_verify_rewritten);
  ADD ("/soul/verify-missing-version", test_verify_missing_version);
  ADD ("/soul/verify-changed-text", test_verify_changed_text);
  return g_test_run ();
}
