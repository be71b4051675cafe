/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-daemon"

#include "config.h"

#include "bty-daemon-check.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>

#include "bty-daemon-harden.h"
#include "bty-engine.h"
#include "bty-log.h"

static void
print (BtySettings *settings)
{
  g_autoptr (GPtrArray) list = bty_settings_list (settings);
  g_auto (GStrv) problems = bty_settings_get_problems (settings);
  g_autoptr (GString) text = g_string_new (NULL);
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, text);
  bty_json_writer_begin_object (&writer);
  bty_json_writer_key (&writer, "settings");
  bty_json_writer_begin_array (&writer);
  for (guint i = 0; i < list->len; i++)
    bty_record_write_json (list->pdata[i], BTY_VIEW_READ, &writer);
  bty_json_writer_end_array (&writer);
  bty_json_writer_key (&writer, "problems");
  bty_json_writer_begin_array (&writer);
  for (guint i = 0; problems[i] != NULL; i++)
    bty_json_writer_string (&writer, problems[i]);
  bty_json_writer_end_array (&writer);
  bty_json_writer_end_object (&writer);
  printf ("%s\n", text->str);
}

/* An engine has its data folder: this one gets an empty one, for as long as it takes. */
gboolean
bty_daemon_check_settings (const char *config_dir, GError **error)
{
  g_autofree char *folder = g_dir_make_tmp ("boternity-check-XXXXXX", error);
  g_autofree char *token = folder != NULL ? bty_paths_token_file (folder) : NULL;
  g_autoptr (BtyEngine) engine = folder != NULL ? bty_engine_new (folder, config_dir, error) : NULL;

  if (engine != NULL)
    {
      bty_log_follow (bty_engine_get_settings (engine));
      bty_daemon_harden_follow (bty_engine_get_settings (engine));
      bty_engine_know_settings (engine);
      print (bty_engine_get_settings (engine));
    }
  if (token != NULL)
    g_unlink (token);
  if (folder != NULL && g_rmdir (folder) != 0)
    g_info ("the folder “%s” stays behind: %s", folder, g_strerror (errno));
  return engine != NULL;
}
