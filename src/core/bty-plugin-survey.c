/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-plugin"

#include "config.h"

#include "bty-plugin-survey.h"

#include <glib/gi18n-lib.h>

#include "bty-plugin-copy.h"
#include "bty-plugin-scan.h"

typedef struct
{
  char *path;
  char *copies; /* NULL: it came with the program */
  guint64 max;
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
  BtyPluginWanted wanted;
  BtyPluginSurveyed surveyed;
  GArray *waiters;
  gpointer data;
  GQueue jobs; /* the first one is under way */
  char *copy;  /* of the first one's file */
  GCancellable *cancellable;
  guint next;
  gboolean is_held;
};

static void
job_free (Job *job)
{
  g_free (job->path);
  g_free (job->copies);
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

static void
tell_if_idle (BtyPluginSurvey *self)
{
  if (g_queue_is_empty (&self->jobs) && !self->is_held)
    tell_waiters (self);
}

void
bty_plugin_survey_hold (BtyPluginSurvey *self, gboolean hold)
{
  self->is_held = hold;
  tell_if_idle (self);
}

static gboolean take_next (gpointer data);

/* The next one waits for its turn of the main loop, since files are checked in it. */
static void
finish_job (BtyPluginSurvey *self, BtyPluginManifest *manifest, const GError *error)
{
  Job *job = g_queue_pop_head (&self->jobs);
  g_autofree char *copy = g_steal_pointer (&self->copy);

  self->surveyed (self->data, job->path, &job->stamp, manifest, copy, error);
  job_free (job);
  if (g_queue_is_empty (&self->jobs))
    tell_if_idle (self);
  else if (self->next == 0)
    self->next = g_idle_add (take_next, self);
}

static void
on_scanned (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPluginManifest) manifest = bty_plugin_scan_finish (result, &error);

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) &&
      !g_error_matches (error, BTY_ERROR, BTY_ERROR_CANCELLED)) /* else the survey is gone */
    finish_job (data, manifest, error);
}

static void
scan (BtyPluginSurvey *self, const char *file, const GError *error)
{
  const Job *job = g_queue_peek_head (&self->jobs);

  if (file != NULL)
    bty_plugin_scan_async (file, job->copies == NULL, job->timeout, self->cancellable, on_scanned, self);
  else
    finish_job (self, NULL, error);
}

static void
on_copied (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *copy = bty_plugin_copy_make_finish (result, &error);
  BtyPluginSurvey *self = data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* the survey is gone */
  self->copy = g_steal_pointer (&copy);
  scan (self, self->copy, error);
}

static gboolean
take_next (gpointer data)
{
  BtyPluginSurvey *self = data;
  const Job *job = g_queue_peek_head (&self->jobs);
  g_autoptr (GError) error = NULL;
  g_autofree char *file = NULL;

  self->next = 0;
  if (!self->wanted (self->data, job->path))
    g_set_error (&error, BTY_ERROR, BTY_ERROR_ABORTED, _ ("“%s” is not wanted any more"), job->path);
  else if (job->copies != NULL)
    {
      bty_plugin_copy_make_async (job->copies, job->path, TRUE, job->max, self->cancellable, on_copied, self);
      return G_SOURCE_REMOVE;
    }
  else
    bty_plugin_file_check (job->path, TRUE, 0, &file, &error);
  scan (self, file, error);
  return G_SOURCE_REMOVE;
}

BtyPluginSurvey *
bty_plugin_survey_new (BtyPluginWanted wanted, BtyPluginSurveyed surveyed, gpointer data)
{
  BtyPluginSurvey *self = g_new0 (BtyPluginSurvey, 1);

  self->wanted = wanted;
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
  g_clear_handle_id (&self->next, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  g_array_unref (self->waiters);
  g_free (self->copy);
  g_queue_clear_full (&self->jobs, (GDestroyNotify) job_free);
  g_free (self);
}

void
bty_plugin_survey_push (BtyPluginSurvey *self, const char *path, const BtyPluginStamp *stamp, const char *copies,
                        guint64 max, guint timeout)
{
  Job *job = g_new0 (Job, 1);

  *job = (Job){ g_strdup (path), g_strdup (copies), max, *stamp, timeout };
  g_queue_push_tail (&self->jobs, job);
  if (g_queue_get_length (&self->jobs) == 1)
    self->next = g_idle_add (take_next, self);
}

void
bty_plugin_survey_when_idle (BtyPluginSurvey *self, GFunc func, gpointer index, gpointer data, GDestroyNotify destroy)
{
  const Waiter waiter = { func, index, data, destroy };

  g_array_append_val (self->waiters, waiter);
  tell_if_idle (self);
}
