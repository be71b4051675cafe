/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "bty-ctl-plugin-new.h"

/*
 * A template is a project that builds as it stands, of a plugin called “example”. That word, in its three forms, is all that is
 * replaced, in the files and in their names; it stands in a template for nothing else.
 */
#define WORD       "example"
#define OPERATIONS "operations"
#define MAX_NAME   32

const BtyCtlOption bty_ctl_plugin_new_options[] = {
  { "kind", 'k', N_ ("operations|provider|store|endpoint|transport|runtime|secrets"),
    N_ ("what it brings (operations)"), BTY_CTL_NOTHING },
  { "folder", 'f', N_ ("FOLDER"), N_ ("where to write it (./NAME); must not be there yet"), BTY_CTL_FILE },
  { 0 },
};

typedef struct
{
  const char *name;
  char *capital; /* Name */
  char *upper;   /* NAME */
} Words;

/* Checking. */

static gboolean
is_word (const char *name)
{
  gsize length = strlen (name);

  if (length < 2 || length > MAX_NAME || !g_ascii_islower (name[0]))
    return FALSE;
  return strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789") == length;
}

/* The program's own plugins are named after kind and id. */
static gboolean
is_own_plugin (const char *name)
{
  g_auto (GStrv) ours = g_strsplit (BTY_PLUGINS, " ", -1);

  for (guint i = 0; ours[i] != NULL; i++)
    if (g_strcmp0 (strchr (ours[i], '-') + 1, name) == 0)
      return TRUE;
  return FALSE;
}

/* Words that Boternity uses itself, so that a plugin so named would be refused or mistaken. */
static gboolean
is_taken (const char *name)
{
  static const char *const others[] = { "bty",   "boternity", "system", "operation", "example",
                                        "calls", "plugins",   "events", "secret",    NULL };
  g_autoptr (BtyCatalogue) catalogue = bty_catalogue_new ();

  return g_strv_contains (others, name) || is_own_plugin (name) ||
         bty_catalogue_find_record (catalogue, name) != NULL || bty_ctl_verb_find (name) != NULL ||
         bty_enum_find (bty_feature_kinds, name, -1) != NULL;
}

static gboolean
check_name (const char *name, GError **error)
{
  if (!is_word (name))
    g_set_error (
      error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
      _ ("“%s” cannot be a plugin's name: it must be 2 to %d lower-case letters and digits, and begin with a "
         "letter, such as “weather”"),
      name, MAX_NAME);
  else if (is_taken (name))
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                 _ ("“%s” is a word of Boternity's own: choose another name, such as “my%s”"), name, name);
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_kind (const char *kind, GError **error)
{
  g_autoptr (GString) kinds = g_string_new (OPERATIONS);

  if (strcmp (kind, OPERATIONS) == 0 || bty_enum_find (bty_feature_kinds, kind, -1) != NULL)
    return TRUE;
  for (const BtyEnumValue *value = bty_feature_kinds; value->nick != NULL; value++)
    g_string_append_printf (kinds, ", %s", value->nick);
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("no kind of plugin is called “%s”; there is %s"), kind,
               kinds->str);
  return FALSE;
}

/* Finding the template: beside the program where it was installed or staged, else in the tree that it was built from. */
static char *
find_template (const char *kind, GError **error)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *bin = g_path_get_dirname (program != NULL ? program : BTY_BIN_DIR "/boternity-ctl");
  g_autofree char *path = g_build_filename (bin, "..", BTY_DATA_BELOW_PREFIX, "boternity", "templates", kind, NULL);

  if (program != NULL && g_str_has_prefix (program, BTY_BUILD_ROOT "/src/"))
    {
      g_free (path);
      path = strcmp (kind, OPERATIONS) == 0 ? g_strdup (BTY_SOURCE_ROOT "/plugins/example")
                                            : g_build_filename (BTY_SOURCE_ROOT, "data", "templates", kind, NULL);
    }
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return g_steal_pointer (&path);
  g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
               _ ("the template “%s” is not there: install Boternity's development files"), path);
  return NULL;
}

/* Writing. */

static char *
replace (const char *text, const Words *words)
{
  g_autoptr (GString) out = g_string_new (text);

  g_string_replace (out, WORD, words->name, 0);
  g_string_replace (out, "Example", words->capital, 0);
  g_string_replace (out, "EXAMPLE", words->upper, 0);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static gboolean
write_file (const char *from, const char *to, const Words *words, GError **error)
{
  g_autofree char *text = NULL;
  g_autofree char *written = NULL;
  gsize length;

  if (!g_file_get_contents (from, &text, &length, error))
    return FALSE;
  if (strlen (text) != length || !g_utf8_validate (text, (gssize) length, NULL))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("the template “%s” is damaged: reinstall Boternity"),
                   from);
      return FALSE;
    }
  written = replace (text, words);
  return g_file_set_contents_full (to, written, -1, G_FILE_SET_CONTENTS_NONE, 0644, error);
}

static gboolean
write_folder (const char *from, const char *to, const Words *words, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (from, 0, error);
  const char *name;

  if (dir == NULL)
    return FALSE;
  if (g_mkdir (to, 0755) != 0)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("cannot make the folder “%s”: %s"), to,
                   g_strerror (errno));
      return FALSE;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *source = g_build_filename (from, name, NULL);
      g_autofree char *renamed = replace (name, words);
      g_autofree char *target = g_build_filename (to, renamed, NULL);
      gboolean is_folder = g_file_test (source, G_FILE_TEST_IS_DIR);

      if (name[0] == '.' || strcmp (name, "__pycache__") == 0)
        continue;
      if (!(is_folder ? write_folder : write_file) (source, target, words, error))
        return FALSE;
    }
  return TRUE;
}

/* Only what write_folder() can have made: files and folders of ours. */
static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inside = g_build_filename (path, name, NULL);

      if (g_file_test (inside, G_FILE_TEST_IS_DIR) && !g_file_test (inside, G_FILE_TEST_IS_SYMLINK))
        remove_folder (inside);
      else
        g_unlink (inside);
    }
  g_rmdir (path);
}

/* Whole or not at all: it is written beside its place and then named. */
static gboolean
write_project (const char *template, const char *folder, const Words *words, GError **error)
{
  g_autofree char *partial = g_strconcat (folder, ".partial", NULL);

  if (g_file_test (folder, G_FILE_TEST_EXISTS) || g_file_test (folder, G_FILE_TEST_IS_SYMLINK))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS,
                   _ ("“%s” is there already: choose another place with --folder"), folder);
      return FALSE;
    }
  if (g_file_test (partial, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS, _ ("“%s” is in the way: remove it and try again"),
                   partial);
      return FALSE;
    }
  if (write_folder (template, partial, words, error))
    {
      if (g_rename (partial, folder) == 0)
        return TRUE;
      g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("cannot make the folder “%s”: %s"), folder,
                   g_strerror (errno));
    }
  remove_folder (partial);
  return FALSE;
}

gboolean
bty_ctl_plugin_new (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *name = bty_ctl_args_word (args, 0);
  const char *kind = bty_ctl_args_has (args, "kind") ? bty_ctl_args_get (args, "kind") : OPERATIONS;
  g_autofree char *folder = g_canonicalize_filename (
    bty_ctl_args_has (args, "folder") ? bty_ctl_args_get (args, "folder") : name, NULL);
  g_autofree char *template = NULL;
  g_autofree char *capital = g_strdup (name);
  g_autofree char *upper = g_ascii_strup (name, -1);
  Words words = { name, capital, upper };

  if (!check_name (name, error) || !check_kind (kind, error))
    return FALSE;
  template = find_template (kind, error);
  capital[0] = g_ascii_toupper (capital[0]);
  if (template == NULL || !write_project (template, folder, &words, error))
    return FALSE;
  if (ctl->json)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      BtyJsonWriter writer;

      bty_json_writer_init (&writer, text);
      bty_json_writer_begin_object (&writer);
      bty_json_writer_member_string (&writer, "name", name);
      bty_json_writer_member_string (&writer, "kind", kind);
      bty_json_writer_member_string (&writer, "folder", folder);
      bty_json_writer_end_object (&writer);
      bty_ctl_print_json (text->str);
      return TRUE;
    }
  printf (_ ("The plugin “%s” is in %s. Build and test it:\n"), name, folder);
  printf ("  cd %s && meson setup build && meson test -C build\n", folder);
  return TRUE;
}
