/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-builtin"

#include "config.h"

#include "builtin-index.h"

#include <math.h>
#include <string.h>

#include "builtin-words.h"

/* The usual constants of BM25, and what a heading's word is worth. */
#define K1             1.2
#define B              0.75
#define HEADING_WEIGHT 4

struct _BuiltinIndex
{
  GPtrArray *sections;  /* BuiltinSection */
  GHashTable *postings; /* stem -> GArray of Posting */
  guint64 n_words;
};

typedef struct
{
  guint section;
  guint count;
} Posting;

/* A page while it is read. */
typedef struct
{
  BuiltinIndex *index;
  const char *page;
  BuiltinSection *section;
  GString *block;
  gboolean in_code;
  gboolean in_comment;
  gboolean can_join; /* the next line may go on in the last one of the block */
} Reader;

static void
section_free (gpointer data)
{
  BuiltinSection *section = data;

  g_free (section->page);
  g_free (section->heading);
  g_ptr_array_unref (section->asks);
  g_ptr_array_unref (section->blocks);
  g_free (section);
}

BuiltinIndex *
builtin_index_new (void)
{
  BuiltinIndex *index = g_new0 (BuiltinIndex, 1);

  index->sections = g_ptr_array_new_with_free_func (section_free);
  index->postings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
  return index;
}

void
builtin_index_free (BuiltinIndex *index)
{
  g_ptr_array_unref (index->sections);
  g_hash_table_unref (index->postings);
  g_free (index);
}

guint
builtin_index_get_n_sections (const BuiltinIndex *index)
{
  return index->sections->len;
}

/* Indexing. */

static void
count_word (BuiltinIndex *index, guint section, const char *word, guint weight)
{
  g_autofree char *stem = builtin_words_stem (word);
  GArray *list = g_hash_table_lookup (index->postings, stem);
  Posting posting = { .section = section, .count = weight };

  if (list == NULL)
    {
      list = g_array_new (FALSE, FALSE, sizeof (Posting));
      g_hash_table_insert (index->postings, g_steal_pointer (&stem), list);
    }
  if (list->len > 0 && g_array_index (list, Posting, list->len - 1).section == section)
    g_array_index (list, Posting, list->len - 1).count += weight;
  else
    g_array_append_val (list, posting);
}

static void
count_text (BuiltinIndex *index, guint number, const char *text, guint weight)
{
  g_autoptr (GPtrArray) words = builtin_words_split (text, strlen (text));
  BuiltinSection *section = index->sections->pdata[number];

  for (guint i = 0; i < words->len; i++)
    if (!builtin_words_is_common (words->pdata[i]))
      {
        count_word (index, number, words->pdata[i], weight);
        section->n_words += 1;
        index->n_words += 1;
      }
}

static void
end_block (Reader *reader)
{
  if (reader->block->len > 0)
    {
      g_strchomp (reader->block->str);
      g_ptr_array_add (reader->section->blocks, g_strdup (reader->block->str));
    }
  g_string_truncate (reader->block, 0);
  reader->can_join = FALSE;
}

static void
end_section (Reader *reader)
{
  BuiltinIndex *index = reader->index;
  BuiltinSection *section = reader->section;
  guint number = index->sections->len;

  if (section == NULL)
    return;
  end_block (reader);
  reader->section = NULL;
  if (section->blocks->len == 0) /* a heading with nothing but further headings under it */
    {
      section_free (section);
      return;
    }
  g_ptr_array_add (index->sections, section);
  count_text (index, number, section->heading, HEADING_WEIGHT);
  count_text (index, number, section->page, 1);
  for (guint i = 0; i < section->blocks->len; i++)
    count_text (index, number, section->blocks->pdata[i], 1);
}

static void
begin_section (Reader *reader, const char *heading)
{
  end_section (reader);
  reader->section = g_new0 (BuiltinSection, 1);
  reader->section->page = g_strdup (reader->page);
  reader->section->heading = g_strstrip (g_strdup (heading));
  reader->section->asks = builtin_words_stems (heading, strlen (heading));
  reader->section->blocks = g_ptr_array_new_with_free_func (g_free);
}

static gboolean
is_heading (const char *line)
{
  const char *after = line + strspn (line, "#");

  return after > line && after - line <= 6 && *after == ' ';
}

static gboolean
is_list_item (const char *text)
{
  const char *after = text + strspn (text, "0123456789");

  if (after > text)
    return (*after == '.' || *after == ')') && after[1] == ' ';
  return strchr ("-*+", *text) != NULL && text[1] == ' ';
}

/* A paragraph and an item of a list become one line each, which a terminal breaks where it must; other lines stay as they are. */
static void
add_line (Reader *reader, const char *line)
{
  const char *text = line + strspn (line, " ");
  gboolean is_fixed = *text == '|' || *text == '>';

  if (reader->can_join && !is_fixed && !is_list_item (text))
    {
      reader->block->str[reader->block->len - 1] = ' ';
      g_string_append_printf (reader->block, "%s\n", text);
      return;
    }
  is_fixed = is_fixed || (reader->block->len == 0 && g_str_has_prefix (line, "    "));
  g_string_append_printf (reader->block, "%s\n", line);
  reader->can_join = !is_fixed;
}

static void
add_code (Reader *reader, const char *line)
{
  g_string_append_printf (reader->block, "    %s\n", line);
  reader->can_join = FALSE;
}

static void
read_line (Reader *reader, const char *line)
{
  if (g_str_has_prefix (line + strspn (line, " "), "```"))
    {
      reader->in_code = !reader->in_code;
      return;
    }
  if (!reader->in_code && g_str_has_prefix (line, "<!--"))
    reader->in_comment = TRUE;
  if (reader->in_comment)
    reader->in_comment = strstr (line, "-->") == NULL;
  else if (!reader->in_code && is_heading (line))
    begin_section (reader, line + strspn (line, "#"));
  else if (reader->in_code)
    add_code (reader, line);
  else if (line[0] == '\0')
    end_block (reader);
  else
    add_line (reader, line);
}

void
builtin_index_add (BuiltinIndex *index, const char *page, const char *markdown, gsize length)
{
  g_autofree char *text = g_utf8_make_valid (markdown, (gssize) length);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GString) block = g_string_new (NULL);
  Reader reader = { .index = index, .page = page, .block = block };

  begin_section (&reader, page);
  for (guint i = 0; lines[i] != NULL; i++)
    read_line (&reader, g_strchomp (lines[i]));
  end_section (&reader);
}

/* Finding. */

/* A word that stands nowhere weighs what a rare one does. */
static double
rarity (const BuiltinIndex *index, const GArray *list)
{
  double n = index->sections->len;
  double with = list != NULL ? list->len : 1;

  return log (1 + (n - with + 0.5) / (with + 0.5));
}

static void
add_scores (const BuiltinIndex *index, const GArray *list, double *scores, double *found)
{
  double weight = rarity (index, list);
  double average = (double) index->n_words / index->sections->len;

  for (guint i = 0; i < list->len; i++)
    {
      Posting posting = g_array_index (list, Posting, i);
      const BuiltinSection *section = index->sections->pdata[posting.section];
      double norm = K1 * (1 - B + B * section->n_words / average);

      scores[posting.section] += weight * posting.count * (K1 + 1) / (posting.count + norm);
      found[posting.section] += weight;
    }
}

/* A heading that asks just this, and nothing besides, is the answer: which part of its words, and which part of those sought, are the same. */
static double
likeness (const BuiltinSection *section, GPtrArray *stems)
{
  guint same = 0;

  for (guint i = 0; i < stems->len; i++)
    same += g_ptr_array_find_with_equal_func (section->asks, stems->pdata[i], g_str_equal, NULL);
  return section->asks->len + stems->len > 0 ? 2.0 * same / (section->asks->len + stems->len) : 0;
}

const BuiltinSection *
builtin_index_find (const BuiltinIndex *index, GPtrArray *stems)
{
  guint n = index->sections->len;
  g_autofree double *scores = g_new0 (double, n + 1);
  g_autofree double *found = g_new0 (double, n + 1);
  double sought = 0;
  guint best = n;

  for (guint i = 0; i < stems->len; i++)
    {
      const GArray *list = g_hash_table_lookup (index->postings, stems->pdata[i]);

      sought += rarity (index, list);
      if (list != NULL)
        add_scores (index, list, scores, found);
    }
  for (guint i = 0; i < n; i++)
    scores[i] *= scores[i] > 0 ? 1 + likeness (index->sections->pdata[i], stems) : 1;
  for (guint i = 0; i < n; i++)
    if (found[i] > 0 && found[i] >= sought / 2 && (best == n || scores[i] > scores[best]))
      best = i;
  return best < n ? index->sections->pdata[best] : NULL;
}

static guint
count_hits (const char *block, GPtrArray *stems)
{
  g_autoptr (GPtrArray) own = builtin_words_stems (block, strlen (block));
  guint hits = 0;

  for (guint i = 0; i < stems->len; i++)
    hits += g_ptr_array_find_with_equal_func (own, stems->pdata[i], g_str_equal, NULL);
  return hits;
}

static gboolean
is_code (const char *block)
{
  return g_str_has_prefix (block, "    ");
}

/* Marks the block with the most hits that is not chosen yet, with the code that it introduces. */
static gsize
choose_next (const BuiltinSection *section, const guint *hits, gboolean *chosen)
{
  guint n = section->blocks->len;
  guint best = n;
  gsize size;

  for (guint i = 0; i < n; i++)
    if (!chosen[i] && (best == n || hits[i] > hits[best]))
      best = i;
  if (best == n)
    return 0;
  chosen[best] = TRUE;
  size = strlen (section->blocks->pdata[best]);
  if (best + 1 < n && !chosen[best + 1] && is_code (section->blocks->pdata[best + 1]))
    {
      chosen[best + 1] = TRUE;
      size += strlen (section->blocks->pdata[best + 1]);
    }
  return size;
}

static void
append_cut (GString *text, const char *block, gsize size)
{
  const char *end = block + MIN (strlen (block), size);

  if (*end == '\0')
    {
      g_string_append (text, block);
      return;
    }
  while (end > block && *end != ' ' && *end != '\n')
    end--;
  g_string_append_len (text, block, end - block);
  g_string_append (text, " …");
}

char *
builtin_section_pick (const BuiltinSection *section, GPtrArray *stems, gsize size)
{
  guint n = section->blocks->len;
  g_autofree guint *hits = g_new0 (guint, n + 1);
  g_autofree gboolean *chosen = g_new0 (gboolean, n + 1);
  GString *text = g_string_new (NULL);
  gsize total = 0, added = 1;

  for (guint i = 0; i < n; i++)
    hits[i] = count_hits (section->blocks->pdata[i], stems);
  while (added > 0 && total < size / 2)
    {
      added = choose_next (section, hits, chosen);
      total += added;
    }
  for (guint i = 0; i < n; i++)
    if (chosen[i])
      {
        if (text->len > 0)
          g_string_append (text, "\n\n");
        append_cut (text, section->blocks->pdata[i], size);
      }
  return g_string_free (text, FALSE);
}
