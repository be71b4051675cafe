/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include "soul/bty-soul-policy.h"

#include <glib/gi18n-lib.h>

#include "bty-section.h"
#include "soul/bty-soul-compare.h"

gboolean
bty_soul_policy_admit (BtyPrincipal *principal, const char *slug, BtySoulDeed deed, GError **error)
{
  if (bty_principal_get_kind (principal) != BTY_PRINCIPAL_BOT)
    return TRUE;
  if (g_strcmp0 (bty_principal_get_name (principal), slug) != 0)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_PERMISSION_DENIED,
                   _ ("the bot “%s” has nothing to do with the soul of “%s”: a bot knows no soul but its own"),
                   bty_principal_get_name (principal), slug != NULL ? slug : "");
      return FALSE;
    }
  if (deed != BTY_SOUL_DEED_GOVERN)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_PERMISSION_DENIED,
               _ ("the bot “%s” may not decide about its own soul: that is for a person; it may propose a change"),
               slug);
  return FALSE;
}

static const char *
text_of (const BtySoulTexts *texts, int file)
{
  return texts->text[file] != NULL ? texts->text[file] : "";
}

/* A bot that names a section anew has changed it: what is locked must be there as it was. */
static gboolean
check_lock (const BtySoul *soul, const char *lock, const BtySoulTexts *before, const BtySoulTexts *after,
            GError **error)
{
  g_autofree char *name = NULL;
  g_autofree char *section = NULL;
  int file = bty_section_split_name (lock, &name, &section) ? bty_soul_file_find (name) : -1;

  if (file < 0 || !bty_section_differs (text_of (before, file), text_of (after, file), section))
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_PERMISSION_DENIED,
               _ ("“%s” of the soul of “%s” is locked: only a person changes it"), lock, soul->slug);
  return FALSE;
}

static gboolean
check_locks (const BtySoul *soul, const BtySoulTexts *before, const BtySoulTexts *after, GError **error)
{
  for (guint i = 0; soul->locks != NULL && soul->locks[i] != NULL; i++)
    {
      if (!check_lock (soul, soul->locks[i], before, after, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
bty_soul_policy_check (const BtySoul *soul, BtyAuthorKind kind, BtySoulCause cause, const BtySoulTexts *before,
                       const BtySoulTexts *after, GError **error)
{
  if (kind != BTY_AUTHOR_BOT || cause == BTY_SOUL_PROPOSED)
    return TRUE;
  if (soul->policy == BTY_SOUL_APPLY)
    return check_locks (soul, before, after, error);
  g_set_error (error, BTY_ERROR, BTY_ERROR_PERMISSION_DENIED,
               _ ("the bot “%s” may not change its soul by itself: its policy is “%s”; “boternity-ctl soul policy %s "
                  "apply” lets it"),
               soul->slug, bty_enum_nick (bty_soul_policies, (int) soul->policy), soul->slug);
  return FALSE;
}

gboolean
bty_soul_policy_check_proposal (const BtySoul *soul, BtyAuthorKind kind, const BtySoulTexts *before,
                                const BtySoulTexts *after, GError **error)
{
  if (kind != BTY_AUTHOR_BOT)
    return TRUE;
  if (soul->policy != BTY_SOUL_CLOSED)
    return check_locks (soul, before, after, error);
  g_set_error (error, BTY_ERROR, BTY_ERROR_PERMISSION_DENIED,
               _ ("the bot “%s” may not even propose changes of its soul: its policy is “closed”; “boternity-ctl soul "
                  "policy %s propose” lets it"),
               soul->slug, soul->slug);
  return FALSE;
}

static char *
list_sections (const char *text)
{
  g_autoptr (GArray) sections = bty_section_list (text);
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < sections->len; i++)
    {
      g_string_append (names, i > 0 ? ", " : "");
      g_string_append (names, g_array_index (sections, BtySection, i).name);
    }
  return g_string_free (names, FALSE);
}

gboolean
bty_soul_policy_check_locks (const BtySoul *soul, const char *const *locks, const BtySoulTexts *texts, GError **error)
{
  for (guint i = 0; locks != NULL && locks[i] != NULL; i++)
    {
      g_autofree char *name = NULL;
      g_autofree char *section = NULL;
      g_autofree char *names = NULL;
      g_autofree char *text = NULL;
      int file = bty_section_split_name (locks[i], &name, &section) ? bty_soul_file_find (name) : -1;

      if (file < 0)
        {
          g_set_error (
            error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
            _ ("/locks/%u: “%s” is no section of a soul: write SOUL.md#Values, or SOUL.md for the whole file"), i,
            locks[i]);
          return FALSE;
        }
      text = bty_section_get_text (text_of (texts, file), section);
      if (text != NULL || (soul->locks != NULL && g_strv_contains ((const char *const *) soul->locks, locks[i])))
        continue;
      names = list_sections (text_of (texts, file));
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("/locks/%u: %s has no section “%s”; it has: %s"), i,
                   name, section, names);
      return FALSE;
    }
  return TRUE;
}

BtyAuthorKind
bty_soul_author_kind (BtyPrincipal *principal)
{
  return bty_principal_get_kind (principal) == BTY_PRINCIPAL_BOT ? BTY_AUTHOR_BOT : BTY_AUTHOR_PERSON;
}

void
bty_soul_change_sign (BtySoulChange *change, BtyPrincipal *principal)
{
  change->author_kind = bty_soul_author_kind (principal);
  bty_record_take_string (&change->author, g_strdup (bty_principal_get_name (principal)));
}
