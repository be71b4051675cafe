/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-bot"

#include "config.h"

#include "bot/bty-bot-files.h"

#include <errno.h>
#include <ftw.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

/* A soul beyond this is more likely a mistake than a person; no model's window is meant for it. */
#define MAX_FILE (256 * 1024)

static const char default_soul[] =
  "# Soul\n"
  "\n"
  "You are %s. You are calm, curious and kind, and you would rather be useful than impressive.\n"
  "\n"
  "- Answer the question that was asked, first and plainly; explain after that, when it helps.\n"
  "- Say what you know, say what you only suspect, and say when you do not know.\n"
  "- Ask one short question when a guess could do harm or waste the person's time.\n"
  "- Keep what you are told in confidence. Never pretend to have done what you have not.\n"
  "- Disagree openly and politely when you have reason to.\n";

static const char default_identity[] = "# Identity\n"
                                       "\n"
                                       "Name: %s\n"
                                       "\n"
                                       "%s\n";

static const char default_user[] =
  "# User\n"
  "\n"
  "Nothing is known yet about the person you talk to. They can write here what you should know: how to address them,\n"
  "their language, their work, what they like and dislike.\n";

static const char *const names[] = { "SOUL.md", "IDENTITY.md", "USER.md" };

static gboolean
fail_from_errno (GError **error, const char *what, const char *path)
{
  int saved = errno;

  g_set_error (error, BTY_ERROR,
               saved == ENOSPC || saved == EDQUOT ? BTY_ERROR_RESOURCE_EXHAUSTED : BTY_ERROR_UNAVAILABLE,
               _ ("cannot %s “%s”: %s"), what, path, g_strerror (saved));
  return FALSE;
}

static char *
folder_of (const char *data_dir, const char *slug)
{
  return g_build_filename (data_dir, "bots", slug, NULL);
}

static char *
default_text (const BtyBot *bot, guint index)
{
  if (index == 0)
    return g_strdup_printf (default_soul, bot->name);
  if (index == 1)
    return g_strdup_printf (default_identity, bot->name,
                            bot->description != NULL ? bot->description : "A helpful companion.");
  return g_strdup (default_user);
}

gboolean
bty_bot_files_make (const char *data_dir, const BtyBot *bot, GError **error)
{
  g_autofree char *folder = folder_of (data_dir, bot->slug);

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return fail_from_errno (error, _ ("make the folder"), folder);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);
      g_autofree char *text = NULL;

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        continue;
      text = default_text (bot, i);
      if (!g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                     error))
        return bty_error_convert (error);
    }
  return TRUE;
}

static gboolean
append_file (GString *out, const char *path, GError **error)
{
  GStatBuf info;
  g_autofree char *text = NULL;
  gsize length = 0;

  if (g_stat (path, &info) != 0)
    return errno == ENOENT ? TRUE : fail_from_errno (error, _ ("read"), path);
  if (!S_ISREG (info.st_mode) || info.st_size > MAX_FILE)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                   _ ("“%s” is not a text file of at most %d KiB: shorten or replace it"), path, MAX_FILE / 1024);
      return FALSE;
    }
  if (!g_file_get_contents (path, &text, &length, error))
    return bty_error_convert (error);
  if (!g_utf8_validate (text, (gssize) length, NULL))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _ ("“%s” is not UTF-8 text: save it as UTF-8"),
                   path);
      return FALSE;
    }
  g_strstrip (text);
  if (out->len > 0 && *text != '\0')
    g_string_append (out, "\n\n");
  g_string_append (out, text);
  return TRUE;
}

char *
bty_bot_files_read (const char *data_dir, const BtyBot *bot, GError **error)
{
  g_autofree char *folder = folder_of (data_dir, bot->slug);
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      if (!append_file (out, path, error))
        return NULL;
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

char *
bty_bot_files_name_aside (const char *slug)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *stamp = g_date_time_format (now, "%Y%m%dT%H%M%S");

  return g_strdup_printf ("%s-%s-%06d", slug, stamp, g_date_time_get_microsecond (now));
}

static char *
aside_of (const char *data_dir, const char *name)
{
  return g_build_filename (data_dir, "bots", ".deleted", name, NULL);
}

gboolean
bty_bot_files_set_aside (const char *data_dir, const char *slug, const char *name, GError **error)
{
  g_autofree char *folder = folder_of (data_dir, slug);
  g_autofree char *aside = aside_of (data_dir, NULL);
  g_autofree char *target = aside_of (data_dir, name);

  if (g_mkdir_with_parents (aside, 0700) != 0)
    return fail_from_errno (error, _ ("make the folder"), aside);
  if (g_rename (folder, target) != 0 && errno != ENOENT)
    return fail_from_errno (error, _ ("move"), folder);
  return TRUE;
}

gboolean
bty_bot_files_is_aside (const char *data_dir, const char *name)
{
  g_autofree char *aside = aside_of (data_dir, name);

  return g_file_test (aside, G_FILE_TEST_IS_DIR);
}

gboolean
bty_bot_files_put_back (const char *data_dir, const char *slug, const char *name, GError **error)
{
  g_autofree char *folder = folder_of (data_dir, slug);
  g_autofree char *aside = aside_of (data_dir, name);

  if (g_rename (aside, folder) != 0 && errno != ENOENT)
    return fail_from_errno (error, _ ("move"), aside);
  return TRUE;
}

static int
remove_entry (const char *path, const struct stat *info, int type, struct FTW *walk)
{
  return g_remove (path);
}

gboolean
bty_bot_files_forget (const char *data_dir, const char *name, GError **error)
{
  g_autofree char *aside = aside_of (data_dir, name);

  if (nftw (aside, remove_entry, 16, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT)
    return fail_from_errno (error, _ ("remove"), aside);
  return TRUE;
}
