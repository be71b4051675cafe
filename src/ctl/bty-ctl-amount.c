/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include "bty-ctl-amount.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MOST (G_MAXINT64 / 4)

static const BtyField line_fields[] = {
  BTY_FIELD_TEXT (BtyCtlLine, a, 0, "a"), BTY_FIELD_TEXT (BtyCtlLine, b, 0, "b"),
  BTY_FIELD_TEXT (BtyCtlLine, c, 0, "c"), BTY_FIELD_TEXT (BtyCtlLine, d, 0, "d"),
  BTY_FIELD_TEXT (BtyCtlLine, e, 0, "e"), BTY_FIELD_TEXT (BtyCtlLine, f, 0, "f"),
  BTY_FIELD_TEXT (BtyCtlLine, g, 0, "g"),
};
BTY_DEFINE_RECORD (BtyCtlLine, bty_ctl_line, "line", "A line of a table", line_fields)

char *
bty_ctl_amount_group (gint64 number)
{
  g_autofree char *digits = g_strdup_printf ("%" G_GINT64_FORMAT, number);
  gsize length = strlen (digits);
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < length; i++)
    {
      if (i > 0 && (length - i) % 3 == 0 && digits[i - 1] != '-')
        g_string_append_c (text, ',');
      g_string_append_c (text, digits[i]);
    }
  return g_string_free (text, FALSE);
}

static char *
time_to_text (gint64 milliseconds)
{
  gint64 seconds = milliseconds / 1000;

  if (seconds < 60)
    return g_strdup_printf ("%" G_GINT64_FORMAT "s", seconds);
  if (seconds < 3600)
    return g_strdup_printf ("%" G_GINT64_FORMAT "m %" G_GINT64_FORMAT "s", seconds / 60, seconds % 60);
  return g_strdup_printf ("%" G_GINT64_FORMAT "h %" G_GINT64_FORMAT "m", seconds / 3600, seconds / 60 % 60);
}

char *
bty_ctl_amount_to_text (gint64 amount, BtyBudgetUnit unit)
{
  g_autofree char *text = NULL;

  if (unit == BTY_UNIT_TIME)
    return time_to_text (amount);
  text = unit == BTY_UNIT_USD ? bty_usd_format (amount) : bty_ctl_amount_group (amount);
  if (unit == BTY_UNIT_USD)
    return g_strdup_printf (_ ("%s USD"), text);
  if (unit == BTY_UNIT_TOKENS)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s token", "%s tokens", (gulong) amount), text);
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s call", "%s calls", (gulong) amount), text);
}

/* @scales: pairs of a suffix and what it stands for, ending with a 0. */
static gboolean
parse_scaled (const char *text, const char *suffixes, const gint64 *scales, gint64 *amount)
{
  char *end = NULL;
  double number;
  gint64 scale = scales[0];

  if (!g_ascii_isdigit (*text))
    return FALSE;
  number = g_ascii_strtod (text, &end);
  if (strpbrk (text, "xXpPnNiIeE") != NULL)
    return FALSE;
  if (*end != '\0')
    {
      const char *suffix = strchr (suffixes, *end);

      if (suffix == NULL || end[1] != '\0')
        return FALSE;
      scale = scales[1 + (suffix - suffixes)];
    }
  if (number * (double) scale >= (double) MOST)
    return FALSE;
  *amount = (gint64) (number * (double) scale + 0.5);
  return TRUE;
}

gboolean
bty_ctl_amount_parse (const char *text, BtyBudgetUnit unit, gint64 *amount, GError **error)
{
  static const gint64 counts[] = { 1, 1000, 1000000, 1000000 };
  static const gint64 times[] = { 1000, 1000, 60000, 3600000, 86400000 };

  if (unit == BTY_UNIT_USD)
    return bty_usd_parse (text, amount, error);
  if (unit == BTY_UNIT_TIME)
    {
      if (parse_scaled (text, "smhd", times, amount))
        return TRUE;
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("“%s” is no time: write 90s, 10m, 2h or 3d"), text);
      return FALSE;
    }
  if (parse_scaled (text, "kMm", counts, amount))
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("“%s” is no number: write 5000, 200k or 1.5M"), text);
  return FALSE;
}
