/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <sqlite3.h>
#include <string.h>

#include "forgetful-vfs.h"

#define SECTOR 512

typedef struct
{
  sqlite3_file base;
  char *path;
  sqlite3_file *real;
  gboolean syncs_folder; /* with its next sync, as the usual layer does for new journals and logs */
} File;

/* A write, or with no bytes a change of size to @offset. */
typedef struct
{
  gint64 offset;
  GBytes *bytes;
} Change;

/* One file as the disk has it. */
typedef struct
{
  GByteArray *durable; /* NULL: its name was never synced */
  GPtrArray *changes;  /* since the last sync */
  gboolean is_removed; /* which is certain only once the folder is synced */
} Image;

static sqlite3_vfs *usual;
static GMutex lock;
static GHashTable *images; /* path -> Image; NULL: nothing is remembered */
static gint64 cut_at = -1;
static gint64 space = -1;
static guint n_operations;
static guint n_syncs;

static void
change_free (gpointer data)
{
  Change *change = data;

  g_clear_pointer (&change->bytes, g_bytes_unref);
  g_free (change);
}

static void
image_free (gpointer data)
{
  Image *image = data;

  g_clear_pointer (&image->durable, g_byte_array_unref);
  g_ptr_array_unref (image->changes);
  g_free (image);
}

static Image *
find_image (const char *path)
{
  Image *image = g_hash_table_lookup (images, path);

  if (image == NULL)
    {
      image = g_new0 (Image, 1);
      image->changes = g_ptr_array_new_with_free_func (change_free);
      g_hash_table_insert (images, g_strdup (path), image);
    }
  return image;
}

static gboolean
image_is_removed (gpointer path, gpointer image, gpointer unused)
{
  return ((Image *) image)->is_removed;
}

static void
remember (const char *path, gint64 offset, gconstpointer data, gsize length)
{
  Change *change;

  if (images == NULL)
    return;
  change = g_new0 (Change, 1);
  change->offset = offset;
  change->bytes = data != NULL ? g_bytes_new (data, length) : NULL;
  find_image (path)->is_removed = FALSE;
  g_ptr_array_add (find_image (path)->changes, change);
}

static void
apply_bytes (GByteArray *content, gint64 offset, const guint8 *data, gsize length)
{
  gsize end = (gsize) offset + length;
  gsize old = content->len;

  if (end > old)
    {
      g_byte_array_set_size (content, (guint) end);
      memset (content->data + old, 0, end - old);
    }
  memcpy (content->data + offset, data, length);
}

/* @random: (nullable): with it only some sectors are written */
static void
apply_change (GByteArray *content, const Change *change, GRand *random)
{
  gsize length;
  const guint8 *data;

  if (change->bytes == NULL)
    {
      if ((gint64) content->len > change->offset)
        g_byte_array_set_size (content, (guint) change->offset);
      return;
    }
  data = g_bytes_get_data (change->bytes, &length);
  if (random == NULL)
    {
      apply_bytes (content, change->offset, data, length);
      return;
    }
  for (gsize at = 0; at < length; at += SECTOR)
    {
      if (g_rand_boolean (random))
        apply_bytes (content, change->offset + (gint64) at, data + at, MIN (SECTOR, length - at));
    }
}

static void
sync_image (File *self)
{
  Image *image;

  if (images == NULL)
    return;
  if (self->syncs_folder)
    g_hash_table_foreach_remove (images, image_is_removed, NULL);
  self->syncs_folder = FALSE;
  image = find_image (self->path);
  if (image->durable == NULL)
    image->durable = g_byte_array_new ();
  for (guint i = 0; i < image->changes->len; i++)
    apply_change (image->durable, g_ptr_array_index (image->changes, i), NULL);
  g_ptr_array_set_size (image->changes, 0);
}

/* With the lock. */
static gboolean
is_cut (void)
{
  return cut_at >= 0 && n_operations >= cut_at;
}

/* With the lock: counts one more; FALSE when the power is gone. */
static gboolean
begin_operation (void)
{
  if (is_cut ())
    return FALSE;
  n_operations++;
  return !is_cut ();
}

static int
file_close (sqlite3_file *file)
{
  File *self = (File *) file;
  int code = self->real->pMethods != NULL ? self->real->pMethods->xClose (self->real) : SQLITE_OK;

  g_clear_pointer (&self->path, g_free);
  return code;
}

static int
file_read (sqlite3_file *file, void *data, int length, sqlite3_int64 offset)
{
  File *self = (File *) file;

  return self->real->pMethods->xRead (self->real, data, length, offset);
}

/* With the lock. */
static gboolean
takes_space (File *self, sqlite3_int64 end)
{
  sqlite3_int64 size = 0;

  if (space < 0)
    return TRUE;
  self->real->pMethods->xFileSize (self->real, &size);
  if (end - size > space)
    return FALSE;
  space -= MAX (end - size, 0);
  return TRUE;
}

static int
file_write (sqlite3_file *file, const void *data, int length, sqlite3_int64 offset)
{
  File *self = (File *) file;
  int code = SQLITE_IOERR_WRITE;

  g_mutex_lock (&lock);
  if (!takes_space (self, offset + length))
    code = SQLITE_FULL;
  else if (begin_operation ())
    {
      code = self->real->pMethods->xWrite (self->real, data, length, offset);
      remember (self->path, offset, data, (gsize) length);
    }
  g_mutex_unlock (&lock);
  return code;
}

static int
file_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  File *self = (File *) file;
  int code = SQLITE_IOERR_TRUNCATE;

  g_mutex_lock (&lock);
  if (begin_operation ())
    {
      code = self->real->pMethods->xTruncate (self->real, size);
      remember (self->path, size, NULL, 0);
    }
  g_mutex_unlock (&lock);
  return code;
}

static int
file_sync (sqlite3_file *file, int flags)
{
  File *self = (File *) file;
  gboolean is_on;
  gboolean remembers;

  g_mutex_lock (&lock);
  is_on = begin_operation ();
  n_syncs += is_on;
  remembers = images != NULL;
  if (is_on)
    sync_image (self);
  g_mutex_unlock (&lock);
  if (!is_on)
    return SQLITE_IOERR_FSYNC;
  /* The disk is the one that is remembered: the real one need not be waited for. */
  return remembers ? SQLITE_OK : self->real->pMethods->xSync (self->real, flags);
}

static int
file_size (sqlite3_file *file, sqlite3_int64 *size)
{
  File *self = (File *) file;

  return self->real->pMethods->xFileSize (self->real, size);
}

static int
file_lock (sqlite3_file *file, int level)
{
  File *self = (File *) file;

  return self->real->pMethods->xLock (self->real, level);
}

static int
file_unlock (sqlite3_file *file, int level)
{
  File *self = (File *) file;

  return self->real->pMethods->xUnlock (self->real, level);
}

static int
file_check_lock (sqlite3_file *file, int *result)
{
  File *self = (File *) file;

  return self->real->pMethods->xCheckReservedLock (self->real, result);
}

static int
file_control (sqlite3_file *file, int what, void *argument)
{
  File *self = (File *) file;

  return self->real->pMethods->xFileControl (self->real, what, argument);
}

static int
file_sector_size (sqlite3_file *file)
{
  return SECTOR;
}

static int
file_traits (sqlite3_file *file)
{
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int
file_shm_map (sqlite3_file *file, int region, int size, int extend, void volatile **out)
{
  File *self = (File *) file;

  return self->real->pMethods->xShmMap (self->real, region, size, extend, out);
}

static int
file_shm_lock (sqlite3_file *file, int offset, int n, int flags)
{
  File *self = (File *) file;

  return self->real->pMethods->xShmLock (self->real, offset, n, flags);
}

static void
file_shm_barrier (sqlite3_file *file)
{
  File *self = (File *) file;

  self->real->pMethods->xShmBarrier (self->real);
}

static int
file_shm_unmap (sqlite3_file *file, int remove)
{
  File *self = (File *) file;

  return self->real->pMethods->xShmUnmap (self->real, remove);
}

static const sqlite3_io_methods methods = {
  .iVersion = 2,
  .xClose = file_close,
  .xRead = file_read,
  .xWrite = file_write,
  .xTruncate = file_truncate,
  .xSync = file_sync,
  .xFileSize = file_size,
  .xLock = file_lock,
  .xUnlock = file_unlock,
  .xCheckReservedLock = file_check_lock,
  .xFileControl = file_control,
  .xSectorSize = file_sector_size,
  .xDeviceCharacteristics = file_traits,
  .xShmMap = file_shm_map,
  .xShmLock = file_shm_lock,
  .xShmBarrier = file_shm_barrier,
  .xShmUnmap = file_shm_unmap,
};

static int
vfs_open (sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out_flags)
{
  File *self = (File *) file;
  int code;

  self->real = (sqlite3_file *) (self + 1);
  self->base.pMethods = NULL;
  code = usual->xOpen (usual, path, self->real, flags, out_flags);
  if (code != SQLITE_OK)
    return code;
  self->path = g_strdup (path != NULL ? path : "");
  self->syncs_folder = (flags & SQLITE_OPEN_CREATE) != 0 && (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
  self->base.pMethods = &methods;
  return SQLITE_OK;
}

/* A removal may not have happened until the folder is synced. */
static int
vfs_delete (sqlite3_vfs *vfs, const char *path, int sync)
{
  g_mutex_lock (&lock);
  if (images != NULL && !is_cut () && g_hash_table_contains (images, path))
    find_image (path)->is_removed = TRUE;
  if (images != NULL && sync && !is_cut ())
    g_hash_table_foreach_remove (images, image_is_removed, NULL);
  g_mutex_unlock (&lock);
  return usual->xDelete (usual, path, 0);
}

static int
vfs_access (sqlite3_vfs *vfs, const char *path, int flags, int *result)
{
  return usual->xAccess (usual, path, flags, result);
}

static int
vfs_full_path (sqlite3_vfs *vfs, const char *path, int size, char *out)
{
  return usual->xFullPathname (usual, path, size, out);
}

static int
vfs_random (sqlite3_vfs *vfs, int length, char *out)
{
  return usual->xRandomness (usual, length, out);
}

static int
vfs_sleep (sqlite3_vfs *vfs, int microseconds)
{
  return usual->xSleep (usual, microseconds);
}

static int
vfs_time (sqlite3_vfs *vfs, double *now)
{
  return usual->xCurrentTime (usual, now);
}

static int
vfs_last_error (sqlite3_vfs *vfs, int length, char *out)
{
  return usual->xGetLastError (usual, length, out);
}

void
forgetful_vfs_register (void)
{
  static sqlite3_vfs vfs = {
    .iVersion = 1,
    .zName = FORGETFUL_VFS,
    .xOpen = vfs_open,
    .xDelete = vfs_delete,
    .xAccess = vfs_access,
    .xFullPathname = vfs_full_path,
    .xRandomness = vfs_random,
    .xSleep = vfs_sleep,
    .xCurrentTime = vfs_time,
    .xGetLastError = vfs_last_error,
  };

  if (usual != NULL)
    return;
  usual = sqlite3_vfs_find (NULL);
  vfs.szOsFile = (int) sizeof (File) + usual->szOsFile;
  vfs.mxPathname = usual->mxPathname;
  sqlite3_vfs_register (&vfs, 0);
}

void
forgetful_vfs_reset (gboolean remembers)
{
  g_mutex_lock (&lock);
  g_clear_pointer (&images, g_hash_table_unref);
  if (remembers)
    images = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, image_free);
  cut_at = -1;
  space = -1;
  n_operations = 0;
  n_syncs = 0;
  g_mutex_unlock (&lock);
}

void
forgetful_vfs_cut_after (guint n)
{
  g_mutex_lock (&lock);
  cut_at = n_operations + n;
  g_mutex_unlock (&lock);
}

gboolean
forgetful_vfs_is_cut (void)
{
  gboolean result;

  g_mutex_lock (&lock);
  result = is_cut ();
  g_mutex_unlock (&lock);
  return result;
}

guint
forgetful_vfs_get_n_operations (void)
{
  guint result;

  g_mutex_lock (&lock);
  result = n_operations;
  g_mutex_unlock (&lock);
  return result;
}

guint
forgetful_vfs_get_n_syncs (void)
{
  guint result;

  g_mutex_lock (&lock);
  result = n_syncs;
  g_mutex_unlock (&lock);
  return result;
}

void
forgetful_vfs_set_space (gint64 bytes)
{
  g_mutex_lock (&lock);
  space = bytes;
  g_mutex_unlock (&lock);
}

/* (nullable): the file as it is after the cut */
static GByteArray *
recover (const Image *image, GRand *random)
{
  GByteArray *content = g_byte_array_new ();

  if (image->durable != NULL)
    g_byte_array_append (content, image->durable->data, image->durable->len);
  else if (g_rand_boolean (random))
    return content; /* its name made it, its content not */
  for (guint i = 0; i < image->changes->len; i++)
    {
      gint32 luck = g_rand_int_range (random, 0, 4);

      if (luck >= 2)
        apply_change (content, g_ptr_array_index (image->changes, i), luck == 2 ? random : NULL);
    }
  return content;
}

void
forgetful_vfs_write_disk (const char *folder, GRand *random)
{
  GHashTableIter iter;
  gpointer path;
  gpointer image;

  g_mutex_lock (&lock);
  g_hash_table_iter_init (&iter, images);
  while (g_hash_table_iter_next (&iter, &path, &image))
    {
      g_autofree char *name = g_path_get_basename (path);
      g_autofree char *file = g_build_filename (folder, name, NULL);
      g_autoptr (GByteArray) content = recover (image, random);
      g_autoptr (GError) error = NULL;

      g_file_set_contents (file, (const char *) content->data, content->len, &error);
      g_assert_no_error (error);
    }
  g_mutex_unlock (&lock);
}
