/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <boternity.h>
#include <string.h>

static char *
format (gint64 microseconds)
{
  GString *out = g_string_new (NULL);
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, out);
  bty_json_writer_time (&writer, microseconds);
  return g_string_free (out, FALSE);
}

static gboolean
parse (const char *text, gint64 *microseconds)
{
  g_autofree char *copy = g_memdup2 (text, strlen (text));

  return bty_json_time_parse (copy != NULL ? copy : "", strlen (text), microseconds);
}

static const struct
{
  gint64 microseconds;
  const char *text;
} times[] = {
  { 0, "1970-01-01T00:00:00Z" },
  { -1, "1969-12-31T23:59:59.999999Z" },
  { 1, "1970-01-01T00:00:00.000001Z" },
  { G_GINT64_CONSTANT (1700000000123000), "2023-11-14T22:13:20.123Z" },
  { G_GINT64_CONSTANT (951782400000000), "2000-02-29T00:00:00Z" },
  { G_GINT64_CONSTANT (951868800000000), "2000-03-01T00:00:00Z" },
  { G_GINT64_CONSTANT (4107542399000000), "2100-02-28T23:59:59Z" },
  { G_GINT64_CONSTANT (4107542400000000), "2100-03-01T00:00:00Z" },
  { G_GINT64_CONSTANT (-62135596800000000), "0001-01-01T00:00:00Z" },
  { G_GINT64_CONSTANT (253402300799999999), "9999-12-31T23:59:59.999999Z" },
};

static void
test_known (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autofree char *text = format (times[i].microseconds);
      g_autofree char *expected = g_strdup_printf ("\"%s\"", times[i].text);
      gint64 microseconds = 42;

      g_assert_cmpstr (text, ==, expected);
      g_assert_true (parse (times[i].text, &microseconds));
      g_assert_cmpint (microseconds, ==, times[i].microseconds);
    }
}

static void
test_outside (void)
{
  const gint64 outside[] = { G_GINT64_CONSTANT (-62135596800000001), G_GINT64_CONSTANT (253402300800000000), G_MAXINT64,
                             G_MININT64 };

  for (guint i = 0; i < G_N_ELEMENTS (outside); i++)
    {
      g_autofree char *text = format (outside[i]);

      g_assert_cmpstr (text, ==, "null");
    }
}

/* Each day of four centuries and the ends of the range, against GDateTime. */
static void
test_days (void)
{
  for (gint64 day = -30000; day < 120000; day += 1)
    {
      gint64 seconds = day * 86400 + 45296;
      g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (seconds);
      g_autofree char *expected = g_date_time_format (date, "\"%Y-%m-%dT%H:%M:%SZ\"");
      g_autofree char *text = format (seconds * G_USEC_PER_SEC);
      gint64 back = 0;

      g_assert_cmpstr (text, ==, expected);
      g_assert_true (bty_json_time_parse (text + 1, strlen (text) - 2, &back));
      g_assert_cmpint (back, ==, seconds * G_USEC_PER_SEC);
    }
}

static void
test_forms (void)
{
  static const struct
  {
    const char *text;
    gint64 microseconds;
  } forms[] = {
    { "1970-01-01t00:00:00z", 0 },
    { "1970-01-01T01:00:00+01:00", 0 },
    { "1969-12-31T18:30:00-05:30", 0 },
    { "1970-01-01T00:00:00-00:00", 0 },
    { "1970-01-01T00:00:00.5Z", 500000 },
    { "1970-01-01T00:00:00.1234567899Z", 123456 },
    { "1990-12-31T23:59:60Z", G_GINT64_CONSTANT (662688000000000) },
    { "1990-12-31T15:59:60-08:00", G_GINT64_CONSTANT (662688000000000) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      gint64 microseconds = 42;

      g_test_message ("%s", forms[i].text);
      g_assert_true (parse (forms[i].text, &microseconds));
      g_assert_cmpint (microseconds, ==, forms[i].microseconds);
    }
}

static void
test_refused (void)
{
  static const char *const refused[] = {
    "",
    "1970",
    "1970-01-01",
    "1970-01-01T00:00:00",
    "1970-01-01 00:00:00Z",
    "1970-01-01T00:00Z",
    "1970-01-01T00:00:00.Z",
    "1970-01-01T00:00:00,5Z",
    "1970-1-01T00:00:00Z",
    "1970-00-01T00:00:00Z",
    "1970-13-01T00:00:00Z",
    "1970-01-00T00:00:00Z",
    "1970-01-32T00:00:00Z",
    "1970-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2000-02-30T00:00:00Z",
    "2001-04-31T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "1970-01-01T24:00:00Z",
    "1970-01-01T00:60:00Z",
    "1970-01-01T00:00:61Z",
    "1970-01-01T12:00:60Z",
    "1970-01-01T00:00:00+24:00",
    "1970-01-01T00:00:00+01:60",
    "1970-01-01T00:00:00+0100",
    "1970-01-01T00:00:00+01",
    "1970-01-01T00:00:00ZZ",
    " 1970-01-01T00:00:00Z",
    "+1970-01-01T00:00:00Z",
    "19700101T000000Z",
    "1970-01-01T00:00:00Zulu",
    "0001-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01",
    "9999-12-31T23:59:60Z",
    "12345-01-01T00:00:00Z",
  };

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      gint64 microseconds = 42;

      g_test_message ("%s", refused[i]);
      g_assert_false (parse (refused[i], &microseconds));
      g_assert_cmpint (microseconds, ==, 42);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/time/known", test_known);
  g_test_add_func ("/json/time/outside", test_outside);
  g_test_add_func ("/json/time/days", test_days);
  g_test_add_func ("/json/time/forms", test_forms);
  g_test_add_func ("/json/time/refused", test_refused);
  return g_test_run ();
}
