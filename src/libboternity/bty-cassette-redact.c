/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <string.h>

#include "bty-cassette-private.h"
#include "bty-secret.h"

typedef struct
{
  BtyCassette *cassette;
  BtyCassetteRedact redact;
  gpointer data;
} Redaction;

/* Text that may hold a secret: cleared when it is freed. */
typedef GString Cleared;

static void
cleared_free (Cleared *text)
{
  bty_secret_clear_memory (text->str, text->len);
  g_string_free (text, TRUE);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Cleared, cleared_free)

/* Returns: whether @text is another now */
static gboolean
change (Redaction *self, GString *text)
{
  g_autoptr (Cleared) before = g_string_new_len (text->str, (gssize) text->len);

  self->redact (text, self->data);
  if (g_string_equal (before, text))
    return FALSE;
  self->cassette->redacted += 1;
  return TRUE;
}

static void
change_string (Redaction *self, char **place)
{
  g_autoptr (Cleared) text = NULL;

  if (*place == NULL)
    return;
  text = g_string_new (*place);
  if (!change (self, text))
    return;
  bty_secret_clear_memory (*place, strlen (*place));
  g_free (*place);
  *place = g_strdup (text->str);
}

static void
change_bytes (Redaction *self, GBytes **place)
{
  g_autoptr (Cleared) text = NULL;

  if (*place == NULL)
    return;
  text = g_string_new_len (g_bytes_get_data (*place, NULL), (gssize) g_bytes_get_size (*place));
  if (!change (self, text))
    return;
  g_bytes_unref (*place);
  *place = bty_cassette_take_bytes (text->str, text->len);
}

/* When each line of the body was complete; what comes after the last line end is one, too. */
static GArray *
find_times (const BtyCassetteExchange *exchange)
{
  GArray *times = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 last = exchange->head_at;

  for (guint i = 0; i < exchange->pieces->len; i++)
    {
      const BtyCassettePiece *piece = &g_array_index (exchange->pieces, BtyCassettePiece, i);
      gsize length;
      const char *bytes = g_bytes_get_data (piece->bytes, &length);

      for (gsize k = 0; k < length; k++)
        if (bytes[k] == '\n')
          g_array_append_val (times, piece->at);
      last = piece->at;
    }
  g_array_append_val (times, last);
  return times;
}

static void
cut_anew (BtyCassetteExchange *exchange, const GString *text)
{
  g_autoptr (GArray) times = find_times (exchange);
  const char *at = text->str;
  gsize left = text->len;
  guint line = 0;

  g_array_set_size (exchange->pieces, 0);
  while (left > 0)
    {
      const char *newline = memchr (at, '\n', left);
      gsize length = newline != NULL ? (gsize) (newline - at) + 1 : left;
      BtyCassettePiece piece = { .at = g_array_index (times, gint64, MIN (line, times->len - 1)),
                                 .bytes = bty_cassette_take_bytes (at, length) };

      g_array_append_val (exchange->pieces, piece);
      at += length;
      left -= length;
      line += 1;
    }
}

static void
change_answer (Redaction *self, BtyCassetteExchange *exchange)
{
  g_autoptr (Cleared) text = NULL;
  gsize size = 0;

  for (guint i = 0; i < exchange->pieces->len; i++)
    size += g_bytes_get_size (g_array_index (exchange->pieces, BtyCassettePiece, i).bytes);
  text = g_string_sized_new (size + 1); /* never moved while it grows */
  for (guint i = 0; i < exchange->pieces->len; i++)
    {
      GBytes *bytes = g_array_index (exchange->pieces, BtyCassettePiece, i).bytes;

      g_string_append_len (text, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));
    }
  if (change (self, text))
    cut_anew (exchange, text);
}

static void
change_headers (Redaction *self, GPtrArray *headers)
{
  for (guint i = 0; i < headers->len; i++)
    change_string (self, (char **) &headers->pdata[i]);
}

static void
change_exchange (Redaction *self, BtyCassetteExchange *exchange)
{
  change_string (self, &exchange->url);
  change_headers (self, exchange->headers);
  change_bytes (self, &exchange->body);
  change_headers (self, exchange->answer_headers);
  change_answer (self, exchange);
  change_string (self, &exchange->error);
}

static void
change_take (Redaction *self, BtyCassetteTake *take)
{
  change_string (self, &take->url);
  change_string (self, &take->request);
  change (self, take->heard);
}

void
bty_cassette_redact (BtyCassette *self, BtyCassetteExchange *exchange, BtyCassetteRedact redact, gpointer data)
{
  Redaction redaction = { self, redact, data };

  if (exchange != NULL)
    {
      change_exchange (&redaction, exchange);
      return;
    }
  for (guint i = 0; i < self->takes->len; i++)
    change_take (&redaction, self->takes->pdata[i]);
  for (guint i = 0; i < self->exchanges->len; i++)
    change_exchange (&redaction, self->exchanges->pdata[i]);
}
