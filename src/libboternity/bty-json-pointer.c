/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-json"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-error.h"
#include "bty-json-private.h"

/* Names come from outside: an error's text shows this much of one, and this much of a pointer. */
#define SHOWN_NAME    64
#define SHOWN_POINTER 256

static void
append_name (GString *pointer, const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    switch (text[i])
      {
      case '~':
        g_string_append (pointer, "~0");
        break;
      case '/':
        g_string_append (pointer, "~1");
        break;
      case '\0':
        g_string_append (pointer, "\xef\xbf\xbd");
        break;
      default:
        g_string_append_c (pointer, text[i]);
      }
}

/* At most @max bytes, never half a character. */
static gsize
shorten (const char *text, gsize length, gsize max)
{
  if (length <= max)
    return length;
  while (max > 0 && ((guchar) text[max] & 0xc0) == 0x80)
    max--;
  return max;
}

static void
append_item (GString *pointer, const BtyJsonReader *reader, guint depth, gsize max)
{
  guint32 current = reader->frames[depth].current;
  const BtyJsonName *name;
  gsize length;

  if (current == BTY_JSON_NO_ITEM)
    return;
  g_string_append_c (pointer, '/');
  if ((reader->objects >> depth & 1) == 0)
    {
      g_string_append_printf (pointer, "%u", current);
      return;
    }
  name = &reader->names[current];
  length = shorten (bty_json_name_text (reader, name), bty_json_name_length (name), max);
  append_name (pointer, bty_json_name_text (reader, name), length);
  if (length < bty_json_name_length (name))
    g_string_append (pointer, "…");
}

char *
bty_json_reader_get_pointer (BtyJsonReader *reader)
{
  GString *pointer = g_string_new (NULL);

  g_return_val_if_fail (reader != NULL, g_string_free (pointer, FALSE));
  for (guint depth = 0; depth < reader->depth; depth++)
    append_item (pointer, reader, depth, G_MAXSIZE);
  return g_string_free (pointer, FALSE);
}

/* The pointer as an error may show it: short, and on one line of a terminal. */
static char *
get_shown_pointer (BtyJsonReader *reader)
{
  GString *pointer = g_string_new (NULL);

  for (guint depth = 0; depth < reader->depth && pointer->len <= SHOWN_POINTER; depth++)
    append_item (pointer, reader, depth, SHOWN_NAME);
  if (pointer->len > SHOWN_POINTER)
    {
      g_string_truncate (pointer, shorten (pointer->str, pointer->len, SHOWN_POINTER));
      g_string_append (pointer, "…");
    }
  for (char *p = pointer->str; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      *p = '?';
  return g_string_free (pointer, FALSE);
}

BtyJsonToken
bty_json_reader_fail (BtyJsonReader *reader, gsize offset, const char *reason)
{
  g_autofree char *pointer = get_shown_pointer (reader);

  reader->state = BTY_JSON_STATE_FAILED;
  reader->offset = offset;
  reader->text = NULL;
  reader->length = 0;
  if (*pointer == '\0')
    g_set_error (&reader->error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("malformed JSON at byte %zu: %s"), offset,
                 _ (reason));
  else
    g_set_error (&reader->error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("malformed JSON at byte %zu (%s): %s"),
                 offset, pointer, _ (reason));
  return BTY_JSON_ERROR;
}
