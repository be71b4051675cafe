/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include "soul/bty-soul-service-private.h"

/*
 * A change that waits for the gate. It is no job yet: what a gate asks takes long, and the bot goes on answering meanwhile. What was
 * tested is what counts: the change then expects the version that it was tested on.
 */
typedef struct
{
  BtySoulService *service;
  BtySoulChange *change;
  GTask *task;
  BtySoulGo go;
  gint64 least;
  gboolean switches; /* to a branch, whose head is tested as it is */
} Waiting;

static void
waiting_free (Waiting *waiting)
{
  g_object_unref (waiting->service);
  g_clear_pointer (&waiting->change, bty_soul_change_free);
  g_clear_object (&waiting->task);
  g_free (waiting);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Waiting, waiting_free)

static void
pass (Waiting *waiting)
{
  waiting->go (waiting->service, g_steal_pointer (&waiting->change), g_steal_pointer (&waiting->task));
  waiting_free (waiting);
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Waiting) waiting = data;
  GError *error = NULL;

  if (waiting->service->gate_answer (result, &error))
    pass (g_steal_pointer (&waiting));
  else
    g_task_return_error (waiting->task, error);
}

/* Lays the change over @texts. Returns: whether it changes any. */
static gboolean
overlay (const BtySoulChange *change, BtySoulTexts *texts)
{
  gboolean differs = FALSE;

  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    {
      if (change->texts.text[i] == NULL || g_strcmp0 (change->texts.text[i], texts->text[i]) == 0)
        continue;
      bty_record_take_string (&texts->text[i], g_strdup (change->texts.text[i]));
      differs = TRUE;
    }
  return differs;
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Waiting) waiting = data;
  BtySoulService *self = BTY_SOUL_SERVICE (source);
  BtySoulChange *change = waiting->change;
  g_autoptr (BtySoulPrompt) prompt = bty_soul_service_load_finish (self, result, NULL);
  const char *base = prompt != NULL ? prompt->version->record.id : NULL;

  /* What cannot be read, or is expected to be another version, fails in the change itself, which says so better. */
  if (base == NULL || (change->expected != NULL && g_strcmp0 (change->expected, base) != 0) ||
      (!overlay (change, &prompt->texts) && !waiting->switches))
    {
      pass (g_steal_pointer (&waiting));
      return;
    }
  if (!waiting->switches)
    bty_record_take_string (&change->expected, g_strdup (base));
  self->gate (self->gate_data, change->slug, &prompt->texts, waiting->least, g_task_get_cancellable (waiting->task),
              on_answer, waiting);
  g_steal_pointer (&waiting);
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer data)
{
  Waiting *waiting = data;
  g_autoptr (BtySoulVersion) version = bty_soul_service_find_finish (BTY_SOUL_SERVICE (source), result, NULL);

  if (version == NULL)
    pass (waiting);
  else
    bty_soul_service_load_async (BTY_SOUL_SERVICE (source), version, NULL, on_loaded, waiting);
}

static gboolean
has_texts (const BtySoulChange *change)
{
  gboolean has = change->merged != NULL;

  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    has = has || change->texts.text[i] != NULL;
  return has;
}

static void
on_soul (GObject *source, GAsyncResult *result, gpointer data)
{
  Waiting *waiting = data;
  const BtySoulChange *change = waiting->change;
  g_autoptr (BtySoul) soul = bty_soul_service_get_finish (BTY_SOUL_SERVICE (source), result, NULL);
  gboolean elsewhere = soul != NULL && change->branch != NULL && g_strcmp0 (change->branch, soul->branch) != 0;
  gboolean is_refused = soul != NULL && change->author_kind == BTY_AUTHOR_BOT && change->cause != BTY_SOUL_PROPOSED &&
                        soul->policy != BTY_SOUL_APPLY; /* by the change itself: nothing need be asked */

  waiting->switches = elsewhere && !has_texts (change);
  if (soul == NULL || soul->gate == 0 || soul->state == BTY_SOUL_HELD || is_refused ||
      (elsewhere && !waiting->switches))
    {
      pass (waiting);
      return;
    }
  waiting->least = soul->gate;
  bty_soul_service_find_async (BTY_SOUL_SERVICE (source), change->slug, waiting->switches ? change->branch : "head",
                               NULL, on_found, waiting);
}

void
bty_soul_gate_pass (BtySoulService *self, BtySoulChange *change, GTask *task, BtySoulGo go)
{
  Waiting *waiting;

  if (self->gate == NULL || change->cause == BTY_SOUL_ROLLBACK)
    {
      go (self, change, task);
      return;
    }
  waiting = g_new0 (Waiting, 1);
  waiting->service = g_object_ref (self);
  waiting->change = change;
  waiting->task = task;
  waiting->go = go;
  bty_soul_service_get_async (self, change->slug, NULL, on_soul, waiting);
}

void
bty_soul_service_set_gate (BtySoulService *self, BtySoulGate gate, BtySoulGateAnswer answer, gpointer data)
{
  self->gate = gate;
  self->gate_answer = answer;
  self->gate_data = data;
}
