/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include "bty-ctl-places.h"

#include <string.h>

#define LOG_NAME "boternityd.log"

char *
bty_ctl_log_path (const char *data_dir)
{
  g_autofree char *usual = g_build_filename (g_get_user_data_dir (), "boternity", NULL);

  if (strcmp (data_dir, usual) == 0)
    return g_build_filename (g_get_user_state_dir (), "boternity", LOG_NAME, NULL);
  return g_build_filename (data_dir, LOG_NAME, NULL);
}

char *
bty_ctl_setting_variable (const char *name)
{
  g_autofree char *upper = g_ascii_strup (name, -1);

  return g_strconcat ("BOTERNITY_", g_strcanon (upper, G_CSET_A_2_Z G_CSET_DIGITS, '_'), NULL);
}
