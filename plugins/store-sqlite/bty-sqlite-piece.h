/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-sqlite-connection.h"

/*
 * The encoding of a dump's pieces. Numbers are little-endian. A piece is one letter and what follows it:
 *
 *   V version:32                                  the schema's version; first
 *   T number:16 n:16 (length:16 name) * (1 + n)   a table with its columns; all before the first row
 *   R number:16 value *                           a row: n | i:64 | d:64 | t length:32 bytes | b length:32 bytes
 *   Z rows:64                                     the end
 */
#define BTY_SQLITE_PIECE_VERSION 'V'
#define BTY_SQLITE_PIECE_TABLE   'T'
#define BTY_SQLITE_PIECE_ROW     'R'
#define BTY_SQLITE_PIECE_END     'Z'

void bty_sqlite_piece_put (GByteArray *piece, guint64 number, guint n_bytes);
void bty_sqlite_piece_put_name (GByteArray *piece, const char *name);
/* The value in @column of the row that @statement stands at. */
void bty_sqlite_piece_put_value (GByteArray *piece, sqlite3_stmt *statement, int column);

/* A place in a piece that is read. What does not fit sets @is_bad, after which everything reads as nothing. */
typedef struct
{
  const guint8 *at;
  gsize left;
  gboolean is_bad;
} BtySqlitePieceReader;

guint64 bty_sqlite_piece_take (BtySqlitePieceReader *self, guint n_bytes);
/* (transfer full) (nullable): */
char *bty_sqlite_piece_take_name (BtySqlitePieceReader *self);
/* Binds the next value; the piece must outlive the statement's step. */
void bty_sqlite_piece_bind_value (BtySqlitePieceReader *self, sqlite3_stmt *statement, int index);
