/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * BtyCtlWrap:
 * @width: columns of the terminal, read anew with every piece of text; 0: text goes out as it comes
 *
 * Breaks lines between words, for text that comes in pieces. Of each piece at most the last, unfinished word is held back, until it
 * ends or bty_ctl_wrap_flush(). A word wider than the terminal goes out as it comes, and so do lines that begin with four spaces, a
 * tab or the bar of a table, and what stands between ``` and ```.
 */
typedef struct
{
  guint width;

  /*< private >*/
  GString *bytes; /* of a character that is not complete */
  GString *word;
  guint word_width;
  gunichar last; /* of the word */
  guint column;  /* how many are taken */
  guint indent;
  guint ticks;
  gboolean is_line_start;
  gboolean is_word_open; /* its beginning is out, so the rest cannot move */
  gboolean is_verbatim;  /* this line */
  gboolean is_fenced;
} BtyCtlWrap;

BtyCtlWrap *bty_ctl_wrap_new (void);
void bty_ctl_wrap_free (BtyCtlWrap *wrap);

/* Appends to @out what can be shown once @text has come. */
void bty_ctl_wrap_take (BtyCtlWrap *wrap, const char *text, GString *out);
gboolean bty_ctl_wrap_is_holding (const BtyCtlWrap *wrap);
/* Appends the unfinished word to @out, because nothing comes for a while. */
void bty_ctl_wrap_flush (BtyCtlWrap *wrap, GString *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyCtlWrap, bty_ctl_wrap_free)
