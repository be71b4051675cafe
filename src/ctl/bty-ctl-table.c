/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bty-ctl-table.h"
#include "bty-ctl-terminal.h"

#define GAP       2
#define MIN_WIDTH 4
#define LONG_LIST 60

#define PEEK(ctype, record, field) (*(ctype *) (gpointer) ((char *) (record) + (field)->offset))

/* Asked for on the command line, of which a process has one. */
static gboolean is_whole;

void
bty_ctl_table_show_whole (void)
{
  is_whole = TRUE;
}

static char *
time_to_text (gint64 microseconds)
{
  g_autoptr (GDateTime) utc = NULL;
  g_autoptr (GDateTime) local = NULL;

  if (microseconds == 0)
    return g_strdup ("");
  utc = g_date_time_new_from_unix_utc (microseconds / G_USEC_PER_SEC);
  local = utc != NULL ? g_date_time_to_local (utc) : NULL;
  return local != NULL ? g_date_time_format (local, "%Y-%m-%d %H:%M") : g_strdup ("");
}

static char *
number_to_text (gconstpointer record, const BtyField *field)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  switch (field->type)
    {
    case BTY_FIELD_TYPE_BOOL:
      return g_strdup (PEEK (gboolean, record, field) ? _ ("yes") : _ ("no"));
    case BTY_FIELD_TYPE_INT64:
      return g_strdup_printf ("%" G_GINT64_FORMAT, PEEK (gint64, record, field));
    case BTY_FIELD_TYPE_DOUBLE:
      return g_strdup (g_ascii_formatd (buffer, sizeof buffer, "%g", PEEK (double, record, field)));
    case BTY_FIELD_TYPE_TIME:
      return time_to_text (PEEK (gint64, record, field));
    case BTY_FIELD_TYPE_ENUM:
      return g_strdup (bty_enum_nick (field->values, PEEK (int, record, field)));
    default:
      return g_strdup ("");
    }
}

char *
bty_ctl_field_to_text (gconstpointer record, const BtyField *field)
{
  if (bty_record_is_null_at (record, field->offset))
    return g_strdup ("");
  switch (field->type)
    {
    case BTY_FIELD_TYPE_STRING:
    case BTY_FIELD_TYPE_TEXT:
    case BTY_FIELD_TYPE_JSON:
      return g_strdup (PEEK (char *, record, field) != NULL ? PEEK (char *, record, field) : "");
    case BTY_FIELD_TYPE_STRV:
      return PEEK (GStrv, record, field) != NULL ? g_strjoinv (", ", PEEK (GStrv, record, field)) : g_strdup ("");
    case BTY_FIELD_TYPE_RECORD:
      return PEEK (gpointer, record, field) != NULL ? bty_record_to_json (PEEK (gpointer, record, field), BTY_VIEW_READ)
                                                    : g_strdup ("");
    default:
      return number_to_text (record, field);
    }
}

/* The daemon sends its own sentences untranslated, since each reader has a language of his own. What people wrote is not touched. */
static gboolean
is_sentence (const BtyField *field)
{
  return strcmp (field->name, "summary") == 0 && (field->flags & BTY_READ_ONLY) != 0;
}

static char *
translate (const BtyField *field, char *text)
{
  char *translated;

  if (!is_sentence (field) || *text == '\0')
    return text;
  translated = g_strdup (_ (text));
  g_free (text);
  return translated;
}

/* A cell is one line. */
static char *
make_cell (gconstpointer record, const char *name)
{
  const BtySchema *schema = ((const BtyRecord *) record)->schema;
  int index = bty_schema_find (schema, name, -1, 0);
  const BtyField *field;
  g_autofree char *text = NULL;
  char *clean;

  g_return_val_if_fail (index >= 0, g_strdup (""));
  field = bty_schema_get_field (schema, (guint) index);
  text = translate (field, bty_ctl_field_to_text (record, field));
  clean = bty_ctl_terminal_clean (g_strstrip (text), -1);
  return g_strdelimit (clean, "\n\t", ' ');
}

/* Takes columns from the widest ones until the line fits; the first, which names the thing, gives way last. */
static void
fit (guint *widths, guint n, guint window)
{
  guint total = GAP * (n - 1);

  for (guint i = 0; i < n; i++)
    total += widths[i];
  while (window > 0 && total > window)
    {
      guint widest = n > 1 ? 1 : 0;

      for (guint i = widest + 1; i < n; i++)
        widest = widths[i] > widths[widest] ? i : widest;
      if (widths[widest] <= MIN_WIDTH)
        widest = 0;
      if (widths[widest] <= MIN_WIDTH)
        return;
      widths[widest]--;
      total--;
    }
}

/* The part of @text that is at most @width cells wide; what joins a character (an accent, say) stays with it. */
static gsize
cut (const char *text, guint width, guint *used)
{
  const char *p = text;

  *used = 0;
  while (*p != '\0')
    {
      guint cells = bty_ctl_terminal_measure_char (g_utf8_get_char (p));

      if (*used + cells > width)
        break;
      *used += cells;
      p = g_utf8_next_char (p);
    }
  return (gsize) (p - text);
}

static void
append_cell (GString *line, const char *text, guint width, gboolean is_last)
{
  guint used = bty_ctl_terminal_measure (text);

  if (used <= width)
    g_string_append (line, text);
  else
    {
      g_string_append_len (line, text, (gssize) cut (text, width - 1, &used));
      g_string_append (line, "…");
      used++;
    }
  for (; !is_last && used < width + GAP; used++)
    g_string_append_c (line, ' ');
}

static void
print_line (char **cells, const guint *widths, guint n, BtyCtlStyle style)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    append_cell (line, cells[i], widths[i], i + 1 == n);
  while (line->len > 0 && line->str[line->len - 1] == ' ')
    g_string_truncate (line, line->len - 1);
  printf ("%s%s%s\n", style != BTY_CTL_PLAIN ? bty_ctl_terminal_style (STDOUT_FILENO, style) : "", line->str,
          style != BTY_CTL_PLAIN ? bty_ctl_terminal_style (STDOUT_FILENO, BTY_CTL_PLAIN) : "");
}

void
bty_ctl_table_print (GPtrArray *records, const char *const *columns)
{
  guint n = g_strv_length ((GStrv) columns) / 2;
  g_autofree guint *widths = g_new0 (guint, n);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);

  for (guint i = 0; i <= records->len; i++)
    {
      GStrv cells = g_new0 (char *, n + 1);

      for (guint j = 0; j < n; j++)
        {
          cells[j] = i == 0 ? g_strdup (_ (columns[2 * j + 1])) : make_cell (records->pdata[i - 1], columns[2 * j]);
          widths[j] = MAX (widths[j], bty_ctl_terminal_measure (cells[j]));
        }
      g_ptr_array_add (lines, cells);
    }
  fit (widths, n, is_whole ? 0 : bty_ctl_terminal_get_width (STDOUT_FILENO));
  for (guint i = 0; i < lines->len; i++)
    print_line (lines->pdata[i], widths, n, i == 0 ? BTY_CTL_BOLD : BTY_CTL_PLAIN);
}

/* A list whose members are sentences is read one a line; what has several lines stands under its first. */
static char *
lay_out (gconstpointer record, const BtyField *field, guint margin)
{
  g_autofree char *text = translate (field, bty_ctl_field_to_text (record, field));
  g_autofree char *whole = strlen (text) > LONG_LIST && field->type == BTY_FIELD_TYPE_STRV
                             ? g_strjoinv ("\n", PEEK (GStrv, record, field))
                             : g_steal_pointer (&text);
  g_autofree char *clean = bty_ctl_terminal_clean (g_strchomp (whole), -1);
  g_auto (GStrv) lines = g_strsplit (clean, "\n", -1);
  g_autofree char *gap = g_strnfill (margin, ' ');
  g_autofree char *newline = g_strconcat ("\n", gap, NULL);

  return g_strjoinv (newline, lines);
}

void
bty_ctl_record_print (gconstpointer record)
{
  const BtySchema *schema = ((const BtyRecord *) record)->schema;
  guint width = 0;

  for (guint i = 0; i < schema->n_fields; i++)
    width = MAX (width, (guint) strlen (bty_schema_get_field (schema, i)->name));
  for (guint i = 0; i < schema->n_fields; i++)
    {
      const BtyField *field = bty_schema_get_field (schema, i);
      g_autofree char *text = NULL;

      if (!bty_view_takes (BTY_VIEW_READ, field))
        continue;
      text = lay_out (record, field, width + GAP);
      if (*text != '\0')
        printf ("%s%-*s%s  %s\n", bty_ctl_terminal_style (STDOUT_FILENO, BTY_CTL_DIM), (int) width, field->name,
                bty_ctl_terminal_style (STDOUT_FILENO, BTY_CTL_PLAIN), text);
    }
}
