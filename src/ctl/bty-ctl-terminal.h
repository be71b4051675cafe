/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

typedef enum
{
  BTY_CTL_PLAIN,
  BTY_CTL_BOLD,
  BTY_CTL_DIM,
  BTY_CTL_RED,
  BTY_CTL_CYAN,
  BTY_CTL_GREEN,
  BTY_CTL_REVERSE,
} BtyCtlStyle;

/* Everything about a terminal is decided for one descriptor: 1 is where answers go, 2 is for remarks. */
gboolean bty_ctl_terminal_is (int fd);
gboolean bty_ctl_terminal_has_colour (int fd);
/* The escape sequence of a style, "" where @fd shows no colours. */
const char *bty_ctl_terminal_style (int fd, BtyCtlStyle style);
/* Columns of @fd; 0 when it is no terminal, where nothing needs to fit. */
guint bty_ctl_terminal_get_width (int fd);
/* How many columns a character or a text takes. */
guint bty_ctl_terminal_measure_char (gunichar c);
guint bty_ctl_terminal_measure (const char *text);
/* A copy that no terminal acts upon: control characters but line feed and tab become U+FFFD. */
char *bty_ctl_terminal_clean (const char *text, gssize length);
/* Writes what a bot or a person wrote: cleaned when @fd is a terminal, else as it is. */
void bty_ctl_terminal_write (int fd, const char *text, gsize length);

/* A dim line on standard error. */
void bty_ctl_note (const char *format, ...) G_GNUC_PRINTF (1, 2);
/* One line on standard error, when that is a terminal, from one second on until bty_ctl_progress_end(). */
void bty_ctl_progress_begin (const char *text);
/* Another text for the line that bty_ctl_progress_begin() began. */
void bty_ctl_progress_say (const char *text);
void bty_ctl_progress_end (void);
