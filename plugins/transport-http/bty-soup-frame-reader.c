/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-soup-frame-reader.h"

#define FINAL    0x80
#define RESERVED 0x70
#define OPCODE   0x0f
#define MASKED   0x80
#define LENGTH   0x7f
#define CONTROL  0x08 /* the bit that control opcodes have */

#define LENGTH_16 126
#define LENGTH_64 127

void
bty_soup_frame_reader_init (BtySoupFrameReader *reader, gsize max_message, guint max_fragments, gboolean takes_binary)
{
  memset (reader, 0, sizeof *reader);
  reader->max_message = max_message;
  reader->max_fragments = max_fragments;
  reader->takes_binary = takes_binary;
}

void
bty_soup_frame_reader_clear (BtySoupFrameReader *reader)
{
  g_clear_pointer (&reader->message, g_byte_array_unref);
}

static gboolean
fail (BtySoupFrameReader *reader, guint code, const char *reason)
{
  g_clear_pointer (&reader->message, g_byte_array_unref);
  reader->code = code;
  reader->reason = reason;
  return FALSE;
}

/* The bounds of the second byte keep out overlong forms, surrogates and what is beyond U+10FFFF. */
static gboolean
begin_character (BtySoupFrameReader *reader, guint8 byte)
{
  reader->utf8_low = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;
  reader->utf8_high = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;
  reader->utf8_left = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
  return byte >= 0xc2 && byte <= 0xf4;
}

/* A character may be cut by the end of a frame, or of what has come of it. */
static gboolean
check_text (BtySoupFrameReader *reader, const guint8 *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      guint64 eight;

      if (reader->utf8_left > 0)
        {
          if (bytes[i] < reader->utf8_low || bytes[i] > reader->utf8_high)
            return FALSE;
          reader->utf8_left--;
          reader->utf8_low = 0x80;
          reader->utf8_high = 0xbf;
          continue;
        }
      for (; length - i > sizeof eight; i += sizeof eight)
        {
          memcpy (&eight, bytes + i, sizeof eight);
          if ((eight & G_GUINT64_CONSTANT (0x8080808080808080)) != 0)
            break;
        }
      if (bytes[i] >= 0x80 && !begin_character (reader, bytes[i]))
        return FALSE;
    }
  return TRUE;
}

static void
unmask (BtySoupFrameReader *reader, guint8 *bytes, gsize length)
{
  guint8 mask[8], turned[4];
  guint64 wide, eight;
  gsize i = 0;

  memcpy (mask, reader->mask, 4);
  memcpy (mask + 4, reader->mask, 4);
  memcpy (&wide, mask, sizeof wide);
  for (; i + sizeof wide <= length; i += sizeof wide)
    {
      memcpy (&eight, bytes + i, sizeof eight);
      eight ^= wide;
      memcpy (bytes + i, &eight, sizeof eight);
    }
  for (; i < length; i++)
    bytes[i] ^= mask[i % 4];
  for (guint j = 0; j < 4; j++)
    turned[j] = mask[(length + j) % 4];
  memcpy (reader->mask, turned, sizeof turned);
}

/* What the first two bytes tell. */
static gboolean
check_start (BtySoupFrameReader *reader)
{
  guint8 opcode = reader->head[0] & OPCODE;
  gboolean is_control = (opcode & CONTROL) != 0;

  if ((reader->head[0] & RESERVED) != 0)
    return fail (reader, BTY_SOCKET_PROTOCOL_ERROR, "a reserved bit is set");
  if (opcode > (is_control ? BTY_SOUP_OPCODE_PONG : BTY_SOUP_OPCODE_BINARY))
    return fail (reader, BTY_SOCKET_PROTOCOL_ERROR, "a reserved opcode");
  if ((reader->head[1] & MASKED) == 0)
    return fail (reader, BTY_SOCKET_PROTOCOL_ERROR, "a frame without a mask");
  if (is_control && ((reader->head[0] & FINAL) == 0 || (reader->head[1] & LENGTH) > BTY_SOUP_FRAME_MAX_CONTROL))
    return fail (reader, BTY_SOCKET_PROTOCOL_ERROR, "a control frame that is long or in fragments");
  if (!is_control && (opcode == BTY_SOUP_OPCODE_MORE) != (reader->kind != 0))
    return fail (reader, BTY_SOCKET_PROTOCOL_ERROR, "a fragment out of order");
  if (opcode == BTY_SOUP_OPCODE_BINARY && !reader->takes_binary)
    return fail (reader, BTY_SOCKET_UNSUPPORTED, "binary messages are not taken");
  return TRUE;
}

static gsize
get_head_size (const BtySoupFrameReader *reader)
{
  guint8 length = reader->head[1] & LENGTH;

  return 6u + (length == LENGTH_64 ? 8u : length == LENGTH_16 ? 2u : 0u);
}

static gboolean
read_length (BtySoupFrameReader *reader)
{
  guint8 first = reader->head[1] & LENGTH;
  guint n_bytes = first == LENGTH_64 ? 8 : first == LENGTH_16 ? 2 : 0;
  guint64 length = n_bytes == 0 ? first : 0;

  for (guint i = 0; i < n_bytes; i++)
    length = length << 8 | reader->head[2 + i];
  if ((n_bytes == 2 && length < LENGTH_16) || (n_bytes == 8 && (length <= G_MAXUINT16 || length > G_MAXINT64)))
    return fail (reader, BTY_SOCKET_PROTOCOL_ERROR, "a length that is not as short as can be");
  memcpy (reader->mask, reader->head + 2 + n_bytes, 4);
  reader->frame_length = length;
  reader->left = length;
  return TRUE;
}

/* Limits are held before a byte of the payload is kept. */
static gboolean
begin_payload (BtySoupFrameReader *reader)
{
  if (!read_length (reader))
    return FALSE;
  reader->opcode = reader->head[0] & OPCODE;
  reader->is_final = (reader->head[0] & FINAL) != 0;
  reader->in_payload = TRUE;
  reader->head_length = 0;
  reader->control_length = 0;
  if ((reader->opcode & CONTROL) != 0)
    return TRUE;
  if (reader->opcode != BTY_SOUP_OPCODE_MORE)
    reader->kind = reader->opcode;
  if (reader->frame_length > reader->max_message - bty_soup_frame_reader_get_held (reader))
    return fail (reader, BTY_SOCKET_TOO_BIG, "the message is too large");
  if (++reader->n_fragments > reader->max_fragments)
    return fail (reader, BTY_SOCKET_POLICY, "the message has too many fragments");
  return TRUE;
}

/* FALSE: broken, or not all there yet. */
static gboolean
read_head (BtySoupFrameReader *reader, guint8 **bytes, gsize *length)
{
  while (*length > 0)
    {
      reader->head[reader->head_length++] = **bytes;
      (*bytes)++;
      (*length)--;
      if (reader->head_length == 2 && !check_start (reader))
        return FALSE;
      if (reader->head_length > 2 && reader->head_length == get_head_size (reader))
        return begin_payload (reader);
    }
  return FALSE;
}

static void
keep (BtySoupFrameReader *reader, const guint8 *bytes, gsize length)
{
  if ((reader->opcode & CONTROL) != 0)
    {
      memcpy (reader->control + reader->control_length, bytes, length);
      reader->control_length += length;
      return;
    }
  if (reader->message == NULL)
    reader->message = g_byte_array_new ();
  g_byte_array_append (reader->message, bytes, length);
}

/* Most messages are one frame that came in one piece: these are handed out where they lie. */
static gboolean
take_payload (BtySoupFrameReader *reader, guint8 **bytes, gsize *length)
{
  gsize n = MIN (reader->left, *length);
  gboolean is_whole = n == reader->frame_length && reader->is_final && reader->n_fragments == 1 &&
                      (reader->opcode & CONTROL) == 0;

  unmask (reader, *bytes, n);
  if ((reader->opcode & CONTROL) == 0 && reader->kind == BTY_SOUP_OPCODE_TEXT && !check_text (reader, *bytes, n))
    return fail (reader, BTY_SOCKET_BAD_TEXT, "text that is not UTF-8");
  reader->data = (const char *) *bytes;
  reader->length = n;
  if (!is_whole && n > 0)
    keep (reader, *bytes, n);
  *bytes += n;
  *length -= n;
  reader->left -= n;
  reader->in_payload = reader->left > 0;
  if (is_whole || reader->in_payload)
    return TRUE;
  reader->data = reader->message != NULL ? (const char *) reader->message->data : "";
  reader->length = bty_soup_frame_reader_get_held (reader);
  return TRUE;
}

static gboolean
may_be_sent (guint code)
{
  return (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) || (code >= 3000 && code <= 4999);
}

static BtySoupFrameEvent
end_close (BtySoupFrameReader *reader)
{
  reader->code = BTY_SOCKET_NO_CODE;
  if (reader->length == 0)
    return BTY_SOUP_FRAME_CLOSE;
  if (reader->length >= 2)
    reader->code = (guint) reader->control[0] << 8 | reader->control[1];
  if (reader->length < 2 || !may_be_sent (reader->code))
    {
      fail (reader, BTY_SOCKET_PROTOCOL_ERROR, "a close code that nobody may send");
      return BTY_SOUP_FRAME_BROKEN;
    }
  reader->data += 2;
  reader->length -= 2;
  if (g_utf8_validate_len (reader->data, reader->length, NULL))
    return BTY_SOUP_FRAME_CLOSE;
  fail (reader, BTY_SOCKET_BAD_TEXT, "a close reason that is not UTF-8");
  return BTY_SOUP_FRAME_BROKEN;
}

static BtySoupFrameEvent
end_control (BtySoupFrameReader *reader)
{
  reader->data = (const char *) reader->control;
  reader->length = reader->control_length;
  if (reader->opcode == BTY_SOUP_OPCODE_CLOSE)
    return end_close (reader);
  return reader->opcode == BTY_SOUP_OPCODE_PING ? BTY_SOUP_FRAME_PING : BTY_SOUP_FRAME_PONG;
}

/* FRAME_WAIT: a fragment, and the message goes on. */
static BtySoupFrameEvent
end_frame (BtySoupFrameReader *reader)
{
  BtySoupFrameEvent event = reader->kind == BTY_SOUP_OPCODE_TEXT ? BTY_SOUP_FRAME_TEXT : BTY_SOUP_FRAME_BINARY;

  if ((reader->opcode & CONTROL) != 0)
    return end_control (reader);
  if (!reader->is_final)
    return BTY_SOUP_FRAME_WAIT;
  if (reader->utf8_left > 0)
    {
      fail (reader, BTY_SOCKET_BAD_TEXT, "text that ends within a character");
      return BTY_SOUP_FRAME_BROKEN;
    }
  reader->kind = 0;
  reader->n_fragments = 0;
  reader->is_delivered = TRUE;
  return event;
}

BtySoupFrameEvent
bty_soup_frame_reader_next (BtySoupFrameReader *reader, guint8 **bytes, gsize *length)
{
  BtySoupFrameEvent event = BTY_SOUP_FRAME_WAIT;

  if (reader->is_delivered)
    g_clear_pointer (&reader->message, g_byte_array_unref);
  reader->is_delivered = FALSE;
  while (event == BTY_SOUP_FRAME_WAIT && reader->reason == NULL)
    {
      if (!reader->in_payload && !read_head (reader, bytes, length))
        break;
      if (!take_payload (reader, bytes, length) || reader->in_payload)
        break;
      event = end_frame (reader);
    }
  return reader->reason != NULL ? BTY_SOUP_FRAME_BROKEN : event;
}

gboolean
bty_soup_frame_reader_is_amid (const BtySoupFrameReader *reader)
{
  return reader->head_length > 0 || reader->in_payload || reader->kind != 0;
}

gsize
bty_soup_frame_reader_get_held (const BtySoupFrameReader *reader)
{
  return reader->message != NULL ? reader->message->len : 0;
}

gsize
bty_soup_frame_write_head (guint8 head[BTY_SOUP_FRAME_MAX_HEAD], BtySoupOpcode opcode, gsize length)
{
  guint n_bytes = length < LENGTH_16 ? 0 : length <= G_MAXUINT16 ? 2 : 8;

  head[0] = FINAL | opcode;
  head[1] = n_bytes == 0 ? length : n_bytes == 2 ? LENGTH_16 : LENGTH_64;
  for (guint i = 0; i < n_bytes; i++)
    head[2 + i] = (guint8) ((guint64) length >> (8 * (n_bytes - 1 - i)));
  return 2 + n_bytes;
}
