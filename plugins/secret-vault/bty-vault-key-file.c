/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-vault"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-seal-key.h"
#include "bty-vault-disk.h"
#include "bty-vault-key-file.h"

#define KEY_FILE_MAGIC "boternity vault key 1 "
#define MAX_KEY_FILE   256

/* 64 hexadecimal digits after the magic; no copy of them stays in memory that is not locked. */
static BtySecret *
parse_key (const char *text, gsize length)
{
  gsize at = strlen (KEY_FILE_MAGIC);
  guint8 bytes[BTY_SEAL_KEY_SIZE];
  BtySecret *key;

  if (length < at + 2 * sizeof bytes || strncmp (text, KEY_FILE_MAGIC, at) != 0)
    return NULL;
  for (gsize i = 0; i < 2 * sizeof bytes; i++)
    if (!g_ascii_isxdigit (text[at + i]))
      return NULL;
  for (gsize i = 0; i < sizeof bytes; i++)
    bytes[i] = (guint8) (g_ascii_xdigit_value (text[at + 2 * i]) << 4 | g_ascii_xdigit_value (text[at + 2 * i + 1]));
  key = bty_secret_new ((const char *) bytes, sizeof bytes);
  bty_secret_clear_memory (bytes, sizeof bytes);
  return key;
}

gboolean
bty_vault_key_file_read (const char *path, BtySecret **key, GError **error)
{
  BtyVaultStamp stamp;
  g_autoptr (GError) failure = NULL;
  g_autoptr (GBytes) bytes = bty_vault_disk_read (path, MAX_KEY_FILE, &stamp, &failure);

  *key = NULL;
  if (bytes == NULL && failure == NULL)
    return TRUE;
  if (bytes != NULL)
    {
      gsize length;
      const char *text = g_bytes_get_data (bytes, &length);

      *key = parse_key (text, length);
      bty_secret_clear_memory ((gpointer) text, length);
      if (*key == NULL)
        g_set_error (&failure, BTY_ERROR, BTY_ERROR_DATA_LOSS,
                     _ ("the key file %s is damaged: put back a copy of it, or unlock the vault with its recovery key"),
                     path);
    }
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return *key != NULL;
}

gboolean
bty_vault_key_file_write (const char *path, const BtySecret *kept, GError **error)
{
  char text[sizeof KEY_FILE_MAGIC + 2 * BTY_SEAL_KEY_SIZE + 1];
  gsize at = strlen (KEY_FILE_MAGIC);
  gboolean is_written;

  memcpy (text, KEY_FILE_MAGIC, at);
  for (gsize i = 0; i < BTY_SEAL_KEY_SIZE; i++)
    g_snprintf (text + at + 2 * i, 3, "%02x", (guint8) bty_secret_peek (kept)[i]);
  text[sizeof text - 2] = '\n';
  is_written = bty_vault_disk_replace (path, text, sizeof text - 1, NULL, error);
  bty_secret_clear_memory (text, sizeof text);
  return is_written;
}
