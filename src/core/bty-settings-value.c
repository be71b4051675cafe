/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-settings"

#include "config.h"

#include "bty-settings-value.h"

#include <glib/gi18n-lib.h>

static gboolean
parse_bool (const char *text, gboolean *value)
{
  static const char *const yes[] = { "true", "yes", "on", "1", NULL };
  static const char *const no[] = { "false", "no", "off", "0", NULL };
  g_autofree char *lower = g_ascii_strdown (text, -1);

  *value = g_strv_contains (yes, lower);
  return *value || g_strv_contains (no, lower);
}

static gboolean
is_line (const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      return FALSE;
  return g_utf8_validate (text, -1, NULL);
}

char *
bty_settings_value_describe (const BtySetting *setting)
{
  switch (setting->type)
    {
    case BTY_SETTING_INT:
      return g_strdup_printf (_ ("a whole number from %lld to %lld%s%s"), (long long) setting->min,
                              (long long) setting->max, setting->unit != NULL ? " " : "",
                              setting->unit != NULL ? setting->unit : "");
    case BTY_SETTING_BOOL:
      return g_strdup (_ ("true or false"));
    case BTY_SETTING_STRING:
    default:
      return g_strdup (_ ("one line of text"));
    }
}

char *
bty_settings_value_parse (const BtySetting *setting, const char *text, gint64 *number)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  gboolean is_true;

  *number = 0;
  switch (setting->type)
    {
    case BTY_SETTING_INT:
      if (!g_ascii_string_to_signed (stripped, 10, setting->min, setting->max, number, NULL))
        return NULL;
      return g_strdup_printf ("%" G_GINT64_FORMAT, *number);
    case BTY_SETTING_BOOL:
      if (!parse_bool (stripped, &is_true))
        return NULL;
      *number = is_true;
      return g_strdup (is_true ? "true" : "false");
    case BTY_SETTING_STRING:
    default:
      return is_line (text) ? g_strdup (text) : NULL;
    }
}

guint
bty_settings_name_distance (const char *a, const char *b)
{
  gsize m = strlen (b);
  g_autofree guint *row = g_new (guint, m + 1);

  for (guint j = 0; j <= m; j++)
    row[j] = j;
  for (guint i = 1; a[i - 1] != '\0'; i++)
    {
      guint diagonal = row[0];

      row[0] = i;
      for (guint j = 1; j <= m; j++)
        {
          guint change = diagonal + (a[i - 1] != b[j - 1]);

          diagonal = row[j];
          row[j] = MIN (MIN (row[j], row[j - 1]) + 1, change);
        }
    }
  return row[m];
}
