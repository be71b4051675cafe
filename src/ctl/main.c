/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "bty-ctl-command.h"
#include "bty-ctl-table.h"

#define EXIT_INTERRUPTED 130

/* What people type and bots say is UTF-8, whatever little the environment says of it. */
static void
set_locale (void)
{
  const char *locale_dir = g_getenv ("BOTERNITY_LOCALE_DIR");
  const char *charset = NULL;

  setlocale (LC_ALL, "");
  if (!g_get_charset (&charset))
    setlocale (LC_CTYPE, "C.UTF-8");
  bindtextdomain (GETTEXT_PACKAGE, locale_dir != NULL ? locale_dir : BTY_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
}

/* Options that may stand before the command. Returns: where the command is */
static int
skip_options (char **argv)
{
  int i = 1;

  while (g_strcmp0 (argv[i], "--json") == 0)
    i++;
  if (g_strcmp0 (argv[i], "--version") == 0)
    argv[i] = (char *) "version";
  else if (g_strcmp0 (argv[i], "--help") == 0 || g_strcmp0 (argv[i], "-h") == 0)
    argv[i] = (char *) "help";
  return i;
}

static const BtyCtlCommand *
choose_command (const BtyCtlVerb *verb, char ***words, GError **error)
{
  const BtyCtlCommand *command = verb->commands;
  const char *word = **words;

  if (!bty_ctl_verb_has_commands (verb))
    return command;
  if (word == NULL || word[0] == '-')
    command = bty_ctl_verb_find_command (verb, NULL); /* what the verb does alone, if anything */
  else
    command = bty_ctl_verb_find_command (verb, word);
  if (command == NULL)
    bty_ctl_verb_fail_command (verb, word, error);
  else if (command->name != NULL)
    (*words)++;
  return command;
}

static gboolean
check_count (const BtyCtlVerb *verb, const BtyCtlCommand *command, const BtyCtlArgs *args, GError **error)
{
  g_autofree char *usage = bty_ctl_help_usage (verb, command);
  guint count = bty_ctl_args_count (args);

  if (count < command->min)
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("too few words; usage: %s"), usage);
  else if (command->max >= 0 && count > (guint) command->max)
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("“%s” is one word too many; usage: %s"),
                 bty_ctl_args_word (args, (guint) command->max), usage);
  else
    return TRUE;
  return FALSE;
}

static gboolean
has_option (char **words, const char *option, const char *letter)
{
  for (; *words != NULL && strcmp (*words, "--") != 0; words++)
    {
      if (strcmp (*words, option) == 0 || g_strcmp0 (*words, letter) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_completion (const BtyCtlVerb *verb)
{
  return verb == &bty_ctl_complete_verb || verb == &bty_ctl_describe_verb;
}

/* The words to complete are taken as they are, options and all. */
static BtyCtlArgs *
parse_words (const BtyCtlVerb *verb, const BtyCtlCommand *command, char **words, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;

  if (is_completion (verb))
    g_strv_builder_add (builder, "--");
  g_strv_builder_addv (builder, (const char **) words);
  all = g_strv_builder_end (builder);
  return bty_ctl_args_parse (command->options, (const char *const *) all, error);
}

static gboolean
run_command (BtyCtl *ctl, const BtyCtlVerb *verb, const BtyCtlCommand *command, char **words, GError **error)
{
  g_autoptr (BtyCtlArgs) args = parse_words (verb, command, words, error);

  if (args == NULL || !check_count (verb, command, args, error))
    return FALSE;
  return command->run (ctl, args, error);
}

static gboolean
run (BtyCtl *ctl, char **words, GError **error)
{
  const BtyCtlVerb *verb;
  const BtyCtlCommand *command;
  g_autoptr (GError) unknown = NULL;

  if (words[0] == NULL)
    {
      bty_ctl_help_print_all ();
      return TRUE;
    }
  verb = bty_ctl_verb_find (words[0]);
  if (verb == NULL)
    return bty_ctl_verb_fail_unknown (words[0], error);
  words++;
  command = choose_command (verb, &words, &unknown);
  if (!is_completion (verb) && has_option (words, "--help", "-h"))
    {
      if (command != NULL)
        bty_ctl_help_print_command (verb, command);
      else
        bty_ctl_help_print_verb (verb);
      return TRUE;
    }
  if (command == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&unknown));
      return FALSE;
    }
  return run_command (ctl, verb, command, words, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (BtyCtl) ctl = NULL;
  g_autoptr (GError) error = NULL;
  gboolean json = has_option (argv + 1, "--json", NULL), done = FALSE;
  int first;

  set_locale ();
  signal (SIGPIPE, SIG_IGN);
  first = skip_options (argv);
  ctl = bty_ctl_new (&error);
  if (ctl != NULL)
    {
      ctl->json = json;
      if (has_option (argv + 1, "--no-truncate", NULL))
        bty_ctl_table_show_whole ();
      done = run (ctl, argv + first, &error);
    }
  if ((fflush (stdout) != 0 || ferror (stdout)) && done)
    {
      g_set_error (&error, BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("standard output could not be written: %s"),
                   g_strerror (errno));
      done = FALSE;
    }
  if (error != NULL)
    bty_ctl_print_error (json, error);
  if (done)
    return 0;
  if (ctl != NULL && ctl->was_interrupted && g_error_matches (error, BTY_ERROR, BTY_ERROR_CANCELLED))
    return EXIT_INTERRUPTED;
  return error != NULL ? bty_error_info (bty_error_code_of (error))->exit_code : 1;
}
