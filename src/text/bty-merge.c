/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-text"

#include "config.h"

#include "bty-merge.h"

/* Lines of the three texts, and where each line of the base is in the two others: G_MAXUINT where it is not. */
typedef struct
{
  GArray *base, *ours, *theirs;
  guint *in_ours, *in_theirs;
} Lines;

/* How far the three texts have been read, in lines. */
typedef struct
{
  guint base, ours, theirs;
} Place;

/* (transfer full): for each line of @base its index in @other */
static guint *
find_partners (const GArray *base, const GArray *other)
{
  guint *partners = g_new (guint, base->len + 1);
  g_autofree guint8 *deleted = g_new0 (guint8, base->len + 1), *inserted = g_new0 (guint8, other->len + 1);
  guint j = 0;

  bty_slices_match (base, other, deleted, inserted);
  for (guint i = 0; i < base->len; i++)
    {
      partners[i] = G_MAXUINT;
      if (deleted[i])
        continue;
      while (inserted[j])
        j++;
      partners[i] = j++;
    }
  return partners;
}

/* The text of the lines from @from up to @to. */
static BtySlice
join (const GArray *lines, guint from, guint to, const char *otherwise)
{
  const BtySlice *slices = (const BtySlice *) (gconstpointer) lines->data;

  if (from == to)
    return (BtySlice){ otherwise, 0 };
  return (BtySlice){ slices[from].text, (gsize) (slices[to - 1].text + slices[to - 1].length - slices[from].text) };
}

static void
add_part (BtyMerge *merge, const Lines *lines, Place from, Place to, gboolean is_same)
{
  BtyMergePart part = { .base = join (lines->base, from.base, to.base, ""),
                        .ours = join (lines->ours, from.ours, to.ours, ""),
                        .theirs = join (lines->theirs, from.theirs, to.theirs, "") };

  if (from.base == to.base && from.ours == to.ours && from.theirs == to.theirs)
    return;
  if (is_same)
    part.kind = BTY_MERGE_SAME;
  else if (bty_slices_equal (&part.ours, &part.theirs))
    part.kind = BTY_MERGE_BOTH;
  else if (bty_slices_equal (&part.ours, &part.base))
    part.kind = BTY_MERGE_THEIRS;
  else if (bty_slices_equal (&part.theirs, &part.base))
    part.kind = BTY_MERGE_OURS;
  else
    part.kind = BTY_MERGE_CONFLICT;
  merge->n_conflicts += part.kind == BTY_MERGE_CONFLICT;
  g_array_append_val (merge->all_parts, part);
}

/* From @place on: whether the next line is the same one in all three. */
static gboolean
is_stable (const Lines *lines, Place place)
{
  return place.base < lines->base->len && lines->in_ours[place.base] == place.ours &&
         lines->in_theirs[place.base] == place.theirs;
}

/* The next line of the base that both sides have, or the end of all. */
static Place
find_stable (const Lines *lines, Place place)
{
  for (guint i = place.base; i < lines->base->len; i++)
    if (lines->in_ours[i] != G_MAXUINT && lines->in_theirs[i] != G_MAXUINT)
      return (Place){ i, lines->in_ours[i], lines->in_theirs[i] };
  return (Place){ lines->base->len, lines->ours->len, lines->theirs->len };
}

static void
merge_lines (BtyMerge *merge, const Lines *lines)
{
  Place place = { 0 }, end;

  while (place.base < lines->base->len || place.ours < lines->ours->len || place.theirs < lines->theirs->len)
    {
      end = place;
      while (is_stable (lines, end))
        end = (Place){ end.base + 1, end.ours + 1, end.theirs + 1 };
      add_part (merge, lines, place, end, TRUE);
      place = end;
      end = find_stable (lines, place);
      add_part (merge, lines, place, end, FALSE);
      place = end;
    }
}

BtyMerge *
bty_merge_new (const char *base, const char *ours, const char *theirs)
{
  BtyMerge *merge = g_new0 (BtyMerge, 1);
  g_autoptr (GArray) base_lines = bty_slices_split_lines (base, strlen (base));
  g_autoptr (GArray) our_lines = bty_slices_split_lines (ours, strlen (ours));
  g_autoptr (GArray) their_lines = bty_slices_split_lines (theirs, strlen (theirs));
  g_autofree guint *in_ours = find_partners (base_lines, our_lines);
  g_autofree guint *in_theirs = find_partners (base_lines, their_lines);
  Lines lines = { base_lines, our_lines, their_lines, in_ours, in_theirs };

  merge->all_parts = g_array_new (FALSE, FALSE, sizeof (BtyMergePart));
  merge_lines (merge, &lines);
  merge->parts = (const BtyMergePart *) (gconstpointer) merge->all_parts->data;
  merge->n_parts = merge->all_parts->len;
  return merge;
}

void
bty_merge_free (BtyMerge *merge)
{
  if (merge == NULL)
    return;
  g_array_unref (merge->all_parts);
  g_free (merge);
}

static void
write_slice (const BtySlice *slice, gboolean must_end, GString *out)
{
  g_string_append_len (out, slice->text, (gssize) slice->length);
  if (must_end && slice->length > 0 && slice->text[slice->length - 1] != '\n')
    g_string_append_c (out, '\n');
}

void
bty_merge_write (const BtyMerge *merge, const char *ours_name, const char *theirs_name, GString *out)
{
  for (guint i = 0; i < merge->n_parts; i++)
    {
      const BtyMergePart *part = &merge->parts[i];
      gboolean is_last = i == merge->n_parts - 1;

      if (part->kind != BTY_MERGE_CONFLICT)
        {
          write_slice (part->kind == BTY_MERGE_THEIRS ? &part->theirs : &part->ours, !is_last, out);
          continue;
        }
      g_string_append_printf (out, "<<<<<<< %s\n", ours_name);
      write_slice (&part->ours, TRUE, out);
      g_string_append (out, "=======\n");
      write_slice (&part->theirs, TRUE, out);
      g_string_append_printf (out, ">>>>>>> %s\n", theirs_name);
    }
}
