/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-bot"

#include "config.h"

#include "bot/bty-bot-template.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bot/bty-slug.h"
#include "bty-text-file.h"

#define MAX_FILE      (256 * 1024)
#define MAX_TEMPLATES 1000
#define NAME_MARK     "{{name}}"

static char *
shipped_folder (void)
{
  if (bty_paths_runs_from_build ())
    return g_build_filename (BTY_SOURCE_ROOT, "data", "bots", NULL);
  return bty_paths_installed (BTY_BOTS_DIR);
}

static char *
own_folder (const char *data_dir)
{
  return g_build_filename (data_dir, "templates", NULL);
}

static gboolean
read_text (const char *folder, const char *name, char **text, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return bty_text_file_read (path, MAX_FILE, text, error);
}

/* The first heading of the soul. */
static char *
title_of (const char *soul)
{
  const char *line = g_str_has_prefix (soul, "# ") ? soul : strstr (soul, "\n# ");
  g_autofree char *title = NULL;

  if (line == NULL)
    return NULL;
  line += *line == '\n' ? 3 : 2;
  title = g_strndup (line, MIN (strcspn (line, "\n"), 400));
  g_strstrip (title);
  return g_utf8_validate (title, -1, NULL) && g_utf8_strlen (title, -1) <= 200 ? g_steal_pointer (&title) : NULL;
}

char *
bty_bot_text_value (const char *text, const char *key)
{
  g_auto (GStrv) lines = NULL;

  if (!g_str_has_prefix (text, "---\n"))
    return NULL;
  lines = g_strsplit (text + 4, "\n", 200);
  for (guint i = 0; lines[i] != NULL && !g_str_has_prefix (lines[i], "---"); i++)
    {
      char *colon = strchr (lines[i], ':');
      char *value;
      gsize length;

      if (colon == NULL)
        continue;
      *colon = '\0';
      if (strcmp (lines[i], key) != 0)
        continue;
      value = g_strstrip (colon + 1);
      length = strlen (value);
      if (length >= 2 && (*value == '"' || *value == '\'') && value[length - 1] == *value)
        return g_strndup (value + 1, length - 2);
      return g_strdup (value);
    }
  return NULL;
}

static BtyTemplate *
load_from (const char *folder, const char *name, gboolean is_own, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (BtyTemplate) template = bty_template_new ();

  if (!read_text (path, "SOUL.md", &template->soul, error) ||
      !read_text (path, "IDENTITY.md", &template->identity, error) ||
      !read_text (path, "USER.md", &template->user, error) || !read_text (path, "evals.yaml", &template->evals, error))
    return NULL;
  if (template->soul == NULL)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND,
                   _ ("no template is called “%s”: “boternity-ctl bot templates” names them all"), name);
      return NULL;
    }
  template->name = g_strdup (name);
  template->is_own = is_own;
  template->title = title_of (template->soul);
  if (template->identity != NULL)
    template->summary = bty_bot_text_value (template->identity, "description");
  return g_steal_pointer (&template);
}

BtyTemplate *
bty_bot_template_load (const char *data_dir, const char *name, GError **error)
{
  g_autofree char *own = own_folder (data_dir);
  g_autofree char *shipped = shipped_folder ();
  g_autoptr (GError) reason = NULL;
  BtyTemplate *template;

  /* The name becomes a part of a path. */
  if (!bty_slug_is_valid (name))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND,
                   _ ("no template is called “%s”: “boternity-ctl bot templates” names them all"), name);
      return NULL;
    }
  template = load_from (own, name, TRUE, &reason);
  if (template == NULL && g_error_matches (reason, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    return load_from (shipped, name, FALSE, error);
  if (template == NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  return template;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(BtyTemplate *const *) a)->name, (*(BtyTemplate *const *) b)->name);
}

static void
list_from (const char *folder, gboolean is_own, GHashTable *seen, GPtrArray *list)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL && list->len < MAX_TEMPLATES)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BtyTemplate) template = NULL;

      if (!bty_slug_is_valid (name) || g_hash_table_contains (seen, name))
        continue;
      template = load_from (folder, name, is_own, &error);
      if (template == NULL)
        {
          if (!g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
            g_warning ("%s", error->message);
          continue;
        }
      g_hash_table_add (seen, g_strdup (name));
      g_clear_pointer (&template->soul, g_free);
      g_clear_pointer (&template->identity, g_free);
      g_clear_pointer (&template->user, g_free);
      g_clear_pointer (&template->evals, g_free);
      g_ptr_array_add (list, g_steal_pointer (&template));
    }
}

GPtrArray *
bty_bot_template_list (const char *data_dir)
{
  g_autofree char *own = own_folder (data_dir);
  g_autofree char *shipped = shipped_folder ();
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *list = bty_record_list_new ();

  list_from (own, TRUE, seen, list);
  list_from (shipped, FALSE, seen, list);
  g_ptr_array_sort (list, compare);
  return list;
}

/* What stands in quotes in front matter is a JSON string, which YAML reads as it is: a quote in a name must not end it. */
static void
append_name (GString *filled, const char *name, const char *after)
{
  BtyJsonWriter writer;

  if (*after != '"' || !g_str_has_suffix (filled->str, "\""))
    {
      g_string_append (filled, name);
      return;
    }
  g_string_truncate (filled, filled->len - 1);
  bty_json_writer_init (&writer, filled);
  bty_json_writer_string (&writer, name);
  g_string_truncate (filled, filled->len - 1); /* the quote at the end follows */
}

char *
bty_bot_template_fill (const char *text, const char *name)
{
  g_autoptr (GString) filled = g_string_new (NULL);
  const char *mark;

  for (; (mark = strstr (text, NAME_MARK)) != NULL; text = mark + strlen (NAME_MARK))
    {
      g_string_append_len (filled, text, mark - text);
      append_name (filled, name, mark + strlen (NAME_MARK));
    }
  g_string_append (filled, text);
  return g_string_free (g_steal_pointer (&filled), FALSE);
}
