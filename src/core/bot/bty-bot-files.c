/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-bot"

#include "config.h"

#include "bot/bty-bot-files.h"

#include <errno.h>
#include <ftw.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "bty-text-file.h"

/* Of a file besides the soul's, and how many of them there may be. */
#define MAX_MORE  (1024 * 1024)
#define MAX_FILES 1000

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

/* Its front matter is YAML: what stands in quotes is a JSON string, which YAML reads as it is. */
static const char default_identity[] = "---\n"
                                       "name: %s\n"
                                       "description: %s\n"
                                       "voice: calm, warm and plain\n"
                                       "%s"
                                       "---\n"
                                       "\n"
                                       "# Identity\n"
                                       "\n"
                                       "You are called %s.\n";

static const char default_user[] =
  "# User\n"
  "\n"
  "Nothing is known yet about the person you talk to. They can write here what you should know: how to address them,\n"
  "their language, their work, what they like and dislike.\n";

static char *
quote (const char *text)
{
  GString *out = g_string_new (NULL);
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, out);
  bty_json_writer_string (&writer, text);
  return g_string_free (out, FALSE);
}

/* The bot's route, as its wish: `models: ["a/b"]`, or nothing. */
static char *
describe_models (const BtyBot *bot)
{
  GString *out;
  BtyJsonWriter writer;

  if (bot->route == NULL || bot->route[0] == NULL)
    return g_strdup ("");
  out = g_string_new ("models: ");
  bty_json_writer_init (&writer, out);
  bty_json_writer_begin_array (&writer);
  for (guint i = 0; bot->route[i] != NULL; i++)
    bty_json_writer_string (&writer, bot->route[i]);
  bty_json_writer_end_array (&writer);
  g_string_append_c (out, '\n');
  return g_string_free (out, FALSE);
}

static char *
default_identity_text (const BtyBot *bot)
{
  g_autofree char *name = quote (bot->name);
  g_autofree char *description = quote (bot->description != NULL ? bot->description : "A helpful companion.");
  g_autofree char *models = describe_models (bot);

  return g_strdup_printf (default_identity, name, description, models, bot->name);
}

static char *
default_text (const BtyBot *bot, guint index)
{
  if (index == 0)
    return g_strdup_printf (default_soul, bot->name);
  if (index == 1)
    return default_identity_text (bot);
  return g_strdup (default_user);
}

void
bty_bot_default_texts (const BtyBot *bot, BtySoulTexts *texts)
{
  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    bty_record_take_string (&texts->text[i], default_text (bot, i));
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
  g_autofree char *folder = bty_soul_folder (data_dir, slug);
  g_autofree char *aside = aside_of (data_dir, NULL);
  g_autofree char *target = aside_of (data_dir, name);

  if (g_mkdir_with_parents (aside, 0700) != 0)
    return bty_file_fail (error, _ ("make the folder"), aside);
  if (g_rename (folder, target) != 0 && errno != ENOENT)
    return bty_file_fail (error, _ ("move"), folder);
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
  g_autofree char *folder = bty_soul_folder (data_dir, slug);
  g_autofree char *aside = aside_of (data_dir, name);

  if (g_rename (aside, folder) != 0 && errno != ENOENT)
    return bty_file_fail (error, _ ("move"), aside);
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
    return bty_file_fail (error, _ ("remove"), aside);
  return TRUE;
}

static gboolean
is_plain (const char *name)
{
  gsize length = strlen (name);

  if (length == 0 || length > 120 || *name == '.' || !g_utf8_validate (name, -1, NULL))
    return FALSE;
  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    if (*p == '/' || *p == '\\' || g_unichar_iscntrl (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}

gboolean
bty_bot_files_may (const char *name)
{
  if (g_str_has_prefix (name, "memory/"))
    return is_plain (name + strlen ("memory/"));
  return strcmp (name, "evals.yaml") == 0 || strcmp (name, "MEMORY.md") == 0;
}

gboolean
bty_bot_files_add (const char *data_dir, const char *slug, GPtrArray *files, GError **error)
{
  g_autofree char *folder = bty_soul_folder (data_dir, slug);

  for (guint i = 0; files != NULL && i < files->len; i++)
    {
      const BtyImportFile *file = g_ptr_array_index (files, i);
      g_autofree char *path = g_build_filename (folder, file->name, NULL);
      g_autofree char *above = g_path_get_dirname (path);

      g_return_val_if_fail (bty_bot_files_may (file->name), FALSE);
      if (g_mkdir_with_parents (above, 0700) != 0)
        return bty_file_fail (error, _ ("make the folder"), above);
      if (!g_file_set_contents_full (path, file->text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                     0600, error))
        return bty_error_convert (error);
    }
  return TRUE;
}

static void
collect (const char *folder, const char *name, GPtrArray *files, GPtrArray *left_out)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyImportFile) file = bty_import_file_new ();

  if (files->len < MAX_FILES && bty_bot_files_may (name) && bty_text_file_read (path, MAX_MORE, &file->text, &error))
    {
      file->name = g_strdup (name);
      if (file->text != NULL)
        g_ptr_array_add (files, g_steal_pointer (&file));
      return;
    }
  g_ptr_array_add (left_out, error != NULL
                               ? g_strdup (error->message)
                               : g_strdup_printf (_ ("“%s” is no name for a file of a bot, or one too many"), name));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(BtyImportFile *const *) a)->name, (*(BtyImportFile *const *) b)->name);
}

GPtrArray *
bty_bot_files_collect (const char *data_dir, const char *slug, gboolean memories, GPtrArray *left_out)
{
  g_autofree char *folder = bty_soul_folder (data_dir, slug);
  g_autofree char *memory = g_build_filename (folder, "memory", NULL);
  g_autoptr (GDir) dir = NULL;
  GPtrArray *files = bty_record_list_new ();
  const char *entry;

  collect (folder, "evals.yaml", files, left_out);
  if (!memories)
    return files;
  collect (folder, "MEMORY.md", files, left_out);
  if (!g_file_test (memory, G_FILE_TEST_IS_SYMLINK))
    dir = g_dir_open (memory, 0, NULL);
  while (dir != NULL && (entry = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *name = g_build_filename ("memory", entry, NULL);

      collect (folder, name, files, left_out);
    }
  g_ptr_array_sort (files, compare_names);
  return files;
}
