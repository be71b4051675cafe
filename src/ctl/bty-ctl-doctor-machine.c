/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <linux/landlock.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bty-ctl-bus.h"
#include "bty-ctl-doctor.h"

#define CLOCK_TOLERANCE_S 120
#define SECRETS           "org.freedesktop.secrets"
#define TIMEDATE          "org.freedesktop.timedate1"

static gboolean
ask_bus (const char *method, const char *name, gboolean *has, GError **error)
{
  g_autoptr (GVariant) answer = NULL;
  g_auto (GStrv) names = NULL;

  answer = bty_ctl_bus_call (FALSE, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", method,
                             NULL, "(as)", error);
  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(^as)", &names);
  *has = *has || g_strv_contains ((const char *const *) names, name);
  return TRUE;
}

/* Only names are looked at: a keyring that is spoken to might ask for its password. */
static void
check_keyring (BtyCtlDoctor *doctor)
{
  g_autoptr (GError) error = NULL;
  gboolean has = FALSE;

  if (!ask_bus ("ListNames", SECRETS, &has, &error) ||
      (!has && !ask_bus ("ListActivatableNames", SECRETS, &has, &error)))
    bty_ctl_doctor_add (
      doctor, BTY_CTL_FINDING_WARNING,
      g_strdup_printf (_ ("no keyring: the session's message bus cannot be asked (%s)"), error->message),
      g_strdup (_ ("none is needed: secrets are kept in the vault; to have one, log in to a desktop session")));
  else if (!has)
    bty_ctl_doctor_add (
      doctor, BTY_CTL_FINDING_WARNING, g_strdup (_ ("no keyring offers itself on the session's bus")),
      g_strdup (_ ("none is needed: secrets are kept in the vault; to have one, install gnome-keyring or KeePassXC")));
  else
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_OK, g_strdup (_ ("a keyring is on the session's bus")), NULL);
}

/* In a child, which ends at once: whether a process of ours may have a user namespace of its own. */
static gboolean
can_unshare (void)
{
  int status = 0;
  pid_t child = fork ();

  if (child == 0)
    _exit (unshare (CLONE_NEWUSER) == 0 ? 0 : 1);
  while (child > 0 && waitpid (child, &status, 0) < 0 && errno == EINTR)
    continue;
  return child > 0 && WIFEXITED (status) && WEXITSTATUS (status) == 0;
}

static void
check_sandbox (BtyCtlDoctor *doctor)
{
  long landlock = syscall (SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  g_autofree char *bwrap = g_find_program_in_path ("bwrap");
  gboolean has_namespaces = can_unshare ();
  gboolean has_seccomp = g_file_test ("/proc/sys/kernel/seccomp/actions_avail", G_FILE_TEST_EXISTS);

  if (!has_namespaces)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_WARNING,
                        g_strdup (_ ("user namespaces are not allowed, so programs cannot be shut in")),
                        g_strdup (_ ("run: sudo sysctl user.max_user_namespaces=10000 "
                                     "kernel.apparmor_restrict_unprivileged_userns=0")));
  if (landlock < 1)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_WARNING,
                        g_strdup (_ ("the kernel has no Landlock, or it is switched off")),
                        g_strdup (_ ("use Linux 5.13 or newer, with landlock in its lsm= list")));
  if (!has_seccomp)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_WARNING, g_strdup (_ ("the kernel has no seccomp filters")),
                        g_strdup (_ ("use a kernel with CONFIG_SECCOMP_FILTER")));
  if (bwrap == NULL)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_WARNING, g_strdup (_ ("bubblewrap (bwrap) is not installed")),
                        g_strdup (_ ("run: sudo apt install bubblewrap")));
  if (has_namespaces && landlock >= 1 && has_seccomp && bwrap != NULL)
    bty_ctl_doctor_add (
      doctor, BTY_CTL_FINDING_OK,
      g_strdup_printf (_ ("user namespaces, Landlock (version %ld), seccomp and bubblewrap are there"), landlock),
      NULL);
}

/* Returns: the time of the newest of our files; what was written in the past is not younger than now */
static gint64
newest_file (BtyCtlDoctor *doctor)
{
  static const char *const names[] = { "boternity.db", "boternity.db-wal", "token" };
  gint64 newest = 0;
  GStatBuf info;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (doctor->ctl->data_dir, names[i], NULL);

      if (g_stat (path, &info) == 0)
        newest = MAX (newest, (gint64) info.st_mtime);
    }
  if (g_stat ("/proc/self/exe", &info) == 0)
    newest = MAX (newest, (gint64) info.st_mtime);
  return newest;
}

static gboolean
is_synchronised (gboolean *is)
{
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) value = NULL;

  answer = bty_ctl_bus_call (TRUE, TIMEDATE, "/org/freedesktop/timedate1", "org.freedesktop.DBus.Properties", "Get",
                             g_variant_new ("(ss)", TIMEDATE, "NTPSynchronized"), "(v)", NULL);
  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(v)", &value);
  *is = g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN) && g_variant_get_boolean (value);
  return TRUE;
}

static void
check_clock (BtyCtlDoctor *doctor)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  gint64 newest = newest_file (doctor);
  gboolean is = FALSE;

  if (newest > now + CLOCK_TOLERANCE_S)
    bty_ctl_doctor_add (
      doctor, BTY_CTL_FINDING_PROBLEM,
      g_strdup_printf (_ ("the clock is wrong: a file of Boternity's is %lld seconds younger than now"),
                       (long long) (newest - now)),
      g_strdup (_ ("run: sudo timedatectl set-ntp true")));
  else if (is_synchronised (&is) && !is)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_WARNING, g_strdup (_ ("the clock is not set by the network")),
                        g_strdup (_ ("run: sudo timedatectl set-ntp true")));
  else
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_OK,
                        g_strdup (is ? _ ("it is set by the network") : _ ("no file is younger than now")), NULL);
}

const BtyCtlCheck bty_ctl_doctor_machine_checks[] = {
  { "keyring", N_ ("whether a keyring offers itself; it is not spoken to"), check_keyring },
  { "sandbox", N_ ("what the kernel has to shut programs in"), check_sandbox },
  { "clock", N_ ("whether the clock can be right"), check_clock },
  { 0 },
};
