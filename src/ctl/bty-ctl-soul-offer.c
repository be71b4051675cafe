/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <string.h>

#include "bty-ctl-offer.h"
#include "bty-ctl-request.h"

#define MOST 30 /* nobody reads more of them */

static GBytes *
about (const char *slug, const char *name, const char *value)
{
  g_auto (BtyCtlRequest) request = { 0 };

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "slug", slug);
  bty_ctl_request_string (&request, name, value);
  return bty_ctl_request_end (&request);
}

static void
offer_versions (const BtyCtlOffer *offer, const char *slug)
{
  g_autoptr (GPtrArray) versions = bty_ctl_call_records (offer->ctl, "soul.history", about (slug, NULL, NULL),
                                                         &bty_soul_version_schema, MOST, NULL);

  bty_ctl_offer_word (offer, "head", NULL);
  for (guint i = 0; versions != NULL && i < versions->len; i++)
    {
      const BtySoulVersion *version = versions->pdata[i];
      g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, version->number);

      bty_ctl_offer_word (offer, number, version->note);
    }
}

static void
offer_refs (const BtyCtlOffer *offer, const char *slug, const char *kind)
{
  g_autoptr (GPtrArray) refs = bty_ctl_call_records (offer->ctl, "soul.refs", about (slug, "kind", kind),
                                                     &bty_soul_ref_schema, MOST, NULL);

  for (guint i = 0; refs != NULL && i < refs->len; i++)
    bty_ctl_offer_word (offer, ((BtySoulRef *) refs->pdata[i])->name, NULL);
}

/* Headings as they stand in the file; whether one is within fenced code the daemon says when it is asked to lock it. */
static void
offer_headings (const BtyCtlOffer *offer, const char *file, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);

  bty_ctl_offer_word (offer, file, NULL);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      gsize level = strspn (lines[i], "#");
      g_autofree char *word = NULL;

      if (level == 0 || level > 6 || lines[i][level] != ' ')
        continue;
      word = g_strconcat (file, "#", g_strstrip (lines[i] + level), NULL);
      bty_ctl_offer_word (offer, word, NULL);
    }
}

static void
offer_sections (const BtyCtlOffer *offer, const char *slug)
{
  g_autoptr (BtySoulSnapshot) head = bty_ctl_call_record (offer->ctl, "soul.show", about (slug, "version", "head"),
                                                          &bty_soul_snapshot_schema, NULL);

  if (head == NULL)
    return;
  offer_headings (offer, "SOUL.md", head->soul);
  offer_headings (offer, "IDENTITY.md", head->identity);
  offer_headings (offer, "USER.md", head->user);
}

void
bty_ctl_offer_soul (const BtyCtlOffer *offer, BtyCtlKind kind, const char *slug)
{
  if (!bty_ctl_find (offer->ctl, NULL))
    return;
  if (kind == BTY_CTL_SECTION)
    offer_sections (offer, slug);
  else if (kind == BTY_CTL_BRANCH)
    offer_refs (offer, slug, "branch");
  else
    {
      offer_versions (offer, slug);
      offer_refs (offer, slug, NULL);
    }
}
