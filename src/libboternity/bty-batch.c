/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <string.h>

#include "bty-batch.h"

#include "bty-event.h"
#include "bty-id.h"
#include "bty-json-reader.h"

struct _BtyBatch
{
  gatomicrefcount references;
  GArray *changes;
  GPtrArray *events;
  gboolean is_lazy;
};

G_DEFINE_BOXED_TYPE (BtyBatch, bty_batch, bty_batch_ref, bty_batch_unref)

static void
change_clear (gpointer data)
{
  BtyChange *change = data;

  bty_record_unref (change->record);
}

BtyBatch *
bty_batch_new (void)
{
  BtyBatch *batch = g_new0 (BtyBatch, 1);

  g_atomic_ref_count_init (&batch->references);
  batch->changes = g_array_new (FALSE, FALSE, sizeof (BtyChange));
  g_array_set_clear_func (batch->changes, change_clear);
  batch->events = bty_record_list_new ();
  return batch;
}

BtyBatch *
bty_batch_ref (BtyBatch *batch)
{
  g_atomic_ref_count_inc (&batch->references);
  return batch;
}

void
bty_batch_unref (BtyBatch *batch)
{
  if (!g_atomic_ref_count_dec (&batch->references))
    return;
  g_array_unref (batch->changes);
  g_ptr_array_unref (batch->events);
  g_free (batch);
}

static void
stamp (BtyRecord *record)
{
  gint64 now = g_get_real_time ();

  if (record->id == NULL)
    record->id = bty_id_new ();
  if (record->created_at == 0)
    record->created_at = now;
  record->updated_at = now;
  record->revision += 1;
}

void
bty_batch_put (BtyBatch *batch, gpointer record)
{
  BtyRecord *head = record;
  BtyChange change = { .kind = BTY_CHANGE_PUT, .expected = head->revision };

  g_return_if_fail (bty_schema_is_stored (head->schema));
  stamp (head);
  change.record = bty_record_ref (record);
  g_array_append_val (batch->changes, change);
}

void
bty_batch_delete (BtyBatch *batch, gconstpointer record)
{
  const BtyRecord *head = record;
  BtyChange change = { .kind = BTY_CHANGE_DELETE, .expected = head->revision };

  g_return_if_fail (bty_schema_is_stored (head->schema) && head->id != NULL);
  change.record = bty_record_ref (record);
  g_array_append_val (batch->changes, change);
}

static gboolean
deletes (const BtyBatch *batch, const BtyRecord *record)
{
  for (guint i = 0; record->id != NULL && i < batch->changes->len; i++)
    {
      const BtyChange *change = &g_array_index (batch->changes, BtyChange, i);

      if (change->kind == BTY_CHANGE_DELETE && change->record->schema == record->schema &&
          g_str_equal (change->record->id, record->id))
        return TRUE;
    }
  return FALSE;
}

/* Of what is deleted nothing stays but what it was found by. */
static char *
keep_names (const BtySchema *schema, const char *json)
{
  g_auto (BtyJsonReader) reader;
  GString *out = g_string_new (NULL);
  BtyJsonWriter writer;
  const char *raw;
  gsize length;

  bty_json_reader_init (&reader, json, strlen (json), 0);
  bty_json_writer_init (&writer, out);
  bty_json_reader_next (&reader, NULL);
  bty_json_writer_begin_object (&writer);
  while (bty_json_reader_next (&reader, NULL) == BTY_JSON_KEY)
    {
      int index = bty_schema_find (schema, reader.text, (gssize) reader.length, 0);
      const BtyField *field = index >= 0 ? bty_schema_get_field (schema, (guint) index) : NULL;
      gboolean stays = field != NULL &&
                       ((field->flags & (BTY_INDEXED | BTY_UNIQUE)) != 0 || field->offset < sizeof (BtyRecord));

      if (stays)
        bty_json_writer_key_len (&writer, reader.text, reader.length);
      if (bty_json_reader_skip (&reader, &raw, &length, NULL) == BTY_JSON_ERROR)
        break;
      if (stays)
        bty_json_writer_raw (&writer, raw, length);
    }
  bty_json_writer_end_object (&writer);
  return g_string_free (out, FALSE);
}

static char *
data_of (const BtyBatch *batch, const BtyRecord *record)
{
  g_autofree char *json = bty_record_to_json (record, BTY_VIEW_READ);

  return deletes (batch, record) ? keep_names (record->schema, json) : g_steal_pointer (&json);
}

void
bty_batch_publish (BtyBatch *batch, const char *topic, gconstpointer subject)
{
  const BtyRecord *head = subject;
  BtyEvent *event = bty_event_new ();

  event->topic = g_strdup (topic);
  event->subject = head != NULL ? g_strdup (head->id) : NULL;
  event->data = head != NULL ? data_of (batch, head) : g_strdup ("{}");
  stamp (&event->record);
  g_ptr_array_add (batch->events, event);
}

guint
bty_batch_get_n_changes (const BtyBatch *batch)
{
  return batch->changes->len;
}

const BtyChange *
bty_batch_get_change (const BtyBatch *batch, guint index)
{
  return &g_array_index (batch->changes, BtyChange, index);
}

GPtrArray *
bty_batch_get_events (const BtyBatch *batch)
{
  return batch->events;
}

void
bty_batch_set_lazy (BtyBatch *batch)
{
  batch->is_lazy = TRUE;
}

gboolean
bty_batch_is_lazy (const BtyBatch *batch)
{
  return batch->is_lazy;
}
