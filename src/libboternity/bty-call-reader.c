/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-call"

#include "config.h"

#include "bty-call-private.h"
#include "bty-item-log-private.h"
#include "bty-record-private.h"

struct _BtyCallReader
{
  BtyCall *call;
  BtyItemLog *log;
  guint watch;
  guint64 position;
  guint64 place;     /* how many items of the log it is past, if that has a window */
  BtyRecord *missed; /* (nullable): what it was told last of those that were dropped before it came to them */
  BtyCallWake wake;
  gpointer data;
};

static void
on_items (BtyItemLog *log, gpointer data)
{
  bty_call_reader_wake (data);
}

static void
stop_watching (BtyCallReader *reader)
{
  if (reader->watch != 0)
    bty_item_log_unwatch (reader->log, reader->watch);
  reader->watch = 0;
}

BtyCallReader *
bty_call_reader_new (BtyCall *call, guint64 after, BtyCallWake wake, gpointer data)
{
  BtyCallReader *reader;
  BtyItemLog *log;

  g_return_val_if_fail (call != NULL, NULL);

  log = bty_call_log (call);
  reader = g_new0 (BtyCallReader, 1);
  reader->call = bty_call_ref (call);
  reader->log = bty_item_log_ref (log);
  /* May be beyond what there is: the log that the client has seen may only be shared later. */
  reader->position = MAX (after, bty_call_get_skipped (call));
  reader->place = bty_call_get_place (call);
  if (reader->position >= bty_item_log_get_floor (log))
    reader->place = bty_item_log_get_place (log, reader->position);
  reader->wake = wake;
  reader->data = data;
  if (wake != NULL)
    reader->watch = bty_item_log_watch (log, on_items, reader);
  bty_call_add_reader (call, reader);
  return reader;
}

void
bty_call_reader_change_log (BtyCallReader *reader, BtyItemLog *log)
{
  gboolean watched = reader->watch != 0;

  stop_watching (reader);
  bty_item_log_ref (log);
  bty_item_log_unref (reader->log);
  reader->log = log;
  reader->place = bty_item_log_get_place (log, reader->position);
  if (!watched)
    return;
  reader->watch = bty_item_log_watch (log, on_items, reader);
  if (bty_item_log_get_length (log) > reader->position)
    bty_item_log_announce (log);
}

void
bty_call_reader_wake (BtyCallReader *reader)
{
  if (reader->wake != NULL)
    reader->wake (reader, reader->data);
}

BtyItemLog *
bty_call_reader_get_log (BtyCallReader *reader)
{
  return reader->log;
}

/* Whether it had fallen so far behind that items are gone; then @item says so, if the log has words for it. */
static gboolean
take_missed (BtyCallReader *reader, BtyItem *item)
{
  guint64 place = reader->place;

  g_clear_pointer (&reader->missed, bty_record_unref);
  reader->missed = bty_item_log_make_missed (reader->log, reader->position, &reader->place, item);
  if (reader->place != place)
    reader->position = MAX (reader->position, item->number);
  return reader->missed != NULL;
}

static gboolean
take_item (BtyCallReader *reader, BtyItem *item)
{
  if (take_missed (reader, item))
    return TRUE;
  if (!bty_item_log_get_run (reader->log, reader->position + 1, item))
    return FALSE;
  reader->position = item->number;
  reader->place += 1;
  return TRUE;
}

/* To the log that follows, if there is one. */
static gboolean
move_on (BtyCallReader *reader)
{
  guint64 after, place;
  BtyItemLog *next = bty_call_get_next_log (reader->call, &after, &place);

  if (next == NULL || next == reader->log)
    return FALSE;
  reader->position = MAX (reader->position, after);
  bty_call_reader_change_log (reader, next);
  reader->place = place;
  bty_call_reader_has_moved (reader->call);
  return TRUE;
}

BtyReadResult
bty_call_reader_next (BtyCallReader *reader, BtyItem *item)
{
  g_return_val_if_fail (reader != NULL && item != NULL, BTY_READ_END);

  do
    {
      if (take_item (reader, item))
        return BTY_READ_ITEM;
    }
  while (move_on (reader));
  if (bty_call_state (reader->call) == BTY_CALL_RUNNING)
    {
      bty_call_drained (reader->call);
      return BTY_READ_WAIT;
    }
  stop_watching (reader);
  return BTY_READ_END;
}

void
bty_call_reader_write_json (BtyCallReader *reader, const BtyItem *item, BtyJsonWriter *writer)
{
  GBytes *shared;
  gsize length;
  const char *json;

  g_return_if_fail (reader != NULL && item != NULL && writer != NULL);

  shared = item->record != NULL && item->record != reader->missed ? bty_item_log_get_json (reader->log, item->number)
                                                                  : NULL;
  if (shared == NULL)
    {
      bty_item_write_json (item, bty_call_operation (reader->call)->item, writer);
      return;
    }
  json = g_bytes_get_data (shared, &length);
  bty_json_writer_raw (writer, json, length);
}

BtyCall *
bty_call_reader_call (BtyCallReader *reader)
{
  g_return_val_if_fail (reader != NULL, NULL);

  return reader->call;
}

void
bty_call_reader_free (BtyCallReader *reader)
{
  g_return_if_fail (reader != NULL);

  stop_watching (reader);
  g_clear_pointer (&reader->missed, bty_record_unref);
  bty_call_remove_reader (reader->call, reader);
  bty_item_log_unref (reader->log);
  bty_call_unref (reader->call);
  g_free (reader);
}

void
bty_item_write_json (const BtyItem *item, const BtySchema *schema, BtyJsonWriter *writer)
{
  g_return_if_fail (item != NULL && writer != NULL);

  if (item->record != NULL)
    {
      bty_record_write_json (item->record, BTY_VIEW_READ, writer);
      return;
    }
  g_return_if_fail (schema != NULL);
  bty_record_write_text_item (schema, item->text != NULL ? item->text : "", item->length, writer);
}
