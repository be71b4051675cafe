/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-ctl-command.h"
#include "bty-ctl-nearest.h"

const BtyCtlVerb *const bty_ctl_verbs[] = {
  /* clang-format off */
  &bty_ctl_chat_verb,
  &bty_ctl_bot_verb,
  &bty_ctl_soul_verb,
  &bty_ctl_session_verb,
  &bty_ctl_import_verb,
  &bty_ctl_provider_verb,
  &bty_ctl_route_verb,
  &bty_ctl_secret_verb,
  &bty_ctl_vault_verb,
  &bty_ctl_model_verb,
  &bty_ctl_budget_verb,
  &bty_ctl_usage_verb,
  &bty_ctl_status_verb,
  &bty_ctl_stop_verb,
  &bty_ctl_restart_verb,
  &bty_ctl_event_verb,
  &bty_ctl_audit_verb,
  &bty_ctl_doctor_verb,
  &bty_ctl_log_verb,
  &bty_ctl_config_verb,
  &bty_ctl_backup_verb,
  &bty_ctl_cassette_verb,
  &bty_ctl_plugin_verb,
  &bty_ctl_token_verb,
  &bty_ctl_call_verb,
  &bty_ctl_schema_verb,
  &bty_ctl_help_verb,
  &bty_ctl_version_verb,
  &bty_ctl_complete_verb,
  &bty_ctl_describe_verb,
  NULL,
  /* clang-format on */
};

const BtyCtlVerb *
bty_ctl_verb_find (const char *name)
{
  for (guint i = 0; bty_ctl_verbs[i] != NULL; i++)
    {
      if (strcmp (bty_ctl_verbs[i]->name, name) == 0)
        return bty_ctl_verbs[i];
    }
  return NULL;
}

gboolean
bty_ctl_verb_has_commands (const BtyCtlVerb *verb)
{
  return verb->commands[0].name != NULL;
}

const BtyCtlCommand *
bty_ctl_verb_find_command (const BtyCtlVerb *verb, const char *name)
{
  for (const BtyCtlCommand *command = verb->commands; command->run != NULL; command++)
    {
      if (g_strcmp0 (command->name, name) == 0)
        return command;
    }
  return NULL;
}

gboolean
bty_ctl_verb_fail_unknown (const char *name, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  const char *near;

  for (guint i = 0; bty_ctl_verbs[i] != NULL; i++)
    {
      if (!bty_ctl_verbs[i]->is_hidden)
        g_ptr_array_add (names, (gpointer) bty_ctl_verbs[i]->name);
    }
  near = bty_ctl_nearest (names, name);
  if (near != NULL)
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("no command “%s”; did you mean “%s”?"), name, near);
  else
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("no command “%s”; boternity-ctl help lists them"),
                 name);
  return FALSE;
}

gboolean
bty_ctl_verb_fail_command (const BtyCtlVerb *verb, const char *name, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *list = NULL;
  const char *near;

  for (const BtyCtlCommand *command = verb->commands; command->run != NULL; command++)
    if (command->name != NULL)
      g_ptr_array_add (names, (gpointer) command->name);
  near = name != NULL ? bty_ctl_nearest (names, name) : NULL;
  g_ptr_array_add (names, NULL);
  list = g_strjoinv (", ", (GStrv) names->pdata);
  if (name == NULL)
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("%s what? It knows: %s"), verb->name, list);
  else if (near != NULL)
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("no command “%s %s”; did you mean “%s %s”?"),
                 verb->name, name, verb->name, near);
  else
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("no command “%s %s”; it knows: %s"), verb->name, name,
                 list);
  return FALSE;
}
