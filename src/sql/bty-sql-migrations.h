/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/*
 * BtySqlMigration:
 * @version: counts from 1; the database bears the number of the last one that it has seen
 * @statements: ended by NULL
 *
 * One step of the schema, written by hand, never changed once it has left the house.
 *
 * The subset: INTEGER is 64 bits wide, INTEGER PRIMARY KEY counts up by itself, REAL is a double, BLOB is bytes, TEXT compares
 * by bytes. A driver whose engine spells these otherwise replaces the words. `row` columns are the store's own.
 */
typedef struct
{
  gint64 version;
  const char *const *statements;
} BtySqlMigration;

extern const BtySqlMigration bty_sql_migrations[];
extern const guint bty_sql_n_migrations;

/* The record types that have a table of their own; all others live in `record`. Ended by NULL. */
extern const BtySchema *const bty_sql_own_schemas[];

gboolean bty_sql_is_own (const BtySchema *schema);
