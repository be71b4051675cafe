/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bty-test-soul.h"

#include <string.h>

void
bty_test_souls_begin (BtyTestSouls *self)
{
  self->souls = bty_soul_service_new (self->store, self->settings, self->folder);
}

void
bty_test_souls_end (BtyTestSouls *self)
{
  bty_soul_service_stop (self->souls);
  g_clear_object (&self->souls);
}

void
bty_test_souls_kill (BtyTestSouls *self)
{
  g_clear_object (&self->souls);
}

void
bty_test_souls_open (BtyTestSouls *self)
{
  g_autoptr (BtySoulChange) change = bty_soul_change_new ("ada", BTY_SOUL_CREATED);
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  g_autoptr (BtyBot) bot = bty_bot_new ();
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *config = NULL;
  g_autofree char *state = NULL;
  g_autofree char *folder = NULL;

  self->folder = bty_test_folder_new ();
  config = g_build_filename (self->folder, "config", NULL);
  state = g_build_filename (self->folder, "state", NULL);
  g_setenv ("BOTERNITY_STATE_DIR", state, TRUE);
  g_setenv ("BOTERNITY_SOUL_DEBOUNCE_MS", "50", TRUE);
  self->settings = bty_settings_new (config);
  bty_soul_add_settings (self->settings);
  self->store = bty_fake_store_new ();
  bty_test_souls_begin (self);
  bot->name = g_strdup ("Ada");
  bot->slug = g_strdup ("ada");
  bty_batch_put (batch, bot);
  self->bot = g_strdup (bot->record.id);
  change->texts.text[BTY_SOUL_SOUL] = g_strdup ("soul one\n");
  change->texts.text[BTY_SOUL_IDENTITY] = g_strdup ("identity one\n");
  change->texts.text[BTY_SOUL_USER] = g_strdup ("user one\n");
  folder = bty_soul_folder (self->folder, "ada");
  g_assert_true (bty_soul_write_files (folder, &change->texts, &error));
  bty_soul_service_begin (self->souls, batch, self->bot, change);
  bty_store_apply_async (self->store, batch, NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  bty_store_apply_finish (self->store, result, &error);
  g_assert_no_error (error);
}

void
bty_test_souls_close (BtyTestSouls *self)
{
  if (self->souls != NULL)
    bty_test_souls_end (self);
  bty_test_settle ();
  g_clear_object (&self->store);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->bot, g_free);
  bty_test_folder_remove (self->folder);
}

char *
bty_test_souls_path (BtyTestSouls *self, BtySoulFile file)
{
  return g_build_filename (self->folder, "bots", "ada", bty_enum_nick (bty_soul_files, (int) file), NULL);
}

void
bty_test_souls_save_bytes (BtyTestSouls *self, BtySoulFile file, const char *bytes, gsize length)
{
  g_autofree char *path = bty_test_souls_path (self, file);
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (path, bytes, (gssize) length, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);
}

void
bty_test_souls_save (BtyTestSouls *self, BtySoulFile file, const char *text)
{
  bty_test_souls_save_bytes (self, file, text, strlen (text));
}

char *
bty_test_souls_content (BtyTestSouls *self, BtySoulFile file)
{
  g_autofree char *path = bty_test_souls_path (self, file);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

BtySoul *
bty_test_souls_get (BtyTestSouls *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;
  g_autoptr (GError) error = NULL;
  BtySoul *soul;

  bty_soul_service_get_async (self->souls, "ada", NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  soul = bty_soul_service_get_finish (self->souls, result, &error);
  g_assert_no_error (error);
  return soul;
}

BtySoulPrompt *
bty_test_souls_read (BtyTestSouls *self, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;

  bty_soul_service_read_async (self->souls, "ada", NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  return bty_soul_service_read_finish (self->souls, result, error);
}

BtySoulVersion *
bty_test_souls_change (BtyTestSouls *self, BtySoulFile file, const char *text, GError **error)
{
  g_autoptr (BtySoulChange) change = bty_soul_change_new ("ada", BTY_SOUL_EDITED);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;

  change->texts.text[file] = g_strdup (text);
  change->author = g_strdup ("owner");
  bty_soul_service_change_async (self->souls, change, NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  return bty_soul_service_change_finish (self->souls, result, error);
}

BtySoulVersion *
bty_test_souls_settle (BtyTestSouls *self, gboolean accept, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;

  bty_soul_service_settle_async (self->souls, "ada", accept, "owner", "seen", NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  return bty_soul_service_settle_finish (self->souls, result, error);
}

BtySoulVersion *
bty_test_souls_find (BtyTestSouls *self, const char *name, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;

  bty_soul_service_find_async (self->souls, "ada", name, NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  return bty_soul_service_find_finish (self->souls, result, error);
}

BtySoulPrompt *
bty_test_souls_load (BtyTestSouls *self, const BtySoulVersion *version, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;

  bty_soul_service_load_async (self->souls, version, NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  return bty_soul_service_load_finish (self->souls, result, error);
}

guint
bty_test_souls_count (BtyTestSouls *self, const char *topic)
{
  g_autofree char *all = bty_fake_store_dump (BTY_FAKE_STORE (self->store));
  g_autofree char *part = g_strdup_printf ("\"topic\":\"%s\"", topic);
  guint n = 0;

  for (const char *p = strstr (all, part); p != NULL; p = strstr (p + 1, part))
    n += 1;
  return n;
}

BtySoul *
bty_test_souls_stored (BtyTestSouls *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;
  BtySoul *soul;

  bty_store_get_async (self->store, &bty_soul_schema, "slug", "ada", NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  soul = bty_store_get_finish (self->store, result, NULL);
  g_assert_nonnull (soul);
  return soul;
}

void
bty_test_souls_wait_number (BtyTestSouls *self, gint64 number)
{
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  gint64 now = 0;

  while (now != number)
    {
      g_autoptr (BtySoul) soul = bty_test_souls_stored (self);

      now = soul->number;
      if (g_get_monotonic_time () > end)
        g_error ("the soul stays at version %d", (int) now);
      g_main_context_iteration (NULL, now != number);
    }
}
