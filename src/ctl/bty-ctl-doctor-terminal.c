/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <langinfo.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

#include "bty-ctl-doctor.h"
#include "bty-ctl-terminal.h"

#define LEAST_WIDTH 40

/* Which variable decides about letters. */
static const char *
get_locale_name (void)
{
  static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *value = g_getenv (names[i]);

      if (value != NULL && *value != '\0')
        return value;
    }
  return "C";
}

static void
check_locale (BtyCtlDoctor *doctor)
{
  const char *name = get_locale_name ();
  locale_t locale = newlocale (LC_ALL_MASK, "", (locale_t) 0);
  gboolean is_utf8 = locale != (locale_t) 0 && strcmp (nl_langinfo_l (CODESET, locale), "UTF-8") == 0;

  if (locale == (locale_t) 0)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_WARNING, g_strdup_printf (_ ("the locale “%s” is not installed"), name),
                        g_strdup (_ ("run: export LANG=C.UTF-8; or install it: sudo dpkg-reconfigure locales")));
  else if (!is_utf8)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_WARNING,
                        g_strdup_printf (_ ("the locale “%s” is not UTF-8; it is treated as if it were"), name),
                        g_strdup (_ ("run: export LANG=C.UTF-8")));
  else
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_OK, g_strdup_printf (_ ("it is “%s”"), name), NULL);
  if (locale != (locale_t) 0)
    freelocale (locale);
}

static void
check_terminal (BtyCtlDoctor *doctor)
{
  const char *term = g_getenv ("TERM");
  guint width = bty_ctl_terminal_get_width (STDOUT_FILENO);

  if (!bty_ctl_terminal_is (STDOUT_FILENO))
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_SKIPPED, g_strdup (_ ("the output is no terminal")), NULL);
  else if (term == NULL || *term == '\0' || strcmp (term, "dumb") == 0)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_WARNING, g_strdup (_ ("TERM does not say which terminal it is")),
                        g_strdup (_ ("run: export TERM=xterm-256color")));
  else if (width < LEAST_WIDTH)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_WARNING,
                        g_strdup_printf (_ ("the window has %u columns; tables need %d"), width, LEAST_WIDTH),
                        g_strdup (_ ("make the window wider")));
  else
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_OK, g_strdup_printf (_ ("%s, %u columns"), term, width), NULL);
}

const BtyCtlCheck bty_ctl_doctor_terminal_checks[] = {
  { "locale", N_ ("whether it is installed, and UTF-8"), check_locale },
  { "terminal", N_ ("its kind and its width"), check_terminal },
  { 0 },
};
