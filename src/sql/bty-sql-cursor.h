/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-sql-value.h"

/*
 * BtySqlCursor:
 * @id: of the last record given
 * @value: of its order field; for text search how many were given, as a number
 * @text: what @value points to
 *
 * Where a page ended, as an opaque word that bears a fingerprint of its query.
 */
typedef struct
{
  char *id;
  BtySqlValue value;
  char *text;
} BtySqlCursor;

/* (transfer full) */
char *bty_sql_cursor_write (const BtyQuery *query, const char *id, const BtySqlValue *value);
/* Reads the query's own; FALSE with INVALID_ARGUMENT when it is not of this query */
gboolean bty_sql_cursor_read (BtySqlCursor *cursor, const BtyQuery *query, GError **error);
void bty_sql_cursor_clear (BtySqlCursor *cursor);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BtySqlCursor, bty_sql_cursor_clear)
