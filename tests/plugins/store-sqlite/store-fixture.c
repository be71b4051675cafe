/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "store-fixture.h"

static const BtyField note_fields[] = {
  BTY_STORED_FIELDS (0),
  BTY_FIELD_STRING (Note, title, BTY_REQUIRED | BTY_INDEXED | BTY_UNIQUE, "Its title"),
  BTY_FIELD_INT64 (Note, rank, BTY_INDEXED, "Its rank"),
  BTY_FIELD_TIME (Note, due_at, BTY_INDEXED | BTY_NULLABLE, "When it is due"),
  BTY_FIELD_BOOL (Note, done, BTY_INDEXED, "Whether it is done"),
  BTY_FIELD_TEXT (Note, body, 0, "What it says"),
};
BTY_DEFINE_RECORD (Note, note, "test_note", "A note", note_fields)

static void
on_committed (BtyStore *store, GPtrArray *events, gpointer data)
{
  StoreFixture *f = data;

  for (guint i = 0; i < events->len; i++)
    g_ptr_array_add (f->told, bty_record_ref (g_ptr_array_index (events, i)));
}

void
store_fixture_renew (StoreFixture *f)
{
  if (f->store != NULL)
    {
      bty_store_close (f->store);
      g_signal_handlers_disconnect_by_data (f->store, f);
      g_clear_object (&f->store);
    }
  f->store = g_object_new (BTY_TYPE_STORE_SQLITE, NULL);
  g_signal_connect (f->store, "committed", G_CALLBACK (on_committed), f);
}

void
store_fixture_open (StoreFixture *f)
{
  g_autoptr (GError) error = NULL;
  gboolean is_open = bty_store_open (f->store, f->folder, &error);

  g_assert_no_error (error);
  g_assert_true (is_open);
}

void
store_fixture_reopen (StoreFixture *f)
{
  store_fixture_renew (f);
  store_fixture_open (f);
}

void
store_fixture_set_up (StoreFixture *f, gconstpointer unused)
{
  f->folder = g_dir_make_tmp ("boternity-store-XXXXXX", NULL);
  g_assert_nonnull (f->folder);
  f->told = bty_record_list_new ();
  store_fixture_renew (f);
  store_fixture_open (f);
}

static GMutex complaint_lock;
static char *complaint;

static GLogWriterOutput
keep_complaint (GLogLevelFlags level, const GLogField *fields, gsize n, gpointer unused)
{
  const char *domain = NULL;
  const char *message = NULL;

  for (gsize i = 0; i < n; i++)
    {
      if (strcmp (fields[i].key, "GLIB_DOMAIN") == 0)
        domain = fields[i].value;
      else if (strcmp (fields[i].key, "MESSAGE") == 0)
        message = fields[i].value;
    }
  if (g_strcmp0 (domain, "bty-store") != 0)
    return g_log_writer_default (level, fields, n, NULL);
  if ((level & G_LOG_LEVEL_WARNING) != 0)
    {
      g_mutex_lock (&complaint_lock);
      g_free (complaint);
      complaint = g_strdup (message);
      g_mutex_unlock (&complaint_lock);
    }
  return G_LOG_WRITER_HANDLED;
}

void
store_expect_complaints (void)
{
  g_log_set_writer_func (keep_complaint, NULL, NULL);
}

const char *
store_get_complaint (void)
{
  const char *last;

  g_mutex_lock (&complaint_lock);
  last = complaint;
  g_mutex_unlock (&complaint_lock);
  return last;
}

void
store_remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (folder, name, NULL);

      g_unlink (file);
    }
  g_rmdir (folder);
}

void
store_fixture_tear_down (StoreFixture *f, gconstpointer unused)
{
  bty_store_close (f->store);
  g_signal_handlers_disconnect_by_data (f->store, f);
  g_clear_object (&f->store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  store_remove_folder (f->folder);
  g_assert_false (g_file_test (f->folder, G_FILE_TEST_EXISTS));
  g_ptr_array_unref (f->told);
  g_free (f->folder);
}

char *
store_fixture_file (StoreFixture *f, const char *suffix)
{
  g_autofree char *name = g_strconcat ("boternity.db", suffix, NULL);

  return g_build_filename (f->folder, name, NULL);
}

static gboolean
on_timeout (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

void
store_wait_for (const guint *what, guint value)
{
  gboolean is_late = FALSE;
  guint timeout = g_timeout_add_seconds (30, on_timeout, &is_late);

  while (*what < value && !is_late)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (is_late);
  g_source_remove (timeout);
}

static void
on_result (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static GAsyncResult *
wait_for_result (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

gboolean
store_apply (BtyStore *store, BtyBatch *batch, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  bty_store_apply_async (store, batch, NULL, on_result, &result);
  return bty_store_apply_finish (store, wait_for_result (&result), error);
}

gpointer
store_get (BtyStore *store, const BtySchema *schema, const char *field, const char *value, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  bty_store_get_async (store, schema, field, value, NULL, on_result, &result);
  return bty_store_get_finish (store, wait_for_result (&result), error);
}

BtyPage *
store_query (BtyStore *store, BtyQuery *query, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  bty_store_query_async (store, query, NULL, on_result, &result);
  return bty_store_query_finish (store, wait_for_result (&result), error);
}

void
store_put (BtyStore *store, gpointer record)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  g_autoptr (GError) error = NULL;

  bty_batch_put (batch, record);
  store_apply (store, batch, &error);
  g_assert_no_error (error);
}

void
store_delete (BtyStore *store, gconstpointer record)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  g_autoptr (GError) error = NULL;

  bty_batch_delete (batch, record);
  store_apply (store, batch, &error);
  g_assert_no_error (error);
}

gpointer
store_must_get (BtyStore *store, const BtySchema *schema, const char *field, const char *value)
{
  g_autoptr (GError) error = NULL;
  gpointer record = store_get (store, schema, field, value, &error);

  g_assert_no_error (error);
  g_assert_nonnull (record);
  return record;
}

BtyPage *
store_must_query (BtyStore *store, BtyQuery *query)
{
  g_autoptr (GError) error = NULL;
  BtyPage *page = store_query (store, query, &error);

  g_assert_no_error (error);
  g_assert_nonnull (page);
  return page;
}

BtyBot *
make_bot (const char *name)
{
  BtyBot *bot = bty_bot_new ();

  bot->name = g_strdup (name);
  bot->slug = g_ascii_strdown (name, -1);
  return bot;
}

BtyMessage *
make_message (const char *session, const char *text)
{
  BtyMessage *message = bty_message_new ();

  message->session = g_strdup (session);
  message->bot = g_strdup ("a-bot");
  message->text = g_strdup (text);
  return message;
}

Note *
make_note (const char *title, gint64 rank)
{
  Note *note = note_new ();

  note->title = g_strdup (title);
  note->rank = rank;
  return note;
}
