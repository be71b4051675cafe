/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-text"

#include "config.h"

#include <string.h>

#include "bty-slices.h"

#define MAX_COST  256          /* differences that one search follows, from either end, before it settles for less */
#define EFFORT    512          /* steps for each item that all searches together may take */
#define MAX_STEPS 30000000     /* and however many items there are: some tenths of a second */
#define NOWHERE   (-(1 << 30)) /* a diagonal that no path has reached; two of them can be added */
#define N_FRONT   (2 * MAX_COST + 3)
#define FRONT_MID (MAX_COST + 1)

/* The search of one pair of sequences, whose items are numbers now. */
typedef struct
{
  const guint32 *a, *b;
  const guint32 *a_index, *b_index; /* where they were */
  guint8 *a_changed, *b_changed;
  gint64 effort;          /* steps that are left */
  gint forward[N_FRONT];  /* for each diagonal: how far in a the path from the beginning has come */
  gint backward[N_FRONT]; /* the same from the end */
} Search;

/* A part of both sequences. */
typedef struct
{
  gint a_from, a_to, b_from, b_to;
} Box;

GArray *
bty_slices_split_lines (const char *text, gsize length)
{
  GArray *lines = g_array_new (FALSE, FALSE, sizeof (BtySlice));
  const char *end = text + length;

  while (text < end)
    {
      const char *feed = memchr (text, '\n', (gsize) (end - text));
      const char *next = feed != NULL ? feed + 1 : end;
      BtySlice line = { text, (gsize) (next - text) };

      g_array_append_val (lines, line);
      text = next;
    }
  return lines;
}

typedef enum
{
  CLASS_WORD,
  CLASS_BLANK,
  CLASS_SINGLE,
} CharClass;

/* The class of the character at @text and in @length its length in bytes. */
static CharClass
classify (const char *text, gsize left, gsize *length)
{
  gunichar c = g_utf8_get_char_validated (text, (gssize) left);

  if (c == (gunichar) -1 || c == (gunichar) -2)
    {
      *length = 1;
      return CLASS_SINGLE;
    }
  *length = c == 0 ? 1 : (gsize) g_unichar_to_utf8 (c, NULL);
  if (c == ' ' || c == '\t')
    return CLASS_BLANK;
  if (c == '_' || g_unichar_ismark (c) || (g_unichar_isalnum (c) && !g_unichar_iswide (c)))
    return CLASS_WORD;
  return CLASS_SINGLE;
}

GArray *
bty_slices_split_words (const char *text, gsize length)
{
  GArray *words = g_array_new (FALSE, FALSE, sizeof (BtySlice));
  gsize at = 0;

  while (at < length)
    {
      gsize step;
      CharClass first = classify (text + at, length - at, &step);
      BtySlice word = { text + at, step };

      while (first != CLASS_SINGLE && at + word.length < length &&
             classify (text + at + word.length, length - at - word.length, &step) == first)
        word.length += step;
      g_array_append_val (words, word);
      at += word.length;
    }
  return words;
}

static int
compare (const BtySlice *a, const BtySlice *b)
{
  int order = memcmp (a->text, b->text, MIN (a->length, b->length));

  return order != 0 ? order : a->length < b->length ? -1 : a->length > b->length;
}

gboolean
bty_slices_equal (const BtySlice *a, const BtySlice *b)
{
  return a->length == b->length && memcmp (a->text, b->text, a->length) == 0;
}

static gint
compare_indices (gconstpointer a, gconstpointer b, gpointer slices)
{
  return compare (((const BtySlice **) slices)[*(const guint32 *) a],
                  ((const BtySlice **) slices)[*(const guint32 *) b]);
}

/*
 * Gives equal items of the two parts the same number, by sorting, which no hostile text can make slow. @seen has for each number a bit
 * for each side that has it. The numbers of b follow those of a. Returns: (transfer full)
 */
static guint32 *
number_items (const BtySlice *a, guint n, const BtySlice *b, guint m, guint8 **seen)
{
  guint32 *numbers = g_new (guint32, n + m);
  g_autofree guint32 *order = g_new (guint32, n + m);
  g_autofree const BtySlice **slices = g_new (const BtySlice *, n + m);
  guint32 number = 0;

  for (guint i = 0; i < n + m; i++)
    {
      order[i] = i;
      slices[i] = i < n ? &a[i] : &b[i - n];
    }
  g_qsort_with_data (order, (gint) (n + m), sizeof (guint32), compare_indices, slices);
  *seen = g_new0 (guint8, n + m);
  for (guint i = 0; i < n + m; i++)
    {
      if (i > 0 && !bty_slices_equal (slices[order[i]], slices[order[i - 1]]))
        number++;
      numbers[order[i]] = number;
      (*seen)[number] |= order[i] < n ? 1 : 2;
    }
  return numbers;
}

/* One step more along diagonal @k of a front; a in [0,n), b in [0,m). Returns how far in a. */
static gint
advance (const gint *front, gint k, gint n, gint m)
{
  gint right = front[FRONT_MID + k - 1], down = front[FRONT_MID + k + 1];

  right = right != NOWHERE && right < n ? right + 1 : NOWHERE;
  down = down != NOWHERE && down - (k + 1) < m ? down : NOWHERE;
  return MAX (right, down);
}

/* Follows equal items from @x on diagonal @k, forward. */
static gint
slide_forward (Search *search, const Box *box, gint x, gint k)
{
  gint n = box->a_to - box->a_from, m = box->b_to - box->b_from;
  const guint32 *a = search->a + box->a_from, *b = search->b + box->b_from;
  gint from = x;

  while (x < n && x - k < m && a[x] == b[x - k])
    x++;
  search->effort -= 1 + x - from;
  return x;
}

static gint
slide_backward (Search *search, const Box *box, gint x, gint k)
{
  gint n = box->a_to - box->a_from, m = box->b_to - box->b_from;
  const guint32 *a = search->a + box->a_to - 1, *b = search->b + box->b_to - 1;
  gint from = x;

  while (x < n && x - k < m && a[-x] == b[-(x - k)])
    x++;
  search->effort -= 1 + x - from;
  return x;
}

/* Both fronts go a step; TRUE when they have met, with where. */
static gboolean
meet (Search *search, const Box *box, gint d, gint *x_met, gint *y_met)
{
  gint n = box->a_to - box->a_from, m = box->b_to - box->b_from, delta = n - m;
  gboolean odd = (delta & 1) != 0;

  for (gint k = -d; k <= d; k += 2)
    {
      gint x = d == 0 ? 0 : advance (search->forward, k, n, m);
      gint other = delta - k;

      if (x != NOWHERE)
        x = slide_forward (search, box, x, k);
      search->forward[FRONT_MID + k] = x;
      if (odd && x != NOWHERE && ABS (other) < d && x + search->backward[FRONT_MID + other] >= n)
        {
          *x_met = x;
          *y_met = x - k;
          return TRUE;
        }
    }
  for (gint k = -d; k <= d; k += 2)
    {
      gint x = d == 0 ? 0 : advance (search->backward, k, n, m);
      gint other = delta - k;

      if (x != NOWHERE)
        x = slide_backward (search, box, x, k);
      search->backward[FRONT_MID + k] = x;
      if (!odd && x != NOWHERE && ABS (other) <= d && x + search->forward[FRONT_MID + other] >= n)
        {
          *x_met = n - x;
          *y_met = m - (x - k);
          return TRUE;
        }
    }
  return FALSE;
}

/* The fronts have not met: where one of them has come farthest. */
static void
settle (const Search *search, const Box *box, gint d, gint *x_met, gint *y_met)
{
  gint n = box->a_to - box->a_from, m = box->b_to - box->b_from;
  gint best = -1;

  for (gint k = -d; k <= d; k += 2)
    {
      gint x = search->forward[FRONT_MID + k], back = search->backward[FRONT_MID + k];

      if (x != NOWHERE && x + x - k > best)
        {
          best = x + x - k;
          *x_met = x;
          *y_met = x - k;
        }
      if (back != NOWHERE && back + back - k > best)
        {
          best = back + back - k;
          *x_met = n - back;
          *y_met = m - (back - k);
        }
    }
}

/* A point of a shortest path through the box, which has items on both sides and whose first and whose last ones differ. */
static void
find_middle (Search *search, const Box *box, gint *x, gint *y)
{
  gint d = 0;

  for (gint i = 0; i < N_FRONT; i++)
    search->forward[i] = search->backward[i] = NOWHERE;
  while (!meet (search, box, d, x, y))
    {
      if (d == MAX_COST || (d > 0 && search->effort <= 0))
        {
          settle (search, box, d, x, y);
          return;
        }
      d++;
    }
}

static void
mark_box (Search *search, const Box *box)
{
  for (gint i = box->a_from; i < box->a_to; i++)
    search->a_changed[search->a_index[i]] = TRUE;
  for (gint i = box->b_from; i < box->b_to; i++)
    search->b_changed[search->b_index[i]] = TRUE;
}

static void
trim_box (const Search *search, Box *box)
{
  while (box->a_from < box->a_to && box->b_from < box->b_to && search->a[box->a_from] == search->b[box->b_from])
    box->a_from++, box->b_from++;
  while (box->a_from < box->a_to && box->b_from < box->b_to && search->a[box->a_to - 1] == search->b[box->b_to - 1])
    box->a_to--, box->b_to--;
}

/* Boxes wait in a list, so that no input can make the stack deep. */
static void
search_all (Search *search, gint n, gint m)
{
  g_autoptr (GArray) boxes = g_array_new (FALSE, FALSE, sizeof (Box));
  Box box = { 0, n, 0, m };

  g_array_append_val (boxes, box);
  while (boxes->len > 0)
    {
      gint x = 0, y = 0;

      box = g_array_index (boxes, Box, boxes->len - 1);
      g_array_set_size (boxes, boxes->len - 1);
      trim_box (search, &box);
      if (box.a_from == box.a_to || box.b_from == box.b_to || search->effort <= 0)
        {
          mark_box (search, &box);
          continue;
        }
      find_middle (search, &box, &x, &y);
      g_array_append_vals (boxes, &(Box){ box.a_from + x, box.a_to, box.b_from + y, box.b_to }, 1);
      g_array_append_vals (boxes, &(Box){ box.a_from, box.a_from + x, box.b_from, box.b_from + y }, 1);
    }
}

/* Leaves out items that the other side does not have at all: they have no partner. Returns how many are kept. */
static guint
keep_common (guint32 *numbers, guint32 *indices, guint n, guint first, const guint8 *seen, guint8 *changed)
{
  guint kept = 0;

  for (guint i = 0; i < n; i++)
    {
      if (seen[numbers[i]] != 3)
        {
          changed[first + i] = TRUE;
          continue;
        }
      numbers[kept] = numbers[i];
      indices[kept++] = first + i;
    }
  return kept;
}

void
bty_slices_match (const GArray *a, const GArray *b, guint8 *a_changed, guint8 *b_changed)
{
  const BtySlice *as = (const BtySlice *) (gconstpointer) a->data, *bs = (const BtySlice *) (gconstpointer) b->data;
  guint first = 0, n = a->len, m = b->len;
  g_autofree guint32 *numbers = NULL, *indices = NULL;
  g_autofree guint8 *seen = NULL;
  g_autofree Search *search = NULL;

  memset (a_changed, FALSE, n);
  memset (b_changed, FALSE, m);
  while (first < n && first < m && bty_slices_equal (&as[first], &bs[first]))
    first++;
  while (n > first && m > first && bty_slices_equal (&as[n - 1], &bs[m - 1]))
    n--, m--;
  n -= first;
  m -= first;
  if (n + m == 0)
    return;
  /* A text without lines may have no array at all. */
  numbers = number_items (n > 0 ? as + first : as, n, m > 0 ? bs + first : bs, m, &seen);
  indices = g_new (guint32, n + m);
  search = g_new0 (Search, 1);
  *search = (Search){ .a = numbers,
                      .b = numbers + n,
                      .a_index = indices,
                      .b_index = indices + n,
                      .a_changed = a_changed,
                      .b_changed = b_changed,
                      .effort = MIN (100000 + (gint64) EFFORT * (n + m), MAX_STEPS) };
  search_all (search, (gint) keep_common (numbers, indices, n, first, seen, a_changed),
              (gint) keep_common (numbers + n, indices + n, m, first, seen, b_changed));
}
