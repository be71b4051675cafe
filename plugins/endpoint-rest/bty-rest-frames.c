/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-rest"

#include "config.h"

#include "bty-rest-frames.h"

#define N_FRAMES       64          /* a power of two */
#define MAX_KEPT_FRAME (64 * 1024) /* bytes; a larger event is not kept, so that all together stay below 4 MiB */

/* The reference to the record makes sure that no other record comes to stand at its address. */
typedef struct
{
  BtyRecord *record;
  guint64 number;
  char *text;
  gsize length;
} Frame;

struct _BtyRestFrames
{
  Frame frames[N_FRAMES];
};

static void
frame_clear (Frame *frame)
{
  g_clear_pointer (&frame->record, bty_record_unref);
  g_clear_pointer (&frame->text, g_free);
}

BtyRestFrames *
bty_rest_frames_new (void)
{
  return g_new0 (BtyRestFrames, 1);
}

void
bty_rest_frames_clear (BtyRestFrames *self)
{
  for (guint i = 0; i < N_FRAMES; i++)
    frame_clear (&self->frames[i]);
}

void
bty_rest_frames_free (BtyRestFrames *self)
{
  bty_rest_frames_clear (self);
  g_free (self);
}

static void
encode (BtyCallReader *reader, const BtyItem *item, GString *out)
{
  BtyJsonWriter writer;

  g_string_append_printf (out, "id: %" G_GUINT64_FORMAT "\nevent: item\ndata: ", item->number);
  bty_json_writer_init (&writer, out);
  bty_call_reader_write_json (reader, item, &writer);
  g_string_append (out, "\n\n");
}

/* Text that has piled up is another run for each reader: only records are kept. */
void
bty_rest_frames_append (BtyRestFrames *self, BtyCallReader *reader, const BtyItem *item, GString *out)
{
  Frame *frame = &self->frames[item->number % N_FRAMES];
  gsize begin = out->len;

  if (item->record == NULL)
    {
      encode (reader, item, out);
      return;
    }
  if (frame->record == item->record && frame->number == item->number)
    {
      g_string_append_len (out, frame->text, (gssize) frame->length);
      return;
    }
  encode (reader, item, out);
  if (out->len - begin > MAX_KEPT_FRAME)
    return;
  frame_clear (frame);
  frame->record = bty_record_ref ((gpointer) item->record);
  frame->number = item->number;
  frame->length = out->len - begin;
  frame->text = g_memdup2 (out->str + begin, frame->length);
}
