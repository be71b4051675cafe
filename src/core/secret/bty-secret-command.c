/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-secret"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "secret/bty-secret-service-private.h"

#define COMMANDS_FILE  "secret-commands.conf"
#define COMMANDS_GROUP "commands"
#define MAX_FILE       (256 * 1024)
#define MAX_OUTPUT     (64 * 1024)

/* Commands run with the rights of the user, so only the user may say which: the file and its folder are nobody else's to write. */
static gboolean
check_owner (const char *path, const struct stat *info, GError **error)
{
  if ((info->st_uid == geteuid () || info->st_uid == 0) && (info->st_mode & (S_IWGRP | S_IWOTH)) == 0)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
               _ ("“%s” may be changed by others than you: chown it to yourself and chmod go-w it"), path);
  return FALSE;
}

static char *
read_file (const char *folder, const char *path, GError **error)
{
  g_autofree char *text = g_malloc (MAX_FILE + 1);
  struct stat info;
  gssize length;
  int fd;

  if (stat (folder, &info) == 0 && !check_owner (folder, &info, error))
    return NULL;
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0 || fstat (fd, &info) != 0)
    {
      g_set_error (error, BTY_ERROR, errno == ENOENT ? BTY_ERROR_NOT_FOUND : BTY_ERROR_UNAVAILABLE,
                   _ ("commands that give secrets are named in “%s”, which cannot be read: %s"), path,
                   g_strerror (errno));
      if (fd >= 0)
        close (fd);
      return NULL;
    }
  length = S_ISREG (info.st_mode) && info.st_size <= MAX_FILE ? read (fd, text, MAX_FILE) : -1;
  close (fd);
  if (!check_owner (path, &info, error))
    return NULL;
  if (length < 0)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _ ("“%s” is no file of at most %d bytes"), path,
                   MAX_FILE);
      return NULL;
    }
  text[length] = '\0';
  return g_steal_pointer (&text);
}

static GStrv
find_command (const char *config_dir, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (config_dir, COMMANDS_FILE, NULL);
  g_autofree char *text = read_file (config_dir, path, error);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *line = NULL;
  GStrv argv = NULL;

  if (text == NULL)
    return NULL;
  if (g_key_file_load_from_data (file, text, (gsize) -1, G_KEY_FILE_NONE, NULL))
    line = g_key_file_get_string (file, COMMANDS_GROUP, name, NULL);
  if (line == NULL)
    g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND,
                 _ ("“%s” names no command “%s”: write a line %s=COMMAND below [commands]"), path, name, name);
  else if (!g_shell_parse_argv (line, NULL, &argv, NULL) || !g_path_is_absolute (argv[0]))
    {
      g_clear_pointer (&argv, g_strfreev);
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                   _ ("the command “%s” in “%s” cannot be run: begin with the full path of a program and quote its "
                      "arguments as for a shell"),
                   name, path);
    }
  return argv;
}

gboolean
bty_secret_command_exists (const char *config_dir, const char *name)
{
  g_auto (GStrv) argv = find_command (config_dir, name, NULL);

  return argv != NULL;
}

/* One command at work: the data of its task. */
typedef struct
{
  char *name;
  GSubprocess *process;
  GInputStream *output;
  GCancellable *cancellable;
  gulong link;
  guint timeout;
  guint timeout_ms;
  gboolean is_late;
  gsize length;
  gboolean has_line;
  char *bytes; /* of MAX_OUTPUT: cleared, and never grown */
} Command;

static void
command_free (gpointer data)
{
  Command *command = data;

  g_clear_handle_id (&command->timeout, g_source_remove);
  g_clear_object (&command->process);
  g_clear_object (&command->output);
  g_clear_object (&command->cancellable);
  bty_secret_clear_memory (command->bytes, MAX_OUTPUT);
  g_free (command->bytes);
  g_free (command->name);
  g_free (command);
}

static gboolean
on_timeout (gpointer data)
{
  Command *command = data;

  command->timeout = 0;
  command->is_late = TRUE;
  g_cancellable_cancel (command->cancellable);
  return G_SOURCE_REMOVE;
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  g_cancellable_cancel (data);
}

/* Takes @own and @error. */
static void
fail (GTask *own, GError *error)
{
  g_autoptr (GTask) task = own;
  Command *command = g_task_get_task_data (task);
  g_autoptr (GError) why = error;

  g_clear_handle_id (&command->timeout, g_source_remove);
  g_clear_signal_handler (&command->link, g_task_get_cancellable (task));
  g_subprocess_force_exit (command->process);
  if (command->is_late)
    g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_DEADLINE_EXCEEDED,
                             _ ("the command “%s” took longer than the %u ms of the setting secrets.command_timeout"),
                             command->name, command->timeout_ms);
  else
    g_task_return_error (task, g_steal_pointer (&why));
}

static GError *
failure (const Command *command, const char *what)
{
  return g_error_new (BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("the command “%s” gave no secret: %s"), command->name, what);
}

static void
on_exited (GObject *process, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Command *command = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_subprocess_wait_finish (G_SUBPROCESS (process), result, &error))
    {
      bty_error_convert (&error);
      fail (g_steal_pointer (&task), error);
      return;
    }
  g_clear_handle_id (&command->timeout, g_source_remove);
  g_clear_signal_handler (&command->link, g_task_get_cancellable (task));
  while (command->length > 0 && command->bytes[command->length - 1] == '\r')
    command->length -= 1;
  if (!g_subprocess_get_successful (command->process))
    g_task_return_error (task, failure (command, _ ("it failed; run it in a terminal to see why")));
  else if (command->length == 0)
    g_task_return_error (task, failure (command, _ ("the first line of its output is empty")));
  else
    g_task_return_pointer (task, bty_secret_new (command->bytes, command->length), (GDestroyNotify) bty_secret_unref);
}

static void read_on (GTask *own);

static void
take_line (Command *command, gsize n)
{
  const char *end = memchr (command->bytes + command->length, '\n', n);

  command->has_line = end != NULL;
  command->length = end != NULL ? (gsize) (end - command->bytes) : command->length + n;
}

static void
on_read (GObject *stream, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Command *command = g_task_get_task_data (task);
  GError *error = NULL;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (stream), result, &error);

  if (n < 0)
    {
      bty_error_convert (&error);
      fail (g_steal_pointer (&task), error);
      return;
    }
  if (!command->has_line)
    take_line (command, (gsize) n);
  if (!command->has_line && command->length == MAX_OUTPUT)
    fail (g_steal_pointer (&task), failure (command, _ ("its first line is longer than 64 KiB")));
  else if (n > 0)
    read_on (g_steal_pointer (&task)); /* to the end, so that it need not wait for us */
  else
    g_subprocess_wait_async (command->process, command->cancellable, on_exited, g_object_ref (task));
}

/* Takes @own. */
static void
read_on (GTask *own)
{
  Command *command = g_task_get_task_data (own);

  g_input_stream_read_async (command->output, command->bytes + command->length, MAX_OUTPUT - command->length,
                             G_PRIORITY_DEFAULT, command->cancellable, on_read, own);
}

/* What a password manager needs to find its own things, and nothing else. */
static GStrv
make_environment (void)
{
  static const char *const names[] = { "HOME",
                                       "USER",
                                       "LOGNAME",
                                       "PATH",
                                       "XDG_RUNTIME_DIR",
                                       "TERM",
                                       "DISPLAY",
                                       "WAYLAND_DISPLAY",
                                       "GNUPGHOME",
                                       "PASSWORD_STORE_DIR",
                                       "XDG_CONFIG_HOME",
                                       "XDG_DATA_HOME",
                                       "DBUS_SESSION_BUS_ADDRESS",
                                       NULL };
  GStrv environment = g_new0 (char *, 1);

  for (guint i = 0; names[i] != NULL; i++)
    if (g_getenv (names[i]) != NULL)
      environment = g_environ_setenv (environment, names[i], g_getenv (names[i]), TRUE);
  return g_environ_setenv (environment, "LC_ALL", "C.UTF-8", TRUE);
}

void
bty_secret_command_run_async (const char *config_dir, const char *name, guint timeout_ms, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                                                        G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_auto (GStrv) environment = make_environment ();
  GError *error = NULL;
  g_auto (GStrv) argv = find_command (config_dir, name, &error);
  g_autoptr (GSubprocess) process = NULL;
  Command *command;

  g_task_set_source_tag (task, bty_secret_command_run_async);
  g_subprocess_launcher_set_environ (launcher, environment);
  if (argv != NULL)
    process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &error);
  if (process == NULL)
    {
      bty_error_convert (&error);
      g_task_return_error (task, error);
      return;
    }
  command = g_new0 (Command, 1);
  g_task_set_task_data (task, command, command_free);
  command->name = g_strdup (name);
  command->bytes = g_malloc (MAX_OUTPUT);
  command->output = g_object_ref (g_subprocess_get_stdout_pipe (process));
  command->process = g_steal_pointer (&process);
  command->cancellable = g_cancellable_new ();
  command->timeout_ms = timeout_ms;
  command->timeout = g_timeout_add (timeout_ms, on_timeout, command);
  if (cancellable != NULL)
    command->link = g_signal_connect_data (cancellable, "cancelled", G_CALLBACK (on_cancelled),
                                           g_object_ref (command->cancellable),
                                           (GClosureNotify) (void (*) (void)) g_object_unref, 0);
  read_on (g_steal_pointer (&task));
}

BtySecret *
bty_secret_command_run_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
