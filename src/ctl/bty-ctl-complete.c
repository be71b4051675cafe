/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "bty-ctl-command.h"
#include "bty-ctl-json.h"

static void
offer (const char *candidate, const char *begun)
{
  if (g_str_has_prefix (candidate, begun))
    printf ("%s\n", candidate);
}

/* Which list tells the values of a kind, and which member names them. */
static const struct
{
  BtyCtlKind kind;
  const char *operation;
  const char *member;
} lists[] = {
  { BTY_CTL_BOT, "bot.list", "slug" },           { BTY_CTL_SESSION, "session.list", "id" },
  { BTY_CTL_PROVIDER, "provider.list", "name" }, { BTY_CTL_MODEL, "model.list", "name" },
  { BTY_CTL_SETTING, "config.list", "name" },    { BTY_CTL_OPERATION, "operation.list", "name" },
  { BTY_CTL_PLUGIN, "plugin.list", "name" },
};

/* Only a daemon that runs is asked: pressing Tab starts nothing. */
static void
offer_kind (BtyCtl *ctl, BtyCtlKind kind, const char *begun)
{
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autoptr (GPtrArray) items = NULL;

      if (lists[i].kind != kind || !bty_ctl_find (ctl, NULL))
        continue;
      items = bty_ctl_call_list (ctl, lists[i].operation, NULL, 100, NULL);
      for (guint j = 0; items != NULL && j < items->len; j++)
        {
          g_autofree char *name = bty_ctl_json_get_string (items->pdata[j], lists[i].member);

          if (name != NULL)
            offer (name, begun);
        }
    }
}

static void
offer_verbs (const char *begun)
{
  for (guint i = 0; bty_ctl_verbs[i] != NULL; i++)
    {
      if (!bty_ctl_verbs[i]->is_hidden)
        offer (bty_ctl_verbs[i]->name, begun);
    }
}

static void
offer_commands (const BtyCtlVerb *verb, const char *begun)
{
  for (const BtyCtlCommand *command = verb->commands; command->run != NULL; command++)
    {
      if (command->name != NULL)
        offer (command->name, begun);
    }
}

static void
offer_options (const BtyCtlOption *options, const char *begun)
{
  for (const BtyCtlOption *o = options; o != NULL && o->name != NULL; o++)
    {
      g_autofree char *word = g_strconcat ("--", o->name, NULL);

      offer (word, begun);
    }
}

/* Returns: (nullable): the option of that word, if it is one that takes its value from the next */
static const BtyCtlOption *
find_option (const BtyCtlCommand *command, const char *word)
{
  for (const BtyCtlOption *o = command->options; o != NULL && o->name != NULL; o++)
    {
      if (o->value != NULL && g_str_has_prefix (word, "--") && strcmp (word + 2, o->name) == 0)
        return o;
      if (o->value != NULL && word[0] == '-' && word[1] == o->letter && word[1] != '\0' && word[2] == '\0')
        return o;
    }
  return NULL;
}

static void
offer_fields (BtyCtl *ctl, const char *operation, const char *begun)
{
  g_autofree char *quoted = bty_ctl_json_quote (operation);
  g_autofree char *text = g_strdup_printf ("{\"name\":%s}", quoted);
  g_autofree char *answer = NULL;
  g_autofree char *schema = NULL;
  g_autofree char *properties = NULL;
  g_autoptr (GPtrArray) members = NULL;

  if (!bty_ctl_find (ctl, NULL))
    return;
  answer = bty_ctl_call (ctl, "operation.get", g_bytes_new (text, strlen (text)), NULL);
  schema = answer != NULL ? bty_ctl_json_get (answer, "request") : NULL;
  properties = schema != NULL ? bty_ctl_json_get (schema, "properties") : NULL;
  members = bty_ctl_json_get_members (properties != NULL ? properties : "{}");
  for (guint i = 0; i + 1 < members->len; i += 2)
    {
      g_autofree char *field = g_strconcat (members->pdata[i], "=", NULL);

      offer (field, begun);
    }
}

static void
complete_word (BtyCtl *ctl, const BtyCtlVerb *verb, const BtyCtlCommand *command, GPtrArray *words, guint from)
{
  const char *begun = words->pdata[words->len - 1];
  const BtyCtlOption *option = words->len > from + 1 ? find_option (command, words->pdata[words->len - 2]) : NULL;
  guint place = 0;

  if (option != NULL)
    {
      offer_kind (ctl, option->kind, begun);
      return;
    }
  if (begun[0] == '-')
    {
      offer_options (command->options, begun);
      offer_options (bty_ctl_common_options, begun);
      return;
    }
  for (guint i = from; i + 1 < words->len; i++)
    {
      const char *word = words->pdata[i];

      if (find_option (command, word) != NULL)
        i++;
      else if (word[0] != '-')
        place++;
    }
  if (verb == &bty_ctl_call_verb && place > 0)
    offer_fields (ctl, words->pdata[from], begun);
  else if (place < G_N_ELEMENTS (command->words))
    offer_kind (ctl, command->words[place], begun);
}

/* The words are those of the command line after the program's name; the last one is to be completed. */
static gboolean
run_complete (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  GPtrArray *words = args->words;
  const BtyCtlVerb *verb = bty_ctl_verb_find (words->pdata[0]);
  const BtyCtlCommand *command;
  guint from = 1;

  if (words->len == 1 || verb == NULL)
    {
      if (words->len == 1)
        offer_verbs (words->pdata[0]);
      return TRUE;
    }
  if (verb == &bty_ctl_help_verb)
    {
      const BtyCtlVerb *topic = bty_ctl_verb_find (words->pdata[1]);

      if (words->len == 2)
        offer_verbs (words->pdata[1]);
      else if (words->len == 3 && topic != NULL)
        offer_commands (topic, words->pdata[2]);
      return TRUE;
    }
  if (bty_ctl_verb_has_commands (verb))
    {
      if (words->len == 2)
        offer_commands (verb, words->pdata[1]);
      from = 2;
    }
  command = bty_ctl_verb_has_commands (verb) ? bty_ctl_verb_find_command (verb, words->pdata[1]) : verb->commands;
  if (command != NULL && words->len > from)
    complete_word (ctl, verb, command, words, from);
  return TRUE;
}

static const BtyCtlCommand complete_commands[] = {
  { .usage = N_ ("WORD…"),
    .summary = N_ ("List what the last word may become, for shells"),
    .min = 1,
    .max = -1,
    .run = run_complete },
  { 0 },
};

const BtyCtlVerb bty_ctl_complete_verb = { "__complete", N_ ("list what a word may become"), complete_commands, TRUE };
