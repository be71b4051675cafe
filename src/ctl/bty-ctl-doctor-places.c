/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "bty-ctl-doctor.h"
#include "bty-ctl-places.h"

#define MIB        (1024 * 1024)
#define DISK_LEAST 64  /* MiB: below it, writing fails soon */
#define DISK_LOW   512 /* MiB */

/* @forbidden: bits of the mode that give others too much. Returns: whether nothing is wrong */
static gboolean
check_mode (BtyCtlDoctor *doctor, const char *path, guint forbidden, const char *mode)
{
  g_autofree char *quoted = g_shell_quote (path);
  GStatBuf info;

  if (g_stat (path, &info) != 0)
    {
      if (errno == ENOENT)
        return TRUE;
      bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_PROBLEM,
                          g_strdup_printf (_ ("“%s” cannot be looked at: %s"), path, g_strerror (errno)),
                          g_strdup_printf (_ ("run: ls -ld %s, and mend the folders above it"), quoted));
      return FALSE;
    }
  if (info.st_uid != geteuid ())
    {
      bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_PROBLEM,
                          g_strdup_printf (_ ("“%s” belongs to user %u, not to you"), path, (guint) info.st_uid),
                          g_strdup_printf (_ ("run: sudo chown -R %u %s"), (guint) geteuid (), quoted));
      return FALSE;
    }
  if ((info.st_mode & forbidden) != 0)
    {
      bty_ctl_doctor_add (
        doctor, BTY_CTL_FINDING_PROBLEM,
        g_strdup_printf (_ ("“%s” is open to others (mode %04o)"), path, (guint) info.st_mode & 07777),
        g_strdup_printf (_ ("run: chmod %s %s"), mode, quoted));
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_writable (BtyCtlDoctor *doctor, const char *path)
{
  g_autofree char *quoted = g_shell_quote (path);

  if (g_access (path, F_OK) != 0 || g_access (path, R_OK | W_OK | X_OK) == 0)
    return TRUE;
  bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_PROBLEM, g_strdup_printf (_ ("“%s” cannot be written to"), path),
                      g_strdup_printf (_ ("run: chmod u+rwx %s"), quoted));
  return FALSE;
}

static void
check_folders (BtyCtlDoctor *doctor)
{
  const char *data_dir = doctor->ctl->data_dir;
  g_autofree char *token = bty_paths_token_file (data_dir);
  g_autofree char *socket = bty_paths_socket (data_dir);
  g_autofree char *runtime = g_path_get_dirname (socket);
  g_autofree char *log = bty_ctl_log_path (data_dir);
  g_autofree char *state = g_path_get_dirname (log);
  gboolean good = check_mode (doctor, data_dir, 0077, "700") & check_writable (doctor, data_dir);

  if (doctor->config_dir != NULL)
    good &= check_mode (doctor, doctor->config_dir, 0022, "go-w") & check_writable (doctor, doctor->config_dir);
  good &= check_mode (doctor, runtime, 0077, "700");
  good &= check_mode (doctor, token, 0077, "600");
  if (g_strcmp0 (state, data_dir) != 0)
    good &= check_mode (doctor, state, 0022, "go-w");
  if (good)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_OK,
                        g_strdup_printf (_ ("“%s” and the folders beside it are yours alone"), data_dir), NULL);
}

/* The folder itself, or the nearest one above it that is there. */
static char *
find_existing (const char *path)
{
  char *found = g_strdup (path);

  while (g_access (found, F_OK) != 0 && found[1] != '\0')
    {
      char *above = g_path_get_dirname (found);

      g_free (found);
      found = above;
    }
  return found;
}

static void
check_disk (BtyCtlDoctor *doctor)
{
  g_autofree char *path = find_existing (doctor->ctl->data_dir);
  struct statvfs info;
  guint64 free_mib;
  BtyCtlFindingLevel level;

  if (statvfs (path, &info) != 0)
    {
      bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_SKIPPED,
                          g_strdup_printf (_ ("“%s” cannot be looked at: %s"), path, g_strerror (errno)), NULL);
      return;
    }
  free_mib = (guint64) info.f_bavail * info.f_frsize / MIB;
  level = free_mib < DISK_LEAST || (info.f_files > 0 && info.f_favail == 0) ? BTY_CTL_FINDING_PROBLEM
          : free_mib < DISK_LOW                                             ? BTY_CTL_FINDING_WARNING
                                                                            : BTY_CTL_FINDING_OK;
  bty_ctl_doctor_add (
    doctor, level, g_strdup_printf (_ ("%llu MiB are free where “%s” is"), (unsigned long long) free_mib, path),
    level != BTY_CTL_FINDING_OK ? g_strdup_printf (_ ("free some space; this shows what takes it: du -xh -d1 %s"), path)
                                : NULL);
}

const BtyCtlCheck bty_ctl_doctor_place_checks[] = {
  { "folders", N_ ("whether the folders and the token are yours alone, and can be written to"), check_folders },
  { "disk", N_ ("how much room is left"), check_disk },
  { 0 },
};
