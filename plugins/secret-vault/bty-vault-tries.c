/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-vault"

#include "config.h"

#include <stdio.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-vault-disk.h"
#include "bty-vault-tries.h"

#define MAX_SIZE 128

/* What cannot be read counts as many, since it may have been spoilt to get rid of the wait. */
static void
read_tries (const char *path, const BtyVaultPatience *patience, gint64 now, guint *n, gint64 *last)
{
  BtyVaultStamp stamp;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = bty_vault_disk_read (path, MAX_SIZE, &stamp, &error);
  g_autofree char *text = NULL;

  *n = 0;
  *last = 0;
  if (bytes == NULL && error == NULL)
    return;
  text = bytes != NULL ? g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) : g_strdup ("");
  if (sscanf (text, "wrong %u last %" G_GINT64_FORMAT, n, last) == 2)
    return;
  *n = patience->free_tries + 1;
  *last = now;
}

static guint
wait_after (guint n, const BtyVaultPatience *patience)
{
  guint doublings = n > patience->free_tries ? n - patience->free_tries : 0;

  if (n < patience->free_tries || n == 0)
    return 0;
  return doublings >= 20 ? patience->max_wait : MIN (patience->max_wait, 1u << doublings);
}

gboolean
bty_vault_tries_begin (const char *path, const BtyVaultPatience *patience, gint64 now, GError **error)
{
  guint n = 0, wait;
  gint64 last = 0, left;
  g_autofree char *text = NULL;

  read_tries (path, patience, now, &n, &last);
  wait = wait_after (n, patience);
  /* A clock that was set back does not lengthen the wait. */
  left = MIN (last, now) + (gint64) wait - now;
  if (left > 0)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED,
                   ngettext ("too many wrong passwords: try again in %lld second",
                             "too many wrong passwords: try again in %lld seconds", (gulong) left),
                   (long long) left);
      return FALSE;
    }
  text = g_strdup_printf ("wrong %u last %" G_GINT64_FORMAT "\n", MIN (n, 1000000) + 1, now);
  return bty_vault_disk_replace (path, text, strlen (text), NULL, error);
}

void
bty_vault_tries_forget (const char *path)
{
  g_autoptr (GError) error = NULL;

  if (!bty_vault_disk_remove (path, &error))
    g_warning ("%s", error->message);
}
