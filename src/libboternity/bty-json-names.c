/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-json"

#include "config.h"

#include <string.h>

#include "bty-json-private.h"

/*
 * The names of all open objects, one array as a stack. A small object is searched from end to end, and only when its `seen`
 * bits say that the name may be there. The names of objects with more than SMALL members also stand in one hash table with
 * open addressing. They leave it in the reverse order of their coming, so a slot can simply be emptied: what probed past it
 * is gone already. The hash is seeded for each process, so that nobody can prepare names that collide.
 */

#define SMALL 24

/* The low and high half of a product, folded: mixes both factors into every bit. */
static inline guint64
mix (guint64 a, guint64 b)
{
#ifdef __SIZEOF_INT128__
  __extension__ unsigned __int128 product = (unsigned __int128) a * b;

  return (guint64) product ^ (guint64) (product >> 64);
#else
  guint64 product = (a ^ (b >> 31)) * (b | 1);

  return product ^ (product >> 32);
#endif
}

static inline guint64
load (const char *text, gsize length)
{
  guint64 word = 0;
  guint32 first, last;

  if (length >= 8)
    {
      memcpy (&word, text, 8);
      return word;
    }
  if (length >= 4)
    {
      memcpy (&first, text, 4);
      memcpy (&last, text + length - 4, 4);
      return (guint64) first << 32 | last;
    }
  if (length > 0)
    word = (guint64) (guchar) text[0] << 16 | (guint64) (guchar) text[length / 2] << 8 | (guchar) text[length - 1];
  return word;
}

static guint64
get_seed (void)
{
  static gsize seed = 0;

  if (g_once_init_enter (&seed))
    g_once_init_leave (&seed, (gsize) ((guint64) g_random_int () << 32 | g_random_int () | 1));
  return seed;
}

static inline guint32
hash_name (const char *text, gsize length)
{
  guint64 seed = get_seed ();
  guint64 hash = seed ^ (guint64) length;

  for (; length > 8; text += 8, length -= 8)
    hash = mix (load (text, 8) ^ G_GUINT64_CONSTANT (0x9e3779b97f4a7c15), hash ^ seed);
  hash = mix (load (text, length) ^ G_GUINT64_CONSTANT (0xc2b2ae3d27d4eb4f), hash ^ (seed << 1));
  return (guint32) (hash ^ hash >> 32);
}

static inline gboolean
same_name (const BtyJsonReader *reader, const BtyJsonName *a, const BtyJsonName *b)
{
  return a->hash == b->hash && bty_json_name_length (a) == bty_json_name_length (b) &&
         memcmp (bty_json_name_text (reader, a), bty_json_name_text (reader, b), bty_json_name_length (a)) == 0;
}

static inline guint32
first_slot (const BtyJsonReader *reader, guint32 first_name, guint32 index)
{
  /* The object is mixed in, so that equal names of nested objects do not crowd one place. */
  return (reader->names[index].hash + first_name * 0x9e3779b1u) & (reader->table_size - 1);
}

/* FALSE when the object whose names begin at @first_name has this name already. */
static gboolean
table_insert (BtyJsonReader *reader, guint32 first_name, guint32 index)
{
  guint32 slot = first_slot (reader, first_name, index);

  for (; reader->table[slot] != 0; slot = (slot + 1) & (reader->table_size - 1))
    {
      guint32 other = reader->table[slot] - 1;

      if (other >= first_name && same_name (reader, &reader->names[other], &reader->names[index]))
        return FALSE;
    }
  reader->table[slot] = index + 1;
  reader->table_used++;
  return TRUE;
}

static void
table_remove (BtyJsonReader *reader, guint32 first_name, guint32 index)
{
  guint32 slot = first_slot (reader, first_name, index);

  while (reader->table[slot] != 0 && reader->table[slot] != index + 1)
    slot = (slot + 1) & (reader->table_size - 1);
  if (reader->table[slot] != 0)
    reader->table_used--;
  reader->table[slot] = 0;
}

/* Doubles the table and enters again, in their order, the names before @end that stood in it. */
static void
table_grow (BtyJsonReader *reader, guint32 end)
{
  reader->table_size = MAX (128, reader->table_size * 2);
  reader->table_used = 0;
  g_free (reader->table);
  reader->table = g_new0 (guint32, reader->table_size);
  for (guint depth = 0; depth < reader->depth; depth++)
    {
      guint32 first = reader->frames[depth].first_name;
      guint32 last = depth + 1 < reader->depth ? reader->frames[depth + 1].first_name : end;

      for (guint32 i = first; last - first > SMALL && i < last; i++)
        table_insert (reader, first, i);
    }
}

/* The newest name, in an object that is large or has just become it. */
static gboolean
add_to_large (BtyJsonReader *reader, guint32 first_name)
{
  guint32 newest = reader->n_names - 1;
  guint32 from = newest - first_name == SMALL ? first_name : newest;
  gboolean is_new = TRUE;

  while ((reader->table_used + (reader->n_names - from)) * 2 > reader->table_size)
    table_grow (reader, from);
  for (guint32 i = from; i < reader->n_names && is_new; i++)
    is_new = table_insert (reader, first_name, i);
  return is_new;
}

static void
names_grow (BtyJsonReader *reader)
{
  BtyJsonName *old = reader->names == reader->some_names ? NULL : reader->names;

  reader->names_size *= 2;
  reader->names = g_renew (BtyJsonName, old, reader->names_size);
  if (old == NULL)
    memcpy (reader->names, reader->some_names, sizeof reader->some_names);
}

static guint32
keep_in_arena (BtyJsonReader *reader)
{
  guint32 offset;

  if (reader->arena == NULL)
    reader->arena = g_string_sized_new (128);
  offset = (guint32) reader->arena->len;
  g_string_append_len (reader->arena, reader->text, (gssize) reader->length);
  reader->text = reader->arena->str + offset;
  return offset;
}

gboolean
bty_json_names_add (BtyJsonReader *reader, gboolean escaped)
{
  BtyJsonFrame *frame = &reader->frames[reader->depth - 1];
  guint32 hash = hash_name (reader->text, reader->length);
  guint64 bit = G_GUINT64_CONSTANT (1) << (hash & 63);
  BtyJsonName *name;

  if (G_UNLIKELY (reader->n_names == reader->names_size))
    names_grow (reader);
  name = &reader->names[reader->n_names];
  name->hash = hash;
  name->length = (guint32) reader->length | (escaped ? BTY_JSON_IN_ARENA : 0);
  name->offset = escaped ? keep_in_arena (reader) : (guint32) (reader->text - reader->data);
  frame->current = reader->n_names++;
  if (frame->current - frame->first_name >= SMALL)
    return add_to_large (reader, frame->first_name);
  if ((frame->seen & bit) != 0)
    for (guint32 i = frame->first_name; i < frame->current; i++)
      if (same_name (reader, &reader->names[i], name))
        return FALSE;
  frame->seen |= bit;
  return TRUE;
}

static void
arena_shrink (BtyJsonReader *reader, guint32 first_name)
{
  for (guint32 i = first_name; i < reader->n_names; i++)
    if ((reader->names[i].length & BTY_JSON_IN_ARENA) != 0)
      {
        g_string_truncate (reader->arena, reader->names[i].offset);
        return;
      }
}

void
bty_json_names_drop (BtyJsonReader *reader)
{
  guint32 first_name = reader->frames[reader->depth - 1].first_name;

  if (reader->n_names - first_name > SMALL)
    for (guint32 i = reader->n_names; i-- > first_name;)
      table_remove (reader, first_name, i);
  if (reader->arena != NULL && reader->arena->len > 0)
    arena_shrink (reader, first_name);
  reader->n_names = first_name;
}
