/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-plugin"

#include "config.h"

#include "bty-plugin-scan.h"

#include <glib/gi18n-lib.h>

#include "bty-plugin-module.h"

/* How long after its own time limit the scanner may still take, in milliseconds. */
#define GRACE 2000

typedef struct
{
  GSubprocess *process;
  GSource *limit;
} Scan;

static void
scan_free (Scan *self)
{
  if (self->limit != NULL)
    g_source_destroy (self->limit);
  g_clear_pointer (&self->limit, g_source_unref);
  g_clear_object (&self->process);
  g_free (self);
}

static gboolean
on_limit (gpointer data)
{
  g_subprocess_force_exit (((Scan *) data)->process);
  return G_SOURCE_REMOVE;
}

static BtyPluginManifest *
read_answer (GBytes *answer, GError **error)
{
  gsize length;
  const char *text = g_bytes_get_data (answer, &length);
  BtyPluginManifest *manifest = bty_plugin_manifest_read (text, length, error);

  /* A plugin that runs in the scanner can say anything in its place. */
  if (manifest != NULL && manifest->id != NULL && !bty_plugin_is_id (manifest->id))
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("the id is no lower-case word"));
      g_clear_pointer (&manifest, bty_plugin_manifest_unref);
    }
  if (manifest == NULL)
    {
      g_prefix_error (error, _ ("boternity-plugin-scanner gave no proper answer: "));
      if (error != NULL && *error != NULL)
        (*error)->code = BTY_ERROR_UNAVAILABLE;
    }
  return manifest;
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Scan *self = g_task_get_task_data (task);
  g_autoptr (GBytes) answer = NULL;
  GError *error = NULL;
  BtyPluginManifest *manifest = NULL;

  if (!g_subprocess_communicate_finish (self->process, result, &answer, NULL, &error))
    {
      g_subprocess_force_exit (self->process);
      bty_error_convert (&error);
    }
  else
    manifest = read_answer (answer, &error);
  if (manifest != NULL)
    g_task_return_pointer (task, manifest, bty_record_unref);
  else
    g_task_return_error (task, error);
}

static GSubprocess *
start (const char *path, gboolean is_own, guint timeout, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                                                        G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autofree char *program = bty_paths_plugin_scanner ();
  g_autofree char *limit = g_strdup_printf ("%u", timeout);
  const char *const arguments[] = { program, "--timeout", limit, is_own ? "--own" : path, is_own ? path : NULL, NULL };
  GSubprocess *process;

  process = g_subprocess_launcher_spawnv (launcher, arguments, error);
  if (process == NULL)
    {
      g_prefix_error (error, _ ("“%s” cannot be run, so that unknown plugins stay closed; reinstall the program: "),
                      program);
      bty_error_convert (error);
      if (error != NULL && *error != NULL)
        (*error)->code = BTY_ERROR_UNAVAILABLE;
    }
  return process;
}

void
bty_plugin_scan_async (const char *path, gboolean is_own, guint timeout, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  Scan *self = g_new0 (Scan, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, bty_plugin_scan_async);
  g_task_set_task_data (task, self, (GDestroyNotify) scan_free);
  self->process = start (path, is_own, timeout, &error);
  if (self->process == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  self->limit = g_timeout_source_new (timeout + GRACE);
  g_source_set_callback (self->limit, on_limit, self, NULL);
  g_source_attach (self->limit, g_main_context_get_thread_default ());
  g_subprocess_communicate_async (self->process, NULL, cancellable, on_answer, g_steal_pointer (&task));
}

BtyPluginManifest *
bty_plugin_scan_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
keep_result (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

BtyPluginManifest *
bty_plugin_scan_now (const char *path, gboolean is_own, guint timeout, GError **error)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GAsyncResult) result = NULL;

  g_main_context_push_thread_default (context);
  bty_plugin_scan_async (path, is_own, timeout, NULL, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  return bty_plugin_scan_finish (result, error);
}
