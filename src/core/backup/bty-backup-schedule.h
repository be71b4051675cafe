/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

typedef enum
{
  BTY_BACKUP_OFF,
  BTY_BACKUP_EVERY,  /* so many hours */
  BTY_BACKUP_DAILY,  /* at a time of the day */
  BTY_BACKUP_WEEKLY, /* and on a day of the week */
} BtyBackupRhythm;

typedef struct
{
  BtyBackupRhythm rhythm;
  gint hours;
  gint day; /* 1 is Monday */
  gint hour;
  gint minute;
} BtyBackupSchedule;

/*
 * Reads the setting: `off`, `every 6h`, `daily 03:30`, `weekly sun 03:30`; times are local.
 * FALSE with INVALID_ARGUMENT, and then the schedule is off.
 */
gboolean bty_backup_schedule_read (BtyBackupSchedule *schedule, const char *text, GError **error);

/* When one is due that follows one at @last; both in microseconds since 1970. @zone: whose clock counts. Not for one that is off. */
gint64 bty_backup_schedule_next (const BtyBackupSchedule *schedule, gint64 last, GTimeZone *zone);
