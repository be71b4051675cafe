/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-secret"

#include "config.h"

#include <string.h>

#include "secret/bty-secret-forms.h"
#include "secret/bty-secret-redact.h"

#define N_PAIRS 65536

/* What is known, oldest first. Reading is by far the most frequent: log lines come from every thread. */
static GRWLock lock;
static GPtrArray *known;          /* BtySecretForms */
static guint8 pairs[N_PAIRS / 8]; /* the first two bytes of every form, as a set of bits */
static guint8 firsts[256];        /* the first byte of every form */
static gsize longest;             /* form */
static gint n_known;              /* atomic: read without the lock */

static gsize
pair_of (const char *text)
{
  return ((gsize) (guchar) text[0] << 8) | (guchar) text[1];
}

/* With the lock held for writing. */
static void
index_forms (void)
{
  memset (pairs, 0, sizeof pairs);
  memset (firsts, 0, sizeof firsts);
  longest = 0;
  for (guint i = 0; i < known->len; i++)
    {
      const BtySecretForms *forms = known->pdata[i];

      for (guint f = 0; f < forms->n_forms; f++)
        {
          const char *form = bty_secret_forms_get (forms, f);
          gsize pair = pair_of (form);

          pairs[pair / 8] = (guint8) (pairs[pair / 8] | (1u << (pair % 8)));
          firsts[(guchar) form[0]] = 1;
          longest = MAX (longest, forms->lengths[f]);
        }
    }
}

static gboolean
is_known (const BtySecret *secret)
{
  for (guint i = 0; known != NULL && i < known->len; i++)
    if (bty_secret_forms_equal (known->pdata[i], secret))
      return TRUE;
  return FALSE;
}

void
bty_secret_redact_learn (BtySecret *secret)
{
  if (bty_secret_get_length (secret) < BTY_SECRET_REDACT_LEAST)
    return;
  g_rw_lock_writer_lock (&lock);
  if (known == NULL)
    known = g_ptr_array_new_with_free_func ((GDestroyNotify) bty_secret_forms_free);
  if (!is_known (secret))
    {
      if (known->len >= BTY_SECRET_REDACT_MOST)
        g_ptr_array_remove_index (known, 0);
      g_ptr_array_add (known, bty_secret_forms_new (secret));
      index_forms ();
      g_atomic_int_set (&n_known, (gint) known->len);
    }
  g_rw_lock_writer_unlock (&lock);
}

void
bty_secret_redact_forget (void)
{
  g_rw_lock_writer_lock (&lock);
  g_atomic_int_set (&n_known, 0);
  g_clear_pointer (&known, g_ptr_array_unref);
  g_rw_lock_writer_unlock (&lock);
}

static gboolean
is_pair_known (const char *text)
{
  gsize pair = pair_of (text);

  return (pairs[pair / 8] & (1u << (pair % 8))) != 0;
}

/* Returns: where, from @from on, two bytes stand that a form begins with; @length: nowhere. Nearly all text is passed over here. */
static gsize
find_pair (const char *text, gsize from, gsize length)
{
  for (gsize i = from; i + 1 < length; i++)
    if (firsts[(guchar) text[i]] != 0 && is_pair_known (text + i))
      return i;
  return length;
}

/* Returns: the length of the longest form that stands at the beginning of @text; 0: none does */
static gsize
match (const char *text, gsize length)
{
  gsize found = 0;

  for (guint i = 0; i < known->len; i++)
    found = MAX (found, bty_secret_forms_match (known->pdata[i], text, length));
  return found;
}

/* With the lock held for reading. */
static gsize
redact (char *text, gsize length)
{
  const gsize mark = strlen (BTY_SECRET_REDACT_MARK);
  gsize out = 0;
  gsize in = 0;

  while (in < length)
    {
      gsize next = find_pair (text, in, length);
      gsize found = next < length ? match (text + next, length - next) : 0;

      if (found == 0 && next < length)
        next += 1; /* this byte is like those before it */
      if (out < in)
        memmove (text + out, text + in, next - in);
      out += next - in;
      in = next + found;
      if (found > 0)
        {
          memcpy (text + out, BTY_SECRET_REDACT_MARK, mark);
          out += mark;
        }
    }
  if (out < length)
    bty_secret_clear_memory (text + out, length - out);
  return out;
}

gsize
bty_secret_redact_bytes (char *text, gsize length)
{
  if (g_atomic_int_get (&n_known) == 0 || length == 0)
    return length;
  g_rw_lock_reader_lock (&lock);
  if (known != NULL)
    length = redact (text, length);
  g_rw_lock_reader_unlock (&lock);
  return length;
}

void
bty_secret_redact_text (char *text)
{
  if (text != NULL && g_atomic_int_get (&n_known) > 0)
    bty_secret_redact_bytes (text, strlen (text));
}

void
bty_secret_redact_error (GError *error)
{
  if (error != NULL)
    bty_secret_redact_text (error->message);
}

char *
bty_secret_redact (const char *text)
{
  char *copy = g_strdup (text);

  bty_secret_redact_text (copy);
  return copy;
}

static gboolean
begins_a_secret (const char *text, gsize length)
{
  if (length > 1 && !is_pair_known (text))
    return FALSE;
  for (guint i = 0; i < known->len; i++)
    if (bty_secret_forms_begin (known->pdata[i], text, length))
      return TRUE;
  return FALSE;
}

/* Where the first of all secrets begins that @text may be cut off in; its length: none does. */
static gsize
find_beginning (const char *text, gsize length)
{
  gsize start = length > longest ? length - longest : 0;

  while (start < length && (firsts[(guchar) text[start]] == 0 || !begins_a_secret (text + start, length - start)))
    start += 1;
  while (start > 0 && start < length && ((guchar) text[start] & 0xc0) == 0x80) /* characters stay whole */
    start -= 1;
  return start;
}

gsize
bty_secret_redact_stream (GString *held)
{
  gsize ready = held->len;

  if (g_atomic_int_get (&n_known) == 0)
    return ready;
  g_rw_lock_reader_lock (&lock);
  if (known != NULL)
    {
      g_string_truncate (held, redact (held->str, held->len));
      ready = find_beginning (held->str, held->len);
    }
  g_rw_lock_reader_unlock (&lock);
  return ready;
}

void
bty_secret_redact_rest (GString *held)
{
  gsize ready = bty_secret_redact_stream (held);

  if (held->len - ready < BTY_SECRET_REDACT_LEAST)
    return;
  bty_secret_clear_memory (held->str + ready, held->len - ready);
  g_string_truncate (held, ready);
  g_string_append (held, BTY_SECRET_REDACT_MARK);
}
