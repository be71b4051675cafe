/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <string.h>

#include "bty-ctl-terminal.h"
#include "bty-ctl-wrap.h"

#define TAB_WIDTH   8
#define CODE_INDENT 4
#define FENCE_TICKS 3

BtyCtlWrap *
bty_ctl_wrap_new (void)
{
  BtyCtlWrap *self = g_new0 (BtyCtlWrap, 1);

  self->bytes = g_string_new (NULL);
  self->word = g_string_new (NULL);
  self->is_line_start = TRUE;
  return self;
}

void
bty_ctl_wrap_free (BtyCtlWrap *self)
{
  g_string_free (self->bytes, TRUE);
  g_string_free (self->word, TRUE);
  g_free (self);
}

/* As a terminal does it: a character that does not fit stands in the next line. */
static void
advance (BtyCtlWrap *self, gunichar c)
{
  guint width = bty_ctl_terminal_measure_char (c);

  if (c == '\t')
    {
      self->column = MIN (self->width - 1, (self->column / TAB_WIDTH + 1) * TAB_WIDTH);
      return;
    }
  if (self->column + width > self->width)
    self->column = 0;
  self->column += width;
}

static void
end_word (BtyCtlWrap *self, GString *out)
{
  gboolean fits = self->width == 0 || self->column + self->word_width <= self->width;
  gboolean is_full = self->column >= self->width; /* white space may have been left out here */

  if (self->word->len > 0 && !fits && (is_full || self->word_width <= self->width))
    {
      g_string_append_c (out, '\n');
      self->column = 0;
    }
  for (const char *p = self->word->str; *p != '\0'; p = g_utf8_next_char (p))
    advance (self, g_utf8_get_char (p));
  g_string_append_len (out, self->word->str, (gssize) self->word->len);
  g_string_truncate (self->word, 0);
  self->word_width = 0;
}

static void
end_line (BtyCtlWrap *self, GString *out)
{
  end_word (self, out);
  g_string_append_c (out, '\n');
  self->column = self->indent = self->ticks = 0;
  self->is_line_start = TRUE;
  self->is_word_open = FALSE;
  self->is_verbatim = self->is_fenced;
}

/* The beginning of a line tells whether it may be broken. */
static void
look_at_start (BtyCtlWrap *self, gunichar c)
{
  if (c == '`')
    self->ticks++;
  else if (c == ' ' && self->ticks == 0)
    self->indent++;
  else
    self->is_line_start = FALSE;
  if (self->indent == CODE_INDENT || (self->ticks == 0 && (c == '|' || c == '\t')))
    self->is_verbatim = TRUE;
  if (self->ticks == FENCE_TICKS && self->is_line_start)
    {
      self->is_fenced = !self->is_fenced;
      self->is_verbatim = TRUE;
      self->is_line_start = FALSE;
    }
}

/* White space at the edge of the terminal is left out: the next word begins a line anyway. */
static void
take_space (BtyCtlWrap *self, gunichar c, GString *out)
{
  end_word (self, out);
  self->is_word_open = FALSE;
  if (self->column >= self->width)
    return;
  g_string_append_unichar (out, c);
  advance (self, c);
}

/* Chinese and Japanese have no spaces between words. */
static gboolean
begins_word (gunichar last, gunichar c)
{
  GUnicodeBreakType before = g_unichar_break_type (last);

  return g_unichar_break_type (c) == G_UNICODE_BREAK_IDEOGRAPHIC && before != G_UNICODE_BREAK_ZERO_WIDTH_JOINER &&
         before != G_UNICODE_BREAK_OPEN_PUNCTUATION && before != G_UNICODE_BREAK_QUOTATION;
}

static void
take_letter (BtyCtlWrap *self, gunichar c, GString *out)
{
  if (self->word->len > 0 && begins_word (self->last, c))
    end_word (self, out);
  g_string_append_unichar (self->word, c);
  self->word_width += bty_ctl_terminal_measure_char (c);
  self->last = c;
  if (self->word_width > self->width)
    self->is_word_open = TRUE;
  if (self->is_word_open)
    end_word (self, out);
}

static void
take_char (BtyCtlWrap *self, gunichar c, GString *out)
{
  if (c == '\n')
    {
      end_line (self, out);
      return;
    }
  if (self->is_line_start)
    look_at_start (self, c);
  if (self->is_verbatim || (self->is_word_open && c != ' ' && c != '\t'))
    {
      end_word (self, out);
      g_string_append_unichar (out, c);
      advance (self, c);
    }
  else if (c == ' ' || c == '\t')
    take_space (self, c, out);
  else
    take_letter (self, c, out);
}

void
bty_ctl_wrap_take (BtyCtlWrap *self, const char *text, GString *out)
{
  const char *p, *end;

  if (self->width == 0)
    {
      bty_ctl_wrap_flush (self, out);
      g_string_append (out, text);
      return;
    }
  g_string_append (self->bytes, text);
  p = self->bytes->str;
  end = p + self->bytes->len;
  while (p < end)
    {
      gunichar c = g_utf8_get_char_validated (p, end - p);

      if (c == (gunichar) -2)
        break;
      p = c == (gunichar) -1 ? p + 1 : g_utf8_next_char (p);
      take_char (self, c == (gunichar) -1 ? 0xfffd : c, out);
    }
  g_string_erase (self->bytes, 0, p - self->bytes->str);
}

gboolean
bty_ctl_wrap_is_holding (const BtyCtlWrap *self)
{
  return self->word->len > 0;
}

void
bty_ctl_wrap_flush (BtyCtlWrap *self, GString *out)
{
  if (self->word->len == 0)
    return;
  end_word (self, out);
  self->is_word_open = TRUE;
}
