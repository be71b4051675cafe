/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-ctl-capsule.h"
#include "bty-ctl-command.h"
#include "bty-ctl-request.h"
#include "bty-ctl-soul.h"
#include "bty-ctl-terminal.h"

/* The settings that create and update share. */
static gboolean
add_settings (BtyCtlRequest *request, const BtyCtlArgs *args, GError **error)
{
  bty_ctl_request_string (request, "description", bty_ctl_args_get (args, "description"));
  bty_ctl_request_strings (request, "route", bty_ctl_args_get_all (args, "model"));
  return bty_ctl_request_field (request, &bty_bot_schema, "temperature", bty_ctl_args_get (args, "temperature"),
                                error) &&
         bty_ctl_request_field (request, &bty_bot_schema, "max_output", bty_ctl_args_get (args, "max-output"), error);
}

static gboolean
run_create (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "name", bty_ctl_args_word (args, 0));
  bty_ctl_request_string (&request, "from_template", bty_ctl_args_get (args, "from"));
  if (!add_settings (&request, args, error))
    return FALSE;
  return bty_ctl_show (ctl, "bot.create", bty_ctl_request_end (&request), &bty_bot_schema, error);
}

static gboolean
run_update (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };

  if (g_hash_table_size (args->options) == (bty_ctl_args_has (args, "json") ? 1u : 0u))
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                           _ ("nothing to change; boternity-ctl help bot update lists the options"));
      return FALSE;
    }
  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "slug", bty_ctl_args_word (args, 0));
  bty_ctl_request_string (&request, "name", bty_ctl_args_get (args, "name"));
  if (!add_settings (&request, args, error))
    return FALSE;
  return bty_ctl_show (ctl, "bot.update", bty_ctl_request_end (&request), &bty_bot_schema, error);
}

static gboolean
run_list (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "slug",        N_ ("BOT"),         "name",  N_ ("NAME"),
                                         "state",       N_ ("STATE"),       "route", N_ ("MODELS"),
                                         "description", N_ ("DESCRIPTION"), NULL };

  if (!bty_ctl_show_list (ctl, "bot.list", NULL, &bty_bot_schema, columns, 0,
                          _ ("There are no bots yet: boternity-ctl bot create NAME"), error))
    return FALSE;
  bty_ctl_soul_tell_held (ctl);
  return TRUE;
}

static gboolean
run_get (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return bty_ctl_show (ctl, "bot.get", bty_ctl_request_of ("slug", bty_ctl_args_word (args, 0)), &bty_bot_schema,
                       error);
}

/* Operations that do one thing to a bot, and what to say when it is done. */
static gboolean
change (BtyCtl *ctl, const BtyCtlArgs *args, const char *operation, const char *done, GError **error)
{
  const char *slug = bty_ctl_args_word (args, 0);
  g_autofree char *answer = bty_ctl_call (ctl, operation, bty_ctl_request_of ("slug", slug), error);

  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else
    bty_ctl_note ("%s: %s", slug, done);
  return TRUE;
}

static gboolean
run_start (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return change (ctl, args, "bot.start", _ ("it answers"), error);
}

static gboolean
run_stop (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return change (ctl, args, "bot.stop", _ ("it is stopped; everything is kept"), error);
}

static gboolean
run_delete (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_autofree char *done = g_strdup_printf (_ ("deleted; “boternity-ctl bot restore %s” brings it back for some time"),
                                           bty_ctl_args_word (args, 0));

  return change (ctl, args, "bot.delete", done, error);
}

static gboolean
run_templates (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "name",    N_ ("TEMPLATE"),       "title", N_ ("TITLE"),
                                         "summary", N_ ("WHAT IT IS FOR"), NULL };

  if (bty_ctl_args_count (args) > 0)
    return bty_ctl_show (ctl, "template.get", bty_ctl_request_of ("name", bty_ctl_args_word (args, 0)),
                         &bty_template_schema, error);
  return bty_ctl_show_list (ctl, "template.list", NULL, &bty_template_schema, columns, 0,
                            _ ("There are no templates: reinstall the program"), error);
}

static gboolean
run_deleted (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "slug",       N_ ("BOT"),     "name",       N_ ("NAME"),
                                         "created_at", N_ ("DELETED"), "expires_at", N_ ("KEPT UNTIL"),
                                         "bot",        N_ ("ID"),      NULL };

  return bty_ctl_show_list (ctl, "bot.deleted", NULL, &bty_deleted_bot_schema, columns, 0,
                            _ ("No bot that was deleted can be restored."), error);
}

static gboolean
run_restore (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return bty_ctl_show (ctl, "bot.restore", bty_ctl_request_of ("bot", bty_ctl_args_word (args, 0)), &bty_bot_schema,
                       error);
}

static gboolean
run_purge (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *bot = bty_ctl_args_word (args, 0);
  g_autofree char *answer = bty_ctl_call (ctl, "bot.purge", bty_ctl_request_of ("bot", bot), error);

  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else
    bty_ctl_note (_ ("%s: forgotten for good"), bot);
  return TRUE;
}

#define SETTINGS                                                                                                       \
  { "description", 0, N_ ("TEXT"), N_ ("what it is for"), BTY_CTL_NOTHING },                                           \
    { "model", 0, N_ ("PROVIDER/MODEL"), N_ ("model to use; given again: the next one to try"), BTY_CTL_MODEL },       \
    { "temperature", 0, N_ ("NUMBER"), N_ ("randomness of its answers, 0 to 2"), BTY_CTL_NOTHING },                    \
  {                                                                                                                    \
    "max-output", 0, N_ ("TOKENS"), N_ ("most tokens of an answer; 0: the model's own"), BTY_CTL_NOTHING               \
  }

static const BtyCtlOption create_options[] = { { "from", 'f', N_ ("TEMPLATE"),
                                                 N_ ("who it is to begin with; see bot templates"), BTY_CTL_TEMPLATE },
                                               SETTINGS,
                                               { NULL } };
static const BtyCtlOption update_options[] = {
  { "name", 0, N_ ("NAME"), N_ ("name shown to people; the slug stays"), BTY_CTL_NOTHING }, SETTINGS, { NULL }
};

static const BtyCtlCommand bot_commands[] = {
  { .name = "create",
    .usage = N_ ("NAME"),
    .summary = N_ ("Make a bot"),
    .text = N_ (
      "Its slug, which commands use, is made from the name. Who it is stands in bots/SLUG/SOUL.md, IDENTITY.md and USER.md\n"
      "in the data folder: edit them as you like."),
    .examples = N_ (
      "  boternity-ctl bot create Ada\n"
      "  boternity-ctl bot create Ada --from researcher\n"
      "  boternity-ctl bot create \"Release notes\" --description \"Writes our release notes\" --temperature 0.3\n"
      "  boternity-ctl bot create Ada --model openai/gpt-5 --model local/qwen3"),
    .options = create_options,
    .min = 1,
    .max = 1,
    .run = run_create },
  { .name = "list",
    .usage = "",
    .summary = N_ ("List the bots"),
    .run = run_list,
    .examples = N_ ("  boternity-ctl bot list\n  boternity-ctl bot list --json") },
  { .name = "get",
    .usage = N_ ("BOT"),
    .summary = N_ ("Show a bot"),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_BOT },
    .run = run_get,
    .examples = N_ ("  boternity-ctl bot get ada") },
  { .name = "update",
    .usage = N_ ("BOT"),
    .summary = N_ ("Change a bot"),
    .examples = N_ ("  boternity-ctl bot update ada --model openai/gpt-5\n"
                    "  boternity-ctl bot update ada --name \"Ada L.\" --temperature 0.7"),
    .options = update_options,
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_BOT },
    .run = run_update },
  { .name = "start",
    .usage = N_ ("BOT"),
    .summary = N_ ("Let a stopped bot answer again"),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_BOT },
    .run = run_start,
    .examples = N_ ("  boternity-ctl bot start ada") },
  { .name = "stop",
    .usage = N_ ("BOT"),
    .summary = N_ ("Keep a bot from answering"),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_BOT },
    .run = run_stop,
    .examples = N_ ("  boternity-ctl bot stop ada") },
  { .name = "delete",
    .usage = N_ ("BOT"),
    .summary = N_ ("Delete a bot"),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_BOT },
    .text = N_ (
      "It can be restored with all that was its for 30 days (setting bots.keep_deleted_days); then it is forgotten."),
    .run = run_delete,
    .examples = N_ ("  boternity-ctl bot delete ada") },
  { .name = "deleted",
    .usage = "",
    .summary = N_ ("List deleted bots that can be restored"),
    .run = run_deleted,
    .examples = N_ ("  boternity-ctl bot deleted") },
  { .name = "restore",
    .usage = N_ ("BOT"),
    .summary = N_ ("Bring a deleted bot back"),
    .text = N_ (
      "BOT is its slug, or its identifier where several had the same slug. If its slug is taken by now, it gets a number."),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_DELETED },
    .run = run_restore,
    .examples = N_ ("  boternity-ctl bot restore ada") },
  { .name = "purge",
    .usage = N_ ("BOT"),
    .summary = N_ ("Forget a deleted bot for good, now"),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_DELETED },
    .run = run_purge,
    .examples = N_ ("  boternity-ctl bot purge ada") },
  { .name = "templates",
    .usage = N_ ("[TEMPLATE]"),
    .summary = N_ ("List the bots that one can begin with, or show one"),
    .text = N_ ("Templates of your own are folders in the folder templates of the data folder."),
    .max = 1,
    .words = { BTY_CTL_TEMPLATE },
    .run = run_templates,
    .examples = N_ ("  boternity-ctl bot templates\n  boternity-ctl bot templates researcher") },
  { .name = "export",
    .usage = N_ ("BOT"),
    .summary = N_ ("Write a bot into a capsule"),
    .text = N_ (
      "A capsule holds its settings and its soul with all versions, never a key: only the names of those that it needs."),
    .options = bty_ctl_capsule_export_options,
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_BOT },
    .run = bty_ctl_capsule_export,
    .examples = N_ (
      "  boternity-ctl bot export ada\n  boternity-ctl bot export ada --sessions --memories --seal -o ada.bot") },
  { .name = "import",
    .usage = N_ ("FILE"),
    .summary = N_ ("Make a bot of a capsule"),
    .text = N_ (
      "The whole capsule is checked before anything is changed. If its slug is taken, the bot gets a number."),
    .options = bty_ctl_capsule_import_options,
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_FILE },
    .run = bty_ctl_capsule_import,
    .examples = N_ (
      "  boternity-ctl bot import ada.bot --dry-run\n  boternity-ctl bot import ada.bot --name \"Ada the second\"") },
  { 0 },
};

const BtyCtlVerb bty_ctl_bot_verb = { "bot", N_ ("make, list, change and delete bots"), bot_commands, FALSE };
