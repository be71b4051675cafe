/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "bty-ctl-command.h"
#include "bty-ctl-daemon.h"
#include "bty-ctl-keys.h"
#include "bty-ctl-request.h"
#include "bty-ctl-stop.h"
#include "bty-ctl-table.h"
#include "bty-ctl-terminal.h"

#define FIRST_SHOWN G_USEC_PER_SEC

typedef struct
{
  gboolean is_shown; /* where there is a terminal for it */
  gboolean was_shown;
  gint64 began;
} Progress;

static void
on_progress (guint64 number, const char *json, gpointer data)
{
  Progress *self = data;
  g_autoptr (BtyBackupProgress) progress = NULL;
  g_autofree char *size = NULL;

  if (!self->is_shown || g_get_monotonic_time () < self->began + FIRST_SHOWN)
    return;
  progress = bty_ctl_read_record (&bty_backup_progress_schema, json, NULL);
  if (progress == NULL)
    return;
  size = g_format_size ((guint64) progress->bytes);
  self->was_shown = TRUE;
  if (progress->total > 0)
    fprintf (stderr, _ ("\r\033[K%3d %%: %lld rows, %lld files"), (int) (progress->bytes * 100 / progress->total),
             (long long) progress->rows, (long long) progress->files);
  else
    fprintf (stderr, _ ("\r\033[K%lld rows, %lld files, %s"), (long long) progress->rows, (long long) progress->files,
             size);
  fflush (stderr);
}

/* (transfer full) (nullable): the answer of an operation that tells how far it is */
static char *
call_with_progress (BtyCtl *ctl, const char *operation, GBytes *request, GError **error)
{
  Progress progress = { .is_shown = !ctl->json && bty_ctl_terminal_is (2), .began = g_get_monotonic_time () };
  g_autoptr (GBytes) owned = request;
  g_autofree char *answer = NULL;
  BtyCtlStreamEnd end;

  if (!bty_ctl_connect (ctl, error))
    return NULL;
  end = bty_ctl_client_stream (ctl->client, operation, owned, on_progress, &progress, ctl->cancellable, &answer, error);
  if (progress.was_shown)
    fputs ("\r\033[K", stderr);
  return end == BTY_CTL_STREAM_ENDED ? g_steal_pointer (&answer) : NULL;
}

/* Asks where it is wanted. */
static gboolean
read_passphrase (const BtyCtlArgs *args, gboolean is_new, BtySecret **passphrase, GError **error)
{
  *passphrase = NULL;
  if (!bty_ctl_args_has (args, "passphrase"))
    return TRUE;
  *passphrase = bty_ctl_keys_ask_passphrase (is_new ? _ ("A passphrase for the backup (not shown):")
                                                    : _ ("Its passphrase, or the key of the backups (not shown):"),
                                             is_new, error);
  return *passphrase != NULL;
}

/* The key goes to standard output, all else beside it. */
static gboolean
show_key (BtyCtl *ctl, GError **error)
{
  g_autofree char *answer = bty_ctl_call (ctl, "backup.key", NULL, error);
  g_autoptr (BtySecretValue) key = answer != NULL ? bty_ctl_read_record (&bty_secret_value_schema, answer, error)
                                                  : NULL;

  if (key == NULL)
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else
    {
      printf ("%s\n", key->value);
      bty_ctl_note ("%s", _ ("Write this key down and keep it away from this machine: it opens the backups when the "
                             "machine is lost. “boternity-ctl backup key” shows it again."));
    }
  bty_secret_clear_memory (answer, strlen (answer));
  bty_secret_clear_memory (key->value, strlen (key->value));
  return TRUE;
}

static gboolean
run_key (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return show_key (ctl, error);
}

static void
warn_unseen (void)
{
  bty_ctl_note ("%s", _ ("Nobody was shown the key of the backups yet. Without it they open on this machine alone: "
                         "boternity-ctl backup key"));
}

static gboolean
run_create (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };
  g_autoptr (BtySecret) passphrase = NULL;
  g_autofree char *answer = NULL;
  g_autoptr (BtyBackup) backup = NULL;

  if (!read_passphrase (args, TRUE, &passphrase, error))
    return FALSE;
  bty_ctl_request_init (&request);
  if (passphrase != NULL)
    bty_ctl_request_secret (&request, "passphrase", passphrase);
  bty_json_writer_member_bool (&request.writer, "unencrypted", bty_ctl_args_has (args, "unencrypted"));
  answer = call_with_progress (ctl, "backup.create", bty_ctl_request_end (&request), error);
  backup = answer != NULL ? bty_ctl_read_record (&bty_backup_schema, answer, error) : NULL;
  if (backup == NULL)
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else
    bty_ctl_record_print (backup);
  if (!backup->key_unseen)
    return TRUE;
  if (!ctl->json && bty_ctl_terminal_is (STDOUT_FILENO))
    return show_key (ctl, error);
  warn_unseen ();
  return TRUE;
}

/* A line of the table: names are long, so that all else has to be short. */
typedef struct
{
  BtyRecord record;
  char *name;
  gint64 created_at;
  char *size;
  char *note;
} BtyCtlBackupRow;
BTY_DECLARE_RECORD (BtyCtlBackupRow, bty_ctl_backup_row)

static const BtyField row_fields[] = {
  BTY_FIELD_STRING (BtyCtlBackupRow, name, 0, ""),
  BTY_FIELD_TIME (BtyCtlBackupRow, created_at, 0, ""),
  BTY_FIELD_STRING (BtyCtlBackupRow, size, 0, ""),
  BTY_FIELD_STRING (BtyCtlBackupRow, note, 0, ""),
};
BTY_DEFINE_RECORD (BtyCtlBackupRow, bty_ctl_backup_row, "backup_row", "", row_fields)

static BtyCtlBackupRow *
make_row (const BtyBackup *backup)
{
  BtyCtlBackupRow *row = bty_ctl_backup_row_new ();
  g_autofree char *size = g_format_size ((guint64) backup->bytes);
  g_auto (GStrv) words = g_strsplit (size, "\302\240", 2); /* scripts that split lines know plain blanks only */

  row->name = g_strdup (backup->name);
  row->created_at = backup->created_at;
  row->size = g_strjoinv (" ", words);
  row->note = backup->problem != NULL ? g_strdup (backup->problem)
                                      : g_strconcat (!backup->encrypted   ? _ ("not sealed")
                                                     : backup->passphrase ? _ ("sealed, passphrase")
                                                                          : _ ("sealed"),
                                                     backup->automatic ? _ (", automatic") : "", NULL);
  return row;
}

static gboolean
run_list (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "name",      N_ ("BACKUP"), "created_at", N_ ("MADE"), "size",
                                         N_ ("SIZE"), "note",        N_ ("NOTE"),  NULL };
  g_autoptr (GPtrArray) backups = NULL;
  g_autoptr (GPtrArray) rows = bty_record_list_new ();
  gboolean is_unseen = FALSE;

  if (ctl->json)
    return bty_ctl_show_list (ctl, "backup.list", NULL, &bty_backup_schema, columns, 0, "", error);
  backups = bty_ctl_call_records (ctl, "backup.list", NULL, &bty_backup_schema, 0, error);
  if (backups == NULL)
    return FALSE;
  for (guint i = 0; i < backups->len; i++)
    {
      const BtyBackup *backup = backups->pdata[i];

      is_unseen = is_unseen || backup->key_unseen;
      g_ptr_array_add (rows, make_row (backup));
    }
  if (rows->len == 0)
    bty_ctl_note (_ ("There are no backups: boternity-ctl backup create"));
  else
    bty_ctl_table_print (rows, columns);
  if (is_unseen)
    warn_unseen ();
  return TRUE;
}

/* (transfer full) (nullable): a request that names a backup, with what opens it */
static GBytes *
make_opening (const BtyCtlArgs *args, const BtySecret *passphrase)
{
  g_auto (BtyCtlRequest) request = { 0 };

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "name", bty_ctl_args_word (args, 0));
  if (passphrase != NULL)
    bty_ctl_request_secret (&request, "passphrase", passphrase);
  return bty_ctl_request_end (&request);
}

static gboolean
run_verify (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_autoptr (BtySecret) passphrase = NULL;
  g_autofree char *answer = NULL;
  g_autoptr (BtyBackup) backup = NULL;

  if (!read_passphrase (args, FALSE, &passphrase, error))
    return FALSE;
  answer = call_with_progress (ctl, "backup.verify", make_opening (args, passphrase), error);
  backup = answer != NULL ? bty_ctl_read_record (&bty_backup_schema, answer, error) : NULL;
  if (backup == NULL)
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else
    {
      bty_ctl_record_print (backup);
      bty_ctl_note ("%s", _ ("It is whole and can be restored."));
    }
  return TRUE;
}

/* With no daemon: its program does it by itself. */
static char *
restore_file (BtyCtl *ctl, const char *path, const BtySecret *passphrase, gboolean *was_running, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  char *answer = NULL;

  if (!bty_ctl_stop_daemon (ctl, was_running, error))
    return NULL;
  bty_ctl_progress_begin (_ ("restoring the backup"));
  answer = bty_ctl_daemon_restore (ctl->data_dir, absolute, passphrase, error);
  bty_ctl_progress_end ();
  return answer;
}

/* A daemon that cannot start, as with a broken database, is what restoring is for. */
static char *
restore_named (BtyCtl *ctl, const BtyCtlArgs *args, const BtySecret *passphrase, gboolean *was_running, GError **error)
{
  g_autofree char *path = g_build_filename (ctl->data_dir, "backups", bty_ctl_args_word (args, 0), NULL);
  g_autoptr (GError) reason = NULL;
  char *answer = NULL;

  *was_running = TRUE;
  if (bty_ctl_connect (ctl, &reason))
    answer = call_with_progress (ctl, "backup.restore", make_opening (args, passphrase), &reason);
  else if (g_error_matches (reason, BTY_ERROR, BTY_ERROR_UNAVAILABLE) && g_file_test (path, G_FILE_TEST_EXISTS))
    {
      bty_ctl_note (_ ("No daemon can start, so the backup is restored without one: %s"), reason->message);
      return restore_file (ctl, path, passphrase, was_running, error);
    }
  if (answer == NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  return answer;
}

static gboolean
begin_anew (BtyCtl *ctl, GError **error)
{
  gboolean was_running = FALSE;

  return bty_ctl_stop_daemon (ctl, &was_running, error) && bty_ctl_connect (ctl, error);
}

static gboolean
run_restore (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *name = bty_ctl_args_word (args, 0);
  g_autoptr (BtySecret) passphrase = NULL;
  g_autofree char *answer = NULL;
  g_autoptr (BtyBackupRestored) restored = NULL;
  gboolean was_running = FALSE;
  gboolean is_later = bty_ctl_args_has (args, "no-restart");

  if (!read_passphrase (args, FALSE, &passphrase, error))
    return FALSE;
  answer = strchr (name, '/') != NULL ? restore_file (ctl, name, passphrase, &was_running, error)
                                      : restore_named (ctl, args, passphrase, &was_running, error);
  restored = answer != NULL ? bty_ctl_read_record (&bty_backup_restored_schema, answer, error) : NULL;
  if (restored == NULL || (was_running && !is_later && !begin_anew (ctl, error)))
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else
    bty_ctl_record_print (restored);
  if (!ctl->json && restored->restart && is_later)
    bty_ctl_note ("%s", _ ("It takes its place when the daemon next starts: boternity-ctl restart"));
  else if (!ctl->json)
    bty_ctl_note (_ ("What was there before is kept in “%s/%s”: remove it when all is well."), ctl->data_dir,
                  restored->kept);
  return TRUE;
}

static gboolean
run_delete (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *name = bty_ctl_args_word (args, 0);
  g_autofree char *answer = bty_ctl_call (ctl, "backup.delete", bty_ctl_request_of ("name", name), error);

  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else
    bty_ctl_note (_ ("%s: deleted"), name);
  return TRUE;
}

static gboolean
run_forget (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return bty_ctl_show (ctl, "backup.forget", bty_ctl_request_of ("bot", bty_ctl_args_word (args, 0)),
                       &bty_backup_forgotten_schema, error);
}

static const BtyCtlOption create_options[] = {
  { "passphrase", 'p', NULL, N_ ("ask for a passphrase that opens it too, or read it from standard input"),
    BTY_CTL_NOTHING },
  { "unencrypted", 0, NULL, N_ ("do not seal it: whoever has the file can read it"), BTY_CTL_NOTHING },
  { NULL }
};
static const BtyCtlOption open_options[] = {
  { "passphrase", 'p', NULL, N_ ("ask for its passphrase or the recovery key, or read it from standard input"),
    BTY_CTL_NOTHING },
  { NULL }
};
static const BtyCtlOption restore_options[] = {
  { "passphrase", 'p', NULL, N_ ("ask for its passphrase or the recovery key, or read it from standard input"),
    BTY_CTL_NOTHING },
  { "no-restart", 0, NULL, N_ ("leave it ready: it takes its place when the daemon next starts"), BTY_CTL_NOTHING },
  { NULL }
};

static const BtyCtlCommand backup_commands[] = {
  { .name = "create",
    .usage = "",
    .summary = N_ ("Make a backup of everything"),
    .text = N_ (
      "Bots go on meanwhile. It is sealed with a key of this installation, which is shown with the first backup, and by\n"
      "“backup key”."),
    .options = create_options,
    .run = run_create,
    .examples = N_ ("  boternity-ctl backup create\n  boternity-ctl backup create --passphrase") },
  { .name = "list",
    .usage = "",
    .summary = N_ ("List the backups"),
    .run = run_list,
    .examples = N_ ("  boternity-ctl backup list") },
  { .name = "verify",
    .usage = N_ ("BACKUP"),
    .summary = N_ ("Read all of a backup, and load it into a database that is then thrown away"),
    .options = open_options,
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_BACKUP },
    .run = run_verify,
    .examples = N_ ("  boternity-ctl backup verify boternity-20260102T033000.000Z.btybackup") },
  { .name = "restore",
    .usage = N_ ("BACKUP|FILE"),
    .summary = N_ ("Put a backup in the place of what is there"),
    .text = N_ (
      "A name is one of “backup list”; a file is given with its path, such as ./x.btybackup. The daemon is restarted, and\n"
      "what was there before is kept beside it. This works also when no daemon can start."),
    .options = restore_options,
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_BACKUP },
    .run = run_restore,
    .examples = N_ ("  boternity-ctl backup restore boternity-20260102T033000.000Z.btybackup\n"
                    "  boternity-ctl backup restore /media/usb/old.btybackup --passphrase") },
  { .name = "key",
    .usage = "",
    .summary = N_ ("Show the key that opens the backups on another machine"),
    .text = N_ (
      "Write it down and keep it away from this machine. It is shown to this machine's user alone: an access token is not\n"
      "enough."),
    .run = run_key,
    .examples = N_ ("  boternity-ctl backup key") },
  { .name = "delete",
    .usage = N_ ("BACKUP"),
    .summary = N_ ("Delete a backup"),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_BACKUP },
    .run = run_delete,
    .examples = N_ ("  boternity-ctl backup delete boternity-20260102T033000.000Z.btybackup") },
  { .name = "forget",
    .usage = N_ ("BOT"),
    .summary = N_ ("Make all backups forget a bot, for good"),
    .text = N_ ("Overwrites the key of the bot in each backup in the folder; all else in them can still be restored."),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_BOT },
    .run = run_forget,
    .examples = N_ ("  boternity-ctl backup forget ada") },
  { 0 },
};

const BtyCtlVerb bty_ctl_backup_verb = { "backup", N_ ("make, check and restore backups"), backup_commands, FALSE };
