/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bty-ctl-first.h"
#include "bty-ctl-keys.h"
#include "bty-ctl-model.h"
#include "bty-ctl-request.h"
#include "bty-ctl-terminal.h"

#define MAX_OFFERS 9 /* a digit each */

/* The first question. */

/* A gateway on this machine may pass requests on to services that are paid; some of them tell what that cost. */
static void
tell_free (const BtyProviderReport *report)
{
  g_autofree char *cost = bty_ctl_model_price (report->cost);

  if (report->cost > 0)
    printf (
      _ ("This call cost $%s, as it says itself. So that a cap holds before a call as well: boternity-ctl model set "
         "'%s/*' --input USD --output USD"),
      cost, report->name);
  else if (g_strcmp0 (report->kind, "ollama") != 0 && g_strcmp0 (report->kind, "builtin") != 0)
    printf (
      _ ("It counts as free, since it is on this machine. If it passes requests on to a paid service: boternity-ctl "
         "model set '%s/*' --input USD --output USD"),
      report->name);
  else
    printf ("%s", _ ("It costs nothing."));
}

static void
tell_cost (const BtyProviderReport *report)
{
  g_autofree char *cost = bty_ctl_model_price (report->cost);
  g_autofree char *input = bty_ctl_model_price (report->input_price);
  g_autofree char *output = bty_ctl_model_price (report->output_price);

  if (report->pricing == BTY_PRICING_FREE)
    tell_free (report);
  else if (report->pricing == BTY_PRICING_UNKNOWN)
    printf (
      _ (
        "Nobody knows what it costs, so it counts as the dearest model that is known. If you know: boternity-ctl model set "
        "%s --input USD --output USD"),
      report->model);
  else
    printf (_ ("This call cost $%s; a million tokens cost $%s in and $%s out."), cost, input, output);
  putchar ('\n');
}

void
bty_ctl_first_tell (const BtyProviderReport *report)
{
  g_autofree char *model = bty_ctl_terminal_clean (report->model != NULL ? report->model : report->name, -1);

  printf (_ ("%s answers: the first word after %lld ms, all of it after %lld ms."), model,
          (long long) report->first_token_ms, (long long) report->total_ms);
  putchar ('\n');
  tell_cost (report);
}

/* Bots that name no model use the setting chat.route. As long as nobody has set it, a first provider is what is meant. */
static void
use_it (BtyCtl *ctl, const char *name)
{
  g_autoptr (BtySettingInfo) setting = bty_ctl_call_record (
    ctl, "config.get", bty_ctl_request_of ("name", "chat.route"), &bty_setting_info_schema, NULL);
  g_auto (BtyCtlRequest) request = { 0 };
  g_autofree char *route = g_strconcat (name, ",builtin", NULL);
  g_autofree char *answer = NULL;

  if (setting == NULL)
    return;
  if (g_strcmp0 (setting->source, "default") != 0)
    {
      if (!ctl->json)
        bty_ctl_note (_ ("To use it: boternity-ctl bot update SLUG --model %s"), name);
      return;
    }
  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "name", "chat.route");
  bty_ctl_request_string (&request, "value", route);
  answer = bty_ctl_call (ctl, "config.set", bty_ctl_request_end (&request), NULL);
  if (answer != NULL && !ctl->json)
    bty_ctl_note (_ ("Bots that name no model use it now (chat.route = %s)."), route);
}

static const char *
advice_of (BtyErrorCode code)
{
  switch (code)
    {
    case BTY_ERROR_UNAUTHENTICATED:
    case BTY_ERROR_PERMISSION_DENIED:
      return _ ("Its key is not right: the same command again with --key-stdin takes another.");
    case BTY_ERROR_FAILED_PRECONDITION:
      return _ ("The same command again with --key-stdin, or --key-env VARIABLE, gives it a key.");
    case BTY_ERROR_NOT_FOUND:
    case BTY_ERROR_OUT_OF_RANGE:
      return _ (
        "The same command again with --default-model MODEL names a model that it has, with --kind what it speaks.");
    case BTY_ERROR_RESOURCE_EXHAUSTED:
      return _ ("Its account has nothing left, or your own budget has not: boternity-ctl budget show");
    case BTY_ERROR_UNAVAILABLE:
    case BTY_ERROR_DEADLINE_EXCEEDED:
      return _ ("Check the URL, and that the server runs; --no-test adds it all the same.");
    case BTY_ERROR_INVALID_ARGUMENT:
      return _ ("boternity-ctl help provider add lists what can be said of it.");
    default:
      return _ ("--no-test adds it all the same.");
    }
}

/* Takes what was added away again, also after Ctrl-C. */
static void
take_back (BtyCtl *ctl, const char *name)
{
  g_autofree char *answer = NULL;
  g_autoptr (GError) error = NULL;

  g_cancellable_reset (ctl->cancellable);
  answer = bty_ctl_call (ctl, "provider.delete", bty_ctl_request_of ("name", name), &error);
  if (answer == NULL)
    bty_ctl_note (_ ("%s could not be taken away again: %s"), name, error->message);
}

static BtyProviderReport *
ask (BtyCtl *ctl, const char *name, GError **error)
{
  g_autoptr (BtyProviderReport) report = NULL;
  const BtyErrorInfo *info;

  bty_ctl_progress_begin (_ ("asking it for a word"));
  report = bty_ctl_call_record (ctl, "provider.test", bty_ctl_request_of ("name", name), &bty_provider_report_schema,
                                error);
  bty_ctl_progress_end ();
  if (report == NULL || report->ok)
    return g_steal_pointer (&report);
  info = report->error_code != NULL ? bty_error_info_by_name (report->error_code) : NULL;
  g_set_error (error, BTY_ERROR, (int) (info != NULL ? info->code : BTY_ERROR_UNAVAILABLE),
               _ ("%s does not answer: %s"), name, report->error != NULL ? report->error : _ ("no reason was given"));
  return NULL;
}

gboolean
bty_ctl_first_try (BtyCtl *ctl, const char *name, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (BtyProviderReport) report = ask (ctl, name, &failure);

  if (report == NULL)
    {
      take_back (ctl, name);
      g_set_error (error, BTY_ERROR, (int) bty_error_code_of (failure), _ ("%s\nNothing was kept. %s"),
                   failure->message, advice_of (bty_error_code_of (failure)));
      return FALSE;
    }
  if (!ctl->json)
    bty_ctl_first_tell (report);
  use_it (ctl, name);
  return TRUE;
}

/* What there is to connect. */

typedef struct
{
  char *name;
  char *text;
  char *variable; /* (nullable): its key is there */
  char *secret;   /* (nullable): its key is a secret of this name */
} Offer;

static void
offer_free (gpointer data)
{
  Offer *offer = data;

  g_free (offer->name);
  g_free (offer->text);
  g_free (offer->variable);
  g_free (offer->secret);
  g_free (offer);
}

static void
add_offer (GPtrArray *offers, const char *name, char *text, const char *variable, const char *secret)
{
  Offer *offer = g_new0 (Offer, 1);

  offer->name = g_strdup (name);
  offer->text = text;
  offer->variable = g_strdup (variable);
  offer->secret = g_strdup (secret);
  g_ptr_array_add (offers, offer);
}

static gboolean
has_offer (GPtrArray *offers, const char *key)
{
  for (guint i = 0; i < offers->len; i++)
    if (g_strcmp0 (((Offer *) offers->pdata[i])->variable, key) == 0)
      return TRUE;
  return FALSE;
}

static GPtrArray *
list_presets (BtyCtl *ctl)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *presets = bty_ctl_call_records (ctl, "provider.presets", NULL, &bty_provider_preset_schema, 0, &error);

  if (presets == NULL && !ctl->json)
    bty_ctl_note ("%s", error->message);
  return presets;
}

static gboolean
is_set (const char *variable)
{
  const char *value = variable != NULL ? g_getenv (variable) : NULL;

  return value != NULL && *value != '\0';
}

char *
bty_ctl_first_find_variable (BtyCtl *ctl, const char *name, const char *kind)
{
  g_autoptr (GPtrArray) presets = list_presets (ctl);

  for (guint i = 0; presets != NULL && i < presets->len; i++)
    {
      const BtyProviderPreset *preset = presets->pdata[i];

      if (g_strcmp0 (preset->name, kind != NULL ? kind : name) == 0 && is_set (preset->key))
        return g_strdup (preset->key);
    }
  return NULL;
}

static void
add_servers (BtyCtl *ctl, GPtrArray *offers)
{
  g_autoptr (GPtrArray) servers = bty_ctl_call_records (ctl, "provider.discover", NULL, &bty_local_server_schema, 0,
                                                        NULL);

  for (guint i = 0; servers != NULL && i < servers->len; i++)
    {
      const BtyLocalServer *server = servers->pdata[i];

      add_offer (offers, server->name,
                 g_strdup_printf (_ ("%s, which runs here"), server->title != NULL ? server->title : server->name),
                 NULL, NULL);
    }
}

/* OPENAI_API_KEY, openai-api-key and openai are names that people give one key. */
static gboolean
is_key_of (const char *secret, const BtyProviderPreset *preset)
{
  g_autofree char *plain = g_strdelimit (g_ascii_strdown (secret, -1), "_", '-');
  g_autofree char *key = g_strdelimit (g_ascii_strdown (preset->key, -1), "_", '-');

  return strcmp (plain, key) == 0 || strcmp (plain, preset->name) == 0;
}

static void
add_secret (GPtrArray *offers, GPtrArray *secrets, const BtyProviderPreset *preset)
{
  for (guint i = 0; secrets != NULL && i < secrets->len; i++)
    {
      const BtySecretEntry *secret = secrets->pdata[i];

      if (!is_key_of (secret->name, preset))
        continue;
      add_offer (offers, preset->name, g_strdup_printf (_ ("%s by the secret %s"), preset->title, secret->name), NULL,
                 secret->name);
      return;
    }
}

static GPtrArray *
find_offers (BtyCtl *ctl)
{
  GPtrArray *offers = g_ptr_array_new_with_free_func (offer_free);
  g_autoptr (GPtrArray) presets = list_presets (ctl);
  g_autoptr (GPtrArray) secrets = bty_ctl_call_records (ctl, "secret.list", NULL, &bty_secret_entry_schema, 0, NULL);

  add_servers (ctl, offers);
  for (guint i = 0; presets != NULL && i < presets->len; i++)
    {
      const BtyProviderPreset *preset = presets->pdata[i];

      if (preset->key == NULL || has_offer (offers, preset->key))
        continue;
      if (is_set (preset->key))
        add_offer (offers, preset->name, g_strdup_printf (_ ("%s by %s"), preset->title, preset->key), preset->key,
                   NULL);
      else
        add_secret (offers, secrets, preset);
    }
  g_ptr_array_set_size (offers, (int) MIN (offers->len, MAX_OFFERS));
  return offers;
}

static gboolean
connect (BtyCtl *ctl, const Offer *offer, GError **error)
{
  g_autofree char *reference = offer->variable != NULL ? g_strconcat ("env:", offer->variable, NULL)
                               : offer->secret != NULL ? g_strconcat ("secret:", offer->secret, NULL)
                                                       : NULL;
  g_autoptr (BtySecret) key = offer->variable != NULL ? bty_ctl_keys_from_environment (offer->variable) : NULL;
  g_auto (BtyCtlRequest) request = { 0 };
  g_autofree char *answer = NULL;

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "name", offer->name);
  bty_ctl_request_string (&request, "key_ref", reference);
  if (key != NULL)
    bty_ctl_request_secret (&request, "key", key);
  answer = bty_ctl_call (ctl, "provider.add", bty_ctl_request_end (&request), error);
  return answer != NULL && bty_ctl_first_try (ctl, offer->name, error);
}

static char *
question_of (GPtrArray *offers)
{
  GString *text = g_string_new (NULL);

  if (offers->len == 1)
    g_string_printf (text, _ ("No model is connected yet. y connects %s; any other key: not now."),
                     ((Offer *) offers->pdata[0])->text);
  else
    {
      g_string_append (text, _ ("No model is connected yet. Connect"));
      for (guint i = 0; i < offers->len; i++)
        g_string_append_printf (text, "%s %u %s", i > 0 ? "," : "", i + 1, ((Offer *) offers->pdata[i])->text);
      g_string_append (text, _ ("; any other key: not now."));
    }
  return g_string_free (text, FALSE);
}

gboolean
bty_ctl_first_offer (BtyCtl *ctl)
{
  g_autoptr (GPtrArray) offers = NULL;
  g_autofree char *question = NULL;
  g_autofree char *clean = NULL;
  g_autoptr (GError) error = NULL;
  char key;

  if (ctl->json || !bty_ctl_terminal_is (STDIN_FILENO) || !bty_ctl_terminal_is (STDERR_FILENO))
    return FALSE;
  offers = find_offers (ctl);
  if (offers->len == 0)
    return FALSE;
  question = question_of (offers);
  clean = bty_ctl_terminal_clean (question, -1);
  key = bty_ctl_keys_press (clean);
  if (offers->len == 1 && (key == 'y' || key == 'Y'))
    key = '1';
  if (key < '1' || (guint) (key - '1') >= offers->len)
    return FALSE;
  if (connect (ctl, offers->pdata[key - '1'], &error))
    return TRUE;
  bty_ctl_print_error (ctl->json, error);
  return FALSE;
}
