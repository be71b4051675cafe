/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "bty-test-keyring.h"

#define NAME       "org.freedesktop.secrets"
#define PATH       "/org/freedesktop/secrets"
#define COLLECTION "/org/freedesktop/secrets/collection/login"
#define SERVICE    "org.freedesktop.Secret.Service"
#define PASSWORD   "test password"

/* It starts nothing: what the machine has installed is none of the tests' business. */
static const char bus_config[] =
  "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\"\n"
  " \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
  "<busconfig><type>session</type><listen>unix:dir=%s</listen>\n"
  "<policy context=\"default\"><allow send_destination=\"*\"/><allow receive_sender=\"*\"/><allow own=\"*\"/></policy>\n"
  "</busconfig>\n";

struct _BtyTestKeyring
{
  GSubprocess *bus;
  GDBusConnection *connection;
  GSubprocess *daemon;
  char *folder;
};

/* A test that fails leaves nothing behind: its bus ends with it, and the keyring with its bus. */
static void
end_with_parent (gpointer unused)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

/* Not GTestDBus: it watches for the end of the test in a process that outlives it with the bus when the test is aborted. */
static char *
start_bus (BtyTestKeyring *self)
{
  g_autofree char *config = g_strdup_printf (bus_config, self->folder);
  g_autofree char *path = g_build_filename (self->folder, "bus.conf", NULL);
  g_autofree char *option = g_strconcat ("--config-file=", path, NULL);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                                                        G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GDataInputStream) said = NULL;
  g_autoptr (GError) error = NULL;
  char *address;

  g_file_set_contents (path, config, -1, &error);
  g_assert_no_error (error);
  g_subprocess_launcher_set_child_setup (launcher, end_with_parent, NULL, NULL);
  self->bus = g_subprocess_launcher_spawn (launcher, &error, "dbus-daemon", option, "--nofork", "--nosyslog",
                                           "--print-address=1", NULL);
  g_assert_no_error (error);
  said = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->bus));
  address = g_data_input_stream_read_line (said, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (address);
  return address;
}

BtyTestKeyring *
bty_test_keyring_new (void)
{
  BtyTestKeyring *self = g_new0 (BtyTestKeyring, 1);
  g_autofree char *address = NULL;
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("boternity-test-XXXXXX", &error);
  g_assert_no_error (error);
  address = start_bus (self);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", address, TRUE);
  self->connection = g_dbus_connection_new_for_address_sync (
    address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL,
    &error);
  g_assert_no_error (error);
  g_dbus_connection_set_exit_on_close (self->connection, FALSE);
  return self;
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        remove_tree (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

void
bty_test_keyring_stop_bus (BtyTestKeyring *self)
{
  if (self->bus == NULL)
    return;
  g_dbus_connection_close_sync (self->connection, NULL, NULL);
  g_clear_object (&self->connection);
  g_subprocess_force_exit (self->bus);
  g_subprocess_wait (self->bus, NULL, NULL);
  g_clear_object (&self->bus);
}

void
bty_test_keyring_free (BtyTestKeyring *self)
{
  bty_test_keyring_kill (self);
  bty_test_keyring_stop_bus (self);
  remove_tree (self->folder);
  g_free (self->folder);
  g_free (self);
}

const char *
bty_test_keyring_get_folder (BtyTestKeyring *self)
{
  return self->folder;
}

GDBusConnection *
bty_test_keyring_get_connection (BtyTestKeyring *self)
{
  return self->connection;
}

static GVariant *
ask (BtyTestKeyring *self, const char *path, const char *interface, const char *method, GVariant *arguments)
{
  g_autoptr (GError) error = NULL;
  GVariant *answer = g_dbus_connection_call_sync (self->connection, NAME, path, interface, method, arguments, NULL,
                                                  G_DBUS_CALL_FLAGS_NONE, 20000, NULL, &error);

  g_assert_no_error (error);
  return answer;
}

static gboolean
is_owned (BtyTestKeyring *self)
{
  g_autoptr (GVariant) answer = g_dbus_connection_call_sync (
    self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner",
    g_variant_new ("(s)", NAME), NULL, G_DBUS_CALL_FLAGS_NONE, 20000, NULL, NULL);
  gboolean owned = FALSE;

  if (answer != NULL)
    g_variant_get (answer, "(b)", &owned);
  return owned;
}

static void
wait_until_owned (BtyTestKeyring *self, gboolean owned)
{
  for (guint i = 0; i < 2000 && is_owned (self) != owned; i++)
    g_usleep (10000);
  g_assert_true (is_owned (self) == owned);
}

static GSubprocessLauncher *
new_launcher (BtyTestKeyring *self, GSubprocessFlags flags)
{
  static const char *const folders[] = { "HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME",
                                         "XDG_CONFIG_HOME" };
  GSubprocessLauncher *launcher = g_subprocess_launcher_new (flags);

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    g_subprocess_launcher_setenv (launcher, folders[i], self->folder, TRUE);
  return launcher;
}

gboolean
bty_test_keyring_start (BtyTestKeyring *self)
{
  g_autofree char *program = g_find_program_in_path ("gnome-keyring-daemon");
  g_autofree char *control = g_strconcat ("--control-directory=", self->folder, NULL);
  g_autoptr (GSubprocessLauncher) launcher = new_launcher (
    self, G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GError) error = NULL;
  GOutputStream *input;

  if (program == NULL)
    {
      g_test_skip ("gnome-keyring-daemon is missing");
      return FALSE;
    }
  g_subprocess_launcher_set_child_setup (launcher, end_with_parent, NULL, NULL);
  self->daemon = g_subprocess_launcher_spawn (launcher, &error, program, "--foreground", "--components=secrets",
                                              "--unlock", control, NULL);
  g_assert_no_error (error);
  input = g_subprocess_get_stdin_pipe (self->daemon);
  g_output_stream_write_all (input, PASSWORD, strlen (PASSWORD), NULL, NULL, &error);
  g_assert_no_error (error);
  g_output_stream_close (input, NULL, &error);
  g_assert_no_error (error);
  wait_until_owned (self, TRUE);
  return TRUE;
}

void
bty_test_keyring_kill (BtyTestKeyring *self)
{
  if (self->daemon == NULL)
    return;
  g_subprocess_send_signal (self->daemon, SIGKILL);
  g_subprocess_wait (self->daemon, NULL, NULL);
  g_clear_object (&self->daemon);
  wait_until_owned (self, FALSE);
}

void
bty_test_keyring_lock (BtyTestKeyring *self)
{
  static const char *const paths[] = { COLLECTION, NULL };
  g_autoptr (GVariant) answer = ask (self, PATH, SERVICE, "Lock", g_variant_new ("(^ao)", paths));

  g_assert_nonnull (answer);
}

void
bty_test_keyring_unlock (BtyTestKeyring *self)
{
  g_autoptr (GVariant) opened = ask (self, PATH, SERVICE, "OpenSession",
                                     g_variant_new ("(sv)", "plain", g_variant_new_string ("")));
  g_autofree char *session = NULL;
  GVariant *none = g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, "", 0, 1);
  GVariant *password = g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, PASSWORD, strlen (PASSWORD), 1);
  g_autoptr (GVariant) answer = NULL;

  g_variant_get (opened, "(vo)", NULL, &session);
  answer = ask (self, PATH, "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface", "UnlockWithMasterPassword",
                g_variant_new ("(o(o@ay@ays))", COLLECTION, session, none, password, "text/plain"));
  g_assert_nonnull (answer);
}

char *
bty_test_keyring_look_up (BtyTestKeyring *self, const char *name)
{
  g_autoptr (GSubprocessLauncher) launcher = new_launcher (self, G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                                                   G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autofree char *program = g_find_program_in_path ("secret-tool");
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) tool = NULL;
  g_autofree char *said = NULL;

  if (program == NULL)
    return NULL;
  tool = g_subprocess_launcher_spawn (launcher, &error, program, "lookup", "xdg:schema", "org.boternity.Secret", "name",
                                      name, NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (tool, NULL, NULL, &said, NULL, &error);
  g_assert_no_error (error);
  return g_steal_pointer (&said);
}
