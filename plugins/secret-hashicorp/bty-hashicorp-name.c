/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-hashicorp"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-hashicorp-name.h"
#include "bty-hashicorp-options.h"

#define MAX_NAME 255

void
bty_hashicorp_name_clear (BtyHashicorpName *self)
{
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->field, g_free);
}

static gboolean
is_text (const char *text)
{
  if (!g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (const char *c = text; *c != '\0'; c++)
    if ((guchar) *c < 0x20 || *c == 0x7f)
      return FALSE;
  return TRUE;
}

/* Escaped piece by piece, so that no name leads out of its folder or becomes a query. NULL: it cannot be. */
static char *
escape_path (const char *text)
{
  g_auto (GStrv) pieces = g_strsplit (text, "/", -1);

  for (guint i = 0; pieces[i] != NULL; i++)
    {
      char *escaped;

      if (*pieces[i] == '\0' || g_str_equal (pieces[i], ".") || g_str_equal (pieces[i], ".."))
        return NULL;
      escaped = g_uri_escape_string (pieces[i], NULL, FALSE);
      g_free (pieces[i]);
      pieces[i] = escaped;
    }
  return g_strjoinv ("/", pieces);
}

gboolean
bty_hashicorp_name_read (BtyHashicorpName *self, const char *text, GError **error)
{
  const char *mark = strrchr (text, '#');
  g_autofree char *path = mark != NULL ? g_strndup (text, (gsize) (mark - text)) : g_strdup (text);

  self->path = is_text (text) && strlen (text) <= MAX_NAME && *path != '\0' ? escape_path (path) : NULL;
  self->field = g_strdup (mark != NULL ? mark + 1 : BTY_HASHICORP_FIELD);
  if (self->path != NULL && *self->field != '\0')
    return TRUE;
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                       _ ("a name in HashiCorp Vault is “path” or “path#field”, at most 255 bytes, its pieces neither "
                          "empty nor “.” nor “..”"));
  return FALSE;
}

static char *
get_place (const char *key, GError **error)
{
  g_autofree char *value = bty_hashicorp_options_get (key);
  g_autofree char *trimmed = NULL;
  char *end = value + strlen (value);
  char *escaped;

  while (end > value && end[-1] == '/')
    *--end = '\0';
  trimmed = g_strdup (value + strspn (value, "/"));
  if (*trimmed == '\0')
    return g_strdup ("");
  escaped = is_text (trimmed) ? escape_path (trimmed) : NULL;
  if (escaped == NULL)
    g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                 _ ("the setting hashicorp.%s is no path: its pieces must be neither empty nor “.” nor “..”"), key);
  return escaped;
}

char *
bty_hashicorp_name_url (const char *what, const char *path, GError **error)
{
  g_autofree char *mount = get_place ("mount", error);
  g_autofree char *folder = mount != NULL ? get_place ("folder", error) : NULL;

  if (folder == NULL)
    return NULL;
  return g_strconcat ("v1/", *mount != '\0' ? mount : "secret", "/", what, *folder != '\0' ? "/" : "", folder,
                      path != NULL ? "/" : "", path, NULL);
}
