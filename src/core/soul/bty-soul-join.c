/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include <string.h>

#include "bty-merge.h"
#include "soul/bty-soul-join.h"

#define OURS_NAME "head"

static char *
copy (BtySlice slice)
{
  return g_strndup (slice.text, slice.length);
}

/* As git counts: a line that has no end is one as well. */
static gint64
count_lines (const char *text, gsize length)
{
  gint64 n = 0;

  for (gsize i = 0; i < length; i++)
    n += text[i] == '\n';
  return n + (length > 0 && text[length - 1] != '\n');
}

/* Where the marks of the conflicts stand is what bty_merge_write() made of them: each begins with a line `<<<<<<< head`. */
static const char *
find_mark (const char *text, const char *from)
{
  const char *place = from;

  while ((place = strstr (place, "<<<<<<< " OURS_NAME)) != NULL && place != text && place[-1] != '\n')
    place += 1;
  return place;
}

static void
add_conflicts (const BtyMerge *merge, int file, const char *text, GPtrArray *conflicts)
{
  const char *place = text;

  for (guint i = 0; i < merge->n_parts; i++)
    {
      const BtyMergePart *part = &merge->parts[i];
      BtySoulConflict *conflict;

      if (part->kind != BTY_MERGE_CONFLICT)
        continue;
      place = find_mark (text, place);
      conflict = bty_soul_conflict_new ();
      conflict->file = g_strdup (bty_enum_nick (bty_soul_files, file));
      conflict->line = place != NULL ? count_lines (text, (gsize) (place - text)) + 1 : 0;
      conflict->base = copy (part->base);
      conflict->ours = copy (part->ours);
      conflict->theirs = copy (part->theirs);
      g_ptr_array_add (conflicts, conflict);
      place = place != NULL ? place + 1 : text;
    }
}

GPtrArray *
bty_soul_join (const BtySoulTexts *base, const BtySoulTexts *ours, const BtySoulTexts *theirs, const char *theirs_name,
               BtySoulTexts *merged)
{
  GPtrArray *conflicts = bty_record_list_new ();

  for (int i = 0; i < BTY_SOUL_N_FILES; i++)
    {
      g_autoptr (BtyMerge) merge = NULL;
      GString *text;

      if (theirs->text[i] == NULL)
        {
          merged->text[i] = g_strdup (ours->text[i]);
          continue;
        }
      merge = bty_merge_new (base->text[i], ours->text[i], theirs->text[i]);
      text = g_string_new (NULL);
      bty_merge_write (merge, OURS_NAME, theirs_name, text);
      add_conflicts (merge, i, text->str, conflicts);
      merged->text[i] = g_string_free (text, FALSE);
    }
  return conflicts;
}
