/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-secret"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "secret/bty-secret-journal.h"

struct _BtySecretJournal
{
  char *path;
  GPtrArray *lines;
};

/* A line that nobody wrote here is passed over: it could name what is somebody else's. */
static gboolean
is_sound (const char *line)
{
  const char *tab = strchr (line, '\t');

  return tab != NULL && tab > line && tab[1] != '\0' && strchr (tab + 1, '\t') == NULL &&
         g_utf8_validate (line, -1, NULL);
}

BtySecretJournal *
bty_secret_journal_new (const char *path)
{
  BtySecretJournal *self = g_new0 (BtySecretJournal, 1);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  self->path = g_strdup (path);
  self->lines = g_ptr_array_new_with_free_func (g_free);
  if (path == NULL || !g_file_get_contents (path, &text, NULL, NULL))
    return self;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (is_sound (lines[i]))
      g_ptr_array_add (self->lines, g_strdup (lines[i]));
  return self;
}

void
bty_secret_journal_free (BtySecretJournal *self)
{
  g_free (self->path);
  g_ptr_array_unref (self->lines);
  g_free (self);
}

static gboolean
write_lines (BtySecretJournal *self, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) reason = NULL;

  if (self->path == NULL)
    return TRUE;
  for (guint i = 0; i < self->lines->len; i++)
    g_string_append_printf (text, "%s\n", (const char *) self->lines->pdata[i]);
  if (g_file_set_contents_full (self->path, text->str, (gssize) text->len,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &reason))
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("“%s” cannot be written: %s"), self->path, reason->message);
  return FALSE;
}

gboolean
bty_secret_journal_add (BtySecretJournal *self, GPtrArray *lines, GError **error)
{
  guint before = self->lines->len;

  for (guint i = 0; i < lines->len; i++)
    if (!g_ptr_array_find_with_equal_func (self->lines, lines->pdata[i], g_str_equal, NULL))
      g_ptr_array_add (self->lines, g_strdup (lines->pdata[i]));
  if (self->lines->len == before || write_lines (self, error))
    return TRUE;
  g_ptr_array_set_size (self->lines, (gint) before);
  return FALSE;
}

void
bty_secret_journal_remove (BtySecretJournal *self, const char *line)
{
  g_autoptr (GError) error = NULL;
  guint index;

  if (!g_ptr_array_find_with_equal_func (self->lines, line, g_str_equal, &index))
    return;
  g_ptr_array_remove_index (self->lines, index);
  /* What stays in the file is looked at again at the next start, and found to be done. */
  if (!write_lines (self, &error))
    g_warning ("%s", error->message);
}

GPtrArray *
bty_secret_journal_list (BtySecretJournal *self)
{
  return self->lines;
}

char *
bty_secret_journal_line (const char *store, const char *name)
{
  return g_strdup_printf ("%s\t%s", store, name);
}
