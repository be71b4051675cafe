/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-rest"

#include "config.h"

#include "bty-rest-answer.h"

/* A call whose answer goes out whole. */
typedef struct
{
  BtyRestContext context;
  BtyCallReader *reader;
  GString *items; /* (nullable): the list so far */
  BtyJsonWriter writer;
} Collection;

static void
collection_free (Collection *self)
{
  bty_call_reader_free (self->reader);
  bty_rest_context_clear (&self->context);
  if (self->items != NULL)
    g_string_free (self->items, TRUE);
  g_free (self);
}

/* The answer's own members stand beside the items. */
static void
append_members (GString *text, const BtyRecord *record)
{
  g_autofree char *json = record != NULL ? bty_record_to_json (record, BTY_VIEW_READ) : NULL;

  if (json == NULL || g_str_equal (json, "{}"))
    {
      g_string_append_c (text, '}');
      return;
    }
  g_string_append_c (text, ',');
  g_string_append (text, json + 1);
}

static void
respond_list (Collection *self, BtyCall *call)
{
  g_autoptr (GBytes) body = NULL;

  bty_json_writer_end_array (&self->writer);
  append_members (self->items, bty_call_response (call));
  body = g_string_free_to_bytes (g_steal_pointer (&self->items));
  bty_exchange_respond (self->context.exchange, 200, BTY_REST_JSON_TYPE, body);
}

static void
advance (Collection *self)
{
  BtyCall *call = bty_call_reader_call (self->reader);
  BtyReadResult result;
  BtyItem item;

  while ((result = bty_call_reader_next (self->reader, &item)) == BTY_READ_ITEM)
    if (self->items != NULL)
      bty_item_write_json (&item, self->context.route->operation->item, &self->writer);
  if (result == BTY_READ_WAIT)
    return;
  bty_exchange_watch (self->context.exchange, NULL, NULL, NULL);
  if (self->items != NULL && bty_call_state (call) == BTY_CALL_RETURNED)
    respond_list (self, call);
  else
    bty_rest_answer (&self->context, call);
  collection_free (self);
}

static void
on_wake (BtyCallReader *reader, gpointer data)
{
  advance (data);
}

static void
on_client_gone (BtyExchange *exchange, gpointer data)
{
  Collection *self = data;
  g_autoptr (BtyCall) call = bty_call_ref (bty_call_reader_call (self->reader));

  bty_exchange_watch (exchange, NULL, NULL, NULL);
  /* First: a handler may end the call within the cancelling, which would wake the reader. */
  collection_free (self);
  bty_call_cancel (call);
}

void
bty_rest_collect (const BtyRestContext *context, BtyCall *call)
{
  Collection *self;

  if (context->route->operation->item == NULL && bty_call_state (call) != BTY_CALL_RUNNING)
    {
      bty_rest_answer (context, call);
      return;
    }
  self = g_new0 (Collection, 1);
  bty_rest_context_copy (&self->context, context);
  if (context->route->operation->item != NULL)
    {
      self->items = g_string_new ("{\"items\":");
      bty_json_writer_init (&self->writer, self->items);
      bty_json_writer_begin_array (&self->writer);
    }
  self->reader = bty_call_reader_new (call, 0, on_wake, self);
  bty_exchange_watch (context->exchange, NULL, on_client_gone, self);
  advance (self);
}
