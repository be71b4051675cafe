/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "bty-ctl-command.h"
#include "bty-ctl-offer.h"

#define PATIENCE_MS 1500 /* whoever pressed Tab waits */

static void
offer_verbs (const BtyCtlOffer *offer)
{
  for (guint i = 0; bty_ctl_verbs[i] != NULL; i++)
    {
      if (!bty_ctl_verbs[i]->is_hidden)
        bty_ctl_offer_word (offer, bty_ctl_verbs[i]->name, _ (bty_ctl_verbs[i]->summary));
    }
}

static void
offer_commands (const BtyCtlOffer *offer, const BtyCtlVerb *verb)
{
  for (const BtyCtlCommand *command = verb->commands; command->run != NULL; command++)
    {
      if (command->name != NULL)
        bty_ctl_offer_word (offer, command->name, _ (command->summary));
    }
}

static void
offer_options (const BtyCtlOffer *offer, const BtyCtlOption *options)
{
  for (const BtyCtlOption *o = options; o != NULL && o->name != NULL; o++)
    {
      g_autofree char *word = g_strconcat ("--", o->name, NULL);

      bty_ctl_offer_word (offer, word, _ (o->summary));
    }
}

/* Returns: (nullable): the option of that word, if it is one that takes a value */
static const BtyCtlOption *
find_option (const BtyCtlCommand *command, const char *word, gsize length)
{
  for (const BtyCtlOption *o = command->options; o != NULL && o->name != NULL; o++)
    {
      if (o->value != NULL && length > 2 && g_str_has_prefix (word, "--") && strlen (o->name) == length - 2 &&
          strncmp (word + 2, o->name, length - 2) == 0)
        return o;
      if (o->value != NULL && length == 2 && word[0] == '-' && word[1] == o->letter && o->letter != '\0')
        return o;
    }
  return NULL;
}

static void
offer_value (const BtyCtlOffer *offer, const BtyCtlOption *option)
{
  if (option->kind != BTY_CTL_NOTHING)
    bty_ctl_offer_kind (offer, option->kind);
  else if (strchr (option->value, '|') != NULL)
    bty_ctl_offer_choices (offer, option->value);
}

/* `--option=VALUE`: what is offered is the whole word. */
static void
offer_inline_value (const BtyCtlOffer *offer, const BtyCtlOption *option, const char *word)
{
  g_autofree char *head = g_strndup (word, strcspn (word, "=") + 1);

  if (option != NULL)
    {
      BtyCtlOffer rest = *offer;

      rest.begun = word + strlen (head);
      rest.prefix = head;
      offer_value (&rest, option);
    }
}

/* How many words of the command itself stand before the last one. */
static guint
count_words (const BtyCtlCommand *command, GPtrArray *words, guint from)
{
  guint place = 0;

  for (guint i = from; i + 1 < words->len; i++)
    {
      const char *word = words->pdata[i];

      if (find_option (command, word, strlen (word)) != NULL)
        i++;
      else if (word[0] != '-' || word[1] == '\0')
        place++;
    }
  return place;
}

/* The fields of an operation, or a file that holds them. */
static void
offer_request (const BtyCtlOffer *offer, const char *operation)
{
  if (offer->begun[0] == '@')
    bty_ctl_offer_files (offer, "@");
  else
    bty_ctl_offer_fields (offer, operation);
}

/* Words go on as the last kind that is given, where there may be any number. */
static BtyCtlKind
kind_at (const BtyCtlCommand *command, guint place)
{
  guint last = 0;

  for (guint i = 0; i < G_N_ELEMENTS (command->words); i++)
    last = command->words[i] != BTY_CTL_NOTHING ? i : last;
  if (place < G_N_ELEMENTS (command->words))
    return place > last && command->max < 0 ? command->words[last] : command->words[place];
  return command->max < 0 ? command->words[last] : BTY_CTL_NOTHING;
}

static gboolean
is_of_bot (BtyCtlKind kind)
{
  return kind == BTY_CTL_VERSION || kind == BTY_CTL_BRANCH || kind == BTY_CTL_SECTION;
}

static void
complete_word (const BtyCtlOffer *offer, const BtyCtlVerb *verb, const BtyCtlCommand *command, GPtrArray *words,
               guint from)
{
  const char *before = words->len > from + 1 ? words->pdata[words->len - 2] : "";
  const BtyCtlOption *option = find_option (command, before, strlen (before));
  guint place = count_words (command, words, from);

  if (option != NULL)
    offer_value (offer, option);
  else if (g_str_has_prefix (offer->begun, "--") && strchr (offer->begun, '=') != NULL)
    offer_inline_value (offer, find_option (command, offer->begun, strcspn (offer->begun, "=")), offer->begun);
  else if (offer->begun[0] == '-')
    {
      offer_options (offer, command->options);
      offer_options (offer, bty_ctl_common_options);
    }
  else if (verb == &bty_ctl_call_verb && place > 0)
    offer_request (offer, words->pdata[from]);
  else if (verb == &bty_ctl_config_verb && place == 1 && command->words[0] == BTY_CTL_SETTING && command->max == 2)
    bty_ctl_offer_setting_values (offer, words->pdata[from]);
  else if (verb == &bty_ctl_soul_verb && place > 0 && is_of_bot (kind_at (command, place)))
    bty_ctl_offer_soul (offer, kind_at (command, place), words->pdata[from]);
  else
    bty_ctl_offer_kind (offer, kind_at (command, place));
}

static void
complete_help (const BtyCtlOffer *offer, GPtrArray *words)
{
  const BtyCtlVerb *topic = bty_ctl_verb_find (words->pdata[1]);

  if (words->len == 2)
    offer_verbs (offer);
  else if (words->len == 3 && topic != NULL)
    offer_commands (offer, topic);
}

static void
complete (const BtyCtlOffer *offer, GPtrArray *words)
{
  const BtyCtlVerb *verb = bty_ctl_verb_find (words->pdata[0]);
  gboolean has_commands = verb != NULL && bty_ctl_verb_has_commands (verb);
  guint from = has_commands ? 2 : 1;
  const BtyCtlCommand *command;

  if (words->len == 1)
    {
      offer_verbs (offer);
      offer_options (offer, offer->begun[0] == '-' ? bty_ctl_common_options : NULL);
      return;
    }
  if (verb == NULL)
    return;
  if (verb == &bty_ctl_help_verb)
    {
      complete_help (offer, words);
      return;
    }
  if (has_commands && words->len == 2)
    offer_commands (offer, verb);
  command = has_commands ? bty_ctl_verb_find_command (verb, words->pdata[1]) : verb->commands;
  if (command != NULL && words->len > from)
    complete_word (offer, verb, command, words, from);
}

static gboolean
on_patience_over (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

/* The words are those of the command line after the program's name; the last one is to be completed. Nothing is ever said on standard error,
 * where it would stand in the middle of what is being typed. */
static gboolean
offer_all (BtyCtl *ctl, const BtyCtlArgs *args, gboolean describes)
{
  BtyCtlOffer offer = { .ctl = ctl, .begun = "", .prefix = "", .describes = describes };
  guint source;

  if (freopen ("/dev/null", "w", stderr) == NULL || args->words->len == 0)
    return TRUE;
  while (args->words->len > 1 && strcmp (args->words->pdata[0], "--json") == 0)
    g_ptr_array_remove_index (args->words, 0);
  source = g_timeout_add (PATIENCE_MS, on_patience_over, ctl->cancellable);
  offer.begun = args->words->pdata[args->words->len - 1];
  complete (&offer, args->words);
  if (!g_cancellable_is_cancelled (ctl->cancellable))
    g_source_remove (source);
  return TRUE;
}

static gboolean
run_complete (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return offer_all (ctl, args, FALSE);
}

static gboolean
run_describe (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return offer_all (ctl, args, TRUE);
}

static const BtyCtlCommand complete_commands[] = {
  { .usage = N_ ("WORD…"),
    .summary = N_ ("List what the last word may become, for shells"),
    .max = -1,
    .run = run_complete },
  { 0 },
};

static const BtyCtlCommand describe_commands[] = {
  { .usage = N_ ("WORD…"),
    .summary = N_ ("List what the last word may become, each with a tab and what it means"),
    .max = -1,
    .run = run_describe },
  { 0 },
};

const BtyCtlVerb bty_ctl_complete_verb = { "__complete", N_ ("list what a word may become"), complete_commands, TRUE };
const BtyCtlVerb bty_ctl_describe_verb = { "__describe", N_ ("list what a word may become, and what it means"),
                                           describe_commands, TRUE };
