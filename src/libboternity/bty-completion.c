/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include "bty-completion.h"

#include "bty-error.h"

struct _BtyCompletion
{
  GObject parent_instance;
  BtyCompletionRequest *request;
  GCancellable *cancellable;
  BtyCompletionDelta on_delta;
  BtyCompletionDone on_done;
  gpointer data;
  BtyCompletionProgress progress;
  guint64 n_deltas;
  BtyUsage *usage;
  BtyStopReason stop_reason;
  GError *error;
  gint64 retry_after_ms;
  gboolean is_quota;
  gboolean done;
  BtyCassette *cassette;
  guint take;
  BtyFault fault;
};

G_DEFINE_FINAL_TYPE (BtyCompletion, bty_completion, G_TYPE_OBJECT)

static void
bty_completion_finalize (GObject *object)
{
  BtyCompletion *self = BTY_COMPLETION (object);

  g_clear_pointer (&self->request, bty_completion_request_unref);
  g_clear_pointer (&self->usage, bty_usage_unref);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);
  g_clear_pointer (&self->cassette, bty_cassette_unref);
  G_OBJECT_CLASS (bty_completion_parent_class)->finalize (object);
}

static void
bty_completion_class_init (BtyCompletionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_completion_finalize;
}

static void
bty_completion_init (BtyCompletion *self)
{
  self->retry_after_ms = -1;
}

BtyCompletion *
bty_completion_new (const BtyCompletionRequest *request, GCancellable *cancellable, BtyCompletionDelta on_delta,
                    BtyCompletionDone on_done, gpointer data)
{
  BtyCompletion *self = g_object_new (BTY_TYPE_COMPLETION, NULL);

  self->request = bty_completion_request_ref (request);
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : g_cancellable_new ();
  self->on_delta = on_delta;
  self->on_done = on_done;
  self->data = data;
  return self;
}

const GError *
bty_completion_get_error (BtyCompletion *self)
{
  return self->error;
}

BtyStopReason
bty_completion_get_stop_reason (BtyCompletion *self)
{
  return self->stop_reason;
}

const BtyUsage *
bty_completion_get_usage (BtyCompletion *self)
{
  return self->usage;
}

gint64
bty_completion_get_retry_after_ms (BtyCompletion *self)
{
  return self->retry_after_ms;
}

gboolean
bty_completion_is_quota (BtyCompletion *self)
{
  return self->is_quota;
}

BtyCompletionProgress
bty_completion_get_progress (BtyCompletion *self)
{
  return self->progress;
}

void
bty_completion_set_progress (BtyCompletion *self, BtyCompletionProgress progress)
{
  self->progress = progress;
}

guint64
bty_completion_get_n_deltas (BtyCompletion *self)
{
  return self->n_deltas;
}

const BtyCompletionRequest *
bty_completion_get_request (BtyCompletion *self)
{
  return self->request;
}

GCancellable *
bty_completion_get_cancellable (BtyCompletion *self)
{
  return self->cancellable;
}

void
bty_completion_set_cassette (BtyCompletion *self, BtyCassette *cassette, guint take)
{
  g_clear_pointer (&self->cassette, bty_cassette_unref);
  self->cassette = bty_cassette_ref (cassette);
  self->take = take;
}

BtyCassette *
bty_completion_get_cassette (BtyCompletion *self, guint *take)
{
  *take = self->take;
  return self->cassette;
}

void
bty_completion_set_fault (BtyCompletion *self, const BtyFault *fault)
{
  self->fault = *fault;
}

const BtyFault *
bty_completion_get_fault (BtyCompletion *self)
{
  return &self->fault;
}

gboolean
bty_completion_is_done (BtyCompletion *self)
{
  return self->done;
}

static void
tell_cassette (BtyCompletion *self, const BtyDelta *delta)
{
  static const char *const kinds[] = { "text", "reasoning", "signature", "tool" };
  g_autofree char *tool = NULL;

  if (delta->kind == BTY_DELTA_TOOL_CALL)
    tool = g_strdup_printf ("tool %u %s %s", delta->index, delta->call_id != NULL ? delta->call_id : "",
                            delta->name != NULL ? delta->name : "");
  bty_cassette_hear (self->cassette, self->take, tool != NULL ? tool : kinds[delta->kind], delta->text, delta->length);
}

void
bty_completion_push (BtyCompletion *self, const BtyDelta *delta)
{
  g_return_if_fail (!self->done);
  if (self->cassette != NULL)
    tell_cassette (self, delta);
  self->n_deltas += 1;
  self->on_delta (self, delta, self->data);
}

void
bty_completion_push_text (BtyCompletion *self, const char *text, gsize length)
{
  BtyDelta delta = { .kind = BTY_DELTA_TEXT, .text = text, .length = length };

  bty_completion_push (self, &delta);
}

void
bty_completion_set_usage (BtyCompletion *self, const BtyUsage *usage)
{
  g_clear_pointer (&self->usage, bty_usage_unref);
  self->usage = bty_usage_ref (usage);
}

static void
end (BtyCompletion *self)
{
  g_autoptr (BtyCompletion) alive = g_object_ref (self);

  self->done = TRUE;
  if (self->cassette != NULL)
    bty_cassette_end_take (self->cassette, self->take, self->stop_reason, self->error);
  self->on_done (self, self->data);
}

void
bty_completion_finish (BtyCompletion *self, BtyStopReason reason)
{
  g_return_if_fail (!self->done);
  self->stop_reason = reason;
  end (self);
}

void
bty_completion_fail (BtyCompletion *self, const GError *error, gint64 retry_after_ms)
{
  g_return_if_fail (!self->done);
  self->error = g_error_copy (error);
  bty_error_convert (&self->error);
  self->stop_reason = self->error->code == BTY_ERROR_CANCELLED ? BTY_STOP_CANCELLED : BTY_STOP_FAILED;
  self->retry_after_ms = retry_after_ms;
  end (self);
}

void
bty_completion_fail_quota (BtyCompletion *self, const GError *error, gint64 retry_after_ms)
{
  g_return_if_fail (!self->done);
  self->is_quota = TRUE;
  bty_completion_fail (self, error, retry_after_ms);
}
