/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include "soul/bty-soul-compare.h"
#include "soul/bty-soul-operations.h"
#include "soul/bty-soul-reading.h"

/* In a thread: long texts that have little in common take some tenths of a second. */

static void
compare (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const BtySoulReading *reading = data;
  const BtySoulCompare *request = bty_call_request (reading->call);

  g_task_return_pointer (task,
                         bty_soul_compare (&reading->reads[0].prompt->texts, &reading->reads[1].prompt->texts,
                                           request->file, (guint) request->context),
                         bty_record_unref);
}

static void
on_compared (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtySoulReading) reading = data; /* not the task's, whose end may come in the thread */
  g_autoptr (BtySoulDiff) diff = g_task_propagate_pointer (G_TASK (result), NULL);
  const BtySoulRead *from = &reading->reads[0];
  const BtySoulRead *to = &reading->reads[1];

  diff->from = from->version != NULL ? bty_soul_version_ref (from->version) : NULL;
  diff->to = to->version != NULL ? bty_soul_version_ref (to->version) : NULL;
  diff->notice = g_strdup (to->prompt->notice != NULL ? to->prompt->notice : from->prompt->notice);
  bty_call_return (reading->call, diff);
}

static void
on_both (BtySoulReading *reading)
{
  g_autoptr (GTask) task = g_task_new (reading->service, NULL, on_compared, reading);

  g_task_set_source_tag (task, on_both);
  g_task_set_task_data (task, reading, NULL);
  g_task_run_in_thread (task, compare);
}

/* What people mean who name nothing: what holds the soul, else what was changed last. */
static void
on_soul (BtySoulReading *reading)
{
  const BtySoulCompare *request = bty_call_request (reading->call);
  gboolean is_held = reading->soul->state == BTY_SOUL_HELD;
  const char *from = request->from;
  const char *to = request->to;

  if (to == NULL)
    to = is_held && from == NULL ? BTY_SOUL_FILES_NAME : "head";
  if (from == NULL)
    from = g_str_equal (to, BTY_SOUL_FILES_NAME) || reading->soul->number < 2 ? "head" : "head~1";
  reading->takes_files = TRUE;
  bty_soul_reading_want (reading, from);
  bty_soul_reading_want (reading, to);
  bty_soul_reading_start (reading, on_both);
}

void
bty_soul_run_diff (BtyCall *call)
{
  const BtySoulCompare *request = bty_call_request (call);

  if (bty_soul_admit (call, request->slug, BTY_SOUL_DEED_READ) && bty_soul_check_file (call, request->file))
    bty_soul_reading_start (bty_soul_reading_new (call, request->slug), on_soul);
}
