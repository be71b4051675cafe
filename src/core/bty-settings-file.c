/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-settings"

#include "config.h"

#include "bty-settings-file.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* A key file's escapes; a space counts only where it would be stripped. */
static char *
escape (const char *value)
{
  GString *text = g_string_new (NULL);

  for (const char *p = value; *p != '\0'; p++)
    switch (*p)
      {
      case '\\':
        g_string_append (text, "\\\\");
        break;
      case '\n':
        g_string_append (text, "\\n");
        break;
      case '\r':
        g_string_append (text, "\\r");
        break;
      case '\t':
        g_string_append (text, "\\t");
        break;
      case ' ':
        g_string_append (text, p == value || p[1] == '\0' ? "\\s" : " ");
        break;
      default:
        g_string_append_c (text, *p);
      }
  return g_string_free (text, FALSE);
}

/* Returns: (transfer full) (nullable): the group that the line opens */
static char *
read_group (const char *line)
{
  g_autofree char *text = g_strstrip (g_strdup (line));
  gsize length = strlen (text);

  if (length < 2 || text[0] != '[' || text[length - 1] != ']')
    return NULL;
  return g_strndup (text + 1, length - 2);
}

static gboolean
sets_key (const char *line, const char *key)
{
  gsize length = strlen (key);

  while (g_ascii_isspace (*line))
    line++;
  if (strncmp (line, key, length) != 0)
    return FALSE;
  line += length;
  while (*line == ' ' || *line == '\t')
    line++;
  return *line == '=';
}

static gboolean
is_blank (const char *line)
{
  while (g_ascii_isspace (*line))
    line++;
  return *line == '\0';
}

/* Where a new key goes: after the last line of its group that is not blank. */
typedef struct
{
  gboolean has_group;
  guint group_end;
} Place;

static Place
find_place (GPtrArray *lines, const char *group)
{
  Place place = { 0 };
  gboolean is_inside = FALSE;

  for (guint i = 0; i < lines->len; i++)
    {
      const char *line = g_ptr_array_index (lines, i);
      g_autofree char *opened = read_group (line);

      if (opened != NULL)
        is_inside = g_str_equal (opened, group);
      if (is_inside && !is_blank (line))
        place = (Place){ TRUE, i + 1 };
    }
  return place;
}

/* Takes out every line of the key (of two, GKeyFile reads the last); @line, if there is one, stands where the first was. */
static gboolean
replace_key (GPtrArray *lines, const char *group, const char *key, char *line)
{
  gboolean is_inside = FALSE;
  int first = -1;

  for (guint i = 0; i < lines->len; i++)
    {
      g_autofree char *opened = read_group (g_ptr_array_index (lines, i));

      if (opened != NULL)
        is_inside = g_str_equal (opened, group);
      else if (is_inside && sets_key (g_ptr_array_index (lines, i), key))
        {
          if (first >= 0)
            g_ptr_array_remove_index (lines, i--);
          else
            first = (int) i;
        }
    }
  if (first < 0)
    return FALSE;
  g_ptr_array_remove_index (lines, (guint) first);
  if (line != NULL)
    g_ptr_array_insert (lines, first, line);
  return TRUE;
}

static void
add_key (GPtrArray *lines, const char *group, char *line)
{
  Place place = find_place (lines, group);

  if (place.has_group)
    {
      g_ptr_array_insert (lines, (int) place.group_end, line);
      return;
    }
  if (lines->len > 0 && !is_blank (g_ptr_array_index (lines, lines->len - 1)))
    g_ptr_array_add (lines, g_strdup (""));
  g_ptr_array_add (lines, g_strdup_printf ("[%s]", group));
  g_ptr_array_add (lines, line);
}

static GPtrArray *
split (const char *text)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) parts = g_strsplit (text, "\n", -1);
  guint n = g_strv_length (parts);

  if (n > 0 && parts[n - 1][0] == '\0')
    n--;
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (lines, g_strdup (parts[i]));
  return lines;
}

char *
bty_settings_file_edit (const char *text, const char *group, const char *key, const char *value)
{
  g_autoptr (GPtrArray) lines = split (text);
  g_autofree char *escaped = value != NULL ? escape (value) : NULL;
  char *line = value != NULL ? g_strdup_printf ("%s=%s", key, escaped) : NULL;
  GString *result = g_string_new (NULL);

  if (!replace_key (lines, group, key, line) && line != NULL)
    add_key (lines, group, line);
  for (guint i = 0; i < lines->len; i++)
    g_string_append_printf (result, "%s\n", (const char *) g_ptr_array_index (lines, i));
  return g_string_free (result, FALSE);
}

static gboolean
read_text (const char *path, char **text, int *mode, GError **error)
{
  GStatBuf info;

  if (g_stat (path, &info) != 0)
    {
      *text = g_strdup ("");
      *mode = 0600;
      return TRUE;
    }
  *mode = (int) (info.st_mode & 0777);
  return g_file_get_contents (path, text, NULL, error);
}

static gboolean
replace_file (const char *path, const char *group, const char *key, const char *value, GError **error)
{
  char *resolved = realpath (path, NULL);
  g_autofree char *target = g_strdup (resolved != NULL ? resolved : path);
  g_autofree char *folder = g_path_get_dirname (target);
  g_autofree char *text = NULL;
  g_autofree char *edited = NULL;
  int mode;

  free (resolved);
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      int reason = errno;

      g_set_error_literal (error, G_FILE_ERROR, (int) g_file_error_from_errno (reason), g_strerror (reason));
      return FALSE;
    }
  if (!read_text (target, &text, &mode, error))
    return FALSE;
  edited = bty_settings_file_edit (text, group, key, value);
  if (g_str_equal (text, edited))
    return TRUE;
  return g_file_set_contents_full (target, edited, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                   mode, error);
}

gboolean
bty_settings_file_set (const char *path, const char *group, const char *key, const char *value, GError **error)
{
  if (replace_file (path, group, key, value, error))
    return TRUE;
  bty_error_convert (error);
  g_prefix_error (error, _ ("the setting cannot be written to “%s”: "), path);
  return FALSE;
}
