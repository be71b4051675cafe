/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-plugin"

#include "config.h"

#include "bty-plugin-cache.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bty-plugin-module.h"

/* Far above what a full one needs; a larger file is not ours. */
#define MAX_FILE    (16 * 1024 * 1024)
#define MAX_ENTRIES 20000

typedef struct
{
  BtyRecord record;
  char *path;
  gint64 mtime;
  gint64 size;
  gint64 inode;
  char *copy;
  BtyPluginManifest *manifest;
} BtyPluginCached;
BTY_DECLARE_RECORD (BtyPluginCached, bty_plugin_cached)

static const BtyField cached_fields[] = {
  BTY_FIELD_STRING (BtyPluginCached, path, BTY_REQUIRED, N_ ("The file"), .max = 4096),
  BTY_FIELD_INT64 (BtyPluginCached, mtime, BTY_REQUIRED, N_ ("When it was written, in nanoseconds")),
  BTY_FIELD_INT64 (BtyPluginCached, size, BTY_REQUIRED, N_ ("Its size, in bytes")),
  BTY_FIELD_INT64 (BtyPluginCached, inode, BTY_REQUIRED, N_ ("Its inode")),
  BTY_FIELD_STRING (BtyPluginCached, copy, 0, N_ ("The copy of it that was looked at"), .max = 4096),
  BTY_FIELD_RECORD (BtyPluginCached, manifest, BTY_REQUIRED, N_ ("What it is"), bty_plugin_manifest_schema),
};
BTY_DEFINE_RECORD (BtyPluginCached, bty_plugin_cached, "plugin_cached", N_ ("A file in the cache of plugins"),
                   cached_fields)

typedef struct
{
  BtyRecord record;
  char *program;
  char *abi;
  GPtrArray *files;
} BtyPluginCacheFile;
BTY_DECLARE_RECORD (BtyPluginCacheFile, bty_plugin_cache_file)

static const BtyField file_fields[] = {
  BTY_FIELD_STRING (BtyPluginCacheFile, program, BTY_REQUIRED, N_ ("Version of the program that wrote it")),
  BTY_FIELD_STRING (BtyPluginCacheFile, abi, BTY_REQUIRED, N_ ("Version of its plugin interface")),
  BTY_FIELD_RECORDS (BtyPluginCacheFile, files, BTY_REQUIRED, N_ ("The files"), bty_plugin_cached_schema,
                     .max = MAX_ENTRIES),
};
BTY_DEFINE_RECORD (BtyPluginCacheFile, bty_plugin_cache_file, "plugin_cache", N_ ("The cache of plugins"), file_fields)

struct _BtyPluginCache
{
  char *path;
  GHashTable *entries; /* path -> BtyPluginCached */
  gboolean is_loaded;
  gboolean is_dirty;
};

static char *
own_abi (void)
{
  return g_strdup_printf ("%u.%u", BTY_ABI_MAJOR, BTY_ABI_MINOR);
}

/* The text is read into pages of its own, which go back to the system at once: on the heap they would stay with the process. */
static BtyPluginCacheFile *
read_text (int fd, gsize size, GError **error)
{
  BtyPluginCacheFile *file = NULL;
  void *pages = mmap (NULL, MAX (size, 1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  gsize done = 0;
  gssize n = 1;

  if (pages == MAP_FAILED)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED, "%s", g_strerror (errno));
      return NULL;
    }
  while (done < size && (n = read (fd, (char *) pages + done, size - done)) > 0)
    done += (gsize) n;
  if (n < 0)
    g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE, "%s", g_strerror (errno));
  else
    file = bty_record_from_json (&bty_plugin_cache_file_schema, BTY_VIEW_CREATE, pages, (gssize) done, error);
  munmap (pages, MAX (size, 1));
  return file;
}

static BtyPluginCacheFile *
read_file (const char *path, GError **error)
{
  int fd = g_open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
  BtyPluginCacheFile *file = NULL;
  struct stat info;

  if (fd < 0)
    return NULL;
  if (fstat (fd, &info) == 0 && S_ISREG (info.st_mode) && info.st_size <= MAX_FILE)
    file = read_text (fd, (gsize) info.st_size, error);
  else
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("it is no small file"));
  close (fd);
  return file;
}

static void
take_file (BtyPluginCache *self, const BtyPluginCacheFile *file)
{
  g_autofree char *abi = own_abi ();

  if (!g_str_equal (file->program, BTY_VERSION) || !g_str_equal (file->abi, abi))
    {
      g_info ("the cache of plugins is of version %s: it is made anew", file->program);
      return;
    }
  for (guint i = 0; i < file->files->len; i++)
    {
      BtyPluginCached *cached = g_ptr_array_index (file->files, i);

      if (cached->manifest->id == NULL || bty_plugin_is_id (cached->manifest->id))
        g_hash_table_replace (self->entries, cached->path, bty_plugin_cached_ref (cached));
    }
}

static void
load (BtyPluginCache *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPluginCacheFile) file = NULL;

  if (self->is_loaded)
    return;
  self->is_loaded = TRUE;
  file = read_file (self->path, &error);
  if (file != NULL)
    take_file (self, file);
  else if (error != NULL)
    g_message ("the cache of plugins “%s” cannot be used and is made anew: %s", self->path, error->message);
}

BtyPluginCache *
bty_plugin_cache_new (const char *path)
{
  BtyPluginCache *self = g_new0 (BtyPluginCache, 1);

  self->path = g_strdup (path);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, bty_record_unref);
  load (self);
  return self;
}

void
bty_plugin_cache_rest (BtyPluginCache *self)
{
  if (self->is_dirty)
    return;
  g_hash_table_remove_all (self->entries);
  self->is_loaded = FALSE;
}

void
bty_plugin_cache_free (BtyPluginCache *self)
{
  bty_plugin_cache_save (self);
  g_hash_table_unref (self->entries);
  g_free (self->path);
  g_free (self);
}

BtyPluginManifest *
bty_plugin_cache_get (BtyPluginCache *self, const char *path, const BtyPluginStamp *stamp, const char **copy)
{
  const BtyPluginCached *cached;

  load (self);
  cached = g_hash_table_lookup (self->entries, path);
  if (cached == NULL || cached->mtime != stamp->mtime || cached->size != stamp->size || cached->inode != stamp->inode)
    return NULL;
  if (copy != NULL)
    *copy = cached->copy;
  return cached->manifest;
}

void
bty_plugin_cache_put (BtyPluginCache *self, const char *path, const BtyPluginStamp *stamp, BtyPluginManifest *manifest,
                      const char *copy)
{
  BtyPluginCached *cached = bty_plugin_cached_new ();

  load (self);
  cached->path = g_strdup (path);
  cached->mtime = stamp->mtime;
  cached->size = stamp->size;
  cached->inode = stamp->inode;
  cached->copy = g_strdup (copy);
  cached->manifest = bty_plugin_manifest_ref (manifest);
  g_hash_table_replace (self->entries, cached->path, cached);
  self->is_dirty = TRUE;
}

void
bty_plugin_cache_forget (BtyPluginCache *self, const char *path)
{
  load (self);
  if (g_hash_table_remove (self->entries, path))
    self->is_dirty = TRUE;
}

static char *
write_text (BtyPluginCache *self)
{
  g_autoptr (BtyPluginCacheFile) file = bty_plugin_cache_file_new ();
  GHashTableIter iter;
  gpointer path, cached;

  file->program = g_strdup (BTY_VERSION);
  file->abi = own_abi ();
  if (file->files == NULL)
    file->files = bty_record_list_new ();
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &path, &cached))
    if (file->files->len < MAX_ENTRIES && g_file_test (path, G_FILE_TEST_EXISTS))
      g_ptr_array_add (file->files, bty_record_ref (cached));
  return bty_record_to_json (file, BTY_VIEW_STORE);
}

void
bty_plugin_cache_save (BtyPluginCache *self)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (!self->is_dirty)
    return;
  self->is_dirty = FALSE;
  text = write_text (self);
  if (!bty_paths_make_private_dir (folder, &error) ||
      !g_file_set_contents_full (self->path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    g_info ("the cache of plugins “%s” was not written: %s", self->path, error->message);
}
