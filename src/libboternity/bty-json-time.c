/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-json"

#include "config.h"

#include "bty-json-private.h"
#include "bty-json-writer.h"

/* The conversions between a day number and a date are our writing of the arithmetic in Howard Hinnant, "chrono-Compatible
 * Low-Level Date Algorithms", https://howardhinnant.github.io/date_algorithms.html (civil_from_days, days_from_civil): years
 * are counted from March, so that the leap day comes last, in eras of 400 years = 146097 days. */

#define SECOND       G_GINT64_CONSTANT (1000000)
#define DAY_SECONDS  86400
#define DAYS_TO_1970 719468 /* from 1 March of year 0 */
#define ERA_DAYS     146097
#define FIRST_SECOND (G_GINT64_CONSTANT (-62135596800)) /* 0001-01-01T00:00:00Z */
#define LAST_SECOND  (G_GINT64_CONSTANT (253402300799)) /* 9999-12-31T23:59:59Z */

static gint64
floor_divide (gint64 value, gint64 by)
{
  return value / by - (value % by < 0 ? 1 : 0);
}

static void
civil_from_days (gint64 days, guint *year, guint *month, guint *day)
{
  guint since = (guint) (days + DAYS_TO_1970 + ERA_DAYS); /* one era more, so that year 0 stays positive */
  guint era = since / ERA_DAYS;
  guint day_of_era = since % ERA_DAYS;
  guint year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  guint day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  guint from_march = (5 * day_of_year + 2) / 153;

  *day = day_of_year - (153 * from_march + 2) / 5 + 1;
  *month = from_march < 10 ? from_march + 3 : from_march - 9;
  *year = year_of_era + (era - 1) * 400 + (*month <= 2 ? 1 : 0);
}

static gint64
days_from_civil (guint year, guint month, guint day)
{
  guint from_march = month > 2 ? month - 3 : month + 9;
  guint shifted = year - (month <= 2 ? 1 : 0);
  guint year_of_era = shifted % 400;
  guint day_of_year = (153 * from_march + 2) / 5 + day - 1;
  guint day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

  return (gint64) (shifted / 400) * ERA_DAYS + day_of_era - DAYS_TO_1970;
}

/* @n digits with leading zeros. */
static char *
write_padded (char *to, guint value, guint n)
{
  for (guint i = n; i > 0; i--, value /= 10)
    to[i - 1] = (char) ('0' + value % 10);
  return to + n;
}

static char *
write_fraction (char *to, guint fraction)
{
  if (fraction == 0)
    return to;
  *to++ = '.';
  return fraction % 1000 == 0 ? write_padded (to, fraction / 1000, 3) : write_padded (to, fraction, 6);
}

void
bty_json_writer_time (BtyJsonWriter *writer, gint64 microseconds)
{
  gint64 seconds = floor_divide (microseconds, SECOND);
  gint64 days = floor_divide (seconds, DAY_SECONDS);
  guint clock = (guint) (seconds - days * DAY_SECONDS);
  guint year, month, day;
  char text[32];
  char *to = text;

  if (seconds < FIRST_SECOND || seconds > LAST_SECOND)
    {
      bty_json_writer_null (writer);
      return;
    }
  civil_from_days (days, &year, &month, &day);
  *to++ = '"';
  to = write_padded (to, year, 4);
  *to++ = '-';
  to = write_padded (to, month, 2);
  *to++ = '-';
  to = write_padded (to, day, 2);
  *to++ = 'T';
  to = write_padded (to, clock / 3600, 2);
  *to++ = ':';
  to = write_padded (to, clock / 60 % 60, 2);
  *to++ = ':';
  to = write_padded (to, clock % 60, 2);
  to = write_fraction (to, (guint) (microseconds - seconds * SECOND));
  *to++ = 'Z';
  *to++ = '"';
  bty_json_writer_raw (writer, text, (gsize) (to - text));
}

/* A place in a text, with where it ends. Reading past the end fails and stays failed. */
typedef struct
{
  const char *p;
  const char *end;
  gboolean failed;
} Cursor;

static guint
read_number (Cursor *cursor, guint n)
{
  guint value = 0;

  for (guint i = 0; i < n; i++)
    {
      if (cursor->p == cursor->end || !g_ascii_isdigit (*cursor->p))
        {
          cursor->failed = TRUE;
          return 0;
        }
      value = value * 10 + (guint) (*cursor->p++ - '0');
    }
  return value;
}

static gboolean
read_mark (Cursor *cursor, char upper)
{
  if (cursor->p == cursor->end || g_ascii_toupper (*cursor->p) != upper)
    return FALSE;
  cursor->p++;
  return TRUE;
}

static void
expect_mark (Cursor *cursor, char upper)
{
  if (!read_mark (cursor, upper))
    cursor->failed = TRUE;
}

/* Digits beyond the microsecond are read and dropped. */
static gint64
read_fraction (Cursor *cursor)
{
  gint64 unit = SECOND, value = 0;

  if (!read_mark (cursor, '.'))
    return 0;
  do
    {
      unit /= 10;
      value += read_number (cursor, 1) * unit;
    }
  while (!cursor->failed && cursor->p < cursor->end && g_ascii_isdigit (*cursor->p));
  return value;
}

/* How far the zone is east of UTC, in seconds. */
static gint64
read_zone (Cursor *cursor)
{
  gboolean west;
  guint hours, minutes;

  if (read_mark (cursor, 'Z'))
    return 0;
  west = read_mark (cursor, '-');
  if (!west)
    expect_mark (cursor, '+');
  hours = read_number (cursor, 2);
  expect_mark (cursor, ':');
  minutes = read_number (cursor, 2);
  if (hours > 23 || minutes > 59)
    cursor->failed = TRUE;
  return (gint64) (hours * 3600 + minutes * 60) * (west ? -1 : 1);
}

static guint
days_of_month (guint year, guint month)
{
  static const guint8 days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  gboolean leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

  return days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

static gint64
read_date (Cursor *cursor)
{
  guint year = read_number (cursor, 4);
  guint month, day;

  expect_mark (cursor, '-');
  month = read_number (cursor, 2);
  expect_mark (cursor, '-');
  day = read_number (cursor, 2);
  if (cursor->failed || year < 1 || month < 1 || month > 12 || day < 1 || day > days_of_month (year, month))
    {
      cursor->failed = TRUE;
      return 0;
    }
  return days_from_civil (year, month, day);
}

gboolean
bty_json_time_parse (const char *text, gsize length, gint64 *microseconds)
{
  Cursor cursor = { text, text + length, FALSE };
  guint hour, minute, second;
  gint64 seconds, fraction;

  g_return_val_if_fail (text != NULL && microseconds != NULL, FALSE);

  seconds = read_date (&cursor) * DAY_SECONDS;
  expect_mark (&cursor, 'T');
  hour = read_number (&cursor, 2);
  expect_mark (&cursor, ':');
  minute = read_number (&cursor, 2);
  expect_mark (&cursor, ':');
  second = read_number (&cursor, 2);
  fraction = read_fraction (&cursor);
  seconds += (gint64) (hour * 3600 + minute * 60 + second) - read_zone (&cursor);
  /* A leap second ends a day of UTC and counts, as in POSIX, as the first second of the next. */
  if (cursor.failed || cursor.p != cursor.end || hour > 23 || minute > 59 || second > 60 ||
      (second == 60 && floor_divide (seconds, DAY_SECONDS) * DAY_SECONDS != seconds))
    return FALSE;
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND)
    return FALSE;
  *microseconds = seconds * SECOND + fraction;
  return TRUE;
}
