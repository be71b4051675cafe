/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-model"

#include "config.h"

#include <string.h>

#include "model/bty-bpe.h"
#include "model/bty-token-bytes.h"
#include "model/bty-token-counter.h"

#define SAMPLE 16384 /* bytes at either end of a long text */

struct _BtyTokenCounter
{
  char *data_dir;
  GHashTable *families; /* name -> Ranks */
  GCancellable *cancellable;
};

typedef struct
{
  BtyBpe *bpe; /* NULL: not installed, or not loaded yet */
} Ranks;

static const struct
{
  const char *family;
  const char *file;
} files[] = {
  { "o200k", "o200k_base.tiktoken" },
  { "cl100k", "cl100k_base.tiktoken" },
  { "llama3", "llama3.tiktoken" },
  { "qwen", "qwen.tiktoken" },
};

static void
ranks_free (gpointer data)
{
  Ranks *ranks = data;

  g_clear_pointer (&ranks->bpe, bty_bpe_free);
  g_free (ranks);
}

BtyTokenCounter *
bty_token_counter_new (const char *data_dir)
{
  BtyTokenCounter *self = g_new0 (BtyTokenCounter, 1);

  self->data_dir = g_strdup (data_dir);
  self->families = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, ranks_free);
  self->cancellable = g_cancellable_new ();
  return self;
}

void
bty_token_counter_free (BtyTokenCounter *self)
{
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  g_hash_table_unref (self->families);
  g_free (self->data_dir);
  g_free (self);
}

/* Loading. */

static char *
find_file (const char *data_dir, const char *family)
{
  const char *const *places = g_get_system_data_dirs ();
  const char *name = NULL;
  g_autofree char *own = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    if (strcmp (files[i].family, family) == 0)
      name = files[i].file;
  if (name == NULL)
    return NULL;
  own = g_build_filename (data_dir, "tokenizers", name, NULL);
  if (g_file_test (own, G_FILE_TEST_IS_REGULAR))
    return g_steal_pointer (&own);
  for (guint i = 0; places[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (places[i], "boternity", "tokenizers", name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer (&path);
    }
  return NULL;
}

typedef struct
{
  BtyTokenCounter *counter; /* not to be used once the task is cancelled */
  char *family;
  char *path;
} Load;

static void
load_free (gpointer data)
{
  Load *load = data;

  g_free (load->family);
  g_free (load->path);
  g_free (load);
}

static void
load_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Load *load = data;
  GError *error = NULL;
  BtyBpe *bpe = bty_bpe_load (load->path, load->family, &error);

  if (bpe != NULL)
    g_task_return_pointer (task, bpe, (GDestroyNotify) bty_bpe_free);
  else
    g_task_return_error (task, error);
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer unused)
{
  const Load *load = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  BtyBpe *bpe = g_task_propagate_pointer (G_TASK (result), &error);
  Ranks *ranks;

  if (bpe == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_warning ("tokens of %s are counted from bytes: %s", load->family, error->message);
      return;
    }
  ranks = g_hash_table_lookup (load->counter->families, load->family);
  ranks->bpe = bpe;
}

static const BtyBpe *
bpe_of (BtyTokenCounter *self, const char *family)
{
  Ranks *ranks = g_hash_table_lookup (self->families, family);
  g_autoptr (GTask) task = NULL;
  g_autofree char *path = NULL;
  Load *load;

  if (ranks != NULL)
    return ranks->bpe;
  ranks = g_new0 (Ranks, 1);
  g_hash_table_insert (self->families, g_strdup (family), ranks);
  path = find_file (self->data_dir, family);
  if (path == NULL)
    return NULL;
  load = g_new0 (Load, 1);
  *load = (Load){ .counter = self, .family = g_strdup (family), .path = g_steal_pointer (&path) };
  task = g_task_new (NULL, self->cancellable, on_loaded, NULL);
  g_task_set_source_tag (task, bpe_of);
  g_task_set_task_data (task, load, load_free);
  g_task_run_in_thread (task, load_in_thread);
  return NULL;
}

gboolean
bty_token_counter_is_exact (BtyTokenCounter *self, const char *family)
{
  return bty_bpe_has_rule (family) && bpe_of (self, family) != NULL;
}

/* Counting. */

static gsize
cut_before (const char *text, gsize at)
{
  while (at > 0 && (text[at] & 0xc0) == 0x80)
    at -= 1;
  return at;
}

static double
count_all (const BtyBpe *bpe, const char *family, const char *text, gsize length)
{
  gint64 tokens = bpe != NULL ? bty_bpe_count (bpe, text, length) : -1;

  return tokens >= 0 ? (double) tokens : bty_token_bytes_count (family, text, length);
}

/* The middle of a long text is taken to be like its ends. */
double
bty_token_counter_count (BtyTokenCounter *self, const char *family, const char *text, gsize length)
{
  const BtyBpe *bpe = bty_bpe_has_rule (family) ? bpe_of (self, family) : NULL;
  gsize first;
  gsize last;
  double counted;

  if (length <= 4 * SAMPLE)
    return count_all (bpe, family, text, length);
  first = cut_before (text, SAMPLE);
  last = cut_before (text, length - SAMPLE);
  counted = count_all (bpe, family, text, first) + count_all (bpe, family, text + last, length - last);
  return counted * (double) length / (double) (first + length - last);
}
