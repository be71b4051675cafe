/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bty-ctl-command.h"
#include "bty-ctl-keys.h"
#include "bty-ctl-request.h"
#include "bty-ctl-secret-list.h"
#include "bty-ctl-terminal.h"

/* Typed twice on a terminal, where nobody sees what was typed. */
static BtySecret *
ask_new_password (GError **error)
{
  g_autoptr (BtySecret) password = bty_ctl_keys_ask (_ ("New password (not shown; empty: none):"), error);
  g_autoptr (BtySecret) again = NULL;

  if (password == NULL || !isatty (STDIN_FILENO))
    return g_steal_pointer (&password);
  again = bty_ctl_keys_ask (_ ("Once more:"), error);
  if (again == NULL)
    return NULL;
  if (bty_secret_equal (password, bty_secret_peek (again), bty_secret_get_length (again)))
    return g_steal_pointer (&password);
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                       _ ("the two are not the same: nothing was changed"));
  return NULL;
}

static void
add_secret (BtyCtlRequest *request, const char *name, const BtySecret *secret)
{
  if (bty_secret_get_length (secret) > 0)
    bty_ctl_request_secret (request, name, secret);
}

static gboolean
run_password (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };
  g_autoptr (BtySecret) current = bty_ctl_keys_ask (_ ("Password so far (not shown; empty: none):"), error);
  g_autoptr (BtySecret) password = current != NULL ? ask_new_password (error) : NULL;
  g_autofree char *answer = NULL;

  if (password == NULL)
    return FALSE;
  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "store", "vault");
  add_secret (&request, "current", current);
  add_secret (&request, "password", password);
  bty_ctl_progress_begin (_ ("Making a key of the password…"));
  answer = bty_ctl_call (ctl, "secret.password", bty_ctl_request_end (&request), error);
  bty_ctl_progress_end ();
  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else if (bty_secret_get_length (password) > 0)
    bty_ctl_note (
      _ ("The vault opens with the new password. boternity-ctl vault recovery makes a key for when it is forgotten."));
  else
    bty_ctl_note (_ ("The vault has no password any more: it keeps a key by itself."));
  return TRUE;
}

static gboolean
run_recovery (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_autofree char *answer = bty_ctl_call (ctl, "secret.recovery", bty_ctl_request_of ("store", "vault"), error);
  g_autoptr (BtySecretValue) key = NULL;

  if (answer == NULL)
    return FALSE;
  key = bty_ctl_read_record (&bty_secret_value_schema, answer, error);
  if (key == NULL)
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else
    {
      printf ("%s\n", key->value);
      bty_ctl_note (
        _ ("Write it down and put it away: it opens the vault like a password and is not shown again. One that was "
           "made before no longer does."));
    }
  bty_secret_clear_memory (answer, strlen (answer));
  bty_secret_clear_memory (key->value, strlen (key->value));
  return TRUE;
}

static const BtyCtlCommand vault_commands[] = {
  { .name = "password",
    .usage = "",
    .summary = N_ ("Give the vault a password, change it, or take it away"),
    .text = N_ (
      "Both are typed without being shown; else the first line of standard input is the password so far (empty: none)\n"
      "and the second the new one."),
    .run = run_password,
    .examples = N_ ("  boternity-ctl vault password") },
  { .name = "recovery",
    .usage = "",
    .summary = N_ ("Make a recovery key for the vault, which is shown once"),
    .run = run_recovery,
    .examples = N_ ("  boternity-ctl vault recovery") },
  { .name = "lock",
    .usage = "",
    .summary = N_ ("Lock the vault"),
    .run = bty_ctl_secret_lock,
    .examples = N_ ("  boternity-ctl vault lock") },
  { .name = "unlock",
    .usage = "",
    .summary = N_ ("Unlock the vault"),
    .options = bty_ctl_secret_unlock_options,
    .run = bty_ctl_secret_unlock,
    .examples = N_ ("  boternity-ctl vault unlock --password") },
  { 0 },
};

const BtyCtlVerb bty_ctl_vault_verb = { "vault", N_ ("the password and the recovery key of the vault"), vault_commands,
                                        FALSE };
