/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-sql"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-sql-cursor.h"

/* fingerprint \n id \n kind value: ids and fingerprints have no line breaks, the value comes last. */
#define N_PARTS         3
#define FINGERPRINT_LEN 16

static void
add_part (GChecksum *sum, const char *text)
{
  g_checksum_update (sum, (const guchar *) (text != NULL ? text : ""), -1);
  g_checksum_update (sum, (const guchar *) "", 1);
}

static char *
fingerprint (const BtyQuery *query)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  GPtrArray *filters = bty_query_get_filters (query);
  gboolean descending;

  add_part (sum, bty_query_get_schema (query)->name);
  add_part (sum, bty_query_get_order (query, &descending)->name);
  add_part (sum, descending ? "-" : "+");
  add_part (sum, bty_query_get_words (query));
  for (guint i = 0; i < filters->len; i++)
    {
      const BtyFilter *filter = g_ptr_array_index (filters, i);
      char match[] = { (char) ('a' + (int) filter->match), '\0' };

      add_part (sum, filter->field->name);
      add_part (sum, match);
      add_part (sum, filter->value);
    }
  return g_strndup (g_checksum_get_string (sum), FINGERPRINT_LEN);
}

static void
add_value (GString *out, const BtySqlValue *value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  switch (value->kind)
    {
    case BTY_SQL_INTEGER:
      g_string_append_printf (out, "i%" G_GINT64_FORMAT, value->integer);
      break;
    case BTY_SQL_REAL:
      g_string_append_printf (out, "r%s", g_ascii_dtostr (number, sizeof number, value->real));
      break;
    case BTY_SQL_TEXT:
      g_string_append_printf (out, "t%s", value->text);
      break;
    default:
      g_string_append_c (out, 'n');
      break;
    }
}

char *
bty_sql_cursor_write (const BtyQuery *query, const char *id, const BtySqlValue *value)
{
  g_autofree char *print = fingerprint (query);
  g_autoptr (GString) out = g_string_new (NULL);
  char *word;

  g_string_append_printf (out, "%s\n%s\n", print, id);
  add_value (out, value);
  word = g_base64_encode ((const guchar *) out->str, out->len);
  /* It travels in URLs. */
  g_strdelimit (word, "+", '-');
  g_strdelimit (word, "/", '_');
  g_strdelimit (word, "=", '.');
  return word;
}

static gboolean
read_value (BtySqlCursor *cursor, const char *text)
{
  BtySqlValue *value = &cursor->value;

  cursor->text = g_strdup (text + (*text != '\0' ? 1 : 0));
  switch (*text)
    {
    case 'n':
      value->kind = BTY_SQL_NULL;
      return TRUE;
    case 'i':
      value->kind = BTY_SQL_INTEGER;
      return g_ascii_string_to_signed (cursor->text, 10, G_MININT64, G_MAXINT64, &value->integer, NULL);
    case 'r':
      value->kind = BTY_SQL_REAL;
      value->real = g_ascii_strtod (cursor->text, NULL);
      return TRUE;
    case 't':
      value->kind = BTY_SQL_TEXT;
      value->text = cursor->text;
      return g_utf8_validate (cursor->text, -1, NULL);
    default:
      return FALSE;
    }
}

static gboolean
read_parts (BtySqlCursor *cursor, const BtyQuery *query)
{
  g_autofree char *print = fingerprint (query);
  g_autofree char *word = g_strdup (bty_query_get_after (query));
  g_autofree char *text = NULL;
  g_auto (GStrv) parts = NULL;
  gsize length;
  gsize n = strlen (word);

  if (n == 0 || strspn (word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != n)
    return FALSE;
  g_strdelimit (word, "-", '+');
  g_strdelimit (word, "_", '/');
  g_strdelimit (word, ".", '=');
  text = (char *) g_base64_decode (word, &length);
  text = g_realloc (text, length + 1);
  text[length] = '\0';
  if (strlen (text) != length)
    return FALSE;
  parts = g_strsplit (text, "\n", N_PARTS);
  if (g_strv_length (parts) != N_PARTS || strcmp (parts[0], print) != 0 || !g_utf8_validate (parts[1], -1, NULL))
    return FALSE;
  cursor->id = g_strdup (parts[1]);
  return read_value (cursor, parts[2]);
}

gboolean
bty_sql_cursor_read (BtySqlCursor *cursor, const BtyQuery *query, GError **error)
{
  if (read_parts (cursor, query))
    return TRUE;
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                       _ ("the cursor is not from a page of this query: begin without one"));
  return FALSE;
}

void
bty_sql_cursor_clear (BtySqlCursor *cursor)
{
  g_clear_pointer (&cursor->id, g_free);
  g_clear_pointer (&cursor->text, g_free);
}
