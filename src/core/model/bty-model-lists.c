/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-model"

#include "config.h"

#include <string.h>
#include <sys/stat.h>

#include "bty-text-file.h"
#include "model/bty-model-lists.h"

#define MAX_FILE  (1024 * 1024)
#define MAX_FILES 200
#define OWN_NAME  "own.json"

struct _BtyModelLists
{
  GPtrArray *files; /* BtyModelFile, one a vendor */
  GPtrArray *own;   /* BtyModelFile, those that count before the others first */
  BtyModelEntry *dearest;
};

char *
bty_model_lists_own_path (const char *config_dir)
{
  return g_build_filename (config_dir, "models.d", OWN_NAME, NULL);
}

char *
bty_model_lists_taken_path (const char *data_dir, const char *vendor)
{
  g_autofree char *name = g_strconcat (vendor, ".json", NULL);

  return g_build_filename (data_dir, "models", name, NULL);
}

BtyModelFile *
bty_model_lists_read (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  BtyModelFile *file;

  if (!bty_text_file_read (path, MAX_FILE, &text, error) || text == NULL)
    return NULL;
  file = bty_model_file_parse (text, strlen (text), error);
  if (file == NULL)
    g_prefix_error (error, "%s: ", path);
  return file;
}

/* By name, the file of model.set first. */
static int
compare_names (gconstpointer a, gconstpointer b)
{
  const char *one = *(const char *const *) a;
  const char *other = *(const char *const *) b;
  gboolean is_own = strcmp (one, OWN_NAME) == 0;

  if (is_own != (strcmp (other, OWN_NAME) == 0))
    return is_own ? -1 : 1;
  return strcmp (one, other);
}

static GPtrArray *
list_names (const char *folder)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && names->len < MAX_FILES && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".json") && name[0] != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

static GPtrArray *
read_folder (const char *folder)
{
  GPtrArray *files = bty_record_list_new ();
  g_autoptr (GPtrArray) names = list_names (folder);

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);
      g_autoptr (GError) error = NULL;
      BtyModelFile *file = bty_model_lists_read (path, &error);

      if (file != NULL)
        g_ptr_array_add (files, file);
      else if (error != NULL)
        g_warning ("a list of models is left out: %s", error->message);
    }
  return files;
}

static guint64
sign_file (const char *path)
{
  struct stat info;
  guint64 value;

  if (stat (path, &info) != 0)
    return 0;
  value = (guint64) info.st_mtim.tv_sec * 1000000007u + (guint64) info.st_mtim.tv_nsec;
  return value * 31 + (guint64) info.st_size * 17 + (guint64) info.st_ino;
}

guint64
bty_model_lists_sign_own (const char *config_dir)
{
  g_autofree char *folder = g_build_filename (config_dir, "models.d", NULL);
  guint64 signature = sign_file (folder);
  g_autoptr (GPtrArray) names = signature != 0 ? list_names (folder) : g_ptr_array_new ();

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);

      signature = signature * 1099511628211u + sign_file (path);
    }
  return signature;
}

/* Of two lists of a vendor the later one stays. */
static void
take (GPtrArray *files, BtyModelFile *newer)
{
  for (guint i = 0; i < files->len; i++)
    {
      BtyModelFile *file = files->pdata[i];

      if (strcmp (file->vendor, newer->vendor) != 0)
        continue;
      if (g_strcmp0 (newer->date, file->date) >= 0)
        {
          files->pdata[i] = bty_record_ref (newer);
          bty_record_unref (file);
        }
      return;
    }
  g_ptr_array_add (files, bty_record_ref (newer));
}

static void
raise_dearest (BtyModelEntry *dearest, const BtyModelEntry *entry)
{
  gint64 known[BTY_MODEL_N_PRICES];

  if (entry->retired || !bty_model_entry_has_prices (entry))
    return;
  memcpy (known, entry->prices, sizeof known);
  for (guint i = 0; i < BTY_MODEL_N_PRICES; i++)
    {
      guint without_cache = i == BTY_MODEL_CACHED || i == BTY_MODEL_CACHE_WRITE ? BTY_MODEL_INPUT : i;
      gint64 price = known[i] >= 0 ? known[i] : known[without_cache];

      dearest->prices[i] = MAX (dearest->prices[i], price);
    }
}

/* Beyond the step of any model the prices there count too, from the first token on: nobody knows where an unknown model has its step. */
static BtyModelEntry *
find_dearest (GPtrArray *files)
{
  BtyModelEntry *dearest = bty_record_new (&bty_model_entry_schema);

  for (guint i = 0; i < BTY_MODEL_N_PRICES; i++)
    dearest->prices[i] = -1;
  for (guint f = 0; f < files->len; f++)
    {
      const BtyModelFile *file = files->pdata[f];

      for (guint m = 0; m < file->models->len; m++)
        raise_dearest (dearest, file->models->pdata[m]);
    }
  for (guint i = BTY_MODEL_LONG_INPUT; i < BTY_MODEL_N_PRICES; i++)
    {
      dearest->prices[i - BTY_MODEL_LONG_INPUT] = MAX (dearest->prices[i - BTY_MODEL_LONG_INPUT], dearest->prices[i]);
      dearest->prices[i] = -1;
    }
  return dearest;
}

static char *
shipped_folder (void)
{
  if (bty_paths_runs_from_build ())
    return g_build_filename (BTY_SOURCE_ROOT, "data", "models", NULL);
  return bty_paths_installed (BTY_MODELS_DIR);
}

BtyModelLists *
bty_model_lists_load (const char *shipped, const char *data_dir, const char *config_dir)
{
  BtyModelLists *self = g_new0 (BtyModelLists, 1);
  g_autofree char *came = shipped != NULL ? g_strdup (shipped) : shipped_folder ();
  g_autofree char *taken = g_build_filename (data_dir, "models", NULL);
  g_autofree char *own = g_build_filename (config_dir, "models.d", NULL);
  g_autoptr (GPtrArray) newer = read_folder (taken);

  self->files = read_folder (came);
  for (guint i = 0; i < newer->len; i++)
    take (self->files, newer->pdata[i]);
  self->own = read_folder (own);
  self->dearest = find_dearest (self->files);
  return self;
}

void
bty_model_lists_free (BtyModelLists *self)
{
  g_ptr_array_unref (self->files);
  g_ptr_array_unref (self->own);
  bty_record_unref (self->dearest);
  g_free (self);
}

const BtyModelEntry *
bty_model_lists_get_dearest (const BtyModelLists *self)
{
  return self->dearest;
}

const BtyModelFile *
bty_model_lists_get_file (const BtyModelLists *self, const char *vendor)
{
  for (guint i = 0; i < self->files->len; i++)
    if (strcmp (((BtyModelFile *) self->files->pdata[i])->vendor, vendor) == 0)
      return self->files->pdata[i];
  return NULL;
}

/* Finding. */

static const BtyModelEntry *
best_of (const BtyModelFile *file, const char *key, guint *score)
{
  const BtyModelEntry *best = NULL;

  for (guint i = 0; i < file->models->len; i++)
    {
      const BtyModelEntry *entry = file->models->pdata[i];
      guint fits = bty_model_entry_match (entry, key);

      if (fits > *score)
        {
          best = entry;
          *score = fits;
        }
    }
  return best;
}

const BtyModelEntry *
bty_model_lists_find_own (const BtyModelLists *self, const char *name)
{
  g_autofree char *key = bty_model_name_key (name);
  const BtyModelEntry *best = NULL;
  guint score = 0;

  for (guint i = 0; i < self->own->len; i++)
    {
      const BtyModelEntry *entry = best_of (self->own->pdata[i], key, &score);

      best = entry != NULL ? entry : best;
    }
  return best;
}

static gboolean
is_among (GStrv words, const char *word)
{
  return words != NULL && word != NULL && g_strv_contains ((const char *const *) words, word);
}

static gboolean
is_about (const BtyModelFile *file, const char *kind, const char *host)
{
  return host != NULL ? is_among (file->hosts, host) : is_among (file->kinds, kind);
}

/* Whether the word before the slash of @key is the vendor, or stands for it. */
static gboolean
is_by (const BtyModelFile *file, const char *key, const char *slash)
{
  g_autofree char *word = g_strndup (key, (gsize) (slash - key));

  return strcmp (word, file->vendor) == 0 || is_among (file->aliases, word);
}

static const BtyModelEntry *
find_in (const BtyModelFile *file, const char *key)
{
  const char *slash = strrchr (key, '/');
  guint score = 0;
  const BtyModelEntry *entry = best_of (file, key, &score);

  if (entry == NULL && slash != NULL && is_by (file, key, slash))
    entry = best_of (file, slash + 1, &score);
  return entry;
}

static gint64
dearness (const BtyModelEntry *entry)
{
  return entry->prices[BTY_MODEL_INPUT] + entry->prices[BTY_MODEL_OUTPUT];
}

const BtyModelEntry *
bty_model_lists_find (const BtyModelLists *self, const char *kind, const char *host, const char *model,
                      const BtyModelFile **file)
{
  g_autofree char *key = bty_model_name_key (model);
  const BtyModelEntry *best = NULL;

  for (guint i = 0; i < self->files->len; i++)
    if (is_about (self->files->pdata[i], kind, host))
      {
        *file = self->files->pdata[i];
        return find_in (*file, key);
      }
  for (guint i = 0; i < self->files->len; i++)
    {
      const BtyModelEntry *entry = find_in (self->files->pdata[i], key);

      if (entry == NULL || (best != NULL && dearness (entry) <= dearness (best)))
        continue;
      best = entry;
      *file = self->files->pdata[i];
    }
  return best;
}
