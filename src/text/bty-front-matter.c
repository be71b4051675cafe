/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-text"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-front-matter.h"
#include "bty-yaml.h"

#define MARK "---"

/* The offset behind a line that is the mark; 0 when it is something else. */
static gsize
skip_mark (const char *line)
{
  gsize at = strlen (MARK);

  if (!g_str_has_prefix (line, MARK))
    return 0;
  while (line[at] == ' ' || line[at] == '\t')
    at++;
  if (line[at] == '\r' && line[at + 1] == '\n')
    at++;
  if (line[at] == '\n')
    return at + 1;
  return line[at] == '\0' ? at : 0;
}

gsize
bty_front_matter_find (const char *text, gsize *yaml_length)
{
  gsize first = skip_mark (text), at = first;

  while (first > 0 && text[at] != '\0')
    {
      gsize mark = skip_mark (text + at);
      const char *feed = strchr (text + at, '\n');

      if (mark > 0)
        {
          if (yaml_length != NULL)
            *yaml_length = at - first;
          return at + mark;
        }
      at = feed != NULL ? (gsize) (feed + 1 - text) : strlen (text);
    }
  return 0;
}

gboolean
bty_front_matter_to_json (const char *text, char **json, gsize *body, GError **error)
{
  BtyYamlLimits limits = bty_yaml_limits;
  gsize first = skip_mark (text), length = 0, end = bty_front_matter_find (text, &length);

  *json = NULL;
  if (body != NULL)
    *body = end;
  if (first == 0)
    return TRUE;
  if (end == 0)
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                           _ ("line 1, column 1: “---” begins the front matter, but no second “---” ends it"));
      return FALSE;
    }
  limits.first_line = 2;
  *json = bty_yaml_to_json (text + first, length, &limits, NULL, error);
  if (*json == NULL)
    return FALSE;
  if (strcmp (*json, "null") == 0)
    {
      g_free (*json);
      *json = g_strdup ("{}");
    }
  if (**json == '{')
    return TRUE;
  g_clear_pointer (json, g_free);
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                       _ ("line 2, column 1: the front matter must be a mapping, with lines such as “name: Ada”"));
  return FALSE;
}
