/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-sql-value.h"

/*
 * BtySqlTable:
 * @name: of the table: the schema's, or `record`
 * @is_own: whether it is a table of its own
 * @columns: (array length=n_columns): the fields that are columns, in table order; id comes first
 * @select: `SELECT columns FROM table`, to be continued with ` AND ...`
 * @insert, @update, @remove, @revision: whole statements
 *
 * A record type as the database keeps it: built once a schema and kept for good, read by any thread. Parameters are written
 * $1, $2 ... in order of appearance. They are: for @insert the columns in order (the generic table: id, revision, created_at,
 * updated_at, json); for @update the same without id, then id and the expected revision; for @remove id and the expected revision; for
 * @revision id.
 */
typedef struct
{
  const BtySchema *schema;
  const char *name;
  gboolean is_own;
  const BtyField *const *columns;
  guint n_columns;
  char *select;
  char *insert;
  char *update;
  char *remove;
  char *revision;
} BtySqlTable;

const BtySqlTable *bty_sql_table_get (const BtySchema *schema);

/* The four head fields are columns of either kind of table. */
gboolean bty_sql_table_has_column (const BtySqlTable *table, const BtyField *field);

/*
 * An SQL expression for a field, such as `"slug"`; over the generic table, one over its JSON, under which
 * bty_sql_table_value() compares rightly.
 */
char *bty_sql_table_expression (const BtySqlTable *table, const BtyField *field);
void bty_sql_table_value (const BtySqlTable *table, BtySqlValue *value, gconstpointer record, const BtyField *field);
/* (inout): @text in the wire form of bty_record_read_text(); *@scratch holds what @value points to */
gboolean bty_sql_table_value_of_text (const BtySqlTable *table, const BtyField *field, const char *text,
                                      gpointer *scratch, BtySqlValue *value, GError **error);

/* `SELECT ... WHERE field = $1`, for one record */
char *bty_sql_table_select_by (const BtySqlTable *table, const BtyField *field);

/* How a driver takes values: @index counts from 1. What @value points to stays alive until the statement is done, but owned text. */
typedef void (*BtySqlBind) (gpointer statement, guint index, const BtySqlValue *value);
/* How a driver gives them: @column counts from 0. */
typedef void (*BtySqlRead) (gpointer row, guint column, BtySqlValue *value);

/* Both give how many parameters they bound. */
guint bty_sql_table_bind_insert (const BtySqlTable *table, gconstpointer record, BtySqlBind bind, gpointer statement);
guint bty_sql_table_bind_update (const BtySqlTable *table, gconstpointer record, gint64 expected, BtySqlBind bind,
                                 gpointer statement);
/* (transfer full) (nullable): the record of a row of @select */
gpointer bty_sql_table_hydrate (const BtySqlTable *table, BtySqlRead read, gpointer row, GError **error);
