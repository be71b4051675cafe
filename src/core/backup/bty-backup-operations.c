/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-backup"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "backup/bty-backup-owners.h"
#include "backup/bty-backup-runs.h"
#include "backup/bty-backup-service.h"

static BtySecret *
keep (BtySecret *secret)
{
  return secret != NULL && bty_secret_get_length (secret) > 0 ? bty_secret_ref (secret) : NULL;
}

static void
backup_create (BtyCall *call)
{
  const BtyBackupRequest *request = bty_call_request (call);
  BtyBackupJob *job;
  g_autoptr (BtySecret) passphrase = keep (request->passphrase);

  if (request->unencrypted && passphrase != NULL)
    {
      bty_call_fail_new (call, BTY_ERROR_INVALID_ARGUMENT, "%s",
                         _ ("a backup is either unencrypted or has a passphrase: leave one of them out"));
      return;
    }
  job = bty_backup_service_make_job (bty_call_service (call), call, NULL);
  job->given = g_steal_pointer (&passphrase);
  job->is_unencrypted = request->unencrypted;
  bty_backup_service_run_create (bty_call_service (call), job);
}

static BtyBackupJob *
make_reading (BtyCall *call)
{
  const BtyBackupOpenRequest *request = bty_call_request (call);
  BtyBackupJob *job = bty_backup_service_make_job (bty_call_service (call), call, request->name);

  if (job != NULL)
    job->given = keep (request->passphrase);
  return job;
}

static void
backup_verify (BtyCall *call)
{
  BtyBackupJob *job = make_reading (call);

  if (job == NULL)
    return;
  job->run = bty_backup_run_verify;
  bty_backup_service_run_loading (bty_call_service (call), job);
}

static void
backup_restore (BtyCall *call)
{
  BtyBackupJob *job = make_reading (call);

  if (job == NULL)
    return;
  job->run = bty_backup_run_restore;
  bty_backup_service_run_loading (bty_call_service (call), job);
}

/* Reads only the beginnings and ends of files: it need not wait for other work. */
static void
backup_list (BtyCall *call)
{
  BtyBackupJob *job = bty_backup_service_make_job (bty_call_service (call), call, NULL);

  job->run = bty_backup_run_list;
  bty_backup_job_start (job);
}

static void
backup_key (BtyCall *call)
{
  BtyBackupJob *job = bty_backup_service_make_job (bty_call_service (call), call, NULL);

  job->run = bty_backup_run_key;
  bty_backup_service_run (bty_call_service (call), job);
}

static void
backup_delete (BtyCall *call)
{
  const BtyBackup *request = bty_call_request (call);
  BtyBackupJob *job = bty_backup_service_make_job (bty_call_service (call), call, request->name);

  if (job == NULL)
    return;
  job->run = bty_backup_run_delete;
  bty_backup_service_run (bty_call_service (call), job);
}

static void
backup_forget (BtyCall *call)
{
  const BtyBackupForgetRequest *request = bty_call_request (call);
  BtyBackupJob *job = bty_backup_service_make_job (bty_call_service (call), call, NULL);

  g_free (job->name);
  job->name = g_strdup (request->bot);
  bty_backup_owners_forget (job);
}

const BtyOperation bty_backup_operations[] = {
  { .name = "backup.create",
    .summary = N_ ("Make a backup of everything"),
    .request = &bty_backup_request_schema,
    .request_view = BTY_VIEW_CREATE,
    .item = &bty_backup_progress_schema,
    .response = &bty_backup_schema,
    .http = "POST /backups",
    .scope = "backups:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_STREAMING,
    .errors = BTY_ERRORS (ALREADY_EXISTS, NOT_FOUND, UNIMPLEMENTED),
    .run = backup_create },
  { .name = "backup.list",
    .summary = N_ ("List the backups"),
    .request = &bty_list_request_schema,
    .item = &bty_backup_schema,
    .response = &bty_page_schema,
    .http = "GET /backups",
    .scope = "backups:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .run = backup_list },
  { .name = "backup.verify",
    .summary = N_ ("Read all of a backup and check it"),
    .request = &bty_backup_open_request_schema,
    .request_view = BTY_VIEW_CREATE,
    .item = &bty_backup_progress_schema,
    .response = &bty_backup_schema,
    .http = "POST /backups/{name}/verify",
    .scope = "backups:write",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT | BTY_EFFECT_STREAMING,
    .errors = BTY_ERRORS (NOT_FOUND, ALREADY_EXISTS, UNIMPLEMENTED),
    .run = backup_verify },
  { .name = "backup.restore",
    .summary = N_ ("Put a backup in the place of what is there, from the next start of the daemon on"),
    .request = &bty_backup_open_request_schema,
    .request_view = BTY_VIEW_CREATE,
    .item = &bty_backup_progress_schema,
    .response = &bty_backup_restored_schema,
    .http = "POST /backups/{name}/restore",
    .scope = "backups:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_DESTRUCTIVE | BTY_EFFECT_STREAMING,
    .errors = BTY_ERRORS (NOT_FOUND, ALREADY_EXISTS, UNIMPLEMENTED),
    .run = backup_restore },
  { .name = "backup.key",
    .summary = N_ ("Show the key that opens the backups, to its owner on this machine alone"),
    .response = &bty_secret_value_schema,
    .http = "POST /backups/key",
    .scope = "secrets:reveal",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_SECRET,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = backup_key },
  { .name = "backup.delete",
    .summary = N_ ("Delete a backup"),
    .request = &bty_backup_schema,
    .request_view = BTY_VIEW_KEY,
    .http = "DELETE /backups/{name}",
    .scope = "backups:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_DESTRUCTIVE,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = backup_delete },
  { .name = "backup.forget",
    .summary = N_ ("Make all backups forget a bot, for good"),
    .request = &bty_backup_forget_request_schema,
    .request_view = BTY_VIEW_CREATE,
    .response = &bty_backup_forgotten_schema,
    .http = "POST /backups/forget",
    .scope = "backups:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_DESTRUCTIVE | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = backup_forget },
};
const guint bty_n_backup_operations = G_N_ELEMENTS (bty_backup_operations);
