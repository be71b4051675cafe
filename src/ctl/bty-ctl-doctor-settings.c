/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-ctl-doctor.h"
#include "bty-ctl-places.h"

/* The key files of the person: those of the system are someone else's to mend. */
static GPtrArray *
list_files (const char *config_dir)
{
  GPtrArray *files = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *parts = g_build_filename (config_dir, "boternity.conf.d", NULL);
  g_autoptr (GDir) folder = g_dir_open (parts, 0, NULL);
  const char *name;

  g_ptr_array_add (files, g_build_filename (config_dir, "boternity.conf", NULL));
  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      if (g_str_has_suffix (name, ".conf"))
        g_ptr_array_add (files, g_build_filename (parts, name, NULL));
    }
  return files;
}

static const BtySettingInfo *
find_setting (BtyCtlDoctor *doctor, const char *name)
{
  for (guint i = 0; doctor->settings != NULL && i < doctor->settings->len; i++)
    {
      if (strcmp (((BtySettingInfo *) doctor->settings->pdata[i])->name, name) == 0)
        return doctor->settings->pdata[i];
    }
  return NULL;
}

/* Whether a sentence of the daemon's tells of it already. */
static gboolean
is_told (BtyCtlDoctor *doctor, const char *path, const char *name)
{
  for (guint i = 0; i < doctor->problems->len; i++)
    {
      if (strstr (doctor->problems->pdata[i], path) != NULL && strstr (doctor->problems->pdata[i], name) != NULL)
        return TRUE;
    }
  return FALSE;
}

static void
check_key (BtyCtlDoctor *doctor, const char *path, const char *name)
{
  const BtySettingInfo *setting = find_setting (doctor, name);
  g_autofree char *variable = NULL;

  if (setting == NULL && !is_told (doctor, path, name))
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_WARNING,
                        g_strdup_printf (_ ("“%s” has a setting %s, which nothing knows"), path, name),
                        g_strdup (_ ("take the line out, or install the plugin that knows it")));
  if (setting == NULL || g_strcmp0 (setting->source, "environment") != 0)
    return;
  variable = bty_ctl_setting_variable (name);
  bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_WARNING,
                      g_strdup_printf (_ ("%s of the environment hides what “%s” says of %s"), variable, path, name),
                      g_strdup_printf (_ ("run: unset %s; then: boternity-ctl restart"), variable));
}

static void
check_file (BtyCtlDoctor *doctor, const char *path)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_auto (GStrv) groups = NULL;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR) || !g_key_file_load_from_file (keys, path, G_KEY_FILE_NONE, NULL))
    return; /* what cannot be read is among the daemon's sentences */
  groups = g_key_file_get_groups (keys, NULL);
  for (guint g = 0; groups[g] != NULL; g++)
    {
      g_auto (GStrv) names = g_key_file_get_keys (keys, groups[g], NULL, NULL);

      for (guint k = 0; names != NULL && names[k] != NULL; k++)
        {
          g_autofree char *name = g_strdup_printf ("%s.%s", groups[g], names[k]);

          check_key (doctor, path, name);
        }
    }
}

static void
check_settings (BtyCtlDoctor *doctor)
{
  g_autoptr (GPtrArray) files = list_files (doctor->config_dir != NULL ? doctor->config_dir : "");
  guint before = doctor->findings->len;

  if (doctor->settings == NULL)
    {
      bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_SKIPPED, g_strdup (_ ("the daemon's program does not tell them")),
                          NULL);
      return;
    }
  for (guint i = 0; i < doctor->problems->len; i++)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_PROBLEM, g_strdup (doctor->problems->pdata[i]),
                        g_strdup (_ ("mend the line; boternity-ctl config list shows what counts")));
  for (guint i = 0; i < files->len; i++)
    check_file (doctor, files->pdata[i]);
  if (doctor->findings->len == before)
    bty_ctl_doctor_add (
      doctor, BTY_CTL_FINDING_OK,
      g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u setting, and its value is good",
                                    "%u settings, and the values of all are good", doctor->settings->len),
                       doctor->settings->len),
      NULL);
}

const BtyCtlCheck bty_ctl_doctor_settings_checks[] = {
  { "settings", N_ ("files that cannot be read, unknown names, values that do not fit or are hidden"), check_settings },
  { 0 },
};
