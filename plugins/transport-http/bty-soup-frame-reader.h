/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

#define BTY_SOUP_FRAME_MAX_HEAD    14
#define BTY_SOUP_FRAME_MAX_CONTROL 125

/**
 * BtySoupOpcode:
 *
 * What a frame is (RFC 6455, section 5.2).
 */
typedef enum
{
  BTY_SOUP_OPCODE_MORE = 0, /* goes on with the message that was begun */
  BTY_SOUP_OPCODE_TEXT = 1,
  BTY_SOUP_OPCODE_BINARY = 2,
  BTY_SOUP_OPCODE_CLOSE = 8,
  BTY_SOUP_OPCODE_PING = 9,
  BTY_SOUP_OPCODE_PONG = 10,
} BtySoupOpcode;

/**
 * BtySoupFrameEvent:
 *
 * What bty_soup_frame_reader_next() found.
 */
typedef enum
{
  BTY_SOUP_FRAME_WAIT,   /* more bytes are needed */
  BTY_SOUP_FRAME_TEXT,   /* a whole message: data and length; UTF-8 */
  BTY_SOUP_FRAME_BINARY, /* likewise */
  BTY_SOUP_FRAME_PING,
  BTY_SOUP_FRAME_PONG,
  BTY_SOUP_FRAME_CLOSE,  /* code; data and length are the reason, UTF-8 */
  BTY_SOUP_FRAME_BROKEN, /* code is what to close with, reason says why; it stays so */
} BtySoupFrameEvent;

/**
 * BtySoupFrameReader:
 * @max_message: bytes of a message, all its fragments together
 * @max_fragments: frames of a message
 * @takes_binary: whether binary messages are taken
 * @data: what the last event carries; valid until the next call, and as long as the bytes that were read
 * @length: its length
 * @code: close code of the last event
 * @reason: why it is broken; static
 *
 * A strict pull reader of what a client sends over a WebSocket, in pieces of any size. It refuses frames without a mask, reserved
 * bits and opcodes, lengths that are not as short as can be, control frames that are long or in fragments, fragments out of
 * order, text that is not UTF-8 (as soon as it is not), close codes that nobody may send, and what goes beyond the limits (before
 * the bytes are there). A message that lies whole in the bytes given is unmasked in place and not copied; it holds memory only for
 * what it has of an unfinished one.
 */
typedef struct
{
  gsize max_message;
  guint max_fragments;
  gboolean takes_binary;

  const char *data;
  gsize length;
  guint code;
  const char *reason;

  /*< private >*/
  GByteArray *message; /* what has come of an unfinished one */
  guint64 left;        /* bytes of the present frame that are still to come */
  guint64 frame_length;
  guint n_fragments;
  guint8 head[BTY_SOUP_FRAME_MAX_HEAD];
  guint8 head_length;
  guint8 control_length;
  guint8 mask[4]; /* turned so that the next byte meets the first */
  guint8 opcode;  /* of the present frame */
  guint8 kind;    /* opcode of the message begun; 0: none */
  gboolean is_final;
  gboolean in_payload;
  gboolean is_delivered; /* the message was handed out and can go */
  guint8 utf8_left;      /* continuation bytes due */
  guint8 utf8_low;       /* bounds of the next one */
  guint8 utf8_high;
  guint8 control[BTY_SOUP_FRAME_MAX_CONTROL];
} BtySoupFrameReader;

void bty_soup_frame_reader_init (BtySoupFrameReader *reader, gsize max_message, guint max_fragments,
                                 gboolean takes_binary);
void bty_soup_frame_reader_clear (BtySoupFrameReader *reader);

/* Takes what it needs from the front of @bytes, which it changes, and moves the two on. With FRAME_WAIT all has been taken. */
BtySoupFrameEvent bty_soup_frame_reader_next (BtySoupFrameReader *reader, guint8 **bytes, gsize *length);

/* Whether a message or a frame has begun and is not over. */
gboolean bty_soup_frame_reader_is_amid (const BtySoupFrameReader *reader);

/* Bytes held of an unfinished message. */
gsize bty_soup_frame_reader_get_held (const BtySoupFrameReader *reader);

/* Writes the head of a server's frame, which is the whole of a message; gives its length, 2 to 10. */
gsize bty_soup_frame_write_head (guint8 head[BTY_SOUP_FRAME_MAX_HEAD], BtySoupOpcode opcode, gsize length);

G_END_DECLS
