/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boternity.h>

#include "bty-ctl-daemon.h"
#include "bty-ctl-places.h"
#include "bty-ctl-terminal.h"

#define READY_FD     3
#define REASON_BYTES 4096
#define POLL_MS      50
#define WINNER_POLLS 40

static gboolean
can_connect (const char *path)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                                             NULL);

  return socket != NULL && g_socket_connect (socket, address, NULL, NULL);
}

char *
bty_ctl_daemon_find (const char *data_dir)
{
  g_auto (GStrv) paths = bty_paths_sockets (data_dir);

  for (guint i = 0; paths[i] != NULL; i++)
    {
      if (can_connect (paths[i]))
        return g_strdup (paths[i]);
    }
  return NULL;
}

/* The daemon that belongs to this program: of the same build tree, beside it where it is installed, else where it was built for. */
static char *
find_program (GError **error)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname (self) : g_strdup (BTY_BIN_DIR);
  const char *const folders[] = { folder, folder, folder, BTY_BIN_DIR, BTY_LIBEXEC_DIR };
  const char *const names[] = { "../daemon/boternityd", "boternityd", "../libexec/boternityd", "boternityd",
                                "boternityd" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *joined = g_build_filename (folders[i], names[i], NULL);
      g_autofree char *path = g_canonicalize_filename (joined, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_EXECUTABLE) && !g_file_test (path, G_FILE_TEST_IS_DIR))
        return g_steal_pointer (&path);
    }
  g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
               _ ("no boternityd beside this program (“%s”) nor in “%s”; install it, or start it by hand"), folder,
               BTY_BIN_DIR);
  return NULL;
}

/* Opens the daemon's log for appending and gives its length so far, where the reason of a failure would begin. */
static int
open_log (const char *path, off_t *length, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd;

  if (!bty_paths_make_private_dir (folder, error))
    return -1;
  fd = g_open (path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _ ("cannot write “%s”: %s"), path,
                   g_strerror (errno));
      return -1;
    }
  *length = lseek (fd, 0, SEEK_END);
  return fd;
}

/* What the daemon said since @from: its last lines. */
static char *
read_reason (int log, off_t from)
{
  char buffer[REASON_BYTES + 1];
  off_t end = lseek (log, 0, SEEK_END);
  gssize n;

  if (end - from > REASON_BYTES)
    from = end - REASON_BYTES;
  n = pread (log, buffer, REASON_BYTES, from);
  buffer[MAX (n, 0)] = '\0';
  return g_utf8_make_valid (g_strstrip (buffer), -1);
}

/* Relative places mean the folder in which this program was called; the daemon lives in its data folder. */
static GStrv
make_environment (const char *data_dir)
{
  static const char *const names[] = { "BOTERNITY_CONFIG_DIR", "BOTERNITY_PLUGIN_PATH" };
  GStrv environment = g_environ_setenv (g_get_environ (), "BOTERNITY_DATA_DIR", data_dir, TRUE);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *value = g_getenv (names[i]);
      g_auto (GStrv) parts = g_strsplit (value != NULL ? value : "", G_SEARCHPATH_SEPARATOR_S, -1);
      g_autofree char *absolute = NULL;

      for (guint j = 0; parts[j] != NULL; j++)
        {
          g_autofree char *part = g_steal_pointer (&parts[j]);

          parts[j] = *part != '\0' ? g_canonicalize_filename (part, NULL) : g_strdup ("");
        }
      absolute = g_strjoinv (G_SEARCHPATH_SEPARATOR_S, parts);
      if (*absolute != '\0')
        environment = g_environ_setenv (environment, names[i], absolute, TRUE);
    }
  return environment;
}

/* In the child, before it becomes the daemon: no terminal, and no signals from the one it was started at. */
static void
leave_session (gpointer unused)
{
  setsid ();
}

/* Starts the program; @ready gets the end of a pipe on which it says that it serves. */
static gboolean
spawn (const char *data_dir, int log, int *ready, GPid *pid, GError **error)
{
  g_autofree char *log_path = bty_ctl_log_path (data_dir);
  g_autofree char *program = find_program (error);
  g_auto (GStrv) environment = make_environment (data_dir);
  g_autofree char *fd_text = g_strdup_printf ("%d", READY_FD);
  const char *const argv[] = { program, "--ready-fd", fd_text, "--log-file", log_path, NULL };
  int pipe_fds[2], null, target = READY_FD;
  gboolean started;

  if (program == NULL)
    return FALSE;
  if (!g_unix_open_pipe (pipe_fds, FD_CLOEXEC, error))
    return FALSE;
  null = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  started = g_spawn_async_with_pipes_and_fds (data_dir, argv, (const char *const *) environment,
                                              G_SPAWN_DO_NOT_REAP_CHILD, leave_session, NULL, null, log, log,
                                              &pipe_fds[1], &target, 1, pid, NULL, NULL, NULL, error);
  if (null >= 0)
    close (null);
  close (pipe_fds[1]);
  if (started)
    *ready = pipe_fds[0];
  else
    close (pipe_fds[0]);
  return started;
}

static gboolean
on_ready (int fd, GIOCondition condition, gpointer done)
{
  *(gboolean *) done = TRUE;
  return G_SOURCE_REMOVE;
}

static gboolean
wake_up (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* Returns: whether the daemon said that it serves, rather than ending */
static gboolean
wait_ready (int ready, GCancellable *cancellable)
{
  gboolean is_done = FALSE;
  guint watch = g_unix_fd_add (ready, G_IO_IN | G_IO_HUP | G_IO_ERR, on_ready, &is_done);
  guint tick = g_timeout_add (POLL_MS, wake_up, NULL);
  char byte;

  while (!is_done && !g_cancellable_is_cancelled (cancellable))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
  if (!is_done)
    {
      g_source_remove (watch);
      return FALSE;
    }
  return read (ready, &byte, 1) == 1;
}

/* Another daemon may hold the folder and be about to serve it: ours was refused then, and that one is as good. */
static char *
wait_for_winner (const char *data_dir, GPid pid)
{
  int status = 0;

  for (guint i = 0; i < WINNER_POLLS; i++)
    {
      char *path = bty_ctl_daemon_find (data_dir);
      gboolean has_ended = waitpid (pid, &status, WNOHANG) != 0;

      if (path != NULL)
        return path;
      if (has_ended &&
          !(WIFEXITED (status) && WEXITSTATUS (status) == bty_error_info (BTY_ERROR_ALREADY_EXISTS)->exit_code))
        return NULL;
      g_usleep (POLL_MS * 1000);
    }
  return NULL;
}

static void
set_reason (const char *data_dir, int log, off_t from, GError **error)
{
  g_autofree char *reason = read_reason (log, from);
  g_autofree char *path = bty_ctl_log_path (data_dir);

  if (*reason != '\0')
    g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("the daemon did not start; it said:\n%s"), reason);
  else
    g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE,
                 _ ("the daemon did not start and gave no reason; its log is “%s”"), path);
}

/* A long conversation may outlive the daemon that it started: it must not stay in the process table then. */
static void
on_ended (GPid pid, int status, gpointer unused)
{
  g_spawn_close_pid (pid);
}

static char *
start_locked (const char *data_dir, int log, off_t from, GCancellable *cancellable, GError **error)
{
  g_autofree char *path = NULL;
  gboolean is_ready;
  int ready = -1;
  GPid pid = 0;

  if (!spawn (data_dir, log, &ready, &pid, error))
    return NULL;
  bty_ctl_progress_begin (_ ("starting the daemon"));
  is_ready = wait_ready (ready, cancellable);
  bty_ctl_progress_end ();
  close (ready);
  if (is_ready)
    {
      g_child_watch_add (pid, on_ended, NULL);
      path = bty_ctl_daemon_find (data_dir);
    }
  else if (!g_cancellable_is_cancelled (cancellable))
    path = wait_for_winner (data_dir, pid);
  if (path == NULL && g_cancellable_is_cancelled (cancellable))
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_CANCELLED, _ ("stopped"));
  else if (path == NULL)
    set_reason (data_dir, log, from, error);
  return g_steal_pointer (&path);
}

/* Two programs that find no daemon start one, not two: the second waits here and then finds that of the first. */
static int
lock_start (const char *data_dir)
{
  g_autofree char *path = g_build_filename (data_dir, ".start.lock", NULL);
  int fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

  while (fd >= 0 && flock (fd, LOCK_EX) != 0 && errno == EINTR)
    continue;
  return fd;
}

char *
bty_ctl_daemon_start (const char *data_dir, GCancellable *cancellable, GError **error)
{
  g_autofree char *log_path = bty_ctl_log_path (data_dir);
  char *path = NULL;
  off_t from = 0;
  int lock, log;

  if (!bty_paths_make_private_dir (data_dir, error))
    return NULL;
  lock = lock_start (data_dir);
  path = bty_ctl_daemon_find (data_dir);
  if (path == NULL)
    {
      log = open_log (log_path, &from, error);
      if (log >= 0)
        {
          path = start_locked (data_dir, log, from, cancellable, error);
          close (log);
        }
    }
  if (lock >= 0)
    close (lock);
  return path;
}

char *
bty_ctl_daemon_check_settings (const char *data_dir, GError **error)
{
  g_autofree char *program = find_program (error);
  g_auto (GStrv) environment = make_environment (data_dir);
  const char *const argv[] = { program, "--check-settings", "--log-level", "error", NULL };
  g_autofree char *answer = NULL;
  g_autofree char *said = NULL;
  int status = 0;

  if (program == NULL ||
      !g_spawn_sync (NULL, (char **) argv, environment, G_SPAWN_DEFAULT, NULL, NULL, &answer, &said, &status, error))
    return NULL;
  if (status == 0 && bty_json_validate (answer, strlen (answer), 0, NULL))
    return g_steal_pointer (&answer);
  g_set_error (error, BTY_ERROR, BTY_ERROR_INTERNAL, _ ("“%s” does not work: %s"), program, g_strstrip (said));
  return NULL;
}

/* What it said last is the reason; before that are its log's lines. */
static void
set_refusal (const char *said, int status, GError **error)
{
  g_autofree char *text = g_strdup (said != NULL ? said : "");
  const char *line = strrchr (g_strstrip (text), '\n');
  const char *reason = line != NULL ? line + 1 : text;
  BtyErrorCode code = BTY_ERROR_INTERNAL;

  for (guint i = 0; i < BTY_N_ERROR_CODES; i++)
    {
      if (bty_error_info ((BtyErrorCode) i)->exit_code == status)
        code = (BtyErrorCode) i;
    }
  if (g_str_has_prefix (reason, "boternityd: "))
    reason += strlen ("boternityd: ");
  g_set_error_literal (error, BTY_ERROR, (int) code, reason);
}

char *
bty_ctl_daemon_restore (const char *data_dir, const char *path, const BtySecret *given, GError **error)
{
  g_autofree char *program = find_program (error);
  g_auto (GStrv) environment = make_environment (data_dir);
  const char *const argv[] = { program,       "--restore", path,
                               "--log-level", "error",     given != NULL ? "--passphrase-stdin" : NULL,
                               NULL };
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
    G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr (GSubprocess) process = NULL;
  /* The secret outlives the process: it is lent. */
  g_autoptr (GBytes) input = given != NULL ? g_bytes_new_static (bty_secret_peek (given), bty_secret_get_length (given))
                                           : g_bytes_new_static ("", 0);
  g_autoptr (GBytes) output = NULL;
  g_autoptr (GBytes) said = NULL;
  g_autofree char *text = NULL;

  if (program == NULL)
    return NULL;
  g_subprocess_launcher_set_environ (launcher, environment);
  process = g_subprocess_launcher_spawnv (launcher, argv, error);
  if (process == NULL || !g_subprocess_communicate (process, input, NULL, &output, &said, error))
    return NULL;
  text = g_strndup (g_bytes_get_data (output, NULL), g_bytes_get_size (output));
  if (g_subprocess_get_successful (process) && bty_json_validate (text, strlen (text), 0, NULL))
    return g_steal_pointer (&text);
  g_free (text);
  text = g_strndup (g_bytes_get_data (said, NULL), g_bytes_get_size (said));
  set_refusal (text, g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process) : -1, error);
  return NULL;
}
