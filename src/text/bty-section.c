/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-text"

#include "config.h"

#include <string.h>

#include "bty-front-matter.h"
#include "bty-section.h"

#define BOM "\xEF\xBB\xBF"

/* The code fence that is open. */
typedef struct
{
  char mark;
  gsize length; /* 0: none is open */
} Fence;

static void
section_clear (gpointer data)
{
  g_free (((BtySection *) data)->name);
}

/* Strips up to three blanks of indentation and the line's end; more blanks make a block of code: then FALSE. */
static gboolean
strip_line (BtySlice *line)
{
  gsize indent = 0;

  while (line->length > 0 && strchr ("\r\n \t", line->text[line->length - 1]) != NULL)
    line->length--;
  while (indent < line->length && line->text[indent] == ' ')
    indent++;
  if (indent > 3 || (indent < line->length && line->text[indent] == '\t'))
    return FALSE;
  line->text += indent;
  line->length -= indent;
  return TRUE;
}

static gsize
count_mark (const BtySlice *line, char mark)
{
  gsize n = 0;

  while (n < line->length && line->text[n] == mark)
    n++;
  return n;
}

/* Whether the line opens or closes fenced code, or is within it. */
static gboolean
follow_fence (Fence *fence, const BtySlice *line)
{
  char mark = line->length > 0 ? line->text[0] : '\0';
  gsize n = mark == '`' || mark == '~' ? count_mark (line, mark) : 0;

  if (fence->length > 0)
    {
      if (mark == fence->mark && n >= fence->length && n == line->length)
        fence->length = 0;
      return TRUE;
    }
  if (n < 3 || (mark == '`' && memchr (line->text + n, '`', line->length - n) != NULL))
    return FALSE;
  fence->mark = mark;
  fence->length = n;
  return TRUE;
}

/* The level of an ATX heading and its text; 0 when the line is none. */
static guint
read_heading (const BtySlice *line, BtySlice *name)
{
  gsize level = count_mark (line, '#'), end = line->length, start, marks;

  if (level == 0 || level > 6 || (level < line->length && strchr (" \t", line->text[level]) == NULL))
    return 0;
  for (start = level; start < end && strchr (" \t", line->text[start]) != NULL; start++)
    ;
  for (marks = end; marks > start && line->text[marks - 1] == '#'; marks--)
    ;
  if (marks == start || strchr (" \t", line->text[marks - 1]) != NULL)
    end = marks;
  while (end > start && strchr (" \t", line->text[end - 1]) != NULL)
    end--;
  *name = (BtySlice){ line->text + start, end - start };
  return (guint) level;
}

/* A heading ends all open sections of its level and below. */
static void
close_sections (GArray *sections, GArray *open, guint level, gsize at)
{
  while (open->len > 0)
    {
      BtySection *section = &g_array_index (sections, BtySection, g_array_index (open, guint, open->len - 1));

      if (section->level < level)
        return;
      section->end = at;
      g_array_set_size (open, open->len - 1);
    }
}

GArray *
bty_section_list (const char *text)
{
  GArray *sections = g_array_new (FALSE, FALSE, sizeof (BtySection));
  gsize length = strlen (text), mark = g_str_has_prefix (text, BOM) ? strlen (BOM) : 0;
  g_autoptr (GArray) lines = bty_slices_split_lines (text + mark, length - mark);
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (guint));
  gsize body = mark + bty_front_matter_find (text + mark, NULL);
  Fence fence = { 0 };

  g_array_set_clear_func (sections, section_clear);
  for (guint i = 0; i < lines->len; i++)
    {
      BtySlice line = g_array_index (lines, BtySlice, i), name = { 0 };
      gsize start = (gsize) (line.text - text);
      gboolean counts = start >= body && strip_line (&line);
      guint level = counts && !follow_fence (&fence, &line) ? read_heading (&line, &name) : 0;
      BtySection section = { .level = level, .line = i + 1, .start = start, .end = length };

      if (level == 0)
        continue;
      close_sections (sections, open, level, start);
      section.name = g_strndup (name.text, name.length);
      g_array_append_vals (open, &sections->len, 1);
      g_array_append_val (sections, section);
    }
  return sections;
}

gboolean
bty_section_split_name (const char *name, char **file, char **section)
{
  const char *mark = strchr (name, '#');

  if (mark == name || name[0] == '\0' || (mark != NULL && mark[1] == '\0'))
    return FALSE;
  *file = mark != NULL ? g_strndup (name, (gsize) (mark - name)) : g_strdup (name);
  *section = mark != NULL ? g_strdup (mark + 1) : NULL;
  return TRUE;
}

/* Names are compared without case and in one form of each letter, so that no look-alike of the encoding passes a lock by. */
static char *
fold_name (const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  g_autofree char *folded = g_utf8_casefold (valid, -1);

  return g_utf8_normalize (folded, -1, G_NORMALIZE_ALL_COMPOSE);
}

static char *
find_text (const char *text, const GArray *sections, const char *folded)
{
  g_autoptr (GString) found = NULL;

  for (guint i = 0; i < sections->len; i++)
    {
      const BtySection *section = &g_array_index (sections, BtySection, i);
      g_autofree char *name = fold_name (section->name);

      if (strcmp (name, folded) != 0)
        continue;
      if (found == NULL)
        found = g_string_new (NULL);
      g_string_append_len (found, text + section->start, (gssize) (section->end - section->start));
    }
  return found != NULL ? g_string_free (g_steal_pointer (&found), FALSE) : NULL;
}

char *
bty_section_get_text (const char *text, const char *section)
{
  g_autoptr (GArray) sections = NULL;
  g_autofree char *folded = NULL;

  if (section == NULL)
    return g_strdup (text);
  sections = bty_section_list (text);
  folded = fold_name (section);
  return find_text (text, sections, folded);
}

gboolean
bty_section_differs (const char *old_text, const char *new_text, const char *section)
{
  g_autofree char *before = bty_section_get_text (old_text, section);
  g_autofree char *after = bty_section_get_text (new_text, section);

  return g_strcmp0 (before, after) != 0;
}

/* (transfer full): folded name -> all its text, and in @names the names as they are written, each once */
static GHashTable *
gather (const char *text, GPtrArray *names)
{
  GHashTable *texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GArray) sections = bty_section_list (text);
  gsize head = sections->len > 0 ? g_array_index (sections, BtySection, 0).start : strlen (text);

  g_hash_table_insert (texts, g_strdup (""), g_string_new_len (text, (gssize) head));
  g_ptr_array_add (names, g_strdup (""));
  for (guint i = 0; i < sections->len; i++)
    {
      const BtySection *section = &g_array_index (sections, BtySection, i);
      g_autofree char *folded = fold_name (section->name);
      GString *all = g_hash_table_lookup (texts, folded);

      if (all == NULL)
        {
          all = g_string_new (NULL);
          g_ptr_array_add (names, g_strdup (section->name));
          g_hash_table_insert (texts, g_steal_pointer (&folded), all);
        }
      g_string_append_len (all, text + section->start, (gssize) (section->end - section->start));
    }
  return texts;
}

static void
free_texts (GHashTable *texts)
{
  GHashTableIter iter;
  gpointer text;

  g_hash_table_iter_init (&iter, texts);
  while (g_hash_table_iter_next (&iter, NULL, &text))
    g_string_free (text, TRUE);
  g_hash_table_unref (texts);
}

GStrv
bty_section_list_differences (const char *old_text, const char *new_text)
{
  g_autoptr (GPtrArray) old_names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) new_names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GStrvBuilder) differences = g_strv_builder_new ();
  GHashTable *before = gather (old_text, old_names), *after = gather (new_text, new_names);

  for (guint i = 0; i < new_names->len; i++)
    {
      g_autofree char *folded = fold_name (new_names->pdata[i]);
      const GString *old_one = g_hash_table_lookup (before, folded);

      if (old_one == NULL || !g_string_equal (old_one, g_hash_table_lookup (after, folded)))
        g_strv_builder_add (differences, new_names->pdata[i]);
    }
  for (guint i = 0; i < old_names->len; i++)
    {
      g_autofree char *folded = fold_name (old_names->pdata[i]);

      if (g_hash_table_lookup (after, folded) == NULL)
        g_strv_builder_add (differences, old_names->pdata[i]);
    }
  free_texts (before);
  free_texts (after);
  return g_strv_builder_end (differences);
}
