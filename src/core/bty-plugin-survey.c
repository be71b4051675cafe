/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-plugin"

#include "config.h"

#include "bty-plugin-survey.h"

#include "bty-plugin-scan.h"

typedef struct
{
  char *path;
  char *file;
  gboolean is_own;
  BtyPluginStamp stamp;
  guint timeout;
} Job;

typedef struct
{
  GFunc func;
  gpointer index;
  gpointer data;
  GDestroyNotify destroy;
} Waiter;

struct _BtyPluginSurvey
{
  BtyPluginSurveyed surveyed;
  GArray *waiters;
  gpointer data;
  GQueue jobs; /* the first one is under way */
  GCancellable *cancellable;
};

static void
job_free (Job *job)
{
  g_free (job->path);
  g_free (job->file);
  g_free (job);
}

static void
waiter_clear (gpointer data)
{
  const Waiter *waiter = data;

  waiter->destroy (waiter->data);
}

static GArray *
make_waiters (void)
{
  GArray *waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));

  g_array_set_clear_func (waiters, waiter_clear);
  return waiters;
}

static void
tell_waiters (BtyPluginSurvey *self)
{
  g_autoptr (GArray) waiters = g_steal_pointer (&self->waiters);

  self->waiters = make_waiters ();
  for (guint i = 0; i < waiters->len; i++)
    {
      const Waiter *waiter = &g_array_index (waiters, Waiter, i);

      waiter->func (waiter->index, waiter->data);
    }
}

static void take_next (BtyPluginSurvey *self);

static void
on_scanned (GObject *source, GAsyncResult *result, gpointer data)
{
  BtyPluginSurvey *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPluginManifest) manifest = bty_plugin_scan_finish (result, &error);
  Job *job;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
      g_error_matches (error, BTY_ERROR, BTY_ERROR_CANCELLED))
    return; /* the survey is gone */
  job = g_queue_pop_head (&self->jobs);
  self->surveyed (self->data, job->path, &job->stamp, manifest, error);
  job_free (job);
  take_next (self);
}

static void
take_next (BtyPluginSurvey *self)
{
  const Job *job = g_queue_peek_head (&self->jobs);

  if (job != NULL)
    bty_plugin_scan_async (job->file, job->is_own, job->timeout, self->cancellable, on_scanned, self);
  else
    tell_waiters (self);
}

BtyPluginSurvey *
bty_plugin_survey_new (BtyPluginSurveyed surveyed, gpointer data)
{
  BtyPluginSurvey *self = g_new0 (BtyPluginSurvey, 1);

  self->surveyed = surveyed;
  self->waiters = make_waiters ();
  self->data = data;
  self->cancellable = g_cancellable_new ();
  g_queue_init (&self->jobs);
  return self;
}

void
bty_plugin_survey_free (BtyPluginSurvey *self)
{
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  g_array_unref (self->waiters);
  g_queue_clear_full (&self->jobs, (GDestroyNotify) job_free);
  g_free (self);
}

void
bty_plugin_survey_push (BtyPluginSurvey *self, const char *path, const char *file, gboolean is_own,
                        const BtyPluginStamp *stamp, guint timeout)
{
  Job *job = g_new0 (Job, 1);

  *job = (Job){ g_strdup (path), g_strdup (file), is_own, *stamp, timeout };
  g_queue_push_tail (&self->jobs, job);
  if (g_queue_get_length (&self->jobs) == 1)
    take_next (self);
}

void
bty_plugin_survey_when_idle (BtyPluginSurvey *self, GFunc func, gpointer index, gpointer data, GDestroyNotify destroy)
{
  const Waiter waiter = { func, index, data, destroy };

  g_array_append_val (self->waiters, waiter);
  if (g_queue_is_empty (&self->jobs))
    tell_waiters (self);
}
