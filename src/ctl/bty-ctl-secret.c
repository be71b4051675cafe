/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bty-ctl-command.h"
#include "bty-ctl-keys.h"
#include "bty-ctl-request.h"
#include "bty-ctl-secret-list.h"
#include "bty-ctl-table.h"
#include "bty-ctl-terminal.h"

#define MAX_FILE 65536

/* A value on the command line is in the shell's history and in the list of processes by now: say so, and do nothing. */
static gboolean
check_name (const char *name, GError **error)
{
  const char *equals = strchr (name, '=');

  if (equals == NULL)
    return TRUE;
  g_set_error (
    error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
    _ ("a value is not given as an argument, where everyone on this machine can read it: boternity-ctl secret "
       "set %.*s asks for it; take this one for known, and replace it"),
    (int) MIN (equals - name, 128), name);
  return FALSE;
}

static BtySecret *
ask_value (const char *name, GError **error)
{
  g_autofree char *prompt = g_strdup_printf (_ ("Value of %s (not shown):"), name);
  g_autoptr (BtySecret) value = bty_ctl_keys_ask (prompt, error);

  if (value == NULL || bty_secret_get_length (value) > 0)
    return g_steal_pointer (&value);
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                       _ ("no value was given: type it, or hand it over by standard input, whose first line counts"));
  return NULL;
}

static void
add_reach (BtyCtlRequest *request, const BtyCtlArgs *args)
{
  bty_ctl_request_string (request, "store", bty_ctl_args_get (args, "store"));
  bty_ctl_request_strings (request, "bots", bty_ctl_args_get_all (args, "bot"));
  bty_ctl_request_strings (request, "hosts", bty_ctl_args_get_all (args, "host"));
}

/* A bot may be named before there is one; who mistyped its name would wonder why the secret is refused. */
static void
tell_unknown_bots (BtyCtl *ctl, const BtyCtlArgs *args)
{
  GPtrArray *given = bty_ctl_args_get_all (args, "bot");
  g_autoptr (GPtrArray) bots = NULL;

  if (given == NULL || given->len == 0 || ctl->json)
    return;
  bots = bty_ctl_call_records (ctl, "bot.list", NULL, &bty_bot_schema, 0, NULL);
  for (guint i = 0; bots != NULL && i < given->len; i++)
    {
      gboolean is_known = FALSE;

      for (guint j = 0; j < bots->len && !is_known; j++)
        is_known = g_strcmp0 (((const BtyBot *) bots->pdata[j])->slug, given->pdata[i]) == 0;
      if (!is_known)
        bty_ctl_note (_ ("There is no bot “%s” yet: boternity-ctl bot list names those there are"),
                      (const char *) given->pdata[i]);
    }
}

/* Says in one line what became of a secret. */
static gboolean
say_entry (BtyCtl *ctl, const char *operation, GBytes *request, const char *format, GError **error)
{
  g_autofree char *answer = bty_ctl_call (ctl, operation, request, error);
  g_autoptr (BtySecretEntry) entry = NULL;
  g_autofree char *text = NULL;

  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    {
      bty_ctl_print_json (answer);
      return TRUE;
    }
  entry = bty_ctl_read_record (&bty_secret_entry_schema, answer, error);
  if (entry == NULL)
    return FALSE;
  text = g_strdup_printf ("%s: %s", entry->name, format);
  bty_ctl_note ("%s (%s)", text, entry->store);
  return TRUE;
}

static gboolean
has_vault (BtyCtl *ctl)
{
  g_autofree char *path = g_build_filename (ctl->data_dir, "vault.bty", NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* The vault is made with the first secret in it: the moment to think of the day on which its own key is lost. */
static void
offer_recovery (BtyCtl *ctl, gboolean had_vault)
{
  if (!had_vault && !ctl->json && has_vault (ctl))
    bty_ctl_note ("%s", _ ("The vault was made for it. “boternity-ctl vault recovery” shows a recovery key, once, for "
                           "when the vault's own key is lost: write it down"));
}

static gboolean
run_set (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *name = bty_ctl_args_word (args, 0);
  g_auto (BtyCtlRequest) request = { 0 };
  g_autoptr (BtySecret) value = NULL;
  gboolean had_vault = has_vault (ctl);

  if (!check_name (name, error) || (value = ask_value (name, error)) == NULL)
    return FALSE;
  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "name", name);
  bty_ctl_request_string (&request, "description", bty_ctl_args_get (args, "description"));
  bty_ctl_request_strings (&request, "plugins", bty_ctl_args_get_all (args, "plugin"));
  add_reach (&request, args);
  tell_unknown_bots (ctl, args);
  bty_ctl_request_secret (&request, "value", value);
  if (!say_entry (ctl, "secret.set", bty_ctl_request_end (&request), _ ("kept"), error))
    return FALSE;
  offer_recovery (ctl, had_vault);
  return TRUE;
}

static gboolean
run_rotate (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *name = bty_ctl_args_word (args, 0);
  g_auto (BtyCtlRequest) request = { 0 };
  g_autoptr (BtySecret) value = NULL;
  gint64 hours = -1;

  if (!check_name (name, error) || !bty_ctl_args_get_int (args, "hours", 0, 8760, &hours, error) ||
      (value = ask_value (name, error)) == NULL)
    return FALSE;
  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "name", name);
  if (hours >= 0)
    bty_json_writer_member_int (&request.writer, "hours", hours);
  bty_ctl_request_secret (&request, "value", value);
  return say_entry (ctl, "secret.rotate", bty_ctl_request_end (&request),
                    _ ("rotated; the value before is kept for a time"), error);
}

/* The file is read into memory that is cleared, up to what one secret may hold. */
static BtySecret *
read_file (const char *path, GError **error)
{
  gboolean is_stdin = g_str_equal (path, "-");
  int fd = is_stdin ? STDIN_FILENO : open (path, O_RDONLY | O_CLOEXEC);
  g_autofree char *text = g_malloc (MAX_FILE + 1);
  gsize length = 0;
  gssize n = -1;
  BtySecret *secret = NULL;

  while (fd >= 0 && length <= MAX_FILE && (n = read (fd, text + length, MAX_FILE + 1 - length)) > 0)
    length += (gsize) n;
  if (fd < 0 || n < 0)
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("“%s” cannot be read: %s"), path, g_strerror (errno));
  else if (length > MAX_FILE)
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("“%s” is longer than %d bytes"), path, MAX_FILE);
  else
    secret = bty_secret_new (text, length);
  bty_secret_clear_memory (text, MAX_FILE + 1);
  if (fd >= 0 && !is_stdin)
    close (fd);
  return secret;
}

static gboolean
run_import (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };
  g_autoptr (BtySecret) text = read_file (bty_ctl_args_word (args, 0), error);
  g_autofree char *answer = NULL;
  g_autoptr (BtySecretImported) imported = NULL;
  gboolean had_vault = has_vault (ctl);

  if (text == NULL)
    return FALSE;
  bty_ctl_request_init (&request);
  add_reach (&request, args);
  bty_json_writer_member_bool (&request.writer, "replace", bty_ctl_args_has (args, "replace"));
  bty_ctl_request_secret (&request, "text", text);
  answer = bty_ctl_call (ctl, "secret.import", bty_ctl_request_end (&request), error);
  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    {
      bty_ctl_print_json (answer);
      return TRUE;
    }
  imported = bty_ctl_read_record (&bty_secret_imported_schema, answer, error);
  if (imported == NULL)
    return FALSE;
  for (guint i = 0; imported->names != NULL && imported->names[i] != NULL; i++)
    bty_ctl_note (_ ("%s: kept (%s)"), imported->names[i], imported->store);
  for (guint i = 0; imported->skipped != NULL && i < imported->skipped->len; i++)
    {
      const BtySecretSkipped *skipped = imported->skipped->pdata[i];

      bty_ctl_note (_ ("%s: skipped (line %lld): %s"), skipped->name != NULL ? skipped->name : "?",
                    (long long) skipped->line, skipped->reason);
    }
  offer_recovery (ctl, had_vault);
  return TRUE;
}

static gboolean
run_reveal (BtyCtl *ctl, const char *name, GError **error)
{
  g_autofree char *answer = bty_ctl_call (ctl, "secret.reveal", bty_ctl_request_of ("name", name), error);
  g_autoptr (BtySecretValue) value = NULL;

  if (answer == NULL)
    return FALSE;
  value = bty_ctl_read_record (&bty_secret_value_schema, answer, error);
  if (value == NULL)
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else
    printf ("%s\n", value->value);
  bty_secret_clear_memory (answer, strlen (answer));
  bty_secret_clear_memory (value->value, strlen (value->value));
  return TRUE;
}

static gboolean
run_get (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *name = bty_ctl_args_word (args, 0);

  if (bty_ctl_args_has (args, "reveal"))
    return run_reveal (ctl, name, error);
  return bty_ctl_show (ctl, "secret.get", bty_ctl_request_of ("name", name), &bty_secret_entry_schema, error);
}

/* What was named before, unless it is to be begun anew, and what is named now. */
static void
add_names (BtyCtlRequest *request, const BtyCtlArgs *args, const char *member, const char *option, const GStrv before)
{
  GPtrArray *given = bty_ctl_args_get_all (args, option);
  gboolean begins_anew = bty_ctl_args_has (args, "reset");
  g_autoptr (GPtrArray) all = g_ptr_array_new ();

  if (given == NULL && !begins_anew)
    return;
  for (guint i = 0; !begins_anew && before != NULL && before[i] != NULL; i++)
    g_ptr_array_add (all, before[i]);
  for (guint i = 0; given != NULL && i < given->len; i++)
    if (!g_ptr_array_find_with_equal_func (all, given->pdata[i], g_str_equal, NULL))
      g_ptr_array_add (all, given->pdata[i]);
  bty_ctl_request_strings (request, member, all);
}

static gboolean
run_update (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *name = bty_ctl_args_word (args, 0);
  g_auto (BtyCtlRequest) request = { 0 };
  g_autoptr (BtySecretEntry) entry = bty_ctl_call_record (ctl, "secret.get", bty_ctl_request_of ("name", name),
                                                          &bty_secret_entry_schema, error);

  if (entry == NULL)
    return FALSE;
  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "name", name);
  bty_ctl_request_string (&request, "description", bty_ctl_args_get (args, "description"));
  add_names (&request, args, "bots", "bot", entry->bots);
  add_names (&request, args, "hosts", "host", entry->hosts);
  add_names (&request, args, "plugins", "plugin", entry->plugins);
  tell_unknown_bots (ctl, args);
  return bty_ctl_show (ctl, "secret.update", bty_ctl_request_end (&request), &bty_secret_entry_schema, error);
}

static gboolean
say_done (BtyCtl *ctl, const char *operation, GBytes *request, const char *what, const char *done, GError **error)
{
  g_autofree char *answer = bty_ctl_call (ctl, operation, request, error);

  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else
    bty_ctl_note ("%s: %s", what, done);
  return TRUE;
}

static gboolean
run_delete (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *name = bty_ctl_args_word (args, 0);

  return say_done (ctl, "secret.delete", bty_ctl_request_of ("name", name), name, _ ("deleted"), error);
}

static gboolean
run_move (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "name", bty_ctl_args_word (args, 0));
  bty_ctl_request_string (&request, "store", bty_ctl_args_word (args, 1));
  return say_entry (ctl, "secret.move", bty_ctl_request_end (&request), _ ("moved"), error);
}

static const char *
store_of (const BtyCtlArgs *args)
{
  return bty_ctl_args_count (args) > 0 ? bty_ctl_args_word (args, 0) : "vault";
}

gboolean
bty_ctl_secret_lock (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *store = store_of (args);

  return say_done (ctl, "secret.lock", bty_ctl_request_of ("store", store), store, _ ("locked"), error);
}

static gboolean
unlock_with (BtyCtl *ctl, const char *store, const BtySecret *password, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "store", store);
  if (password != NULL)
    bty_ctl_request_secret (&request, "password", password);
  return say_done (ctl, "secret.unlock", bty_ctl_request_end (&request), store, _ ("unlocked"), error);
}

/* On a terminal it asks for a password where one is needed, told or not. */
gboolean
bty_ctl_secret_unlock (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *store = store_of (args);
  g_autoptr (BtySecret) password = NULL;
  g_autoptr (GError) reason = NULL;

  if (!bty_ctl_args_has (args, "password"))
    {
      if (unlock_with (ctl, store, NULL, &reason))
        return TRUE;
      if (!g_error_matches (reason, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION) || !bty_ctl_terminal_is (STDIN_FILENO))
        {
          g_propagate_error (error, g_steal_pointer (&reason));
          return FALSE;
        }
    }
  password = bty_ctl_keys_ask (_ ("Password or recovery key (not shown):"), error);
  return password != NULL && unlock_with (ctl, store, password, error);
}

#define REACH                                                                                                          \
  { "bot", 'b', N_ ("BOT"), N_ ("a bot whose requests it may serve; may be given more than once"), BTY_CTL_BOT },      \
  {                                                                                                                    \
    "host", 0, N_ ("HOST"), N_ ("a host that it may be sent to, such as *.example.org; more than once"),               \
      BTY_CTL_NOTHING                                                                                                  \
  }
#define STORE                                                                                                          \
  {                                                                                                                    \
    "store", 's', N_ ("STORE"), N_ ("which store keeps it (the first of the chain that can)"), BTY_CTL_STORE           \
  }
#define MORE                                                                                                           \
  { "plugin", 0, N_ ("NAME"), N_ ("a kind of provider that may use it; may be given more than once"),                  \
    BTY_CTL_NOTHING },                                                                                                 \
  {                                                                                                                    \
    "description", 'd', N_ ("TEXT"), N_ ("what it is for"), BTY_CTL_NOTHING                                            \
  }

static const BtyCtlOption set_options[] = { REACH, STORE, MORE, { NULL } };
static const BtyCtlOption import_options[] = {
  REACH, STORE, { "replace", 0, NULL, N_ ("names that are there already get the new value"), BTY_CTL_NOTHING }, { NULL }
};
static const BtyCtlOption update_options[] = {
  REACH, MORE, { "reset", 0, NULL, N_ ("forget the bots, hosts and plugins named so far"), BTY_CTL_NOTHING }, { NULL }
};
static const BtyCtlOption get_options[] = {
  { "reveal", 0, NULL, N_ ("print its value; this is noted down"), BTY_CTL_NOTHING }, { NULL }
};
static const BtyCtlOption rotate_options[] = {
  { "hours", 0, N_ ("N"), N_ ("how long the value before is kept"), BTY_CTL_NOTHING }, { NULL }
};
const BtyCtlOption bty_ctl_secret_unlock_options[] = {
  { "password", 'p', NULL, N_ ("ask for its password or recovery key"), BTY_CTL_NOTHING }, { NULL }
};

static const BtyCtlCommand secret_commands[] = {
  { .name = "set",
    .usage = N_ ("NAME"),
    .summary = N_ ("Keep a secret, which is asked for"),
    .text = N_ (
      "The value is typed without being shown, or is the first line of standard input; never an argument. It can then\n"
      "be named as secret:NAME, such as by provider add --key-ref. Without --host it is for the first host that it\n"
      "is used for."),
    .examples = N_ ("  boternity-ctl secret set openai --host api.openai.com\n"
                    "  pass show openai | boternity-ctl secret set openai --bot ada"),
    .options = set_options,
    .min = 1,
    .max = 1,
    .run = run_set },
  { .name = "import",
    .usage = N_ ("FILE"),
    .summary = N_ ("Keep the secrets of a .env file"),
    .options = import_options,
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_FILE },
    .run = run_import,
    .examples = N_ ("  boternity-ctl secret import .env\n  boternity-ctl secret import - < .env") },
  { .name = "list",
    .usage = "",
    .summary = N_ ("List the secrets, without their values"),
    .run = bty_ctl_secret_list,
    .examples = N_ ("  boternity-ctl secret list") },
  { .name = "get",
    .usage = N_ ("NAME"),
    .summary = N_ ("Show what is known of a secret, or its value"),
    .options = get_options,
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_SECRET },
    .run = run_get,
    .examples = N_ ("  boternity-ctl secret get openai\n  boternity-ctl secret get openai --reveal") },
  { .name = "update",
    .usage = N_ ("NAME"),
    .summary = N_ ("Change who may use a secret"),
    .text = N_ ("What is named joins what was named before; with --reset it takes its place."),
    .options = update_options,
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_SECRET },
    .run = run_update,
    .examples = N_ ("  boternity-ctl secret update openai --bot ada --host '*.openai.com'") },
  { .name = "rotate",
    .usage = N_ ("NAME"),
    .summary = N_ ("Give a secret a new value; the one before is kept for a time"),
    .text = N_ (
      "The new value is typed without being shown, or is the first line of standard input. A provider that refuses it\n"
      "is asked once more with the one before, for as long as that is kept."),
    .options = rotate_options,
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_SECRET },
    .run = run_rotate,
    .examples = N_ ("  boternity-ctl secret rotate openai --hours 48") },
  { .name = "move",
    .usage = N_ ("NAME STORE"),
    .summary = N_ ("Move a secret to another store"),
    .min = 2,
    .max = 2,
    .words = { BTY_CTL_SECRET, BTY_CTL_STORE },
    .run = run_move,
    .examples = N_ ("  boternity-ctl secret move openai vault") },
  { .name = "delete",
    .usage = N_ ("NAME"),
    .summary = N_ ("Forget a secret"),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_SECRET },
    .run = run_delete,
    .examples = N_ ("  boternity-ctl secret delete openai") },
  { .name = "lock",
    .usage = N_ ("[STORE]"),
    .summary = N_ ("Lock a store of secrets, the vault unless another is named"),
    .min = 0,
    .max = 1,
    .words = { BTY_CTL_STORE },
    .run = bty_ctl_secret_lock,
    .examples = N_ ("  boternity-ctl secret lock") },
  { .name = "unlock",
    .usage = N_ ("[STORE]"),
    .summary = N_ ("Unlock a store of secrets, the vault unless another is named"),
    .text = N_ ("On a terminal it asks for a password if it needs one; else --password reads it from standard input."),
    .options = bty_ctl_secret_unlock_options,
    .min = 0,
    .max = 1,
    .words = { BTY_CTL_STORE },
    .run = bty_ctl_secret_unlock,
    .examples = N_ ("  boternity-ctl secret unlock --password") },
  { .name = "status",
    .usage = "",
    .summary = N_ ("Show where secrets are kept, and why there"),
    .run = bty_ctl_secret_status,
    .examples = N_ ("  boternity-ctl secret status") },
  { 0 },
};

const BtyCtlVerb bty_ctl_secret_verb = { "secret", N_ ("keep keys and other secrets"), secret_commands, FALSE };
