/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bty-ctl-command.h"
#include "bty-ctl-terminal.h"

static void
print_title (const char *title)
{
  printf ("%s%s%s\n", bty_ctl_terminal_style (STDOUT_FILENO, BTY_CTL_BOLD), title,
          bty_ctl_terminal_style (STDOUT_FILENO, BTY_CTL_PLAIN));
}

static void
print_pair (const char *left, int width, const char *right)
{
  int used = (int) bty_ctl_terminal_measure (left);

  printf ("  %s%*s  %s\n", left, MAX (width - used, 0), "", right);
}

char *
bty_ctl_help_usage (const BtyCtlVerb *verb, const BtyCtlCommand *command)
{
  g_autoptr (GString) usage = g_string_new ("boternity-ctl ");

  g_string_append (usage, verb->name);
  if (command->name != NULL)
    g_string_append_printf (usage, " %s", command->name);
  if (command->usage[0] != '\0')
    g_string_append_printf (usage, " %s", _ (command->usage));
  return g_string_free (g_steal_pointer (&usage), FALSE);
}

void
bty_ctl_help_print_all (void)
{
  print_title (_ ("boternity-ctl: talks to the Boternity daemon, and starts it when it does not run"));
  printf ("\n%s\n\n", _ ("Usage: boternity-ctl COMMAND [WORD…] [OPTION…]"));
  for (guint i = 0; bty_ctl_verbs[i] != NULL; i++)
    {
      if (!bty_ctl_verbs[i]->is_hidden)
        print_pair (bty_ctl_verbs[i]->name, 10, _ (bty_ctl_verbs[i]->summary));
    }
  printf ("\n%s\n", _ ("Every command takes --json and --help. boternity-ctl help COMMAND says more, with examples.\n"
                       "To begin: boternity-ctl chat"));
}

void
bty_ctl_help_print_verb (const BtyCtlVerb *verb)
{
  int width = 0;

  if (!bty_ctl_verb_has_commands (verb))
    {
      bty_ctl_help_print_command (verb, verb->commands);
      return;
    }
  print_title (_ (verb->summary));
  putchar ('\n');
  for (const BtyCtlCommand *command = verb->commands; command->run != NULL; command++)
    if (command->name != NULL)
      width = MAX (width, (int) (strlen (verb->name) + strlen (command->name) + strlen (_ (command->usage)) + 2));
  width = MIN (width, 36);
  for (const BtyCtlCommand *command = verb->commands; command->run != NULL; command++)
    {
      const char *usage = command->usage[0] != '\0' ? _ (command->usage) : NULL;
      g_autofree char *left = g_strjoin (" ", verb->name, command->name, usage, NULL);

      if (command->name != NULL)
        print_pair (left, width, _ (command->summary));
    }
  printf ("\n");
  printf (_ ("boternity-ctl help %s COMMAND says more, with examples."), verb->name);
  printf ("\n");
}

static void
print_options (const BtyCtlOption *options)
{
  for (const BtyCtlOption *o = options; o != NULL && o->name != NULL; o++)
    {
      g_autofree char *letter = o->letter != '\0' ? g_strdup_printf ("-%c, ", o->letter) : g_strdup ("");
      g_autofree char *left = g_strdup_printf ("%s--%s%s%s", letter, o->name, o->value != NULL ? " " : "",
                                               o->value != NULL ? _ (o->value) : "");

      print_pair (left, 26, _ (o->summary));
    }
}

void
bty_ctl_help_print_command (const BtyCtlVerb *verb, const BtyCtlCommand *command)
{
  g_autofree char *usage = bty_ctl_help_usage (verb, command);

  print_title (_ (command->summary));
  printf ("\n%s %s%s\n", _ ("Usage:"), usage, command->options != NULL ? _ (" [OPTION…]") : "");
  if (command->text != NULL)
    printf ("\n%s\n", _ (command->text));
  printf ("\n");
  print_options (command->options);
  print_options (bty_ctl_common_options);
  if (command->examples != NULL)
    printf ("\n%s\n%s\n", _ ("Examples:"), _ (command->examples));
}

static gboolean
run_help (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *name = bty_ctl_args_word (args, 0), *second = bty_ctl_args_word (args, 1);
  const BtyCtlVerb *verb;
  const BtyCtlCommand *command;

  if (name == NULL)
    {
      bty_ctl_help_print_all ();
      return TRUE;
    }
  verb = bty_ctl_verb_find (name);
  if (verb == NULL)
    return bty_ctl_verb_fail_unknown (name, error);
  if (second == NULL)
    {
      bty_ctl_help_print_verb (verb);
      return TRUE;
    }
  command = bty_ctl_verb_find_command (verb, second);
  if (command == NULL)
    return bty_ctl_verb_fail_command (verb, second, error);
  bty_ctl_help_print_command (verb, command);
  return TRUE;
}

static const BtyCtlCommand help_commands[] = {
  { .usage = N_ ("[COMMAND…]"),
    .summary = N_ ("Say how a command is used"),
    .examples = N_ ("  boternity-ctl help\n"
                    "  boternity-ctl help bot create"),
    .max = 2,
    .words = { BTY_CTL_COMMAND, BTY_CTL_COMMAND },
    .run = run_help },
  { 0 },
};

const BtyCtlVerb bty_ctl_help_verb = { "help", N_ ("say how a command is used"), help_commands, FALSE };
