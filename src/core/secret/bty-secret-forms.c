/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-secret"

#include "config.h"

#include <string.h>

#include "secret/bty-secret-forms.h"

/* Longer values are looked for as they are: all forms together must fit into one secret. */
#define MAX_WRITTEN 2048

/* A buffer of a fixed size, so that growing it leaves no copy behind. */
typedef struct
{
  char *bytes;
  gsize length;
  BtySecretForms *forms;
  gsize began;
} Writer;

static void
begin (Writer *writer)
{
  writer->began = writer->length;
}

/* Keeps what was written since begin() as a form, unless it is one already. */
static void
end (Writer *writer)
{
  BtySecretForms *forms = writer->forms;
  gsize length = writer->length - writer->began;

  for (guint i = 0; i < forms->n_forms; i++)
    if (forms->lengths[i] == length &&
        memcmp (writer->bytes + forms->starts[i], writer->bytes + writer->began, length) == 0)
      {
        writer->length = writer->began;
        return;
      }
  forms->starts[forms->n_forms] = writer->began;
  forms->lengths[forms->n_forms] = length;
  forms->n_forms += 1;
}

static void
put (Writer *writer, char c)
{
  writer->bytes[writer->length++] = c;
}

static void
write_json (Writer *writer, const char *value, gsize length)
{
  static const char escaped[] = "\"\\\b\f\n\r\t";
  static const char letters[] = "\"\\bfnrt";

  begin (writer);
  for (gsize i = 0; i < length; i++)
    {
      const char *special = value[i] != '\0' ? strchr (escaped, value[i]) : NULL;

      if (special != NULL)
        put (writer, '\\');
      put (writer, special != NULL ? letters[special - escaped] : value[i]);
    }
  end (writer);
}

static void
write_url (Writer *writer, const char *value, gsize length, const char *digits)
{
  begin (writer);
  for (gsize i = 0; i < length; i++)
    if (g_ascii_isalnum (value[i]) || (value[i] != '\0' && strchr ("-._~", value[i]) != NULL))
      put (writer, value[i]);
    else
      {
        put (writer, '%');
        put (writer, digits[(guchar) value[i] >> 4]);
        put (writer, digits[(guchar) value[i] & 15]);
      }
  end (writer);
}

/* @shift: how many bytes of something else stand before it in its group of three. What they have a part in is left out. */
static void
write_base64 (Writer *writer, const char *value, gsize length, gsize shift, gboolean for_url)
{
  gsize first = (8 * shift + 5) / 6;
  gsize n = 8 * (shift + length) / 6 - first;
  gint state = 0;
  gint save = 0;
  gsize written;

  begin (writer);
  written = g_base64_encode_step ((const guchar *) "\0\0", shift, FALSE, writer->bytes + writer->length, &state, &save);
  written += g_base64_encode_step ((const guchar *) value, length, FALSE, writer->bytes + writer->length + written,
                                   &state, &save);
  g_base64_encode_close (FALSE, writer->bytes + writer->length + written, &state, &save);
  memmove (writer->bytes + writer->length, writer->bytes + writer->length + first, n);
  for (gsize i = writer->length; for_url && i < writer->length + n; i++)
    writer->bytes[i] = writer->bytes[i] == '+' ? '-' : writer->bytes[i] == '/' ? '_' : writer->bytes[i];
  writer->length += n;
  end (writer);
}

BtySecretForms *
bty_secret_forms_new (const BtySecret *secret)
{
  BtySecretForms *self = g_new0 (BtySecretForms, 1);
  const char *value = bty_secret_peek (secret);
  gsize length = bty_secret_get_length (secret);
  gsize room = length <= MAX_WRITTEN ? 20 * length + 64 : length;
  Writer writer = { .bytes = g_malloc (room), .forms = self };

  begin (&writer);
  memcpy (writer.bytes, value, length);
  writer.length = length;
  end (&writer);
  if (length <= MAX_WRITTEN)
    {
      write_json (&writer, value, length);
      write_url (&writer, value, length, "0123456789ABCDEF");
      write_url (&writer, value, length, "0123456789abcdef");
      for (gsize shift = 0; shift < 3; shift++)
        {
          write_base64 (&writer, value, length, shift, FALSE);
          write_base64 (&writer, value, length, shift, TRUE);
        }
    }
  self->bytes = bty_secret_new (writer.bytes, writer.length);
  bty_secret_clear_memory (writer.bytes, room);
  g_free (writer.bytes);
  return self;
}

void
bty_secret_forms_free (BtySecretForms *self)
{
  bty_secret_unref (self->bytes);
  g_free (self);
}

const char *
bty_secret_forms_get (const BtySecretForms *self, guint index)
{
  return bty_secret_peek (self->bytes) + self->starts[index];
}

gboolean
bty_secret_forms_equal (const BtySecretForms *self, const BtySecret *secret)
{
  return bty_secret_equal (secret, bty_secret_forms_get (self, 0), self->lengths[0]);
}

gsize
bty_secret_forms_match (const BtySecretForms *self, const char *text, gsize length)
{
  gsize found = 0;

  for (guint i = 0; i < self->n_forms; i++)
    if (self->lengths[i] <= length && self->lengths[i] > found &&
        memcmp (text, bty_secret_forms_get (self, i), self->lengths[i]) == 0)
      found = self->lengths[i];
  return found;
}

gboolean
bty_secret_forms_begin (const BtySecretForms *self, const char *text, gsize length)
{
  for (guint i = 0; i < self->n_forms; i++)
    if (self->lengths[i] > length && memcmp (text, bty_secret_forms_get (self, i), length) == 0)
      return TRUE;
  return FALSE;
}
