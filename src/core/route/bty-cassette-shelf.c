/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include "route/bty-cassette-shelf.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "bty-text-file.h"

#define SUFFIX     ".jsonl"
#define FIRST_LINE 4096 /* what is read to list it */
#define MAX_FILE   ((gsize) 1024 * 1024 * 1024)

gboolean
bty_cassette_shelf_check (const char *turn, GError **error)
{
  if (turn != NULL && g_uuid_string_is_valid (turn))
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("“%.40s” is not the id of a turn"),
               turn != NULL ? turn : "");
  return FALSE;
}

static char *
path_of (const char *folder, const char *turn)
{
  return g_strdup_printf ("%s/%s" SUFFIX, folder, turn);
}

static gboolean
no_such (const char *turn, GError **error)
{
  g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND,
               _ ("there is no recording of the turn %s: “boternity-ctl cassette list” shows those there are"), turn);
  return FALSE;
}

BtyCassetteInfo *
bty_cassette_shelf_describe (const BtyCassette *cassette, const char *turn, gsize length)
{
  BtyCassetteInfo *info = bty_cassette_info_new ();

  info->turn = g_strdup (turn);
  info->session = g_strdup (cassette->session);
  info->bot = g_strdup (cassette->bot);
  info->made_at = cassette->made_at;
  info->bytes = (gint64) length;
  info->takes = cassette->takes->len;
  info->requests = cassette->exchanges->len;
  info->redacted = cassette->redacted;
  return info;
}

/* Of its first line alone. (transfer full) (nullable): */
static BtyCassetteInfo *
glance (const char *path, const char *turn)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, NULL);
  g_autoptr (BtyCassette) cassette = NULL;
  char line[FIRST_LINE];
  gsize length = 0;
  GStatBuf status;
  const char *end;

  if (stream == NULL || g_stat (path, &status) != 0 ||
      !g_input_stream_read_all (G_INPUT_STREAM (stream), line, sizeof line, &length, NULL, NULL))
    return NULL;
  end = memchr (line, '\n', length);
  cassette = end != NULL ? bty_cassette_load (line, (gsize) (end - line), NULL) : NULL;
  return cassette != NULL ? bty_cassette_shelf_describe (cassette, turn, (gsize) status.st_size) : NULL;
}

/* Ids of turns are in the order of time. */
static int
compare (gconstpointer a, gconstpointer b)
{
  const BtyCassetteInfo *first = *(const BtyCassetteInfo *const *) a;
  const BtyCassetteInfo *second = *(const BtyCassetteInfo *const *) b;

  return strcmp (second->turn, first->turn);
}

GPtrArray *
bty_cassette_shelf_list (const char *folder)
{
  GPtrArray *infos = bty_record_list_new ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *turn = g_str_has_suffix (name, SUFFIX) ? g_strndup (name, strlen (name) - strlen (SUFFIX))
                                                              : NULL;
      g_autofree char *path = g_build_filename (folder, name, NULL);
      BtyCassetteInfo *info = turn != NULL && g_uuid_string_is_valid (turn) ? glance (path, turn) : NULL;

      if (info != NULL)
        g_ptr_array_add (infos, info);
    }
  g_ptr_array_sort (infos, compare);
  return infos;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) b, *(const char *const *) a);
}

static void
drop_oldest (const char *folder, guint keep)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, SUFFIX))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = keep; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);

      g_unlink (path);
    }
}

gboolean
bty_cassette_shelf_save (const char *folder, const char *turn, const GString *text, guint keep, GError **error)
{
  g_autofree char *path = path_of (folder, turn);

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return bty_file_fail (error, "make", folder);
  if (!g_file_set_contents_full (path, text->str, (gssize) text->len, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error))
    {
      bty_error_convert (error);
      return FALSE;
    }
  drop_oldest (folder, keep);
  return TRUE;
}

char *
bty_cassette_shelf_read (const char *folder, const char *turn, gsize *length, GError **error)
{
  g_autofree char *path = path_of (folder, turn);
  char *text = NULL;

  if (!bty_text_file_read (path, MAX_FILE, &text, error))
    return NULL;
  if (text == NULL)
    no_such (turn, error);
  else
    *length = strlen (text);
  return text;
}

gboolean
bty_cassette_shelf_delete (const char *folder, const char *turn, GError **error)
{
  g_autofree char *path = path_of (folder, turn);

  if (g_unlink (path) == 0)
    return TRUE;
  return errno == ENOENT ? no_such (turn, error) : bty_file_fail (error, "delete", path);
}

void
bty_cassette_shelf_forget (const char *folder, const char *bot)
{
  g_autoptr (GPtrArray) infos = bty_cassette_shelf_list (folder);

  for (guint i = 0; i < infos->len; i++)
    {
      const BtyCassetteInfo *info = infos->pdata[i];

      if (g_strcmp0 (info->bot, bot) == 0)
        bty_cassette_shelf_delete (folder, info->turn, NULL);
    }
}
