/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-core"

#include "config.h"

#include <string.h>

#include "bty-chain.h"

char *
bty_chain_hash (const char *const *fields, guint n)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  for (guint i = 0; i < n; i++)
    {
      guint32 length = fields[i] != NULL ? (guint32) strlen (fields[i]) : G_MAXUINT32;
      guint32 prefix = GUINT32_TO_BE (length);

      g_checksum_update (sum, (const guchar *) &prefix, sizeof prefix);
      if (fields[i] != NULL)
        g_checksum_update (sum, (const guchar *) fields[i], length);
    }
  return g_strdup (g_checksum_get_string (sum));
}
