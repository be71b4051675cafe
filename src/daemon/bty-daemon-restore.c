/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-daemon"

#include "config.h"

#include "bty-daemon-restore.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "bty-engine.h"

#define MAX_PASSPHRASE 65536

static BtySecret *
read_passphrase (GError **error)
{
  g_autofree char *line = g_malloc0 (MAX_PASSPHRASE);
  BtySecret *secret = NULL;
  gsize length = fgets (line, MAX_PASSPHRASE, stdin) != NULL ? strlen (line) : 0;

  while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
    length--;
  if (length > 0)
    secret = bty_secret_new (line, length);
  else
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                         _ ("no passphrase came by standard input: write it there, in one line"));
  bty_secret_clear_memory (line, MAX_PASSPHRASE);
  return secret;
}

gboolean
bty_daemon_restore (const BtyDaemonOptions *options, GError **error)
{
  g_autoptr (BtySecret) given = NULL;
  g_autoptr (BtyEngine) engine = NULL;
  g_autoptr (BtyBackupRestored) restored = NULL;
  g_autofree char *answer = NULL;

  if (options->passphrase_stdin)
    {
      given = read_passphrase (error);
      if (given == NULL)
        return FALSE;
    }
  engine = bty_engine_new (options->data_dir, options->config_dir, error);
  if (engine != NULL)
    restored = bty_engine_restore (engine, options->restore, given, error);
  if (restored == NULL)
    return FALSE;
  answer = bty_record_to_json (restored, BTY_VIEW_READ);
  printf ("%s\n", answer);
  return TRUE;
}
