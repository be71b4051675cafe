/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "bty-ctl-command.h"
#include "bty-ctl-first.h"
#include "bty-ctl-keys.h"
#include "bty-ctl-provider.h"
#include "bty-ctl-request.h"
#include "bty-ctl-table.h"
#include "bty-ctl-terminal.h"

/* A key comes by standard input or by the name of a variable, never as a word: those are for everyone to see. */
static gboolean
add_key (BtyCtlRequest *request, const BtyCtlArgs *args, GError **error)
{
  const char *name = bty_ctl_args_get (args, "key-env");
  g_autofree char *reference = name != NULL ? g_strconcat ("env:", name, NULL) : NULL;
  g_autoptr (BtySecret) key = NULL;

  if (name != NULL && strchr (name, '=') != NULL)
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                           _ ("--key-env takes the name of a variable, not its value: --key-env OPENAI_API_KEY"));
      return FALSE;
    }
  if (name == NULL)
    reference = g_strdup (bty_ctl_args_get (args, "key-ref"));
  bty_ctl_request_string (request, "key_ref", reference);
  if (bty_ctl_args_has (args, "key-stdin"))
    {
      key = bty_ctl_keys_from_stdin (error);
      if (key == NULL)
        return FALSE;
    }
  else if (name != NULL)
    {
      key = bty_ctl_keys_from_environment (name);
      if (key == NULL)
        bty_ctl_note (_ ("%s is not set here; the daemon looks for it in its own environment"), name);
    }
  if (key != NULL)
    bty_ctl_request_secret (request, "key", key);
  return TRUE;
}

/* References with commas between them; an empty word takes all away. */
static void
add_more_keys (BtyCtlRequest *request, const char *text)
{
  g_auto (GStrv) references = text != NULL ? g_strsplit_set (text, ", ", -1) : NULL;
  g_autoptr (GPtrArray) values = g_ptr_array_new ();

  if (text == NULL)
    return;
  for (guint i = 0; references[i] != NULL; i++)
    if (references[i][0] != '\0')
      g_ptr_array_add (values, references[i]);
  bty_ctl_request_strings (request, "more_keys", values);
}

static gboolean
add_settings (BtyCtlRequest *request, const BtyCtlArgs *args, GError **error)
{
  bty_ctl_request_string (request, "url", bty_ctl_args_get (args, "url"));
  bty_ctl_request_string (request, "default_model", bty_ctl_args_get (args, "default-model"));
  add_more_keys (request, bty_ctl_args_get (args, "more-keys"));
  return bty_ctl_request_field (request, &bty_provider_config_schema, "context_window",
                                bty_ctl_args_get (args, "context-window"), error) &&
         bty_ctl_request_field (request, &bty_provider_config_schema, "requests_per_minute",
                                bty_ctl_args_get (args, "requests-per-minute"), error) &&
         bty_ctl_request_field (request, &bty_provider_config_schema, "tokens_per_minute",
                                bty_ctl_args_get (args, "tokens-per-minute"), error) &&
         bty_ctl_request_field (request, &bty_provider_config_schema, "max_concurrent",
                                bty_ctl_args_get (args, "max-concurrent"), error) &&
         bty_ctl_request_field (request, &bty_provider_config_schema, "options", bty_ctl_args_get (args, "options"),
                                error) &&
         bty_ctl_request_field (request, &bty_provider_config_schema, "enabled", bty_ctl_args_get (args, "enabled"),
                                error) &&
         add_key (request, args, error);
}

/* A key that the environment has by custom needs not be named. */
static gboolean
add_usual_key (BtyCtl *ctl, BtyCtlRequest *request, const BtyCtlArgs *args)
{
  g_autofree char *variable = NULL;
  g_autofree char *reference = NULL;
  g_autoptr (BtySecret) key = NULL;

  if (bty_ctl_args_has (args, "key-stdin") || bty_ctl_args_has (args, "key-env") ||
      bty_ctl_args_has (args, "key-ref") || bty_ctl_args_has (args, "url"))
    return FALSE;
  variable = bty_ctl_first_find_variable (ctl, bty_ctl_args_word (args, 0), bty_ctl_args_get (args, "kind"));
  if (variable == NULL)
    return FALSE;
  reference = g_strconcat ("env:", variable, NULL);
  key = bty_ctl_keys_from_environment (variable);
  bty_ctl_request_string (request, "key_ref", reference);
  bty_ctl_request_secret (request, "key", key);
  bty_ctl_note (_ ("Its key is taken from %s."), variable);
  return TRUE;
}

static gboolean
run_add (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *name = bty_ctl_args_word (args, 0);
  g_auto (BtyCtlRequest) request = { 0 };
  g_autofree char *answer = NULL;

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "name", name);
  bty_ctl_request_string (&request, "kind", bty_ctl_args_get (args, "kind"));
  if (!add_settings (&request, args, error))
    return FALSE;
  add_usual_key (ctl, &request, args);
  answer = bty_ctl_call (ctl, "provider.add", bty_ctl_request_end (&request), error);
  if (answer == NULL)
    return FALSE;
  if (!bty_ctl_args_has (args, "no-test") && g_strcmp0 (bty_ctl_args_get (args, "enabled"), "false") != 0 &&
      !bty_ctl_first_try (ctl, name, error))
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else if (bty_ctl_args_has (args, "no-test"))
    bty_ctl_note (_ ("%s was added. To try it: boternity-ctl provider test %s"), name, name);
  return TRUE;
}

static gboolean
run_update (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };

  if (g_hash_table_size (args->options) == (bty_ctl_args_has (args, "json") ? 1u : 0u))
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                           _ ("nothing to change; boternity-ctl help provider update lists the options"));
      return FALSE;
    }
  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "name", bty_ctl_args_word (args, 0));
  if (!add_settings (&request, args, error))
    return FALSE;
  return bty_ctl_show (ctl, "provider.update", bty_ctl_request_end (&request), &bty_provider_config_schema, error);
}

static gboolean
run_list (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = {
    "name",          N_ ("PROVIDER"),      "kind",      N_ ("KIND"), "url", N_ ("URL"),
    "default_model", N_ ("DEFAULT MODEL"), "key_state", N_ ("KEY"),  NULL
  };

  return bty_ctl_show_list (ctl, "provider.list", NULL, &bty_provider_config_schema, columns, 0,
                            _ ("There are no providers: boternity-ctl provider presets lists services to connect"),
                            error);
}

static gboolean
run_presets (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "name", N_ ("NAME"), "title", N_ ("SERVICE"), "kind", N_ ("KIND"),
                                         "url",  N_ ("URL"),  "key",   N_ ("KEY"),     NULL };

  return bty_ctl_show_list (ctl, "provider.presets", NULL, &bty_provider_preset_schema, columns, 0,
                            _ ("No service is known in advance"), error);
}

static gboolean
run_get (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return bty_ctl_show (ctl, "provider.get", bty_ctl_request_of ("name", bty_ctl_args_word (args, 0)),
                       &bty_provider_config_schema, error);
}

static gboolean
run_delete (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *name = bty_ctl_args_word (args, 0);
  g_autofree char *answer = bty_ctl_call (ctl, "provider.delete", bty_ctl_request_of ("name", name), error);

  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else
    bty_ctl_note (_ ("%s: deleted"), name);
  return TRUE;
}

/* A provider that does not answer is a failure of the command too, so that scripts see it. */
static gboolean
check_report (const BtyProviderReport *report, GError **error)
{
  const BtyErrorInfo *info = report->error_code != NULL ? bty_error_info_by_name (report->error_code) : NULL;

  if (report->ok)
    return TRUE;
  g_set_error (error, BTY_ERROR, (int) (info != NULL ? info->code : BTY_ERROR_UNAVAILABLE),
               _ ("%s does not answer: %s"), report->name,
               report->error != NULL ? report->error : _ ("no reason was given"));
  return FALSE;
}

static gboolean
run_test (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_autofree char *answer = NULL;
  g_autoptr (BtyProviderReport) report = NULL;

  bty_ctl_keys_hand_over (ctl);
  bty_ctl_progress_begin (_ ("asking it for a word"));
  answer = bty_ctl_call (ctl, "provider.test", bty_ctl_request_of ("name", bty_ctl_args_word (args, 0)), error);
  bty_ctl_progress_end ();
  if (answer == NULL)
    return FALSE;
  report = bty_ctl_read_record (&bty_provider_report_schema, answer, error);
  if (report == NULL)
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else if (report->ok)
    bty_ctl_first_tell (report);
  return check_report (report, error);
}

/* What is not asked for a while, and why. */
void
bty_ctl_provider_tell_breakers (GPtrArray *statuses)
{
  for (guint i = 0; i < statuses->len; i++)
    {
      const BtyProviderStatus *status = statuses->pdata[i];

      for (guint b = 0; status->breakers != NULL && b < status->breakers->len; b++)
        {
          const BtyBreakerInfo *info = status->breakers->pdata[b];

          if (info->state != BTY_BREAKER_STATE_CLOSED)
            bty_ctl_note (
              _ ("%s failed %lld times in a row and rests: %s; boternity-ctl provider test %s tries it now"),
              info->model, (long long) info->failures, info->reason != NULL ? info->reason : "", status->name);
        }
    }
}

static gboolean
run_status (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = {
    "name",          N_ ("PROVIDER"),      "ready",       N_ ("READY"),       "running",      N_ ("RUNNING"),
    "waiting",       N_ ("WAITING"),       "keys",        N_ ("KEYS"),        "keys_resting", N_ ("RESTING"),
    "requests_left", N_ ("REQUESTS LEFT"), "tokens_left", N_ ("TOKENS LEFT"), "requests",     N_ ("REQUESTS"),
    "failures",      N_ ("FAILED"),        NULL
  };
  g_autoptr (GPtrArray) all = NULL;

  if (ctl->json)
    return bty_ctl_show_list (ctl, "provider.status", NULL, &bty_provider_status_schema, columns, 0, "", error);
  all = bty_ctl_call_records (ctl, "provider.status", NULL, &bty_provider_status_schema, 0, error);
  if (all == NULL)
    return FALSE;
  bty_ctl_table_print (all, columns);
  for (guint i = 0; i < all->len; i++)
    {
      const BtyProviderStatus *status = all->pdata[i];

      if (status->reason != NULL)
        bty_ctl_note ("%s: %s", status->name, status->reason);
      if (status->last_error != NULL)
        bty_ctl_note (_ ("%s: went wrong last: %s"), status->name, status->last_error);
    }
  bty_ctl_provider_tell_breakers (all);
  return TRUE;
}

#define SETTINGS                                                                                                       \
  { "url", 'u', N_ ("URL"), N_ ("its base URL, such as http://localhost:11434/v1"), BTY_CTL_NOTHING },                 \
    { "key-stdin", 0, NULL, N_ ("read its key from standard input"), BTY_CTL_NOTHING },                                \
    { "key-env", 0, N_ ("VARIABLE"), N_ ("its key is in this variable of the environment"), BTY_CTL_NOTHING },         \
    { "key-ref", 0, N_ ("REFERENCE"), N_ ("its key is found so: secret:NAME, cmd:NAME, vault:NAME"),                   \
      BTY_CTL_NOTHING },                                                                                               \
    { "default-model", 'm', N_ ("MODEL"), N_ ("model taken when a route names the provider alone"), BTY_CTL_NOTHING }, \
    { "context-window", 0, N_ ("TOKENS"), N_ ("tokens to count on when a model does not say"), BTY_CTL_NOTHING },      \
    { "more-keys", 0, N_ ("REFERENCES"), N_ ("further keys to take turns with, with commas between them"),             \
      BTY_CTL_NOTHING },                                                                                               \
    { "requests-per-minute", 0, N_ ("N"), N_ ("most requests a minute; 0: no limit"), BTY_CTL_NOTHING },               \
    { "tokens-per-minute", 0, N_ ("N"), N_ ("most tokens a minute; 0: no limit"), BTY_CTL_NOTHING },                   \
    { "max-concurrent", 0, N_ ("N"), N_ ("most requests at a time; 0: no limit"), BTY_CTL_NOTHING },                   \
    { "options", 0, N_ ("JSON"), N_ ("what only its kind understands, as an object"), BTY_CTL_NOTHING },               \
  {                                                                                                                    \
    "enabled", 0, N_ ("true|false"), N_ ("whether routes may use it"), BTY_CTL_NOTHING                                 \
  }

static const BtyCtlOption add_options[] = {
  { "kind", 'k', N_ ("KIND"), N_ ("what it speaks (openai), or a service of provider presets"), BTY_CTL_PRESET },
  SETTINGS,
  { "no-test", 0, NULL, N_ ("add it without asking it anything"), BTY_CTL_NOTHING },
  { NULL }
};
static const BtyCtlOption update_options[] = { SETTINGS, { NULL } };

static const BtyCtlCommand provider_commands[] = {
  { .name = "add",
    .usage = N_ ("NAME"),
    .summary = N_ ("Connect a provider of models"),
    .text = N_ (
      "A service of boternity-ctl provider presets needs no more than its name. The kind openai is what most other servers\n"
      "speak; anthropic, gemini and ollama are protocols of their own. It is asked for a word, and what that took and what its\n"
      "model costs is shown; one that does not answer is not kept. A key that the environment has by custom, such as\n"
      "OPENAI_API_KEY, is taken when no other is given. A key that is\n"
      "handed over is kept as a secret of its own (boternity-ctl secret list), for the host of the URL alone; or it is found\n"
      "in the variable that --key-env names; where only this program has the variable, it hands the key over when it is needed."),
    .examples = N_ ("  boternity-ctl provider add openai --key-env OPENAI_API_KEY\n"
                    "  boternity-ctl provider add ollama --default-model qwen3\n"
                    "  boternity-ctl provider add gpu --kind vllm --url http://10.0.0.7:8000/v1\n"
                    "  pass openrouter | boternity-ctl provider add openrouter --key-stdin"),
    .options = add_options,
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_PRESET },
    .run = run_add },
  { .name = "list",
    .usage = "",
    .summary = N_ ("List the providers"),
    .run = run_list,
    .examples = N_ ("  boternity-ctl provider list") },
  { .name = "presets",
    .usage = "",
    .summary = N_ ("List the services that are known in advance"),
    .run = run_presets,
    .text = N_ (
      "Each can be connected by its name alone, or stand as a kind. A file providers.json in the folder of the\n"
      "settings adds to them, and takes the place of those that have the same name."),
    .examples = N_ ("  boternity-ctl provider presets") },
  { .name = "get",
    .usage = N_ ("NAME"),
    .summary = N_ ("Show a provider"),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_PROVIDER },
    .run = run_get,
    .examples = N_ ("  boternity-ctl provider get openai") },
  { .name = "update",
    .usage = N_ ("NAME"),
    .summary = N_ ("Change a provider"),
    .options = update_options,
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_PROVIDER },
    .run = run_update,
    .examples = N_ ("  boternity-ctl provider update openai --key-stdin < key\n"
                    "  boternity-ctl provider update local --default-model qwen3") },
  { .name = "delete",
    .usage = N_ ("NAME"),
    .summary = N_ ("Forget a provider"),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_PROVIDER },
    .run = run_delete,
    .examples = N_ ("  boternity-ctl provider delete local") },
  { .name = "status",
    .usage = "",
    .summary = N_ ("Show how the providers do: queues, limits, keys that rest, models that failed"),
    .run = run_status,
    .examples = N_ ("  boternity-ctl provider status") },
  { .name = "test",
    .usage = N_ ("NAME"),
    .summary = N_ ("Ask a provider something and say how it went"),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_PROVIDER },
    .run = run_test,
    .examples = N_ ("  boternity-ctl provider test openai") },
  { 0 },
};

const BtyCtlVerb bty_ctl_provider_verb = { "provider", N_ ("connect and test providers of models"), provider_commands,
                                           FALSE };
