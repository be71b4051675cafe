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

struct _BtyPluginSurvey
{
  BtyPluginSurveyed surveyed;
  GFunc idle;
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
    self->idle (self->data, NULL);
}

BtyPluginSurvey *
bty_plugin_survey_new (BtyPluginSurveyed surveyed, GFunc idle, gpointer data)
{
  BtyPluginSurvey *self = g_new0 (BtyPluginSurvey, 1);

  self->surveyed = surveyed;
  self->idle = idle;
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

gboolean
bty_plugin_survey_is_idle (BtyPluginSurvey *self)
{
  return g_queue_is_empty (&self->jobs);
}
