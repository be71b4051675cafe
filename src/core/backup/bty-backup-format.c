/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-backup"

#include "config.h"

#include "backup/bty-backup-format.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-seal-box.h"

#define MAX_PATH  4096
#define MAX_DEPTH 32
/* Fast: what limits a backup is the disk. */
#define PACK_LEVEL 3
#define MIN_PACKED 64

char *
bty_backup_chunk_name (const char *head, guint32 slot, guint64 number)
{
  return g_strdup_printf ("%s/%u/%" G_GUINT64_FORMAT, head, slot, number);
}

char *
bty_backup_slot_name (const char *head, guint32 slot, const char *subject)
{
  return g_strdup_printf ("%s/%u/%s", head, slot, subject);
}

GByteArray *
bty_backup_slot_write (const char *head, guint32 slot, const char *subject, const BtySecret *backup_key,
                       const BtySecret *subject_key)
{
  GByteArray *bytes = g_byte_array_new ();
  g_autofree char *name = bty_backup_slot_name (head, slot, subject);
  g_autoptr (GBytes) box = bty_seal_box (backup_key, "backup subject", name, bty_secret_peek (subject_key),
                                         bty_secret_get_length (subject_key));
  guint8 padding[BTY_BACKUP_SLOT_SIZE] = { 0 };
  gsize length = strlen (subject);

  g_assert (length <= BTY_BACKUP_MAX_SUBJECT);
  bty_seal_bytes_add (bytes, BTY_BACKUP_SLOT_USED, 1);
  bty_seal_bytes_add (bytes, length, 1);
  g_byte_array_append (bytes, (const guint8 *) subject, (guint) length);
  g_byte_array_append (bytes, padding, (guint) (BTY_BACKUP_MAX_SUBJECT - length));
  g_byte_array_append (bytes, g_bytes_get_data (box, NULL), (guint) g_bytes_get_size (box));
  g_byte_array_append (bytes, padding, BTY_BACKUP_SLOT_SIZE - bytes->len);
  return bytes;
}

static gboolean
is_good_part (const char *part)
{
  return *part != '\0' && strcmp (part, ".") != 0 && strcmp (part, "..") != 0;
}

gboolean
bty_backup_path_is_good (const char *path, gsize length)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) parts = NULL;
  guint n;

  if (length == 0 || length > MAX_PATH || !g_utf8_validate_len (path, length, NULL))
    return FALSE;
  text = g_strndup (path, length);
  for (const char *at = text; *at != '\0'; at++)
    {
      if (g_ascii_iscntrl (*at))
        return FALSE;
    }
  parts = g_strsplit (text, "/", -1);
  n = g_strv_length (parts);
  for (guint i = 0; i < n; i++)
    {
      if (!is_good_part (parts[i]))
        return FALSE;
    }
  if (n == 1)
    return strcmp (text, "vault.bty") == 0;
  return n <= MAX_DEPTH && (strcmp (parts[0], "bots") == 0 || strcmp (parts[0], "settings") == 0);
}

static gboolean
convert (GConverter *converter, const guint8 *bytes, gsize length, GByteArray *out, gsize limit)
{
  gsize done = 0;

  for (;;)
    {
      gsize n_read = 0;
      gsize n_written = 0;
      guint before = out->len;
      GConverterResult result;

      g_byte_array_set_size (out, before + MIN (64 * 1024, (guint) limit));
      result = g_converter_convert (converter, bytes + done, length - done, out->data + before, out->len - before,
                                    G_CONVERTER_INPUT_AT_END, &n_read, &n_written, NULL);
      g_byte_array_set_size (out, before + (guint) n_written);
      done += n_read;
      if (result == G_CONVERTER_FINISHED)
        return done == length && out->len <= limit;
      if (result == G_CONVERTER_ERROR || out->len > limit || (n_read == 0 && n_written == 0))
        return FALSE;
    }
}

GByteArray *
bty_backup_pack (const guint8 *bytes, gsize length)
{
  g_autoptr (GConverter) converter = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW, PACK_LEVEL));
  g_autoptr (GByteArray) out = g_byte_array_new ();

  g_byte_array_append (out, (const guint8 *) "Z", 1);
  if (length >= MIN_PACKED && convert (converter, bytes, length, out, BTY_BACKUP_MAX_CHUNK) && out->len < length)
    return g_steal_pointer (&out);
  g_byte_array_set_size (out, 0);
  g_byte_array_append (out, (const guint8 *) "P", 1);
  g_byte_array_append (out, bytes, (guint) length);
  return g_steal_pointer (&out);
}

GByteArray *
bty_backup_unpack (const guint8 *bytes, gsize length, GError **error)
{
  g_autoptr (GConverter) converter = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW));
  g_autoptr (GByteArray) out = g_byte_array_new ();

  if (length > 0 && bytes[0] == 'P')
    {
      g_byte_array_append (out, bytes + 1, (guint) length - 1);
      return g_steal_pointer (&out);
    }
  if (length > 0 && bytes[0] == 'Z' && convert (converter, bytes + 1, length - 1, out, BTY_BACKUP_MAX_CHUNK))
    return g_steal_pointer (&out);
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("a chunk of the backup cannot be unpacked"));
  return NULL;
}

gboolean
bty_backup_fail (GError **error, int problem, const char *what, const char *path)
{
  BtyErrorCode code = BTY_ERROR_UNAVAILABLE;

  if (problem == ENOSPC || problem == EDQUOT || problem == EFBIG)
    code = BTY_ERROR_RESOURCE_EXHAUSTED;
  else if (problem == ENOENT)
    code = BTY_ERROR_NOT_FOUND;
  else if (problem == EEXIST)
    code = BTY_ERROR_ALREADY_EXISTS;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  g_set_error (error, BTY_ERROR, (int) code, what, path, g_strerror (problem));
#pragma GCC diagnostic pop
  return FALSE;
}
