/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "bty-ctl-doctor.h"

#define DATABASE      "boternity.db"
#define SQLITE_MAGIC  "SQLite format 3"
#define KIB           1024
#define WAL_TOLERANCE 2
#define STALE_DAYS    30
#define DAY           (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

static void
check_rehearsal (BtyCtlDoctor *doctor)
{
  GStrv problems = doctor->is_up ? doctor->ctl->status->problems : NULL;

  for (guint i = 0; problems != NULL && problems[i] != NULL; i++)
    if (strstr (problems[i], "faults.") != NULL)
      bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_WARNING, g_strdup (problems[i]),
                          g_strdup (_ ("run: boternity-ctl config list, and config unset for each that is on")));
}

static void
check_daemon (BtyCtlDoctor *doctor)
{
  const BtyStatus *status = doctor->ctl->status;

  if (doctor->is_up && g_strcmp0 (status->version, BTY_VERSION) != 0)
    bty_ctl_doctor_add (
      doctor, BTY_CTL_FINDING_WARNING,
      g_strdup_printf (_ ("the daemon is version %s, and this program is %s"), status->version, BTY_VERSION),
      g_strdup (_ ("run: boternity-ctl restart")));
  else if (doctor->is_up)
    bty_ctl_doctor_add (
      doctor, BTY_CTL_FINDING_OK,
      g_strdup_printf (_ ("it runs and answers (process %lld, version %s)"), (long long) status->pid, status->version),
      NULL);
  else if (doctor->why != NULL)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_PROBLEM, g_strdup (doctor->why),
                        g_strdup (_ ("see why: boternity-ctl log; then run: boternity-ctl restart")));
  else
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_OK,
                        g_strdup (_ ("it does not run; any command that needs it starts it")), NULL);
  check_rehearsal (doctor);
}

static gboolean
is_database (const char *path)
{
  char head[sizeof SQLITE_MAGIC] = "";
  int fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  gboolean is = fd >= 0 && read (fd, head, sizeof head) == (gssize) sizeof head &&
                memcmp (head, SQLITE_MAGIC, sizeof head) == 0;

  if (fd >= 0)
    close (fd);
  return is;
}

static void
check_wal (BtyCtlDoctor *doctor, const char *path)
{
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  const char *text = bty_ctl_doctor_get_setting (doctor, "store.wal_cap");
  gint64 cap = text != NULL ? g_ascii_strtoll (text, NULL, 10) : 0;
  GStatBuf info;

  if (cap == 0 || g_stat (wal, &info) != 0 || info.st_size <= cap * KIB * WAL_TOLERANCE)
    return;
  bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_WARNING,
                      g_strdup_printf (_ ("the database's log “%s” has %lld KiB, and store.wal_cap is %lld KiB"), wal,
                                       (long long) info.st_size / KIB, (long long) cap),
                      g_strdup (_ ("run: boternity-ctl restart")));
}

/* The daemon tells in its own language whether the quick check passed. */
static gboolean
is_damaged (const char *store)
{
  return store != NULL && (strstr (store, ", DAMAGED") != NULL ||
                           strstr (store, _ (", DAMAGED: keep a copy of it and put a backup in its place")) != NULL);
}

static void
check_database (BtyCtlDoctor *doctor)
{
  g_autofree char *path = g_build_filename (doctor->ctl->data_dir, DATABASE, NULL);
  const char *store = doctor->is_up ? doctor->ctl->status->store : NULL;
  GStatBuf info;

  if (is_damaged (store))
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_PROBLEM, g_strdup_printf (_ ("it is damaged: %s"), store),
                        g_strdup_printf (_ ("keep a copy of “%s”, and put a backup in its place"), path));
  else if (g_stat (path, &info) != 0)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_OK, g_strdup (_ ("there is none yet; the first start makes it")), NULL);
  else if (!is_database (path))
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_PROBLEM, g_strdup_printf (_ ("“%s” is no database, or damaged"), path),
                        g_strdup_printf (_ ("keep a copy of “%s”, and put a backup in its place"), path));
  else
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_OK,
                        store != NULL ? g_strdup (store)
                                      : g_strdup_printf (_ ("“%s”, %lld KiB; the daemon checks it when it starts"),
                                                         path, (long long) info.st_size / KIB),
                        NULL);
  check_wal (doctor, path);
}

static void
skip (BtyCtlDoctor *doctor)
{
  bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_SKIPPED, g_strdup (_ ("only a daemon that runs knows")),
                      g_strdup (_ ("run: boternity-ctl bot list, which starts it; then boternity-ctl doctor again")));
}

GPtrArray *
bty_ctl_doctor_list (BtyCtlDoctor *doctor, const char *operation, const BtySchema *schema)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *records = doctor->is_up ? bty_ctl_call_records (doctor->ctl, operation, NULL, schema, 0, &error) : NULL;

  if (error != NULL)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_PROBLEM, g_strdup (error->message),
                        g_strdup (_ ("see why: boternity-ctl log; then run: boternity-ctl restart")));
  else if (records == NULL)
    skip (doctor);
  return records;
}

static void
check_plugins (BtyCtlDoctor *doctor)
{
  g_autoptr (GPtrArray) plugins = bty_ctl_doctor_list (doctor, "plugin.list", &bty_plugin_info_schema);
  guint refused = 0;

  if (plugins == NULL)
    return;
  for (guint i = 0; i < plugins->len; i++)
    {
      const BtyPluginInfo *plugin = plugins->pdata[i];

      if (plugin->state != BTY_PLUGIN_REFUSED)
        continue;
      refused++;
      bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_PROBLEM,
                          g_strdup_printf (_ ("the plugin “%s” was not opened: %s"),
                                           plugin->path != NULL ? plugin->path : plugin->name,
                                           plugin->reason != NULL ? plugin->reason : _ ("no reason was given")),
                          g_strdup (_ ("mend or remove the file, then run: boternity-ctl restart")));
    }
  if (refused == 0)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_OK,
                        g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u plugin, and nothing is wrong with it",
                                                      "%u plugins, and nothing is wrong with any", plugins->len),
                                         plugins->len),
                        NULL);
}

static void
check_keys (BtyCtlDoctor *doctor)
{
  g_autoptr (GPtrArray) providers = bty_ctl_doctor_list (doctor, "provider.list", &bty_provider_config_schema);
  guint missing = 0;

  if (providers == NULL)
    return;
  for (guint i = 0; i < providers->len; i++)
    {
      const BtyProviderConfig *provider = providers->pdata[i];

      if (!provider->enabled || provider->key_state != BTY_KEY_MISSING)
        continue;
      missing++;
      bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_PROBLEM,
                          g_strdup_printf (_ ("the provider “%s” needs a key that nobody has (%s)"), provider->name,
                                           provider->key_ref != NULL ? provider->key_ref : "?"),
                          g_strdup_printf (_ ("run: boternity-ctl provider update %s --key-stdin"), provider->name));
    }
  if (missing == 0)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_OK, g_strdup (_ ("every provider has the key that it needs")), NULL);
}

static void
check_souls (BtyCtlDoctor *doctor)
{
  g_autoptr (GPtrArray) souls = bty_ctl_doctor_list (doctor, "soul.list", &bty_soul_schema);
  guint held = 0;

  if (souls == NULL)
    return;
  for (guint i = 0; i < souls->len; i++)
    {
      const BtySoul *soul = souls->pdata[i];

      if (soul->state != BTY_SOUL_HELD)
        continue;
      held++;
      bty_ctl_doctor_add (
        doctor, BTY_CTL_FINDING_PROBLEM,
        g_strdup_printf (_ ("%s is held and answers nothing: %s"), soul->slug,
                         soul->reason != NULL ? soul->reason : _ ("its files are not those of its version")),
        g_strdup_printf (_ ("look: boternity-ctl soul diff %s; then run: boternity-ctl soul accept "
                            "%s, or boternity-ctl soul restore %s"),
                         soul->slug, soul->slug, soul->slug));
    }
  if (held == 0)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_OK,
                        g_strdup (_ ("no bot is held: the files are those of their versions")), NULL);
}

/* Stores outside the chain are asked by name only; one that nobody set up is nothing wrong. */
static void
check_store (BtyCtlDoctor *doctor, const BtySecretStoreInfo *store)
{
  if (store->place > 0 && store->state == BTY_SECRET_STORE_LOCKED)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_WARNING,
                        g_strdup_printf (_ ("the store “%s” is locked: its secrets cannot be used"), store->name),
                        g_strdup_printf (_ ("run: boternity-ctl secret unlock %s"), store->name));
}

static void
check_secrets (BtyCtlDoctor *doctor)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySecretStatus) status = NULL;
  guint before = doctor->findings->len;

  if (!doctor->is_up)
    {
      skip (doctor);
      return;
    }
  status = bty_ctl_call_record (doctor->ctl, "secret.status", NULL, &bty_secret_status_schema, &error);
  if (status == NULL)
    {
      bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_PROBLEM, g_strdup (error->message),
                          g_strdup (_ ("see why: boternity-ctl log; then run: boternity-ctl restart")));
      return;
    }
  for (guint i = 0; status->stores != NULL && i < status->stores->len; i++)
    check_store (doctor, status->stores->pdata[i]);
  if (doctor->findings->len > before)
    return;
  if (status->chosen == NULL)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_WARNING, g_strdup (status->why),
                        g_strdup (_ ("see which stores there are: boternity-ctl secret status")));
  else
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_OK,
                        g_strdup_printf (_ ("new secrets are kept in “%s”, and no store is locked"), status->chosen),
                        NULL);
}

static void
check_age (BtyCtlDoctor *doctor, const GPtrArray *backups)
{
  gint64 newest = 0, days;

  for (guint i = 0; i < backups->len; i++)
    newest = MAX (newest, ((const BtyBackup *) backups->pdata[i])->created_at);
  days = (g_get_real_time () - newest) / DAY;
  if (newest == 0)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_WARNING, g_strdup (_ ("there is no backup")),
                        g_strdup (_ ("run: boternity-ctl backup create; or have it done: boternity-ctl config set "
                                     "backup.schedule \"daily 03:30\"")));
  else if (days > STALE_DAYS)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_WARNING,
                        g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "the newest backup is %d day old",
                                                      "the newest backup is %d days old", (gulong) days),
                                         (int) days),
                        g_strdup (_ ("run: boternity-ctl backup create")));
  else
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_OK,
                        g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u backup, and it is recent enough",
                                                      "%u backups, and the newest is recent enough", backups->len),
                                         backups->len),
                        NULL);
}

static void
check_backups (BtyCtlDoctor *doctor)
{
  g_autoptr (GPtrArray) backups = bty_ctl_doctor_list (doctor, "backup.list", &bty_backup_schema);
  gboolean is_unseen = FALSE;

  if (backups == NULL)
    return;
  for (guint i = 0; i < backups->len; i++)
    {
      const BtyBackup *backup = backups->pdata[i];

      is_unseen = is_unseen || backup->key_unseen;
      if (backup->problem != NULL)
        bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_WARNING, g_strdup_printf ("%s: %s", backup->name, backup->problem),
                            g_strdup (_ ("run: boternity-ctl backup create")));
    }
  if (is_unseen)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_WARNING,
                        g_strdup (_ ("nobody was shown the key of the backups: they open on this machine alone")),
                        g_strdup (_ ("run: boternity-ctl backup key, and keep what it says away from this machine")));
  for (guint i = 0; doctor->ctl->status->problems != NULL && doctor->ctl->status->problems[i] != NULL; i++)
    if (strstr (doctor->ctl->status->problems[i], "backup.schedule") != NULL)
      bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_WARNING, g_strdup (doctor->ctl->status->problems[i]),
                          g_strdup (_ ("run: boternity-ctl config set backup.schedule \"daily 03:30\"")));
  check_age (doctor, backups);
}

const BtyCtlCheck bty_ctl_doctor_daemon_checks[] = {
  { "daemon", N_ ("whether it answers, and is of this version"), check_daemon },
  { "database", N_ ("the file, its quick check and its log"), check_database },
  { "plugins", N_ ("those that were not opened, with the reason"), check_plugins },
  { "keys", N_ ("keys that providers need and nobody has"), check_keys },
  { "souls", N_ ("bots that are held, since their files were changed"), check_souls },
  { "secrets", N_ ("stores of secrets that are locked"), check_secrets },
  { "backups", N_ ("whether there is a backup, and how old it is"), check_backups },
  { 0 },
};
