/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-backup"

#include "config.h"

#include "backup/bty-backup-swap.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "backup/bty-backup-format.h"

#define FOLDER      ".restore"
#define INTENT      "intent"
#define RESTORED    ".restored"
#define KEPT_PREFIX ".before-restore-"
#define MAX_KEPT    64

void (*bty_backup_swap_step) (const char *step);

/*
 * What is replaced, each as long as what it goes with is still among the new: what is not there any more has taken its place already, or
 * was not in the backup (a vault, say), and then the present one stays. A log belongs to the database it lies beside: the old one's
 * goes aside first and never meets the new one.
 */
static const struct
{
  const char *name;
  const char *with;
} items[] = {
  { "boternity.db-wal", "boternity.db" },
  { "boternity.db-shm", "boternity.db" },
  { "boternity.db-journal", "boternity.db" },
  { "boternity.db", "boternity.db" },
  { "bots", "bots" },
  { "vault.bty", "vault.bty" },
  { "settings", "settings" },
};

static void
step (const char *name)
{
  if (bty_backup_swap_step != NULL)
    bty_backup_swap_step (name);
}

char *
bty_backup_swap_get_folder (const char *data_dir)
{
  return g_build_filename (data_dir, FOLDER, "new", NULL);
}

gboolean
bty_backup_swap_begin (const char *data_dir, GError **error)
{
  g_autofree char *intent = g_build_filename (data_dir, FOLDER, INTENT, NULL);
  g_autofree char *folder = g_build_filename (data_dir, FOLDER, NULL);

  /* The promise goes first, and durably: else what is half removed would be carried out. */
  if (g_unlink (intent) == 0 && !bty_backup_sync (folder, error))
    return FALSE;
  if (!bty_backup_remove_tree (folder, error))
    return FALSE;
  return g_mkdir (folder, 0700) == 0 ||
         bty_backup_fail (error, errno, _ ("the folder “%s” cannot be made: %s"), folder);
}

static gboolean
write_durably (const char *path, const char *text, GError **error)
{
  int fd = g_open (path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  gssize length = (gssize) strlen (text);
  gboolean is_written = fd >= 0 && write (fd, text, (gsize) length) == length && fsync (fd) == 0;
  int problem = errno;

  if (fd >= 0)
    close (fd);
  return is_written || bty_backup_fail (error, problem, _ ("“%s” cannot be written: %s"), path);
}

gboolean
bty_backup_swap_intend (const char *data_dir, char **kept, GError **error)
{
  g_autofree char *folder = g_build_filename (data_dir, FOLDER, NULL);
  g_autofree char *partial = g_build_filename (folder, INTENT ".part", NULL);
  g_autofree char *intent = g_build_filename (folder, INTENT, NULL);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *stamp = g_date_time_format (now, "%Y%m%dT%H%M%SZ");
  g_autofree char *name = g_strdup_printf (KEPT_PREFIX "%s-%06d", stamp, g_date_time_get_microsecond (now));

  if (!bty_backup_sync (folder, error) || !bty_backup_sync (data_dir, error))
    return FALSE;
  step ("before-intent");
  if (!write_durably (partial, name, error))
    return FALSE;
  step ("intent-written");
  if (g_rename (partial, intent) != 0)
    return bty_backup_fail (error, errno, _ ("“%s” cannot be written: %s"), intent);
  step ("intent-named");
  *kept = g_steal_pointer (&name);
  return bty_backup_sync (folder, error);
}

static gboolean
move (const char *from, const char *to, GError **error)
{
  if (g_rename (from, to) == 0)
    return TRUE;
  return bty_backup_fail (error, errno, _ ("“%s” cannot be moved to make room for what was restored: %s"), from);
}

/* What was there goes aside unless it has gone already; then what is new takes its place. */
static gboolean
swap_one (const char *data_dir, const char *new_dir, const char *kept_dir, const char *name, GError **error)
{
  g_autofree char *live = g_build_filename (data_dir, name, NULL);
  g_autofree char *fresh = g_build_filename (new_dir, name, NULL);
  g_autofree char *kept = g_build_filename (kept_dir, name, NULL);

  if (g_file_test (live, G_FILE_TEST_EXISTS) && !g_file_test (kept, G_FILE_TEST_EXISTS) && !move (live, kept, error))
    return FALSE;
  step (name);
  if (g_file_test (fresh, G_FILE_TEST_EXISTS) && !move (fresh, live, error))
    return FALSE;
  step (name);
  return TRUE;
}

static gboolean
swap_all (const char *data_dir, const char *kept_dir, GError **error)
{
  g_autofree char *new_dir = bty_backup_swap_get_folder (data_dir);

  if (g_mkdir (kept_dir, 0700) != 0 && errno != EEXIST)
    return bty_backup_fail (error, errno, _ ("the folder “%s” cannot be made: %s"), kept_dir);
  step ("kept-made");
  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    {
      g_autofree char *with = g_build_filename (new_dir, items[i].with, NULL);

      if (g_file_test (with, G_FILE_TEST_EXISTS) && !swap_one (data_dir, new_dir, kept_dir, items[i].name, error))
        return FALSE;
    }
  return bty_backup_sync (kept_dir, error) && bty_backup_sync (data_dir, error);
}

static gboolean
is_kept_name (const char *name)
{
  return g_str_has_prefix (name, KEPT_PREFIX) && strlen (name) < MAX_KEPT && strchr (name, '/') == NULL;
}

/* (transfer full) (nullable): what was kept by a restore that nobody was told of yet; a file that makes no sense is none */
static char *
read_untold (const char *data_dir)
{
  g_autofree char *path = g_build_filename (data_dir, RESTORED, NULL);
  g_autofree char *name = NULL;

  if (!g_file_get_contents (path, &name, NULL, NULL))
    return NULL;
  if (is_kept_name (name))
    return g_steal_pointer (&name);
  g_warning ("“%s” makes no sense and is passed over", path);
  return NULL;
}

void
bty_backup_swap_told (const char *data_dir)
{
  g_autofree char *path = g_build_filename (data_dir, RESTORED, NULL);

  if (g_unlink (path) != 0 && errno != ENOENT)
    g_warning ("“%s” cannot be removed: %s", path, g_strerror (errno));
}

/* The promise becomes the news of it by one rename: wherever the process is killed, one of them is there. */
static gboolean
carry_out (const char *data_dir, const char *folder, const char *intent, const char *name, GError **error)
{
  g_autofree char *kept_dir = g_build_filename (data_dir, name, NULL);
  g_autofree char *news = g_build_filename (data_dir, RESTORED, NULL);

  if (!swap_all (data_dir, kept_dir, error))
    return FALSE;
  step ("swapped");
  if (!move (intent, news, error) || !bty_backup_sync (folder, error) || !bty_backup_sync (data_dir, error))
    return FALSE;
  step ("intent-removed");
  g_message ("the data that was restored is in use; what was there before is in “%s”", kept_dir);
  return TRUE;
}

gboolean
bty_backup_swap_carry_out (const char *data_dir, char **kept, GError **error)
{
  g_autofree char *folder = g_build_filename (data_dir, FOLDER, NULL);
  g_autofree char *intent = g_build_filename (folder, INTENT, NULL);
  g_autofree char *name = NULL;

  *kept = NULL;
  if (g_file_get_contents (intent, &name, NULL, NULL))
    {
      if (!is_kept_name (name))
        {
          g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS,
                       _ ("“%s” is damaged: remove the folder it lies in, and restore the backup again"), intent);
          return FALSE;
        }
      if (!carry_out (data_dir, folder, intent, name, error))
        return FALSE;
    }
  if (!bty_backup_remove_tree (folder, error))
    return FALSE;
  *kept = read_untold (data_dir);
  return TRUE;
}
