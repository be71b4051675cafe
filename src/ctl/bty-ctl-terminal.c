/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bty-ctl-terminal.h"

#define PROGRESS_AFTER_MS 1000

gboolean
bty_ctl_terminal_is (int fd)
{
  return isatty (fd) == 1;
}

gboolean
bty_ctl_terminal_has_colour (int fd)
{
  const char *no_colour = g_getenv ("NO_COLOR");
  const char *term = g_getenv ("TERM");

  if (!bty_ctl_terminal_is (fd) || (no_colour != NULL && *no_colour != '\0'))
    return FALSE;
  return term != NULL && *term != '\0' && strcmp (term, "dumb") != 0;
}

const char *
bty_ctl_terminal_style (int fd, BtyCtlStyle style)
{
  static const char *const escapes[] = {
    "\033[0m", "\033[1m", "\033[2m", "\033[31m", "\033[36m", "\033[32m", "\033[7m"
  };

  return bty_ctl_terminal_has_colour (fd) ? escapes[style] : "";
}

guint
bty_ctl_terminal_get_width (int fd)
{
  struct winsize size = { 0 };
  const char *columns = g_getenv ("COLUMNS");

  if (!bty_ctl_terminal_is (fd))
    return 0;
  if (ioctl (fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return columns != NULL && atoi (columns) > 0 ? (guint) atoi (columns) : 80;
}

guint
bty_ctl_terminal_measure_char (gunichar c)
{
  if (g_unichar_iszerowidth (c))
    return 0;
  return g_unichar_iswide (c) ? 2 : 1;
}

guint
bty_ctl_terminal_measure (const char *text)
{
  guint width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    width += bty_ctl_terminal_measure_char (g_utf8_get_char (p));
  return width;
}

char *
bty_ctl_terminal_clean (const char *text, gssize length)
{
  g_autofree char *valid = g_utf8_make_valid (text, length);
  GString *clean = g_string_sized_new (strlen (valid) + 1);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      gboolean is_control = (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0);

      g_string_append_unichar (clean, is_control ? 0xfffd : c);
    }
  return g_string_free (clean, FALSE);
}

static void
write_all (int fd, const char *text, gsize length)
{
  while (length > 0)
    {
      gssize n = write (fd, text, length);

      if (n < 0 && errno != EINTR && errno != EAGAIN)
        return;
      if (n > 0)
        {
          text += n;
          length -= (gsize) n;
        }
    }
}

void
bty_ctl_terminal_write (int fd, const char *text, gsize length)
{
  g_autofree char *clean = NULL;

  fflush (fd == STDERR_FILENO ? stderr : stdout);
  if (!bty_ctl_terminal_is (fd))
    {
      write_all (fd, text, length);
      return;
    }
  clean = bty_ctl_terminal_clean (text, (gssize) length);
  write_all (fd, clean, strlen (clean));
}

void
bty_ctl_note (const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *clean = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  clean = bty_ctl_terminal_clean (text, -1);
  bty_ctl_progress_end ();
  fflush (stdout);
  fprintf (stderr, "%s%s%s\n", bty_ctl_terminal_style (STDERR_FILENO, BTY_CTL_DIM), clean,
           bty_ctl_terminal_style (STDERR_FILENO, BTY_CTL_PLAIN));
}

/* There is one standard error, so there is one progress line. */
static struct
{
  char *text;
  guint source;
  gboolean is_shown;
} progress;

static gboolean
show_progress (gpointer unused)
{
  progress.source = 0;
  progress.is_shown = TRUE;
  fflush (stdout);
  fprintf (stderr, "%s%s…%s", bty_ctl_terminal_style (STDERR_FILENO, BTY_CTL_DIM), progress.text,
           bty_ctl_terminal_style (STDERR_FILENO, BTY_CTL_PLAIN));
  fflush (stderr);
  return G_SOURCE_REMOVE;
}

void
bty_ctl_progress_begin (const char *text)
{
  bty_ctl_progress_end ();
  if (!bty_ctl_terminal_is (STDERR_FILENO))
    return;
  progress.text = g_strdup (text);
  progress.source = g_timeout_add (PROGRESS_AFTER_MS, show_progress, NULL);
}

void
bty_ctl_progress_say (const char *text)
{
  if (progress.text == NULL)
    return;
  g_free (progress.text);
  progress.text = g_strdup (text);
  if (progress.is_shown)
    {
      fputs ("\r\033[K", stderr);
      show_progress (NULL);
    }
}

void
bty_ctl_progress_end (void)
{
  if (progress.source != 0)
    g_source_remove (progress.source);
  if (progress.is_shown)
    fputs ("\r\033[K", stderr);
  progress.source = 0;
  progress.is_shown = FALSE;
  g_clear_pointer (&progress.text, g_free);
}
