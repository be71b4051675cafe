/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bty-ctl-json.h"
#include "bty-ctl-log.h"
#include "bty-ctl-terminal.h"

#define TIME_LENGTH 23 /* 2026-11-21 13:45:01.123 */

const char *const bty_ctl_log_levels[] = { "error", "critical", "warning", "message", "info", "debug", NULL };

/* Priorities of the journal, 0 to 7, as GLib gives them. */
static const guint priority_levels[] = { 0, 0, 0, 0, 2, 3, 4, 5 };

static gint64
parse_stamp (const char *text)
{
  int year, month, day, hour, minute, milli;
  int second;
  g_autoptr (GDateTime) time = NULL;

  if (sscanf (text, "%4d-%2d-%2d %2d:%2d:%2d.%3d", &year, &month, &day, &hour, &minute, &second, &milli) != 7)
    return 0;
  time = g_date_time_new_local (year, month, day, hour, minute, second);
  return time != NULL ? g_date_time_to_unix (time) * G_USEC_PER_SEC + milli * 1000 : 0;
}

/* Returns: where the text goes on after the level, NULL when there is none */
static const char *
parse_level (const char *text, guint *level)
{
  for (guint i = 0; bty_ctl_log_levels[i] != NULL; i++)
    {
      gsize length = strlen (bty_ctl_log_levels[i]);

      if (strncmp (text, bty_ctl_log_levels[i], length) == 0 && text[length] == ' ')
        {
          *level = i;
          return text + length + strspn (text + length, " ");
        }
    }
  return NULL;
}

void
bty_ctl_log_entry_parse_line (BtyCtlLogEntry *entry, const char *line)
{
  gsize length = strlen (line);
  const char *rest = NULL, *colon;

  *entry = (BtyCtlLogEntry){ .level = 3 };
  if (length > TIME_LENGTH && line[TIME_LENGTH] == ' ')
    entry->time = parse_stamp (line);
  if (entry->time != 0)
    rest = parse_level (line + TIME_LENGTH + 1, &entry->level);
  colon = rest != NULL ? strstr (rest, ": ") : NULL;
  if (colon == NULL)
    {
      entry->time = 0;
      entry->message = g_utf8_make_valid (line, -1);
      return;
    }
  entry->domain = g_utf8_make_valid (rest, colon - rest);
  entry->message = g_utf8_make_valid (colon + 2, -1);
}

/* A message that is not UTF-8 comes as an array of its bytes. */
static char *
get_text (const char *json, const char *member)
{
  g_autofree char *value = bty_ctl_json_get (json, member);
  g_autoptr (GPtrArray) bytes = NULL;
  g_autoptr (GString) text = NULL;

  if (value == NULL || strcmp (value, "null") == 0)
    return NULL;
  if (*value != '[')
    return bty_ctl_json_to_text (value);
  bytes = bty_ctl_json_get_values (value);
  text = g_string_new (NULL);
  for (guint i = 0; i < bytes->len; i++)
    g_string_append_c (text, (char) g_ascii_strtoull (bytes->pdata[i], NULL, 10));
  return g_utf8_make_valid (text->str, (gssize) text->len);
}

gboolean
bty_ctl_log_entry_parse_journal (BtyCtlLogEntry *entry, const char *json)
{
  g_autofree char *time = NULL;
  g_autofree char *priority = NULL;

  *entry = (BtyCtlLogEntry){ .level = 3 };
  if (!bty_json_validate (json, strlen (json), 0, NULL) || *json != '{')
    return FALSE;
  entry->message = get_text (json, "MESSAGE");
  if (entry->message == NULL)
    return FALSE;
  time = get_text (json, "__REALTIME_TIMESTAMP");
  priority = get_text (json, "PRIORITY");
  entry->domain = get_text (json, "GLIB_DOMAIN");
  entry->time = time != NULL ? g_ascii_strtoll (time, NULL, 10) : 0;
  if (priority != NULL && *priority >= '0' && *priority <= '7')
    entry->level = priority_levels[*priority - '0'];
  return TRUE;
}

void
bty_ctl_log_entry_clear (BtyCtlLogEntry *entry)
{
  g_clear_pointer (&entry->domain, g_free);
  g_clear_pointer (&entry->message, g_free);
}

gboolean
bty_ctl_log_entry_is_wanted (const BtyCtlLogEntry *entry, const BtyCtlLogWish *wish)
{
  return entry->level <= wish->level && (wish->since == 0 || entry->time >= wish->since);
}

static void
print_json (const BtyCtlLogEntry *entry)
{
  g_autoptr (GString) text = g_string_new (NULL);
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, text);
  bty_json_writer_begin_object (&writer);
  bty_json_writer_key (&writer, "time");
  if (entry->time != 0)
    bty_json_writer_time (&writer, entry->time);
  else
    bty_json_writer_null (&writer);
  bty_json_writer_member_string (&writer, "level", bty_ctl_log_levels[entry->level]);
  bty_json_writer_member_string (&writer, "domain", entry->domain);
  bty_json_writer_member_string (&writer, "message", entry->message);
  bty_json_writer_end_object (&writer);
  printf ("%s\n", text->str);
}

static void
print_line (const BtyCtlLogEntry *entry)
{
  static const BtyCtlStyle styles[] = { BTY_CTL_RED,   BTY_CTL_RED,   BTY_CTL_BOLD,
                                        BTY_CTL_PLAIN, BTY_CTL_PLAIN, BTY_CTL_DIM };
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (entry->time / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL && entry->time != 0 ? g_date_time_to_local (utc) : NULL;
  g_autofree char *when = local != NULL ? g_date_time_format (local, "%Y-%m-%d %H:%M:%S") : g_strdup ("");
  g_autofree char *clean = bty_ctl_terminal_clean (entry->message, -1);

  if (entry->time == 0)
    {
      printf ("%s\n", clean);
      return;
    }
  printf ("%s.%03d %s%-8s%s %s%s%s\n", when, (int) (entry->time % G_USEC_PER_SEC / 1000),
          bty_ctl_terminal_style (STDOUT_FILENO, styles[entry->level]), bty_ctl_log_levels[entry->level],
          bty_ctl_terminal_style (STDOUT_FILENO, BTY_CTL_PLAIN), entry->domain != NULL ? entry->domain : "",
          entry->domain != NULL ? ": " : "", clean);
}

void
bty_ctl_log_entry_print (const BtyCtlLogEntry *entry, gboolean json)
{
  if (json)
    print_json (entry);
  else
    print_line (entry);
}

/* Returns: seconds of a length of time such as `10m`; 0 when it is none */
static gint64
parse_length (const char *text)
{
  static const char letters[] = "smhdw";
  static const gint64 seconds[] = { 1, 60, 3600, 86400, 604800 };
  char *end = NULL;
  gint64 number = g_ascii_strtoll (text, &end, 10);
  const char *letter = *end != '\0' && end[1] == '\0' ? strchr (letters, *end) : NULL;

  return number > 0 && number < G_MAXINT32 && letter != NULL && end > text ? number * seconds[letter - letters] : 0;
}

static GDateTime *
parse_date (const char *text)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_local ();
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  int year, month, day, hour = 0, minute = 0, n = 0;
  double second = 0;

  if (strcmp (text, "today") == 0)
    return g_date_time_new_local (g_date_time_get_year (now), g_date_time_get_month (now),
                                  g_date_time_get_day_of_month (now), 0, 0, 0);
  if (sscanf (text, "%4d-%2d-%2d%n", &year, &month, &day, &n) == 3 && text[n] == '\0')
    return g_date_time_new_local (year, month, day, 0, 0, 0);
  if (sscanf (text, "%4d-%2d-%2d %2d:%2d%n", &year, &month, &day, &hour, &minute, &n) == 5 &&
      (text[n] == '\0' || sscanf (text + n, ":%lf", &second) == 1) && second >= 0 && second < 60)
    return g_date_time_new_local (year, month, day, hour, minute, second);
  return g_date_time_new_from_iso8601 (text, zone);
}

gboolean
bty_ctl_log_parse_time (const char *text, gint64 *time, GError **error)
{
  gint64 length = parse_length (text);
  g_autoptr (GDateTime) date = length == 0 ? parse_date (text) : NULL;

  if (length > 0)
    *time = g_get_real_time () - length * G_USEC_PER_SEC;
  else if (date != NULL)
    *time = g_date_time_to_unix (date) * G_USEC_PER_SEC + g_date_time_get_microsecond (date);
  else
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                 _ ("“%s” is no time: write 30m, 2h, 1d, today, 2026-11-21 or “2026-11-21 13:00”"), text);
  return length > 0 || date != NULL;
}
