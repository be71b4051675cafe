/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file of a backup as somebody hostile writes it, once as it stands and once with its hashes made right, so that what lies behind
 * them is reached: never a crash, never more memory than the file's own parts say, and every refusal has a reason.
 */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "backup/bty-backup-reader.h"
#include "bty-seal-head.h"
#include "fuzz.h"

#define MAX_PARTS 1000

static void
check_error (const GError *error)
{
  g_assert_nonnull (error);
  g_assert_true (error->domain == BTY_ERROR);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

static void
read_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyBackupReader) reader = bty_backup_reader_new (path, &error);

  if (reader == NULL || !bty_backup_reader_unlock (reader, NULL, NULL, &error))
    {
      check_error (error);
      return;
    }
  for (guint i = 0; i < MAX_PARTS; i++)
    {
      BtyBackupKind kind;
      const char *subject;
      const guint8 *bytes;
      gsize length;

      if (!bty_backup_reader_next (reader, &kind, &subject, &bytes, &length, &error))
        {
          check_error (error);
          return;
        }
      if (kind == BTY_BACKUP_FILE && length > 2)
        bty_backup_path_is_good ((const char *) bytes + 2, length - 2);
      if (kind == BTY_BACKUP_END)
        return;
    }
}

/* The hash of the head and that of the end are no secrets: a hostile writer makes them right. */
static void
mend (guint8 *bytes, gsize size)
{
  BtySealBytes length = { .at = bytes + BTY_SEAL_MAGIC_SIZE + 2, .left = 4 };
  gsize head;

  if (size < BTY_SEAL_PRELUDE_SIZE + BTY_SEAL_HASH_SIZE + BTY_BACKUP_END_SIZE)
    return;
  memcpy (bytes, BTY_BACKUP_MAGIC, BTY_SEAL_MAGIC_SIZE);
  head = BTY_SEAL_PRELUDE_SIZE + (gsize) bty_seal_bytes_u32 (&length);
  if (head + BTY_SEAL_HASH_SIZE + BTY_BACKUP_END_SIZE <= size)
    bty_seal_hash (bytes + head, bytes, head);
  memcpy (bytes + size - BTY_BACKUP_END_SIZE, BTY_BACKUP_END_MAGIC, 8);
  bty_seal_hash (bytes + size - BTY_SEAL_HASH_SIZE, bytes + size - BTY_BACKUP_END_SIZE,
                 BTY_BACKUP_END_SIZE - BTY_SEAL_HASH_SIZE);
}

static const char *
get_path (void)
{
  static char *path;

  if (path == NULL)
    path = g_strdup_printf ("%s/boternity-fuzz-%d.btybackup", g_get_tmp_dir (), (int) getpid ());
  return path;
}

static void
write_and_read (const guint8 *data, gsize size)
{
  FILE *file = g_fopen (get_path (), "wb");

  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (data, 1, size, file), ==, size);
  g_assert_cmpint (fclose (file), ==, 0);
  read_file (get_path ());
  g_unlink (get_path ());
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree guint8 *mended = g_memdup2 (data, size);

  write_and_read (data, size);
  if (size > 0)
    {
      g_autoptr (GByteArray) unpacked = bty_backup_unpack (data, size, NULL);

      mend (mended, size);
      write_and_read (mended, size);
    }
  return 0;
}
