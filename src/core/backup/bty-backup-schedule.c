/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-backup"

#include "config.h"

#include "backup/bty-backup-schedule.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_HOURS (24 * 365)

static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

static gboolean
read_number (const char *text, gsize length, gint64 min, gint64 max, gint *value)
{
  g_autofree char *digits = g_strndup (text, length);
  guint64 number;

  if (!g_ascii_string_to_unsigned (digits, 10, (guint64) min, (guint64) max, &number, NULL))
    return FALSE;
  *value = (gint) number;
  return TRUE;
}

static gboolean
read_clock (BtyBackupSchedule *self, const char *text)
{
  return strlen (text) == 5 && text[2] == ':' && read_number (text, 2, 0, 23, &self->hour) &&
         read_number (text + 3, 2, 0, 59, &self->minute);
}

static gboolean
read_day (BtyBackupSchedule *self, const char *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (days); i++)
    {
      if (g_ascii_strcasecmp (days[i], text) == 0)
        self->day = (gint) i + 1;
    }
  return self->day > 0;
}

static gboolean
read_words (BtyBackupSchedule *self, char **words)
{
  guint n = g_strv_length (words);
  gsize length = n == 2 ? strlen (words[1]) : 0;

  if (n == 1 && strcmp (words[0], "off") == 0)
    self->rhythm = BTY_BACKUP_OFF;
  else if (n == 2 && strcmp (words[0], "every") == 0 && length > 1 && words[1][length - 1] == 'h' &&
           read_number (words[1], length - 1, 1, MAX_HOURS, &self->hours))
    self->rhythm = BTY_BACKUP_EVERY;
  else if (n == 2 && strcmp (words[0], "daily") == 0 && read_clock (self, words[1]))
    self->rhythm = BTY_BACKUP_DAILY;
  else if (n == 3 && strcmp (words[0], "weekly") == 0 && read_day (self, words[1]) && read_clock (self, words[2]))
    self->rhythm = BTY_BACKUP_WEEKLY;
  else
    return FALSE;
  return TRUE;
}

gboolean
bty_backup_schedule_read (BtyBackupSchedule *schedule, const char *text, GError **error)
{
  g_auto (GStrv) words = g_strsplit (text, " ", 4);

  *schedule = (BtyBackupSchedule){ .rhythm = BTY_BACKUP_OFF };
  if (read_words (schedule, words))
    return TRUE;
  *schedule = (BtyBackupSchedule){ .rhythm = BTY_BACKUP_OFF };
  g_set_error (
    error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
    _ (
      "backup.schedule is “%s”, which is none: write “off”, “every 6h”, “daily 03:30” or “weekly sun 03:30”; until then no backups are made by themselves"),
    text);
  return FALSE;
}

gint64
bty_backup_schedule_next (const BtyBackupSchedule *schedule, gint64 last, GTimeZone *zone)
{
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_utc (last / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = g_date_time_to_timezone (at, zone);

  if (schedule->rhythm == BTY_BACKUP_EVERY)
    return last + (gint64) schedule->hours * 3600 * G_USEC_PER_SEC;
  /* Today's, or the first of the following days that is later and of the right name. */
  for (gint i = 0; i <= 8; i++)
    {
      g_autoptr (GDateTime) day = g_date_time_add_days (local, i);
      g_autoptr (GDateTime) due = g_date_time_new (zone, g_date_time_get_year (day), g_date_time_get_month (day),
                                                   g_date_time_get_day_of_month (day), schedule->hour, schedule->minute,
                                                   0);

      if (due != NULL && g_date_time_compare (due, local) > 0 &&
          (schedule->rhythm == BTY_BACKUP_DAILY || g_date_time_get_day_of_week (due) == schedule->day))
        return g_date_time_to_unix (due) * G_USEC_PER_SEC;
    }
  return last + (gint64) 7 * 24 * 3600 * G_USEC_PER_SEC;
}
