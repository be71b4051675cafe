/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-daemon"

#include "config.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <locale.h>
#include <signal.h>
#include <unistd.h>

#include "bty-daemon-check.h"
#include "bty-daemon-harden.h"
#include "bty-daemon-lock.h"
#include "bty-daemon-notify.h"
#include "bty-daemon-options.h"
#include "bty-daemon-restore.h"
#include "bty-engine.h"
#include "bty-log-file.h"
#include "bty-log.h"

/* One that was started on demand may find the one before it still closing its store. */
#define LOCK_PATIENCE_MS 8000

/* A flag and no GMainLoop, whose quit is lost when the start runs the main context and a signal comes before the loop does. */
typedef struct
{
  BtyEngine *engine;
  gboolean is_asked_to_stop;
  guint signals[3];
} Daemon;

static const int stop_signals[] = { SIGTERM, SIGINT, SIGHUP };

/* The first signal ends it in order; the handlers go, so that a second one ends it at once. */
static gboolean
on_signal (gpointer data)
{
  Daemon *daemon = data;

  g_message ("asked by a signal to stop");
  for (guint i = 0; i < G_N_ELEMENTS (stop_signals); i++)
    g_clear_handle_id (&daemon->signals[i], g_source_remove);
  daemon->is_asked_to_stop = TRUE;
  return G_SOURCE_CONTINUE;
}

static void
on_stop_requested (BtyEngine *engine, gpointer data)
{
  Daemon *daemon = data;

  g_message ("stopping");
  daemon->is_asked_to_stop = TRUE;
}

static int
fail (const GError *error)
{
  BtyErrorCode code = error->domain == G_OPTION_ERROR ? BTY_ERROR_INVALID_ARGUMENT : bty_error_code_of (error);

  g_printerr ("boternityd: %s\n", error->message);
  return bty_error_info (code)->exit_code;
}

static void
serve (Daemon *daemon, const BtyDaemonOptions *options)
{
  g_message ("Boternity %s serves “%s”", BTY_VERSION, options->data_dir);
  if (options->is_activated)
    bty_engine_end_when_idle (daemon->engine);
  bty_daemon_notify ("READY=1");
  bty_daemon_notify_fd (options->ready_fd);
  while (!daemon->is_asked_to_stop)
    g_main_context_iteration (NULL, TRUE);
  bty_daemon_notify ("STOPPING=1");
}

static int
run_engine (const BtyDaemonOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyEngine) engine = bty_engine_new (options->data_dir, options->config_dir, &error);
  Daemon daemon = { .engine = engine };

  if (engine == NULL)
    return fail (error);
  bty_log_follow (bty_engine_get_settings (engine));
  bty_daemon_harden_follow (bty_engine_get_settings (engine));
  g_signal_connect (engine, "stop-requested", G_CALLBACK (on_stop_requested), &daemon);
  for (guint i = 0; i < G_N_ELEMENTS (stop_signals); i++)
    daemon.signals[i] = g_unix_signal_add (stop_signals[i], on_signal, &daemon);
  if (bty_engine_start (engine, &error))
    serve (&daemon, options);
  bty_engine_stop (engine); /* what was opened before a start failed is closed as well */
  if (error == NULL)
    g_message ("stopped");
  for (guint i = 0; i < G_N_ELEMENTS (stop_signals); i++)
    g_clear_handle_id (&daemon.signals[i], g_source_remove);
  g_signal_handlers_disconnect_by_data (engine, &daemon);
  if (g_error_matches (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS))
    error->code =
      BTY_ERROR_UNAVAILABLE; /* a port that is taken, say; the other code tells of a daemon that serves this folder */
  return error != NULL ? fail (error) : 0;
}

static int
run (const BtyDaemonOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyDaemonLock) lock = NULL;

  if (!bty_log_start (options->log_level, &error))
    return fail (error);
  if (options->check_settings)
    return bty_daemon_check_settings (options->config_dir, &error) ? 0 : fail (error);
  bty_log_file_keep (options->log_file);
  lock = bty_daemon_lock_take (options->data_dir, options->is_activated ? LOCK_PATIENCE_MS : 0, &error);
  if (lock == NULL)
    return fail (error);
  if (options->restore != NULL)
    return bty_daemon_restore (options, &error) ? 0 : fail (error);
  return run_engine (options);
}

int
main (int argc, char **argv)
{
  const char *locale_dir = g_getenv ("BOTERNITY_LOCALE_DIR");
  BtyDaemonOptions options;
  g_autoptr (GError) error = NULL;
  int status = 0;

  /* Words for people alone: the other categories cost ten files at the start and change how numbers are written. */
  setlocale (LC_CTYPE, "");
  setlocale (LC_MESSAGES, "");
  bindtextdomain (GETTEXT_PACKAGE, locale_dir != NULL ? locale_dir : BTY_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  bty_daemon_harden ();
  if (!bty_daemon_options_read (&options, &argc, &argv, &error))
    status = fail (error);
  else if (options.show_version)
    g_print ("boternityd %s\n", BTY_VERSION);
  else
    status = run (&options);
  bty_daemon_options_clear (&options);
  return status;
}
