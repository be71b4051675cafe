/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include "soul/bty-soul-hash.h"

#include <string.h>

#include "bty-chain.h"

char *
bty_soul_hash (const BtySoulVersion *version)
{
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, version->number);
  g_autofree char *created_at = g_strdup_printf ("%" G_GINT64_FORMAT, version->record.created_at);
  const char *fields[] = {
    version->record.id,
    version->bot,
    number,
    version->branch,
    version->parent,
    version->merged,
    version->soul,
    version->identity,
    version->user,
    bty_enum_nick (bty_author_kinds, (int) version->author_kind),
    version->author,
    bty_enum_nick (bty_soul_causes, (int) version->cause),
    version->note,
    created_at,
    version->previous,
  };

  return bty_chain_hash ("boternity soul version 1\n", fields, G_N_ELEMENTS (fields));
}

char *
bty_soul_text_hash (const char *text, gssize length)
{
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) text,
                                      length < 0 ? strlen (text) : (gsize) length);
}

const char *
bty_soul_version_text (const BtySoulVersion *version, BtySoulFile file)
{
  const char *const hashes[BTY_SOUL_N_FILES] = { version->soul, version->identity, version->user };

  return hashes[file];
}

char *
bty_soul_text_key (const char *bot, const char *hash)
{
  return g_strdup_printf ("%s/%s", bot, hash);
}

char *
bty_soul_version_key (const char *bot, gint64 number)
{
  return g_strdup_printf ("%s/%" G_GINT64_FORMAT, bot, number);
}

char *
bty_soul_ref_key (const char *bot, BtySoulRefKind kind, const char *name)
{
  return g_strdup_printf ("%s/%s/%s", bot, bty_enum_nick (bty_soul_ref_kinds, (int) kind), name);
}
