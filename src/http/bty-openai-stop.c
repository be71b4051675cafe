/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include "bty-openai-stop-private.h"

struct _BtyOpenaiStop
{
  GStrv texts;
  GString *held;
};

BtyOpenaiStop *
bty_openai_stop_new (const char *const *texts)
{
  BtyOpenaiStop *self = g_new0 (BtyOpenaiStop, 1);
  g_autoptr (GStrvBuilder) some = g_strv_builder_new ();

  for (; texts != NULL && *texts != NULL; texts++)
    if (**texts != '\0')
      g_strv_builder_add (some, *texts);
  self->texts = g_strv_builder_end (some);
  self->held = g_string_new (NULL);
  return self;
}

void
bty_openai_stop_free (BtyOpenaiStop *self)
{
  g_strfreev (self->texts);
  g_string_free (self->held, TRUE);
  g_free (self);
}

static void
say (BtyOpenaiStop *self, gsize length, BtyCompletion *out)
{
  if (length > 0)
    bty_completion_push_text (out, self->held->str, length);
  g_string_erase (self->held, 0, (gssize) length);
}

/* Where the first of the texts begins; the end without one. */
static gsize
find (const BtyOpenaiStop *self)
{
  gsize first = self->held->len;

  for (char **text = self->texts; *text != NULL; text++)
    {
      const char *at = strstr (self->held->str, *text);

      if (at != NULL)
        first = MIN (first, (gsize) (at - self->held->str));
    }
  return first;
}

/* How much of the end may be the beginning of one of the texts. */
static gsize
open_end (const BtyOpenaiStop *self)
{
  gsize most = 0;

  for (char **text = self->texts; *text != NULL; text++)
    for (gsize n = MIN (strlen (*text) - 1, self->held->len); n > most; n--)
      if (memcmp (self->held->str + self->held->len - n, *text, n) == 0)
        most = n;
  return most;
}

gboolean
bty_openai_stop_push (BtyOpenaiStop *self, const char *text, gsize length, BtyCompletion *out)
{
  gsize at;

  if (*self->texts == NULL)
    {
      if (length > 0)
        bty_completion_push_text (out, text, length);
      return FALSE;
    }
  g_string_append_len (self->held, text, (gssize) length);
  at = find (self);
  if (at < self->held->len)
    {
      say (self, at, out);
      g_string_truncate (self->held, 0);
      return TRUE;
    }
  say (self, self->held->len - open_end (self), out);
  return FALSE;
}

void
bty_openai_stop_flush (BtyOpenaiStop *self, BtyCompletion *out)
{
  say (self, self->held->len, out);
}
