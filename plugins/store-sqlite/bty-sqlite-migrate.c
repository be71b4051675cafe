/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-store"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "bty-sqlite-migrate.h"
#include "bty-sqlite-text.h"

static const char *const nothing[] = { NULL };

static const char *const *const extra[] = {
  bty_sqlite_text_version_1, nothing, /* 2 */
  nothing,                            /* 3 */
  nothing,                            /* 4 */
};

const BtySqliteSchema bty_sqlite_schema = { bty_sql_migrations, extra, G_N_ELEMENTS (extra) };

static gint64
newest (const BtySqliteSchema *schema)
{
  return schema->steps[schema->n_steps - 1].version;
}

gboolean
bty_sqlite_sync_folder (const char *folder, GError **error)
{
  int fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  gboolean is_synced = fd >= 0 && fsync (fd) == 0;
  int problem = errno;

  if (fd >= 0)
    close (fd);
  if (!is_synced)
    g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("cannot write the folder %s: %s"), folder,
                 g_strerror (problem));
  return is_synced;
}

/* (transfer full) (nullable): a connection to an empty file that nobody else can read */
static BtySqliteConnection *
open_copy (const char *file, GError **error)
{
  BtySqliteOptions plain = { .synchronous = "FULL" };
  int fd;

  g_unlink (file);
  fd = g_open (file, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0)
    {
      g_set_error (error, BTY_ERROR, errno == ENOSPC ? BTY_ERROR_RESOURCE_EXHAUSTED : BTY_ERROR_UNAVAILABLE,
                   _ ("cannot make the copy %s before the database is brought up to date: %s"), file,
                   g_strerror (errno));
      return NULL;
    }
  close (fd);
  return bty_sqlite_connection_open (file, BTY_SQLITE_WRITE, &plain, error);
}

static gboolean
copy_pages (BtySqliteConnection *self, BtySqliteConnection *copy, GError **error)
{
  sqlite3_backup *backup = sqlite3_backup_init (copy->db, "main", self->db, "main");
  int code;

  if (backup == NULL)
    return bty_sqlite_connection_fail (copy, sqlite3_extended_errcode (copy->db), error);
  code = sqlite3_backup_step (backup, -1);
  sqlite3_backup_finish (backup);
  /* The log is merged into the copy, so that it is one file. */
  if (code == SQLITE_DONE)
    return bty_sqlite_connection_run (copy, "PRAGMA journal_mode=DELETE", error);
  return bty_sqlite_connection_fail (copy, code, error);
}

/* Under another name until it is whole, so that what bears the name can be relied on. */
static gboolean
make_copy (BtySqliteConnection *self, gint64 version, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (self->file);
  g_autofree char *file = g_strdup_printf ("%s.before-%" G_GINT64_FORMAT, self->file, version);
  g_autofree char *partial = g_strconcat (file, ".part", NULL);
  gboolean is_copied;

  {
    g_autoptr (BtySqliteConnection) copy = open_copy (partial, error);

    is_copied = copy != NULL && copy_pages (self, copy, error);
  }
  if (is_copied && g_rename (partial, file) != 0)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("cannot name the copy %s: %s"), file,
                   g_strerror (errno));
      is_copied = FALSE;
    }
  if (!is_copied)
    {
      g_unlink (partial);
      g_prefix_error (error, "%s: ", _ ("the database was not brought up to date, since no copy of it could be made"));
      return FALSE;
    }
  g_message ("copied the database to %s before bringing it up to date", file);

  return bty_sqlite_sync_folder (folder, error);
}

static gboolean
run_all (BtySqliteConnection *self, const char *const *statements, GError **error)
{
  for (guint i = 0; statements[i] != NULL; i++)
    {
      if (!bty_sqlite_connection_run (self, statements[i], error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
run_step (BtySqliteConnection *self, const BtySqliteSchema *schema, guint index, GError **error)
{
  g_autofree char *mark = g_strdup_printf ("PRAGMA user_version = %" G_GINT64_FORMAT, schema->steps[index].version);

  return run_all (self, schema->steps[index].statements, error) && run_all (self, schema->extra[index], error) &&
         bty_sqlite_connection_run (self, mark, error);
}

gboolean
bty_sqlite_migrate_between (BtySqliteConnection *self, const BtySqliteSchema *schema, gint64 from, gint64 to,
                            GError **error)
{
  gboolean is_good = TRUE;

  if (!bty_sqlite_connection_run (self, "BEGIN IMMEDIATE", error))
    return FALSE;
  for (guint i = 0; is_good && i < schema->n_steps; i++)
    {
      if (schema->steps[i].version > from && schema->steps[i].version <= to)
        is_good = run_step (self, schema, i, error);
    }
  is_good = is_good && bty_sqlite_connection_run (self, "COMMIT", error);
  if (!is_good)
    bty_sqlite_connection_run (self, "ROLLBACK", NULL);
  return is_good;
}

/* A database with tables but no number is somebody else's. */
static gboolean
check_new (BtySqliteConnection *self, GError **error)
{
  gint64 tables = 0;

  if (!bty_sqlite_connection_get_int (self, "SELECT count(*) FROM sqlite_schema", &tables, error))
    return FALSE;
  if (tables == 0)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
               _ ("%s is a database of another program: move it away, or choose another data folder"), self->file);
  return FALSE;
}

/* Kept in the file; reads one page when it is so already. Some network file systems cannot do it. */
static gboolean
use_log (BtySqliteConnection *self, GError **error)
{
  g_autoptr (BtySqliteStatement) statement = bty_sqlite_connection_prepare (self, "PRAGMA journal_mode=WAL", error);
  int code;

  if (statement == NULL)
    return FALSE;
  code = sqlite3_step (statement);
  if (code != SQLITE_ROW)
    return bty_sqlite_connection_fail (self, code, error);
  if (g_strcmp0 ((const char *) sqlite3_column_text (statement, 0), "wal") == 0)
    return TRUE;
  g_set_error (
    error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
    _ ("%s is on a file system that SQLite's write-ahead log does not work on: choose a data folder on a local disk"),
    self->file);
  return FALSE;
}

static gboolean
update (BtySqliteConnection *self, const BtySqliteSchema *schema, gint64 found, GError **error)
{
  gboolean is_good = found == 0 ? check_new (self, error) : make_copy (self, newest (schema), error);

  if (!is_good || !use_log (self, error))
    return FALSE;
  if (!bty_sqlite_migrate_between (self, schema, found, newest (schema), error))
    {
      g_prefix_error (error,
                      _ ("the database could not be brought from version %lld to version %lld and is as it was: "),
                      (long long) found, (long long) newest (schema));
      return FALSE;
    }
  if (found > 0)
    g_message ("brought the database from version %" G_GINT64_FORMAT " to version %" G_GINT64_FORMAT, found,
               newest (schema));
  return TRUE;
}

gboolean
bty_sqlite_migrate (BtySqliteConnection *self, const BtySqliteSchema *schema, GError **error)
{
  gint64 found = 0;

  if (!bty_sqlite_connection_get_int (self, "PRAGMA user_version", &found, error))
    return FALSE;
  if (found == newest (schema))
    return use_log (self, error);
  if (found < newest (schema))
    return update (self, schema, found, error);
  g_set_error (
    error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
    _ (
      "%s has schema version %lld, and this program knows versions up to %lld: start the newer program that wrote it, or restore a copy made before it was updated"),
    self->file, (long long) found, (long long) newest (schema));
  return FALSE;
}
