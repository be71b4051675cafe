/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-store"

#include "config.h"

#include <string.h>

#include "bty-sqlite-piece.h"

void
bty_sqlite_piece_put (GByteArray *piece, guint64 number, guint n_bytes)
{
  guint64 bytes = GUINT64_TO_LE (number);

  g_byte_array_append (piece, (const guint8 *) &bytes, n_bytes);
}

void
bty_sqlite_piece_put_name (GByteArray *piece, const char *name)
{
  gsize length = strlen (name);

  bty_sqlite_piece_put (piece, length, 2);
  g_byte_array_append (piece, (const guint8 *) name, (guint) length);
}

static void
put_bytes (GByteArray *piece, char kind, gconstpointer bytes, int length)
{
  bty_sqlite_piece_put (piece, (guint64) kind, 1);
  bty_sqlite_piece_put (piece, (guint64) length, 4);
  if (length > 0)
    g_byte_array_append (piece, bytes, (guint) length);
}

void
bty_sqlite_piece_put_value (GByteArray *piece, sqlite3_stmt *statement, int column)
{
  double real;
  guint64 bits;

  switch (sqlite3_column_type (statement, column))
    {
    case SQLITE_INTEGER:
      bty_sqlite_piece_put (piece, 'i', 1);
      bty_sqlite_piece_put (piece, (guint64) sqlite3_column_int64 (statement, column), 8);
      break;
    case SQLITE_FLOAT:
      real = sqlite3_column_double (statement, column);
      memcpy (&bits, &real, sizeof bits);
      bty_sqlite_piece_put (piece, 'd', 1);
      bty_sqlite_piece_put (piece, bits, 8);
      break;
    case SQLITE_TEXT:
      put_bytes (piece, 't', sqlite3_column_text (statement, column), sqlite3_column_bytes (statement, column));
      break;
    case SQLITE_BLOB:
      put_bytes (piece, 'b', sqlite3_column_blob (statement, column), sqlite3_column_bytes (statement, column));
      break;
    default:
      bty_sqlite_piece_put (piece, 'n', 1);
      break;
    }
}

static const guint8 *
take_bytes (BtySqlitePieceReader *self, gsize n)
{
  const guint8 *at = self->at;

  if (self->is_bad || n > self->left)
    {
      self->is_bad = TRUE;
      return NULL;
    }
  self->at += n;
  self->left -= n;
  return at;
}

guint64
bty_sqlite_piece_take (BtySqlitePieceReader *self, guint n_bytes)
{
  const guint8 *at = take_bytes (self, n_bytes);
  guint64 number = 0;

  if (at != NULL)
    memcpy (&number, at, n_bytes);
  return GUINT64_FROM_LE (number);
}

char *
bty_sqlite_piece_take_name (BtySqlitePieceReader *self)
{
  gsize length = bty_sqlite_piece_take (self, 2);
  const guint8 *at = take_bytes (self, length);

  if (at == NULL || !g_utf8_validate_len ((const char *) at, length, NULL))
    {
      self->is_bad = TRUE;
      return NULL;
    }
  return g_strndup ((const char *) at, length);
}

void
bty_sqlite_piece_bind_value (BtySqlitePieceReader *self, sqlite3_stmt *statement, int index)
{
  char kind = (char) bty_sqlite_piece_take (self, 1);
  gboolean is_long = kind == 't' || kind == 'b';
  gsize length = is_long ? bty_sqlite_piece_take (self, 4) : 0;
  const guint8 *at = is_long ? take_bytes (self, length) : NULL;
  guint64 bits = kind == 'i' || kind == 'd' ? bty_sqlite_piece_take (self, 8) : 0;
  double real;

  if (self->is_bad)
    return;
  memcpy (&real, &bits, sizeof real);
  if (kind == 'i')
    sqlite3_bind_int64 (statement, index, (gint64) bits);
  else if (kind == 'd')
    sqlite3_bind_double (statement, index, real);
  else if (kind == 't' && g_utf8_validate_len ((const char *) at, length, NULL))
    sqlite3_bind_text64 (statement, index, (const char *) at, length, SQLITE_STATIC, SQLITE_UTF8);
  else if (kind == 'b')
    sqlite3_bind_blob64 (statement, index, at, length, SQLITE_STATIC);
  else if (kind == 'n')
    sqlite3_bind_null (statement, index);
  else
    self->is_bad = TRUE;
}
