/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include "soul/bty-soul-compare.h"

#include <glib/gi18n-lib.h>

#include "bty-diff.h"

int
bty_soul_file_find (const char *name)
{
  const BtyEnumValue *row = name != NULL ? bty_enum_find (bty_soul_files, name, -1) : NULL;

  return row != NULL ? row->value : -1;
}

gboolean
bty_soul_file_check (const char *name, GError **error)
{
  if (name == NULL || bty_soul_file_find (name) >= 0)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
               _ ("/file: “%s” is no file of a soul: it has SOUL.md, IDENTITY.md and USER.md"), name);
  return FALSE;
}

/* A line that has nothing in common with another is one span: there is nothing to tell of its words. */
static GPtrArray *
make_spans (const BtyDiffLine *line)
{
  GPtrArray *spans;

  if (line->kind == BTY_DIFF_EQUAL || line->n_spans < 2)
    return NULL;
  spans = bty_record_list_new ();
  for (guint i = 0; i < line->n_spans; i++)
    {
      BtySoulDiffSpan *span = bty_soul_diff_span_new ();

      span->text = g_strndup (line->spans[i].slice.text, line->spans[i].slice.length);
      span->changed = line->spans[i].kind != BTY_DIFF_EQUAL;
      g_ptr_array_add (spans, span);
    }
  return spans;
}

static BtySoulDiffLine *
make_line (const BtyDiffLine *line)
{
  BtySoulDiffLine *record = bty_soul_diff_line_new ();

  if (line->kind == BTY_DIFF_DELETE)
    record->kind = BTY_SOUL_LINE_REMOVED;
  else
    record->kind = line->kind == BTY_DIFF_INSERT ? BTY_SOUL_LINE_ADDED : BTY_SOUL_LINE_SAME;
  record->text = g_strndup (line->slice.text, line->slice.length);
  record->spans = make_spans (line);
  return record;
}

static BtySoulDiffHunk *
make_hunk (const char *file, const BtyDiffHunk *hunk)
{
  BtySoulDiffHunk *record = bty_soul_diff_hunk_new ();

  record->file = g_strdup (file);
  record->from_line = hunk->old_start;
  record->from_count = hunk->old_count;
  record->to_line = hunk->new_start;
  record->to_count = hunk->new_count;
  record->lines = bty_record_list_new ();
  for (guint i = 0; i < hunk->n_lines; i++)
    g_ptr_array_add (record->lines, make_line (&hunk->lines[i]));
  return record;
}

static void
add_file (BtySoulDiff *record, GString *unified, const char *file, const char *from, const char *to, guint context)
{
  g_autoptr (BtyDiff) diff = bty_diff_new (from != NULL ? from : "", to != NULL ? to : "", context);
  g_autofree char *old_name = g_strconcat ("a/", file, NULL);
  g_autofree char *new_name = g_strconcat ("b/", file, NULL);

  for (guint i = 0; i < diff->n_hunks; i++)
    g_ptr_array_add (record->hunks, make_hunk (file, &diff->hunks[i]));
  record->added += diff->inserted;
  record->removed += diff->deleted;
  bty_diff_write (diff, old_name, new_name, unified);
}

BtySoulDiff *
bty_soul_compare (const BtySoulTexts *from, const BtySoulTexts *to, const char *only, guint context)
{
  BtySoulDiff *record = bty_soul_diff_new ();
  GString *unified = g_string_new (NULL);
  int file = bty_soul_file_find (only);

  record->hunks = bty_record_list_new ();
  for (int i = 0; i < BTY_SOUL_N_FILES; i++)
    {
      if (file < 0 || file == i)
        add_file (record, unified, bty_enum_nick (bty_soul_files, i), from->text[i], to->text[i], context);
    }
  record->unified = g_string_free (unified, FALSE);
  return record;
}

gboolean
bty_soul_texts_equal (const BtySoulTexts *a, const BtySoulTexts *b)
{
  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    {
      if (g_strcmp0 (a->text[i] != NULL ? a->text[i] : "", b->text[i] != NULL ? b->text[i] : "") != 0)
        return FALSE;
    }
  return TRUE;
}
