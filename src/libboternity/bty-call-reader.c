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

BtyReadResult
bty_call_reader_next (BtyCallReader *reader, BtyItem *item)
{
  g_return_val_if_fail (reader != NULL && item != NULL, BTY_READ_END);

  if (bty_item_log_get_run (reader->log, reader->position + 1, item))
    {
      reader->position = item->number;
      return BTY_READ_ITEM;
    }
  if (bty_call_state (reader->call) == BTY_CALL_RUNNING)
    return BTY_READ_WAIT;
  stop_watching (reader);
  return BTY_READ_END;
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
