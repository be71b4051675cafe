/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-store"

#include "config.h"

#include <string.h>

#include "bty-sqlite-check.h"

#define STEPS 10000

struct _BtySqliteCheck
{
  char *file;
  BtySqliteOptions options;
  GThread *thread;
  int is_closing; /* atomic */
  int state;      /* atomic */
};

static int
on_progress (gpointer data)
{
  BtySqliteCheck *self = data;

  return g_atomic_int_get (&self->is_closing);
}

static BtySqliteCheckState
check (BtySqliteCheck *self, BtySqliteConnection *connection, GError **error)
{
  g_autoptr (BtySqliteStatement) statement = NULL;
  const char *finding;
  int code;

  statement = bty_sqlite_connection_prepare (connection, "PRAGMA quick_check (1)", error);
  if (statement == NULL)
    return BTY_SQLITE_CHECK_FAILED;
  code = sqlite3_step (statement);
  if (g_atomic_int_get (&self->is_closing))
    return BTY_SQLITE_CHECK_BROKEN_OFF;
  if (code != SQLITE_ROW)
    {
      bty_sqlite_connection_fail (connection, code, error);
      return (code & 0xff) == SQLITE_CORRUPT ? BTY_SQLITE_CHECK_FAILED : BTY_SQLITE_CHECK_BROKEN_OFF;
    }
  finding = (const char *) sqlite3_column_text (statement, 0);
  if (g_strcmp0 (finding, "ok") == 0)
    return BTY_SQLITE_CHECK_PASSED;
  g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, "%s: %s", connection->file, finding);
  return BTY_SQLITE_CHECK_FAILED;
}

static gpointer
thread_main (gpointer data)
{
  BtySqliteCheck *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySqliteConnection) connection = bty_sqlite_connection_open (self->file, BTY_SQLITE_READ, &self->options,
                                                                           &error);
  BtySqliteCheckState state = BTY_SQLITE_CHECK_BROKEN_OFF;

  if (connection != NULL)
    {
      sqlite3_progress_handler (connection->db, STEPS, on_progress, self);
      state = check (self, connection, &error);
    }
  if (state == BTY_SQLITE_CHECK_FAILED)
    g_warning ("the database is damaged: keep a copy of it and put a backup in its place: %s", error->message);
  else if (state == BTY_SQLITE_CHECK_PASSED)
    g_message ("the database is sound");
  else if (error != NULL)
    g_warning ("the database could not be checked: %s", error->message);
  g_atomic_int_set (&self->state, (int) state);
  return NULL;
}

BtySqliteCheck *
bty_sqlite_check_start (const char *file, const BtySqliteOptions *options)
{
  BtySqliteCheck *self = g_new0 (BtySqliteCheck, 1);

  self->file = g_strdup (file);
  self->options = *options;
  self->state = BTY_SQLITE_CHECK_RUNNING;
  self->thread = g_thread_new ("bty-check", thread_main, self);
  return self;
}

BtySqliteCheckState
bty_sqlite_check_get_state (BtySqliteCheck *self)
{
  return (BtySqliteCheckState) g_atomic_int_get (&self->state);
}

void
bty_sqlite_check_free (BtySqliteCheck *self)
{
  g_atomic_int_set (&self->is_closing, TRUE);
  g_thread_join (self->thread);
  g_free (self->file);
  g_free (self);
}
