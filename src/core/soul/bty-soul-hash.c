/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include "soul/bty-soul-hash.h"

#include <string.h>

#define DOMAIN_LINE "boternity soul version 1\n"

/* Eight bytes of length, the highest first, then the bytes; all ones for what is absent, so that it differs from the empty text. */
static void
add_text (GChecksum *sum, const char *text)
{
  guint64 length = text != NULL ? strlen (text) : G_MAXUINT64;
  guint64 big = GUINT64_TO_BE (length);

  g_checksum_update (sum, (const guchar *) &big, sizeof big);
  if (text != NULL)
    g_checksum_update (sum, (const guchar *) text, (gssize) length);
}

static void
add_number (GChecksum *sum, gint64 number)
{
  char text[32];

  g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, number);
  add_text (sum, text);
}

char *
bty_soul_hash (const BtySoulVersion *version)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  g_checksum_update (sum, (const guchar *) DOMAIN_LINE, strlen (DOMAIN_LINE));
  add_text (sum, version->record.id);
  add_text (sum, version->bot);
  add_number (sum, version->number);
  add_text (sum, version->branch);
  add_text (sum, version->parent);
  add_text (sum, version->merged);
  add_text (sum, version->soul);
  add_text (sum, version->identity);
  add_text (sum, version->user);
  add_text (sum, bty_enum_nick (bty_author_kinds, (int) version->author_kind));
  add_text (sum, version->author);
  add_text (sum, bty_enum_nick (bty_soul_causes, (int) version->cause));
  add_text (sum, version->note);
  add_number (sum, version->record.created_at);
  add_text (sum, version->previous);
  return g_strdup (g_checksum_get_string (sum));
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
