/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-keyring"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-keyring-call.h"
#include "bty-keyring-error.h"

BtyKeyringCall *
bty_keyring_call_ref (BtyKeyringCall *self)
{
  g_ref_count_inc (&self->references);
  return self;
}

void
bty_keyring_call_unref (BtyKeyringCall *self)
{
  if (!g_ref_count_dec (&self->references))
    return;
  g_object_unref (self->link);
  g_object_unref (self->probe);
  g_clear_object (&self->service);
  g_object_unref (self->cancellable);
  g_clear_object (&self->outer);
  g_clear_pointer (&self->secret, bty_secret_unref);
  g_list_free_full (self->items, g_object_unref);
  g_free (self->name);
  g_free (self);
}

/* Takes the task out, so that there is one answer. */
static GTask *
end (BtyKeyringCall *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->outer_handler != 0) /* not g_cancellable_disconnect(): it would wait for the handler that we may be in */
    g_signal_handler_disconnect (self->outer, self->outer_handler);
  self->outer_handler = 0;
  return g_steal_pointer (&self->task);
}

gboolean
bty_keyring_call_is_answered (BtyKeyringCall *self)
{
  return self->task == NULL;
}

void
bty_keyring_call_return (BtyKeyringCall *self, gpointer answer, GDestroyNotify free)
{
  g_autoptr (GTask) task = self->task != NULL ? end (self) : NULL;

  if (task != NULL)
    g_task_return_pointer (task, answer, free);
  else if (free != NULL)
    free (answer);
}

void
bty_keyring_call_fail (BtyKeyringCall *self, const GError *error)
{
  g_autoptr (GError) ours = bty_keyring_error_convert (error);
  g_autoptr (GTask) task = self->task != NULL ? end (self) : NULL;

  if (task == NULL)
    return;
  bty_keyring_probe_note (self->probe, ours);
  g_task_return_error (task, g_steal_pointer (&ours));
  g_cancellable_cancel (self->cancellable);
}

static gboolean
on_timer (gpointer data)
{
  g_autoptr (BtyKeyringCall) self = bty_keyring_call_ref (data);
  g_autoptr (GError) error = bty_keyring_error_silent (self->timeout_ms);

  self->timer = 0;
  bty_keyring_call_fail (self, error);
  return G_SOURCE_REMOVE;
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  g_autoptr (BtyKeyringCall) self = bty_keyring_call_ref (data);
  g_autoptr (GError) error = g_error_new_literal (BTY_ERROR, BTY_ERROR_CANCELLED, _ ("stopped"));

  bty_keyring_call_fail (self, error);
}

BtyKeyringCall *
bty_keyring_call_new (GTask *task, guint timeout_ms, BtyKeyringLink *link, BtyKeyringProbe *probe)
{
  BtyKeyringCall *self = g_new0 (BtyKeyringCall, 1);
  GCancellable *outer = g_task_get_cancellable (task);

  g_ref_count_init (&self->references);
  self->task = task;
  self->link = g_object_ref (link);
  self->probe = g_object_ref (probe);
  self->cancellable = g_cancellable_new ();
  self->outer = outer != NULL ? g_object_ref (outer) : NULL;
  self->timeout_ms = timeout_ms;
  return self;
}

static void
on_open (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyKeyringCall) self = data;
  g_autoptr (GError) error = NULL;

  self->service = bty_keyring_link_open_finish (BTY_KEYRING_LINK (source), result, &error);
  if (self->task == NULL)
    return;
  if (self->service == NULL)
    bty_keyring_call_fail (self, error);
  else
    self->run (self);
}

void
bty_keyring_call_start (BtyKeyringCall *self, void (*run) (BtyKeyringCall *call))
{
  self->run = run;
  if (self->outer != NULL && g_cancellable_is_cancelled (self->outer))
    {
      on_cancelled (self->outer, self);
      bty_keyring_call_unref (self);
      return;
    }
  if (self->outer != NULL)
    self->outer_handler = g_signal_connect (self->outer, "cancelled", G_CALLBACK (on_cancelled), self);
  self->timer = g_timeout_add (self->timeout_ms, on_timer, self);
  bty_keyring_link_open_async (self->link, self->cancellable, on_open, self);
}
