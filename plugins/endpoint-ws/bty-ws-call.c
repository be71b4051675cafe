/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ws"

#include "config.h"

#include "bty-ws-call.h"

BtyCall *
bty_ws_call_get_call (BtyWsCall *self)
{
  return bty_call_reader_call (self->reader);
}

static const BtyOperation *
get_operation (BtyWsCall *self)
{
  return bty_call_operation (bty_ws_call_get_call (self));
}

gboolean
bty_ws_call_is_stream (BtyWsCall *self)
{
  return (get_operation (self)->effect & BTY_EFFECT_STREAMING) != 0;
}

static void
send_item (BtyWsCall *self, const BtyItem *item)
{
  g_autoptr (GString) frame = NULL;

  self->number = item->number;
  if (self->id == NULL)
    return;
  if (self->items != NULL)
    {
      bty_call_reader_write_json (self->reader, item, &self->writer);
      return;
    }
  self->credit--;
  frame = g_string_sized_new (256);
  bty_ws_write_item (frame, self->id, self->reader, item);
  self->events->send (self->session, frame);
}

static void
send_end (BtyWsCall *self)
{
  BtyCall *call = bty_ws_call_get_call (self);
  g_autoptr (GString) frame = g_string_sized_new (512);

  if (bty_call_state (call) == BTY_CALL_FAILED)
    bty_ws_write_error (frame, self->id, BTY_WS_FAULT_CALL, bty_call_error (call));
  else if (self->items != NULL)
    {
      bty_json_writer_end_array (&self->writer);
      bty_ws_write_list (frame, self->id, self->items, bty_call_response (call));
    }
  else
    bty_ws_write_result (frame, self->id, bty_call_response (call));
  self->events->send (self->session, frame);
}

/* A client that grants nothing more still learns of the end, once there is nothing before it. */
static gboolean
has_credit (BtyWsCall *self)
{
  return self->credit > 0 || self->items != NULL || self->id == NULL ||
         bty_item_log_get_length (bty_call_log (bty_ws_call_get_call (self))) <= self->number;
}

void
bty_ws_call_advance (BtyWsCall *self)
{
  gpointer session = self->session;
  const BtyWsCallEvents *events = self->events;
  BtyReadResult result = BTY_READ_WAIT;
  BtyItem item;

  while (has_credit (self) && events->may_send (session, self) &&
         (result = bty_call_reader_next (self->reader, &item)) == BTY_READ_ITEM)
    send_item (self, &item);
  if (result == BTY_READ_END)
    {
      if (self->id != NULL)
        send_end (self);
      events->ended (session, self);
    }
  events->flush (session);
}

static void
on_wake (BtyCallReader *reader, gpointer data)
{
  BtyWsCall *self = data;

  if (!self->is_waiting)
    bty_ws_call_advance (self);
}

BtyWsCall *
bty_ws_call_new (const char *id, BtyCall *call, gint64 credit, const BtyWsCallEvents *events, gpointer session)
{
  BtyWsCall *self = g_new0 (BtyWsCall, 1);
  const BtyOperation *operation = bty_call_operation (call);

  self->id = g_strdup (id);
  self->credit = credit;
  self->events = events;
  self->session = session;
  self->link.data = self;
  if (id != NULL && operation->item != NULL && (operation->effect & BTY_EFFECT_STREAMING) == 0)
    {
      self->items = g_string_new (NULL);
      bty_json_writer_init (&self->writer, self->items);
      bty_json_writer_begin_array (&self->writer);
    }
  self->reader = bty_call_reader_new (call, 0, on_wake, self);
  return self;
}

void
bty_ws_call_free (BtyWsCall *self)
{
  bty_call_reader_free (self->reader);
  if (self->items != NULL)
    g_string_free (self->items, TRUE);
  g_free (self->id);
  g_free (self);
}
