/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * driver CORPUS [MUTATIONS [SEED]]: runs a fuzz target over every file of a folder, then over so many random mutations of
 * them, the same each time for one seed. It stands in for libFuzzer where the compiler has none. CORPUS may be one file: what
 * a crash left behind, say.
 */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

#define MAX_SIZE 8192

static GByteArray *current;

/* Leaves the input that crashed in the working folder; only async-signal-safe calls. */
static void
on_crash (int number)
{
  static const char said[] = "the input is in fuzz-crash\n";
  int file = open ("fuzz-crash", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  if (file >= 0 && write (file, current->data, current->len) == (ssize_t) current->len)
    (void) !write (STDERR_FILENO, said, sizeof said - 1);
  signal (number, SIG_DFL);
  raise (number);
}

/* In memory of exactly its size, so that memory checkers see every byte too far. */
static void
run_one (const GByteArray *input)
{
  g_autofree guint8 *copy = g_memdup2 (input->data, input->len);

  LLVMFuzzerTestOneInput (copy != NULL ? copy : (const guint8 *) "", input->len);
}

static void
load (GPtrArray *inputs, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *data = NULL;
  gsize length = 0;

  if (!g_file_get_contents (path, &data, &length, &error))
    g_error ("%s", error->message);
  g_ptr_array_add (inputs, g_byte_array_append (g_byte_array_new (), (const guint8 *) data, (guint) length));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
load_all (const char *corpus)
{
  GPtrArray *inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) folder = g_dir_open (corpus, 0, NULL);
  const char *name;

  if (folder == NULL)
    load (inputs, corpus);
  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    g_ptr_array_add (names, g_build_filename (corpus, name, NULL));
  /* The order of a folder is not the same everywhere, and the mutations depend on it. */
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    load (inputs, g_ptr_array_index (names, i));
  return inputs;
}

static void
insert_bytes (GByteArray *bytes, guint at, const guint8 *data, guint length)
{
  g_autofree guint8 *tail = g_memdup2 (bytes->data + at, bytes->len - at);
  guint n_tail = bytes->len - at;

  g_byte_array_set_size (bytes, at);
  g_byte_array_append (bytes, data, length);
  if (n_tail > 0)
    g_byte_array_append (bytes, tail, n_tail);
}

/* A piece of @from, at a place of @bytes. */
static void
insert_piece (GRand *random, GByteArray *bytes, const GByteArray *from)
{
  guint at = g_rand_int (random) % (bytes->len + 1);
  guint start = g_rand_int (random) % (from->len + 1);
  guint length = g_rand_int (random) % (from->len - start + 1);
  g_autofree guint8 *piece = g_memdup2 (from->data + start, length);

  if (length > 0)
    insert_bytes (bytes, at, piece, length);
}

static void
cut (GRand *random, GByteArray *bytes)
{
  guint at = g_rand_int (random) % (bytes->len + 1);

  if (at < bytes->len)
    g_byte_array_remove_range (bytes, at, 1 + g_rand_int (random) % MIN (bytes->len - at, 16));
}

static void
mutate_once (GRand *random, GByteArray *bytes, const GByteArray *other)
{
  /* Bytes at which parsers of text decide something. */
  static const guint8 telling[] = "\"\\/{}[]:,.+-eE0159utrfn \n\r\t#'\x00\x01\x1f\x7f\x80\xbf\xc2\xe2\xed\xf0\xf4\xff";
  guint at = bytes->len > 0 ? g_rand_int (random) % bytes->len : 0;
  guint kind = bytes->len > 0 ? g_rand_int (random) % 7 : 6;

  switch (kind)
    {
    case 0:
      bytes->data[at] ^= (guint8) (1u << g_rand_int (random) % 8);
      break;
    case 1:
      bytes->data[at] = (guint8) g_rand_int (random);
      break;
    case 2:
      bytes->data[at] = telling[g_rand_int (random) % (sizeof telling - 1)];
      break;
    case 3:
      insert_bytes (bytes, at, &telling[g_rand_int (random) % (sizeof telling - 1)], 1);
      break;
    case 4:
      cut (random, bytes);
      break;
    case 5:
      insert_piece (random, bytes, bytes);
      break;
    default:
      insert_piece (random, bytes, other);
    }
}

static void
mutate (GRand *random, const GPtrArray *inputs)
{
  const GByteArray *base = g_ptr_array_index (inputs, g_rand_int (random) % inputs->len);
  guint times = 1 + g_rand_int (random) % 6;

  g_byte_array_set_size (current, 0);
  g_byte_array_append (current, base->data, MIN (base->len, MAX_SIZE));
  for (guint i = 0; i < times; i++)
    mutate_once (random, current, g_ptr_array_index (inputs, g_rand_int (random) % inputs->len));
  if (current->len > MAX_SIZE)
    g_byte_array_set_size (current, MAX_SIZE);
}

int
main (int argc, char **argv)
{
  guint64 mutations = argc > 2 ? g_ascii_strtoull (argv[2], NULL, 10) : 0;
  guint32 seed = argc > 3 ? (guint32) g_ascii_strtoull (argv[3], NULL, 10) : 1;
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  g_autoptr (GPtrArray) inputs = NULL;

  if (argc < 2)
    g_error ("usage: %s CORPUS [MUTATIONS [SEED]]", argv[0]);
  inputs = load_all (argv[1]);
  if (inputs->len == 0)
    g_error ("no input is in %s", argv[1]);
  current = g_byte_array_new ();
  signal (SIGABRT, on_crash);
  signal (SIGSEGV, on_crash);
  signal (SIGTRAP, on_crash);
  for (guint i = 0; i < inputs->len; i++)
    {
      const GByteArray *input = g_ptr_array_index (inputs, i);

      g_byte_array_set_size (current, 0);
      g_byte_array_append (current, input->data, input->len);
      run_one (current);
    }
  for (guint64 i = 0; i < mutations; i++)
    {
      mutate (random, inputs);
      run_one (current);
    }
  printf ("%u inputs and %" G_GUINT64_FORMAT " mutations of them went through\n", inputs->len, mutations);
  g_byte_array_unref (current);
  return 0;
}
