/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-store"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-sqlite-batch.h"
#include "bty-sqlite-outbox.h"

/* What SQLite says about a unique index over columns, and over an expression. */
#define UNIQUE_COLUMN "UNIQUE constraint failed: "
#define UNIQUE_INDEX  "UNIQUE constraint failed: index '"

/* Name of the index over a field of the generic table; the field's name is its end. */
static char *
index_name (const BtySchema *schema, const BtyField *field)
{
  return g_strdup_printf ("record.%s.%s.%s", (field->flags & BTY_UNIQUE) != 0 ? "unique" : "by", schema->name,
                          field->name);
}

/* An index over one member of the JSON of one type, made when the first record of the type is written. */
static gboolean
make_index (BtySqliteConnection *self, const BtySqlTable *table, const BtyField *field, GError **error)
{
  g_autofree char *name = index_name (table->schema, field);
  g_autofree char *expression = bty_sql_table_expression (table, field);
  gboolean is_unique = (field->flags & BTY_UNIQUE) != 0;
  g_autofree char *where = g_strdup (strstr (table->select, "WHERE"));
  char *sql = sqlite3_mprintf ("CREATE %s IF NOT EXISTS \"%w\" ON record (%s%s) %s",
                               is_unique ? "UNIQUE INDEX" : "INDEX", name, expression, is_unique ? "" : ", id", where);
  gboolean is_made = bty_sqlite_connection_run (self, sql, error);

  sqlite3_free (sql);
  if (!is_made && sqlite3_extended_errcode (self->db) == SQLITE_CONSTRAINT_UNIQUE)
    {
      g_clear_error (error);
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                   _ ("the %s of a %s must be unique by now, but several have the same: change or delete these"),
                   field->name, table->schema->name);
    }
  return is_made;
}

static gboolean
make_indexes (BtySqliteConnection *self, const BtySqlTable *table, GHashTable *prepared, GError **error)
{
  if (table->is_own || g_hash_table_contains (prepared, table->schema))
    return TRUE;
  for (guint i = 0; i < table->schema->n_fields; i++)
    {
      const BtyField *field = bty_schema_get_field (table->schema, i);

      if ((field->flags & (BTY_INDEXED | BTY_UNIQUE)) != 0 && !bty_sql_table_has_column (table, field) &&
          !make_index (self, table, field, error))
        return FALSE;
    }
  g_hash_table_add (prepared, (gpointer) table->schema);
  return TRUE;
}

/* Revision in the database; 0 for none. */
static gboolean
find_revision (BtySqliteConnection *self, const BtySqlTable *table, const char *id, gint64 *revision, GError **error)
{
  g_autoptr (BtySqliteStatement) statement = bty_sqlite_connection_prepare (self, table->revision, error);
  int code;

  *revision = 0;
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 1, id, -1, SQLITE_STATIC);
  code = sqlite3_step (statement);
  if (code == SQLITE_ROW)
    *revision = sqlite3_column_int64 (statement, 0);
  return code == SQLITE_ROW || code == SQLITE_DONE || bty_sqlite_connection_fail (self, code, error);
}

static gboolean
fail_revision (BtySqliteConnection *self, const BtySqlTable *table, const BtyChange *change, GError **error)
{
  gint64 found;

  if (!find_revision (self, table, change->record->id, &found, error))
    return FALSE;
  if (found == 0)
    g_set_error (error, BTY_ERROR, BTY_ERROR_ABORTED,
                 _ ("%s %s was changed at revision %lld, but it has been deleted meanwhile"), table->schema->name,
                 change->record->id, (long long) change->expected);
  else if (change->expected == 0)
    g_set_error (error, BTY_ERROR, BTY_ERROR_ABORTED,
                 _ ("%s %s was to be new, but it exists, at revision %lld: read it again"), table->schema->name,
                 change->record->id, (long long) found);
  else
    g_set_error (error, BTY_ERROR, BTY_ERROR_ABORTED,
                 _ ("%s %s was changed at revision %lld, but it is at revision %lld by now: read it again"),
                 table->schema->name, change->record->id, (long long) change->expected, (long long) found);
  return FALSE;
}

/* (nullable): the field that a message about a unique index is about: it ends with its name */
static const BtyField *
find_unique (const BtySqlTable *table, const char *message)
{
  g_autofree char *rest = NULL;
  const char *name;
  int index;

  if (g_str_has_prefix (message, UNIQUE_INDEX))
    rest = g_strndup (message + strlen (UNIQUE_INDEX), strlen (message) - strlen (UNIQUE_INDEX) - 1);
  else if (g_str_has_prefix (message, UNIQUE_COLUMN))
    rest = g_strdup (message + strlen (UNIQUE_COLUMN));
  name = rest != NULL ? strrchr (rest, '.') : NULL;
  index = name != NULL ? bty_schema_find (table->schema, name + 1, -1, 0) : -1;
  return index >= 0 ? bty_schema_get_field (table->schema, (guint) index) : NULL;
}

static gboolean
fail_unique (const BtySqlTable *table, const BtyField *field, const BtyRecord *record, GError **error)
{
  g_auto (BtySqlValue) value = { 0 };
  g_autofree char *text = NULL;

  bty_sql_table_value (table, &value, record, field);
  text = value.kind == BTY_SQL_TEXT ? g_strdup (value.text) : g_strdup_printf ("%" G_GINT64_FORMAT, value.integer);
  g_set_error (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS, _ ("there is already a %s whose %s is “%s”: choose another"),
               table->schema->name, field->name, text);
  return FALSE;
}

static gboolean
fail_step (BtySqliteConnection *self, const BtySqlTable *table, const BtyChange *change, int code, GError **error)
{
  const BtyField *field = NULL;

  if (code == SQLITE_CONSTRAINT_PRIMARYKEY)
    return fail_revision (self, table, change, error);
  if (code == SQLITE_CONSTRAINT_UNIQUE)
    field = find_unique (table, sqlite3_errmsg (self->db));
  if (field == NULL)
    return bty_sqlite_connection_fail (self, code, error);
  if (strcmp (field->name, "id") == 0)
    return fail_revision (self, table, change, error);
  return fail_unique (table, field, change->record, error);
}

static void
bind_change (const BtySqlTable *table, const BtyChange *change, sqlite3_stmt *statement)
{
  if (change->kind == BTY_CHANGE_DELETE)
    {
      sqlite3_bind_text (statement, 1, change->record->id, -1, SQLITE_STATIC);
      sqlite3_bind_int64 (statement, 2, change->expected);
    }
  else if (change->expected == 0)
    bty_sql_table_bind_insert (table, change->record, bty_sqlite_bind, statement);
  else
    bty_sql_table_bind_update (table, change->record, change->expected, bty_sqlite_bind, statement);
}

static const char *
change_sql (const BtySqlTable *table, const BtyChange *change)
{
  if (change->kind == BTY_CHANGE_DELETE)
    return table->remove;
  return change->expected == 0 ? table->insert : table->update;
}

static gboolean
apply_change (BtySqliteConnection *self, const BtyChange *change, GHashTable *prepared, GError **error)
{
  const BtySqlTable *table = bty_sql_table_get (change->record->schema);
  int code;
  int changes;

  if (!make_indexes (self, table, prepared, error))
    return FALSE;
  {
    g_autoptr (BtySqliteStatement) statement = bty_sqlite_connection_prepare (self, change_sql (table, change), error);

    if (statement == NULL)
      return FALSE;
    bind_change (table, change, statement);
    code = sqlite3_step (statement);
    changes = sqlite3_changes (self->db);
    if (code != SQLITE_DONE)
      return fail_step (self, table, change, code, error);
  }
  if (changes != 1)
    return fail_revision (self, table, change, error);
  return change->kind != BTY_CHANGE_DELETE || bty_sqlite_outbox_forget (self, change->record->id, error);
}

gboolean
bty_sqlite_batch_apply (BtySqliteConnection *self, BtyBatch *batch, GHashTable *prepared, GError **error)
{
  GPtrArray *events = bty_batch_get_events (batch);

  for (guint i = 0; i < bty_batch_get_n_changes (batch); i++)
    {
      if (!apply_change (self, bty_batch_get_change (batch, i), prepared, error))
        return FALSE;
    }
  for (guint i = 0; i < events->len; i++)
    {
      if (!bty_sqlite_outbox_add (self, g_ptr_array_index (events, i), error))
        return FALSE;
    }
  return TRUE;
}

gboolean
bty_sqlite_batch_apply_apart (BtySqliteConnection *self, BtyBatch *batch, GHashTable *prepared, GError **error)
{
  if (!bty_sqlite_connection_step (self, "SAVEPOINT batch", error))
    return FALSE;
  if (bty_sqlite_batch_apply (self, batch, prepared, error))
    return bty_sqlite_connection_step (self, "RELEASE batch", error);
  if (!sqlite3_get_autocommit (self->db))
    {
      bty_sqlite_connection_step (self, "ROLLBACK TO batch", NULL);
      bty_sqlite_connection_step (self, "RELEASE batch", NULL);
    }
  /* The indexes that it made are gone as well. */
  g_hash_table_remove_all (prepared);
  return FALSE;
}
