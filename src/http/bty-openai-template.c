/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include "bty-openai-template-private.h"

#define MAX_FRAME 2048 /* of what stands around the text; longer ones are not worth keeping */

void
bty_openai_template_init (BtyOpenaiTemplate *self)
{
  self->before = g_string_new (NULL);
  self->after = g_string_new (NULL);
}

void
bty_openai_template_clear (BtyOpenaiTemplate *self)
{
  g_string_free (self->before, TRUE);
  g_string_free (self->after, TRUE);
}

void
bty_openai_template_learn (BtyOpenaiTemplate *self, BtyDeltaKind kind, const char *event, gsize event_length,
                           const char *text, gsize length)
{
  if (event_length - length > MAX_FRAME)
    return;
  self->kind = kind;
  g_string_truncate (self->before, 0);
  g_string_append_len (self->before, event, text - event);
  g_string_truncate (self->after, 0);
  g_string_append_len (self->after, text + length, event + event_length - (text + length));
}

/* Characters that end a JSON string, begin an escape, or may not stand in one. That it is UTF-8 was seen to by the framing. */
static gboolean
is_plain (const char *text, gsize length)
{
  guchar odd = 0;

  for (gsize i = 0; i < length; i++)
    {
      guchar c = text[i];

      odd |= (c < 0x20) | (c == '"') | (c == '\\');
    }
  return !odd;
}

gboolean
bty_openai_template_match (const BtyOpenaiTemplate *self, const char *event, gsize event_length, BtyDelta *delta)
{
  gsize frame = self->before->len + self->after->len;

  if (self->before->len == 0 || event_length <= frame)
    return FALSE;
  if (memcmp (event, self->before->str, self->before->len) != 0 ||
      memcmp (event + event_length - self->after->len, self->after->str, self->after->len) != 0)
    return FALSE;
  *delta = (BtyDelta){ .kind = self->kind, .text = event + self->before->len, .length = event_length - frame };
  return is_plain (delta->text, delta->length);
}
