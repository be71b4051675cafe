/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-store"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "bty-sqlite-dump.h"
#include "bty-sqlite-piece.h"

/* How often SQLite asks whether to go on, in steps of its machine. */
#define STEPS 10000
/* More than any version has. */
#define MAX_TABLES 1000

typedef struct
{
  char *insert;
  guint n_columns;
} Table;

typedef struct
{
  BtySqliteConnection *connection;
  const BtySqliteSchema *schema;
  BtyStoreSource source;
  gpointer data;
  GCancellable *cancellable;
  gint64 version;
  Table tables[MAX_TABLES];
  gint64 n_rows;
  gboolean is_ended;
} Load;

static gboolean
fail_bad (Load *self, const char *what, GError **error)
{
  g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("the dump is damaged after %lld rows: %s"),
               (long long) self->n_rows, what);
  return FALSE;
}

static gboolean
read_version (Load *self, BtySqlitePieceReader *reader, GError **error)
{
  gint64 newest = self->schema->steps[self->schema->n_steps - 1].version;

  if (self->version != 0)
    return fail_bad (self, _ ("it has two versions"), error);
  self->version = (gint64) bty_sqlite_piece_take (reader, 4);
  if (self->version > newest)
    {
      g_set_error (
        error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
        _ ("this is of schema version %lld, and this program knows versions up to %lld: use the newer program"),
        (long long) self->version, (long long) newest);
      return FALSE;
    }
  if (self->version < self->schema->steps[0].version)
    return fail_bad (self, _ ("its version is unknown"), error);
  return bty_sqlite_migrate_between (self->connection, self->schema, 0, self->version, error) &&
         bty_sqlite_connection_run (self->connection, "BEGIN IMMEDIATE", error);
}

static gboolean
has (Load *self, const char *table, const char *column, GError **error)
{
  static const char sql[] = "SELECT 1 FROM pragma_table_list AS t JOIN pragma_table_info ($1) AS c "
                            "WHERE t.schema = 'main' AND t.type = 'table' AND t.name = $1 AND c.name = $2";
  g_autoptr (BtySqliteStatement) statement = bty_sqlite_connection_prepare (self->connection, sql, error);
  int code;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 1, table, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 2, column, -1, SQLITE_STATIC);
  code = sqlite3_step (statement);
  if (code == SQLITE_DONE)
    g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("the dump is damaged: version %lld has no column “%s.%s”"),
                 (long long) self->version, table, column);
  else if (code != SQLITE_ROW)
    bty_sqlite_connection_fail (self->connection, code, error);
  return code == SQLITE_ROW;
}

/* Names stand in SQL only after the schema was found to have them. */
static gboolean
read_table (Load *self, BtySqlitePieceReader *reader, GError **error)
{
  guint number = (guint) bty_sqlite_piece_take (reader, 2);
  guint n = (guint) bty_sqlite_piece_take (reader, 2);
  g_autofree char *name = bty_sqlite_piece_take_name (reader);
  g_autofree char *empty = NULL;
  g_autoptr (GString) names = g_string_new (NULL);
  g_autoptr (GString) values = g_string_new (NULL);

  if (name == NULL || n == 0 || number >= MAX_TABLES || self->tables[number].insert != NULL)
    return fail_bad (self, _ ("a table is not described well"), error);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *column = bty_sqlite_piece_take_name (reader);

      if (column == NULL)
        return fail_bad (self, _ ("a table is not described well"), error);
      if (!has (self, name, column, error))
        return FALSE;
      g_string_append_printf (names, "%s\"%s\"", i > 0 ? ", " : "", column);
      g_string_append_printf (values, "%s$%u", i > 0 ? ", " : "", i + 1);
    }
  self->tables[number] = (Table){
    g_strdup_printf ("INSERT INTO \"%s\" (%s) VALUES (%s)", name, names->str, values->str), n
  };
  empty = g_strdup_printf ("DELETE FROM \"%s\"", name); /* a migration may have put a row in */
  return bty_sqlite_connection_run (self->connection, empty, error);
}

static gboolean
read_row (Load *self, BtySqlitePieceReader *reader, GError **error)
{
  guint number = (guint) bty_sqlite_piece_take (reader, 2);
  const Table *table = number < MAX_TABLES ? &self->tables[number] : NULL;
  g_autoptr (BtySqliteStatement) statement = NULL;
  int code;

  if (table == NULL || table->insert == NULL)
    return fail_bad (self, _ ("a row belongs to no table"), error);
  statement = bty_sqlite_connection_prepare (self->connection, table->insert, error);
  if (statement == NULL)
    return FALSE;
  for (guint i = 0; i < table->n_columns; i++)
    bty_sqlite_piece_bind_value (reader, statement, (int) i + 1);
  if (reader->is_bad)
    return fail_bad (self, _ ("a row is not whole"), error);
  code = sqlite3_step (statement);
  if ((code & 0xff) == SQLITE_CONSTRAINT)
    return fail_bad (self, sqlite3_errmsg (self->connection->db), error);
  self->n_rows++;
  return code == SQLITE_DONE || bty_sqlite_connection_fail (self->connection, code, error);
}

static gboolean
read_piece (Load *self, GBytes *piece, GError **error)
{
  BtySqlitePieceReader reader = { 0 };
  gboolean is_good;
  char kind;

  reader.at = g_bytes_get_data (piece, &reader.left);
  kind = (char) bty_sqlite_piece_take (&reader, 1);
  if (self->is_ended || (self->version == 0) != (kind == BTY_SQLITE_PIECE_VERSION))
    return fail_bad (self, _ ("its parts are out of order"), error);
  if (kind == BTY_SQLITE_PIECE_VERSION)
    is_good = read_version (self, &reader, error);
  else if (kind == BTY_SQLITE_PIECE_TABLE)
    is_good = read_table (self, &reader, error);
  else if (kind == BTY_SQLITE_PIECE_ROW)
    is_good = read_row (self, &reader, error);
  else if (kind == BTY_SQLITE_PIECE_END)
    is_good = self->is_ended = bty_sqlite_piece_take (&reader, 8) >= (guint64) self->n_rows || reader.is_bad;
  else
    return fail_bad (self, _ ("a part is of an unknown kind"), error);
  if (is_good && (reader.is_bad || reader.left > 0))
    return fail_bad (self, _ ("a part is not as long as it should be"), error);
  if (is_good || *error != NULL)
    return is_good;
  return fail_bad (self, _ ("it has more rows than were written"), error);
}

static gboolean
read_all (Load *self, GError **error)
{
  for (;;)
    {
      g_autoptr (GBytes) piece = NULL;
      g_autoptr (GError) reason = NULL;

      if (g_cancellable_is_cancelled (self->cancellable))
        {
          g_set_error_literal (error, BTY_ERROR, BTY_ERROR_CANCELLED, _ ("the load was cancelled"));
          return FALSE;
        }
      if (!self->source (&piece, self->data, error))
        return FALSE;
      if (piece == NULL)
        return self->is_ended || fail_bad (self, _ ("its end is missing"), error);
      if (!read_piece (self, piece, &reason))
        {
          g_propagate_error (error, g_steal_pointer (&reason));
          return FALSE;
        }
    }
}

static gboolean
check (BtySqliteConnection *connection, GError **error)
{
  g_autoptr (BtySqliteStatement) statement = bty_sqlite_connection_prepare (connection, "PRAGMA integrity_check (1)",
                                                                            error);
  const char *finding;
  int code;

  if (statement == NULL)
    return FALSE;
  code = sqlite3_step (statement);
  if (code != SQLITE_ROW)
    return bty_sqlite_connection_fail (connection, code, error);
  finding = (const char *) sqlite3_column_text (statement, 0);
  if (g_strcmp0 (finding, "ok") == 0)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, "%s: %s", connection->file, finding);
  return FALSE;
}

static int
on_progress (gpointer data)
{
  return g_cancellable_is_cancelled (data);
}

static gboolean
fill (Load *self, GError **error)
{
  gint64 newest = self->schema->steps[self->schema->n_steps - 1].version;

  if (self->cancellable != NULL)
    sqlite3_progress_handler (self->connection->db, STEPS, on_progress, self->cancellable);
  return read_all (self, error) && bty_sqlite_connection_run (self->connection, "COMMIT", error) &&
         bty_sqlite_migrate_between (self->connection, self->schema, self->version, newest, error) &&
         check (self->connection, error);
}

static gboolean
make_file (const char *folder, const char *file, GError **error)
{
  int fd = g_mkdir_with_parents (folder, 0700) == 0 ? g_open (file, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600) : -1;
  int problem = errno;

  if (fd >= 0)
    {
      close (fd);
      return TRUE;
    }
  g_set_error (error, BTY_ERROR,
               problem == EEXIST                        ? BTY_ERROR_ALREADY_EXISTS
               : problem == ENOSPC || problem == EDQUOT ? BTY_ERROR_RESOURCE_EXHAUSTED
                                                        : BTY_ERROR_UNAVAILABLE,
               _ ("cannot make the database “%s”: %s"), file, g_strerror (problem));
  return FALSE;
}

/* The connection does not sync on its way: this is the one time. */
static gboolean
sync_file (const char *folder, const char *file, GError **error)
{
  int fd = g_open (file, O_RDWR | O_CLOEXEC, 0);
  gboolean is_synced = fd >= 0 && fsync (fd) == 0;
  int problem = errno;

  if (fd >= 0)
    close (fd);
  if (is_synced)
    return bty_sqlite_sync_folder (folder, error);
  g_set_error (error, BTY_ERROR, problem == ENOSPC ? BTY_ERROR_RESOURCE_EXHAUSTED : BTY_ERROR_UNAVAILABLE,
               _ ("cannot write the database “%s”: %s"), file, g_strerror (problem));
  return FALSE;
}

gboolean
bty_sqlite_load (const char *folder, const BtySqliteOptions *options, const BtySqliteSchema *schema,
                 BtyStoreSource source, gpointer data, GCancellable *cancellable, gint64 *n_rows, GError **error)
{
  g_autofree char *file = g_build_filename (folder, "boternity.db", NULL);
  g_autofree char *journal = g_strconcat (file, "-journal", NULL);
  g_autofree Load *load = g_new0 (Load, 1);
  BtySqliteOptions quick = *options;
  gboolean is_loaded;

  if (!make_file (folder, file, error))
    return FALSE;
  quick.synchronous = "OFF";
  load->schema = schema;
  load->source = source;
  load->data = data;
  load->cancellable = cancellable;
  load->connection = bty_sqlite_connection_open (file, BTY_SQLITE_WRITE, &quick, error);
  is_loaded = load->connection != NULL && fill (load, error);
  g_clear_pointer (&load->connection, bty_sqlite_connection_close);
  is_loaded = is_loaded && sync_file (folder, file, error);
  if (!is_loaded)
    {
      g_unlink (file);
      g_unlink (journal);
    }
  for (guint i = 0; i < MAX_TABLES; i++)
    g_free (load->tables[i].insert);
  if (n_rows != NULL)
    *n_rows = load->n_rows;
  return is_loaded;
}
