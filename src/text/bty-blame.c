/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-text"

#include "config.h"

#include "bty-blame.h"

struct _BtyBlame
{
  char *text;
  GArray *lines;    /* of the text, as BtySlice */
  GArray *versions; /* gint64 for each of them */
};

BtyBlame *
bty_blame_new (void)
{
  BtyBlame *blame = g_new0 (BtyBlame, 1);

  blame->text = g_strdup ("");
  blame->lines = bty_slices_split_lines ("", 0);
  blame->versions = g_array_new (FALSE, FALSE, sizeof (gint64));
  return blame;
}

void
bty_blame_free (BtyBlame *blame)
{
  if (blame == NULL)
    return;
  g_free (blame->text);
  g_array_unref (blame->lines);
  g_array_unref (blame->versions);
  g_free (blame);
}

void
bty_blame_add (BtyBlame *blame, gint64 version, const char *text)
{
  char *copy = g_strdup (text);
  GArray *lines = bty_slices_split_lines (copy, strlen (copy));
  GArray *versions = g_array_sized_new (FALSE, FALSE, sizeof (gint64), lines->len);
  g_autofree guint8 *deleted = g_new0 (guint8, blame->lines->len + 1), *inserted = g_new0 (guint8, lines->len + 1);
  guint old = 0;

  bty_slices_match (blame->lines, lines, deleted, inserted);
  for (guint i = 0; i < lines->len; i++)
    {
      if (inserted[i])
        {
          g_array_append_val (versions, version);
          continue;
        }
      while (deleted[old])
        old++;
      g_array_append_vals (versions, &g_array_index (blame->versions, gint64, old), 1);
      old++;
    }
  g_free (blame->text);
  g_array_unref (blame->lines);
  g_array_unref (blame->versions);
  blame->text = copy;
  blame->lines = lines;
  blame->versions = versions;
}

guint
bty_blame_get_n_lines (const BtyBlame *blame)
{
  return blame->lines->len;
}

BtyBlameLine
bty_blame_get_line (const BtyBlame *blame, guint index)
{
  BtySlice slice = g_array_index (blame->lines, BtySlice, index);

  if (slice.text[slice.length - 1] == '\n')
    slice.length--;
  return (BtyBlameLine){ g_array_index (blame->versions, gint64, index), slice };
}
