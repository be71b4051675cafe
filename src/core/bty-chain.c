/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-core"

#include "config.h"

#include <string.h>

#include "bty-chain.h"

char *
bty_chain_hash (const char *kind, const char *const *fields, guint n)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  g_checksum_update (sum, (const guchar *) kind, (gssize) strlen (kind));
  for (guint i = 0; i < n; i++)
    {
      guint64 length = fields[i] != NULL ? strlen (fields[i]) : G_MAXUINT64;
      guint64 prefix = GUINT64_TO_BE (length);

      g_checksum_update (sum, (const guchar *) &prefix, sizeof prefix);
      if (fields[i] != NULL)
        g_checksum_update (sum, (const guchar *) fields[i], (gssize) length);
    }
  return g_strdup (g_checksum_get_string (sum));
}
