/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-backup"

#include "config.h"

#include "backup/bty-backup-writer.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "bty-seal-head.h"

/* What gathers for one subject, and for all together. */
#define CHUNK_SIZE  (256 * 1024)
#define MAX_WAITING (8 * 1024 * 1024)

typedef struct
{
  guint32 slot;
  char *subject;
  BtySecret *key;
  GByteArray *parts;
} Subject;

struct _BtyBackupWriter
{
  char *path;
  char *partial;
  int fd;
  char *head; /* hash of it, hexadecimal */
  BtySecret *key;
  GHashTable *by_name; /* subject -> Subject */
  GPtrArray *subjects; /* Subject, by slot */
  gsize n_waiting;
  guint64 n_chunks;
  gint64 size;
};

static void
subject_free (gpointer data)
{
  Subject *subject = data;

  g_free (subject->subject);
  bty_secret_unref (subject->key);
  g_byte_array_unref (subject->parts);
  g_free (subject);
}

static gboolean
write_all (BtyBackupWriter *self, gconstpointer bytes, gsize length, GError **error)
{
  const char *at = bytes;

  while (length > 0)
    {
      gssize n = write (self->fd, at, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return bty_backup_fail (error, n == 0 ? ENOSPC : errno,
                                _ ("the backup “%s” cannot be written: %s; nothing of it is left"), self->path);
      at += n;
      length -= (gsize) n;
      self->size += n;
    }
  return TRUE;
}

static Subject *
find_subject (BtyBackupWriter *self, const char *name)
{
  Subject *subject = g_hash_table_lookup (self->by_name, name);

  if (subject != NULL)
    return subject;
  subject = g_new0 (Subject, 1);
  subject->slot = self->subjects->len;
  subject->subject = g_strdup (name);
  subject->key = bty_seal_key_new ();
  subject->parts = g_byte_array_new ();
  g_ptr_array_add (self->subjects, subject);
  g_hash_table_insert (self->by_name, subject->subject, subject);
  return subject;
}

static void
write_info (const BtyBackupInfo *info, GByteArray *head)
{
  gsize length = MIN (strlen (info->program), G_MAXUINT8);

  bty_seal_bytes_add (head, (guint64) info->created_at, 8);
  bty_seal_bytes_add (head, info->is_automatic, 1);
  bty_seal_bytes_add (head, length, 1);
  g_byte_array_append (head, (const guint8 *) info->program, (guint) length);
}

static gboolean
write_head (BtyBackupWriter *self, const BtyBackupInfo *info, const BtySealSlots *slots, GError **error)
{
  g_autoptr (GByteArray) head = bty_seal_head_begin (BTY_BACKUP_MAGIC, BTY_BACKUP_VERSION);
  guint8 hash[BTY_SEAL_HASH_SIZE];
  guint8 id[16];
  g_autoptr (GString) name = g_string_new (NULL);
  gboolean is_written;

  bty_seal_random (id, sizeof id);
  g_byte_array_append (head, id, sizeof id);
  write_info (info, head);
  bty_seal_bytes_add (head, slots == NULL, 1);
  if (slots != NULL)
    bty_seal_slots_write (slots, head);
  else
    g_byte_array_append (head, (const guint8 *) bty_secret_peek (self->key), BTY_SEAL_KEY_SIZE);
  bty_seal_head_end (head, hash);
  for (guint i = 0; i < sizeof hash; i++)
    g_string_append_printf (name, "%02x", hash[i]);
  self->head = g_string_free (g_steal_pointer (&name), FALSE);
  is_written = write_all (self, head->data, head->len, error);
  bty_secret_clear_memory (head->data, head->len);
  return is_written;
}

BtyBackupWriter *
bty_backup_writer_new (const char *path, const BtyBackupInfo *info, const BtySecret *key, BtySealSlots *slots,
                       GError **error)
{
  g_autoptr (BtyBackupWriter) self = g_new0 (BtyBackupWriter, 1);
  g_autoptr (BtySealSlots) ways = slots;

  self->fd = -1;
  self->path = g_strdup (path);
  self->key = bty_secret_ref ((BtySecret *) key);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->subjects = g_ptr_array_new_with_free_func (subject_free);
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      bty_backup_fail (error, EEXIST, _ ("the backup “%s” cannot be made: %s"), path);
      return NULL;
    }
  self->partial = g_strconcat (path, ".part", NULL);
  g_unlink (self->partial);
  self->fd = g_open (self->partial, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (self->fd < 0)
    {
      bty_backup_fail (error, errno, _ ("the backup “%s” cannot be made: %s"), path);
      return NULL;
    }
  find_subject (self, ""); /* the installation is number 0 */
  if (!write_head (self, info, ways, error))
    return NULL;
  return g_steal_pointer (&self);
}

static gboolean
write_chunk (BtyBackupWriter *self, Subject *subject, GError **error)
{
  g_autoptr (GByteArray) packed = NULL;
  g_autoptr (GByteArray) frame = g_byte_array_new ();
  g_autofree char *name = bty_backup_chunk_name (self->head, subject->slot, self->n_chunks);
  g_autoptr (GBytes) box = NULL;

  if (subject->parts->len == 0)
    return TRUE;
  packed = bty_backup_pack (subject->parts->data, subject->parts->len);
  box = bty_seal_box (subject->key, "backup chunk", name, packed->data, packed->len);
  bty_seal_bytes_add (frame, subject->slot, 4);
  bty_seal_bytes_add (frame, self->n_chunks, 8);
  bty_seal_bytes_add (frame, g_bytes_get_size (box), 4);
  self->n_chunks++;
  self->n_waiting -= subject->parts->len;
  g_byte_array_set_size (subject->parts, 0);
  return write_all (self, frame->data, frame->len, error) &&
         write_all (self, g_bytes_get_data (box, NULL), g_bytes_get_size (box), error);
}

gboolean
bty_backup_writer_flush (BtyBackupWriter *self, GError **error)
{
  for (guint i = 0; i < self->subjects->len; i++)
    {
      if (!write_chunk (self, self->subjects->pdata[i], error))
        return FALSE;
    }
  return TRUE;
}

gboolean
bty_backup_writer_add (BtyBackupWriter *self, const char *subject, BtyBackupKind kind, gconstpointer bytes,
                       gsize length, GError **error)
{
  gboolean is_named = subject != NULL && strlen (subject) <= BTY_BACKUP_MAX_SUBJECT &&
                      self->subjects->len < BTY_BACKUP_MAX_SUBJECTS;
  Subject *target = find_subject (self, is_named ? subject : "");
  guint before = target->parts->len;

  if (length > BTY_BACKUP_MAX_CHUNK / 2)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED,
                   _ ("a row of %lld bytes is too large for a backup: make it shorter"), (long long) length);
      return FALSE;
    }
  bty_seal_bytes_add (target->parts, (guint64) kind, 1);
  bty_seal_bytes_add (target->parts, length, 4);
  g_byte_array_append (target->parts, bytes, (guint) length);
  self->n_waiting += target->parts->len - before;
  if (target->parts->len >= CHUNK_SIZE && !write_chunk (self, target, error))
    return FALSE;
  return self->n_waiting < MAX_WAITING || bty_backup_writer_flush (self, error);
}

static gboolean
write_end (BtyBackupWriter *self, BtyBackupCounts *counts, GError **error)
{
  g_autoptr (GByteArray) end = g_byte_array_new ();

  counts->subjects = self->subjects->len;
  if (!bty_backup_writer_flush (self, error))
    return FALSE;
  bty_seal_bytes_add (end, self->n_chunks, 8);
  bty_seal_bytes_add (end, (guint64) counts->rows, 8);
  bty_seal_bytes_add (end, (guint64) counts->files, 8);
  bty_seal_bytes_add (end, (guint64) counts->bytes, 8);
  return bty_backup_writer_add (self, NULL, BTY_BACKUP_END, end->data, end->len, error) &&
         bty_backup_writer_flush (self, error);
}

static gboolean
write_table (BtyBackupWriter *self, GError **error)
{
  g_autoptr (GByteArray) end = g_byte_array_new ();
  gint64 at = self->size;
  guint8 hash[BTY_SEAL_HASH_SIZE];

  for (guint i = 0; i < self->subjects->len; i++)
    {
      const Subject *subject = self->subjects->pdata[i];
      g_autoptr (GByteArray) slot = bty_backup_slot_write (self->head, i, subject->subject, self->key, subject->key);

      if (!write_all (self, slot->data, slot->len, error))
        return FALSE;
    }
  g_byte_array_append (end, (const guint8 *) BTY_BACKUP_END_MAGIC, 8);
  bty_seal_bytes_add (end, (guint64) at, 8);
  bty_seal_bytes_add (end, self->subjects->len, 4);
  bty_seal_bytes_add (end, self->n_chunks, 8);
  bty_seal_hash (hash, end->data, end->len);
  g_byte_array_append (end, hash, sizeof hash);
  return write_all (self, end->data, end->len, error);
}

static gboolean
sync_folder (BtyBackupWriter *self, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  int fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  gboolean is_synced = fd >= 0 && fsync (fd) == 0;
  int problem = errno;

  if (fd >= 0)
    close (fd);
  return is_synced || bty_backup_fail (error, problem, _ ("the folder “%s” cannot be written: %s"), folder);
}

gboolean
bty_backup_writer_finish (BtyBackupWriter *self, BtyBackupCounts *counts, gint64 *size, GError **error)
{
  if (!write_end (self, counts, error) || !write_table (self, error))
    return FALSE;
  if (fsync (self->fd) != 0 || close (self->fd) != 0)
    return bty_backup_fail (error, errno, _ ("the backup “%s” cannot be written: %s; nothing of it is left"),
                            self->path);
  self->fd = -1;
  if (g_rename (self->partial, self->path) != 0)
    return bty_backup_fail (error, errno, _ ("the backup “%s” cannot be named: %s"), self->path);
  g_clear_pointer (&self->partial, g_free);
  *size = self->size;
  return sync_folder (self, error);
}

gint64
bty_backup_writer_get_size (BtyBackupWriter *self)
{
  return self->size;
}

void
bty_backup_writer_free (BtyBackupWriter *self)
{
  if (self->fd >= 0)
    close (self->fd);
  if (self->partial != NULL)
    g_unlink (self->partial);
  g_clear_pointer (&self->key, bty_secret_unref);
  g_clear_pointer (&self->by_name, g_hash_table_unref);
  g_clear_pointer (&self->subjects, g_ptr_array_unref);
  g_free (self->partial);
  g_free (self->head);
  g_free (self->path);
  g_free (self);
}
