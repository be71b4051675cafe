/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-backup"

#include "config.h"

#include "backup/bty-backup-reader.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bty-seal-head.h"
#include "bty-seal-recovery.h"

typedef struct
{
  BtyBackupSlotState state;
  char *subject;
  guint8 box[BTY_SEAL_KEY_SIZE + BTY_SEAL_BOX_EXTRA];
  BtySecret *key; /* (nullable): once it was needed */
} Slot;

struct _BtyBackupReader
{
  char *path;
  int fd;
  gint64 size;
  gint64 at;
  char *head;
  BtyBackupInfo info;
  BtySealSlots *slots;
  BtySecret *key;
  GPtrArray *subjects; /* Slot */
  gint64 table;
  guint64 n_chunks; /* as the file's end says */
  guint64 number;   /* of the next chunk */
  BtyBackupCounts counts;
  GByteArray *chunk;
  gsize read; /* of it */
  guint32 slot;
  gboolean is_ended;
};

static void
slot_free (gpointer data)
{
  Slot *slot = data;

  g_free (slot->subject);
  g_clear_pointer (&slot->key, bty_secret_unref);
  g_free (slot);
}

static gboolean
fail (BtyBackupReader *self, const char *what, GError **error)
{
  g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("the backup “%s” is damaged: %s; use another one"), self->path,
               what);
  return FALSE;
}

static gboolean
read_at (BtyBackupReader *self, gint64 at, gpointer bytes, gsize length, GError **error)
{
  char *to = bytes;

  while (length > 0)
    {
      gssize n = pread (self->fd, to, length, at);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return bty_backup_fail (error, errno, _ ("the backup “%s” cannot be read: %s"), self->path);
      if (n == 0)
        return fail (self, _ ("it is cut short"), error);
      to += n;
      at += n;
      length -= (gsize) n;
    }
  return TRUE;
}

static gboolean
read_info (BtyBackupReader *self, BtySealBytes *body)
{
  guint8 length;
  const guint8 *program;

  self->info.created_at = (gint64) bty_seal_bytes_u64 (body);
  self->info.is_automatic = bty_seal_bytes_u8 (body) == 1;
  length = bty_seal_bytes_u8 (body);
  program = bty_seal_bytes_take (body, length);
  if (program == NULL || !g_utf8_validate_len ((const char *) program, length, NULL))
    return FALSE;
  self->info.program = g_strndup ((const char *) program, length);
  return TRUE;
}

static gboolean
read_body (BtyBackupReader *self, BtySealBytes *body, GError **error)
{
  const guint8 *id = bty_seal_bytes_take (body, 16);
  gboolean is_good = read_info (self, body);
  gboolean is_open = bty_seal_bytes_u8 (body) == 1;
  const guint8 *key;

  if (id == NULL || !is_good || body->failed)
    return fail (self, _ ("its head is not whole"), error);
  if (!is_open)
    {
      self->slots = bty_seal_slots_read (body, error);
      return self->slots != NULL;
    }
  key = bty_seal_bytes_take (body, BTY_SEAL_KEY_SIZE);
  if (key == NULL)
    return fail (self, _ ("its head is not whole"), error);
  self->key = bty_secret_new ((const char *) key, BTY_SEAL_KEY_SIZE);
  return TRUE;
}

static gboolean
read_head (BtyBackupReader *self, GError **error)
{
  guint8 prelude[BTY_SEAL_PRELUDE_SIZE];
  guint8 hash[BTY_SEAL_HASH_SIZE];
  g_autofree guint8 *head = NULL;
  g_autoptr (GString) name = g_string_new (NULL);
  BtySealBytes body;
  gsize size;

  if (!read_at (self, 0, prelude, sizeof prelude, error))
    return FALSE;
  size = bty_seal_head_get_size (prelude, BTY_BACKUP_MAGIC, error);
  head = g_malloc (size + 1);
  if (size == 0 || !read_at (self, 0, head, size, error) ||
      !bty_seal_head_open (head, size, BTY_BACKUP_MAGIC, BTY_BACKUP_VERSION, &body, hash, error))
    {
      g_prefix_error (error, "%s: ", self->path);
      return FALSE;
    }
  for (guint i = 0; i < sizeof hash; i++)
    g_string_append_printf (name, "%02x", hash[i]);
  self->head = g_string_free (g_steal_pointer (&name), FALSE);
  self->at = (gint64) size;
  return read_body (self, &body, error);
}

static gboolean
read_slot (BtyBackupReader *self, guint32 index, GError **error)
{
  guint8 bytes[BTY_BACKUP_SLOT_SIZE];
  Slot *slot = g_new0 (Slot, 1);

  g_ptr_array_add (self->subjects, slot);
  if (!read_at (self, self->table + (gint64) index * BTY_BACKUP_SLOT_SIZE, bytes, sizeof bytes, error))
    return FALSE;
  slot->state = bytes[0];
  if (slot->state == BTY_BACKUP_SLOT_FORGOTTEN)
    {
      self->counts.forgotten++;
      return TRUE;
    }
  if (slot->state != BTY_BACKUP_SLOT_USED || bytes[1] > BTY_BACKUP_MAX_SUBJECT)
    return fail (self, _ ("its table of keys is not whole"), error);
  slot->subject = g_strndup ((const char *) bytes + 2, bytes[1]);
  memcpy (slot->box, bytes + 2 + BTY_BACKUP_MAX_SUBJECT, sizeof slot->box);
  return TRUE;
}

static gboolean
read_table (BtyBackupReader *self, GError **error)
{
  guint8 end[BTY_BACKUP_END_SIZE];
  guint8 hash[BTY_SEAL_HASH_SIZE];
  BtySealBytes bytes = { .at = end + 8, .left = 20 };
  guint32 n;

  if (self->size < self->at + BTY_BACKUP_END_SIZE)
    return fail (self, _ ("it is cut short"), error);
  if (!read_at (self, self->size - BTY_BACKUP_END_SIZE, end, sizeof end, error))
    return FALSE;
  bty_seal_hash (hash, end, sizeof end - sizeof hash);
  if (memcmp (end, BTY_BACKUP_END_MAGIC, 8) != 0 || memcmp (hash, end + sizeof end - sizeof hash, sizeof hash) != 0)
    return fail (self, _ ("it is cut short"), error);
  self->table = (gint64) bty_seal_bytes_u64 (&bytes);
  n = bty_seal_bytes_u32 (&bytes);
  self->n_chunks = bty_seal_bytes_u64 (&bytes);
  if (n == 0 || n > BTY_BACKUP_MAX_SUBJECTS || self->table < self->at ||
      self->table != self->size - BTY_BACKUP_END_SIZE - (gint64) n * BTY_BACKUP_SLOT_SIZE)
    return fail (self, _ ("its end does not fit its size"), error);
  self->counts.subjects = n;
  for (guint32 i = 0; i < n; i++)
    {
      if (!read_slot (self, i, error))
        return FALSE;
    }
  return TRUE;
}

BtyBackupReader *
bty_backup_reader_new (const char *path, GError **error)
{
  g_autoptr (BtyBackupReader) self = g_new0 (BtyBackupReader, 1);
  struct stat status;

  self->path = g_strdup (path);
  self->subjects = g_ptr_array_new_with_free_func (slot_free);
  self->chunk = g_byte_array_new ();
  self->fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  if (self->fd < 0 || fstat (self->fd, &status) != 0)
    {
      bty_backup_fail (error, errno, _ ("the backup “%s” cannot be read: %s"), path);
      return NULL;
    }
  self->size = status.st_size;
  if (!S_ISREG (status.st_mode))
    {
      fail (self, _ ("it is no file"), error);
      return NULL;
    }
  if (!read_head (self, error) || !read_table (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
bty_backup_reader_free (BtyBackupReader *self)
{
  if (self->fd >= 0)
    close (self->fd);
  g_clear_pointer (&self->slots, bty_seal_slots_free);
  g_clear_pointer (&self->key, bty_secret_unref);
  g_ptr_array_unref (self->subjects);
  bty_secret_clear_memory (self->chunk->data, self->chunk->len);
  g_byte_array_unref (self->chunk);
  g_free (self->info.program);
  g_free (self->head);
  g_free (self->path);
  g_free (self);
}

const BtyBackupInfo *
bty_backup_reader_get_info (BtyBackupReader *self)
{
  return &self->info;
}

const BtySealSlots *
bty_backup_reader_get_slots (BtyBackupReader *self)
{
  return self->slots;
}

const BtyBackupCounts *
bty_backup_reader_get_counts (BtyBackupReader *self)
{
  return &self->counts;
}

gint64
bty_backup_reader_get_size (BtyBackupReader *self)
{
  return self->size;
}

gint64
bty_backup_reader_get_position (BtyBackupReader *self)
{
  return self->at;
}

gboolean
bty_backup_reader_unlock (BtyBackupReader *self, const BtySecret *own, const BtySecret *given, GError **error)
{
  if (self->slots == NULL)
    return TRUE;
  if (given != NULL && bty_seal_recovery_is_one (given))
    self->key = bty_seal_slots_open_recovery (self->slots, given, error);
  else if (given != NULL)
    self->key = bty_seal_slots_open_passphrase (self->slots, given, error);
  else if (own != NULL)
    self->key = bty_seal_slots_open_recovery (self->slots, own, NULL);
  if (self->key == NULL && given == NULL)
    g_set_error (
      error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
      _ ("the key of this installation does not open the backup “%s”: give its passphrase or its recovery key"),
      self->path);
  return self->key != NULL;
}

static const BtySecret *
key_of (BtyBackupReader *self, Slot *slot, GError **error)
{
  g_autofree char *name = NULL;

  if (slot->key != NULL)
    return slot->key;
  name = bty_backup_slot_name (self->head, self->slot, slot->subject);
  slot->key = bty_seal_open (self->key, "backup subject", name, slot->box, sizeof slot->box, error);
  if (slot->key != NULL && bty_secret_get_length (slot->key) != BTY_SEAL_KEY_SIZE)
    g_clear_pointer (&slot->key, bty_secret_unref);
  return slot->key;
}

static gboolean
open_chunk (BtyBackupReader *self, Slot *slot, gsize length, GError **error)
{
  g_autofree guint8 *box = g_malloc (length);
  g_autofree char *name = bty_backup_chunk_name (self->head, self->slot, self->number);
  const BtySecret *key = key_of (self, slot, NULL);
  g_autofree guint8 *plain = NULL;
  g_autoptr (GByteArray) chunk = NULL;
  gsize n = 0;

  if (!read_at (self, self->at, box, length, error))
    return FALSE;
  if (key != NULL)
    plain = bty_seal_open_plain (key, "backup chunk", name, box, length, &n, NULL);
  if (plain == NULL)
    return fail (self, _ ("a chunk was changed, or its key was"), error);
  chunk = bty_backup_unpack (plain, n, error);
  if (chunk == NULL)
    return FALSE;
  g_byte_array_unref (self->chunk);
  self->chunk = g_steal_pointer (&chunk);
  self->read = 0;
  return TRUE;
}

/* The next chunk that is not forgotten. */
static gboolean
read_chunk (BtyBackupReader *self, GError **error)
{
  for (;;)
    {
      guint8 frame[BTY_BACKUP_FRAME_SIZE];
      BtySealBytes bytes = { .at = frame, .left = sizeof frame };
      guint64 number;
      gsize length;
      Slot *slot;

      if (self->at + BTY_BACKUP_FRAME_SIZE > self->table)
        return fail (self, _ ("chunks are missing"), error);
      if (!read_at (self, self->at, frame, sizeof frame, error))
        return FALSE;
      self->slot = bty_seal_bytes_u32 (&bytes);
      number = bty_seal_bytes_u64 (&bytes);
      length = bty_seal_bytes_u32 (&bytes);
      self->at += BTY_BACKUP_FRAME_SIZE;
      if (self->slot >= self->subjects->len || number != self->number || length > BTY_BACKUP_MAX_CHUNK ||
          self->at + (gint64) length > self->table)
        return fail (self, _ ("its chunks are out of order"), error);
      slot = self->subjects->pdata[self->slot];
      if (slot->state == BTY_BACKUP_SLOT_USED && !open_chunk (self, slot, length, error))
        return FALSE;
      self->at += (gint64) length;
      self->number++;
      if (slot->state == BTY_BACKUP_SLOT_USED)
        return TRUE;
    }
}

static gboolean
read_end (BtyBackupReader *self, const guint8 *part, gsize length, GError **error)
{
  BtySealBytes bytes = { .at = part, .left = length };
  guint64 n = bty_seal_bytes_u64 (&bytes);

  self->counts.rows = (gint64) bty_seal_bytes_u64 (&bytes);
  self->counts.files = (gint64) bty_seal_bytes_u64 (&bytes);
  self->counts.bytes = (gint64) bty_seal_bytes_u64 (&bytes);
  self->is_ended = TRUE;
  if (bytes.failed || self->slot != 0 || n + 1 != self->number || self->number != self->n_chunks ||
      self->at != self->table || self->read != self->chunk->len)
    return fail (self, _ ("its end does not fit what came before"), error);
  return TRUE;
}

gboolean
bty_backup_reader_next (BtyBackupReader *self, BtyBackupKind *kind, const char **subject, const guint8 **bytes,
                        gsize *length, GError **error)
{
  BtySealBytes part;
  const Slot *slot;

  g_return_val_if_fail (self->key != NULL && !self->is_ended, FALSE);
  if (self->read == self->chunk->len && !read_chunk (self, error))
    return FALSE;
  slot = self->subjects->pdata[self->slot];
  part = (BtySealBytes){ .at = self->chunk->data + self->read, .left = self->chunk->len - self->read };
  *kind = bty_seal_bytes_u8 (&part);
  *length = bty_seal_bytes_u32 (&part);
  *bytes = bty_seal_bytes_take (&part, *length);
  *subject = slot->subject;
  if (part.failed)
    return fail (self, _ ("a part is longer than its chunk"), error);
  self->read = self->chunk->len - part.left;
  if (*kind == BTY_BACKUP_END)
    return read_end (self, *bytes, *length, error);
  return TRUE;
}

static gboolean
overwrite (const BtyBackupReader *self, guint index, GError **error)
{
  guint8 bytes[BTY_BACKUP_SLOT_SIZE];
  int fd = g_open (self->path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0);
  gint64 at = self->table + (gint64) index * BTY_BACKUP_SLOT_SIZE;
  gboolean is_written;
  int problem;

  bty_seal_random (bytes, sizeof bytes);
  bytes[0] = BTY_BACKUP_SLOT_FORGOTTEN;
  is_written = fd >= 0 && pwrite (fd, bytes, sizeof bytes, at) == (gssize) sizeof bytes && fsync (fd) == 0;
  problem = errno;
  if (fd >= 0)
    close (fd);
  return is_written || bty_backup_fail (error, problem, _ ("the backup “%s” cannot be changed: %s"), self->path);
}

static gboolean
is_among (const char *subject, const char *const *subjects)
{
  for (guint i = 0; subjects[i] != NULL; i++)
    {
      gsize length = strlen (subjects[i]);

      if (strcmp (subject, subjects[i]) == 0 ||
          (g_str_has_suffix (subjects[i], "*") && strncmp (subject, subjects[i], length - 1) == 0))
        return TRUE;
    }
  return FALSE;
}

gboolean
bty_backup_forget (const char *path, const char *const *subjects, guint *n_found, GError **error)
{
  g_autoptr (BtyBackupReader) self = bty_backup_reader_new (path, error);

  if (self == NULL)
    return FALSE;
  for (guint i = 1; i < self->subjects->len; i++)
    {
      const Slot *slot = self->subjects->pdata[i];

      if (slot->state != BTY_BACKUP_SLOT_USED || !is_among (slot->subject, subjects))
        continue;
      if (!overwrite (self, i, error))
        return FALSE;
      (*n_found)++;
    }
  return TRUE;
}
