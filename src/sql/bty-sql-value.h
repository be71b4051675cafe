/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/*
 * BtySqlValue:
 * @text: for text; belongs to the record or to @owned
 * @owned: (nullable): freed by bty_sql_value_clear()
 *
 * One value on its way between a record's field and a column. It points into the record, which must outlive it.
 */
typedef enum
{
  BTY_SQL_NULL,
  BTY_SQL_INTEGER,
  BTY_SQL_REAL,
  BTY_SQL_TEXT,
  BTY_SQL_BYTES,
} BtySqlKind;

typedef struct
{
  BtySqlKind kind;
  gint64 integer;
  double real;
  const char *text;
  GBytes *bytes;
  char *owned;
} BtySqlValue;

/* As a column of an own table holds it. */
void bty_sql_value_of_field (BtySqlValue *value, gconstpointer record, const BtyField *field);

/* As the expression over the JSON of the generic table gives it: times as text of one width, so that text order is time order. */
void bty_sql_value_of_member (BtySqlValue *value, gconstpointer record, const BtyField *field);

void bty_sql_value_clear (BtySqlValue *value);

/* Puts what a column held into the field of a record that is being made. DATA_LOSS when it cannot have been written by us. */
gboolean bty_sql_value_store (const BtySqlValue *value, gpointer record, const BtyField *field, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BtySqlValue, bty_sql_value_clear)
