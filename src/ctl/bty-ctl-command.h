/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-ctl.h"

/*
 * BtyCtlCommand:
 * @name: word after the verb; NULL: the verb alone; where there are others it stands last, and help does not list it
 * @usage: its words, as help shows them; "" for none
 * @summary: one line; @text: (nullable): more of it; @examples: (nullable): lines to type
 * @options: (nullable): besides the common ones
 * @min: fewest words; @max: most words, -1 for any number
 * @words: what its words stand for, the last one for all that follow
 *
 * Static and const; everything people read is marked with N_().
 */
typedef struct
{
  const char *name;
  const char *usage;
  const char *summary;
  const char *text;
  const char *examples;
  const BtyCtlOption *options;
  guint min;
  int max;
  BtyCtlKind words[3];
  gboolean (*run) (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
} BtyCtlCommand;

/* BtyCtlVerb: the first word. @commands ends with one without @run; @is_hidden: help does not list it. */
typedef struct
{
  const char *name;
  const char *summary;
  const BtyCtlCommand *commands;
  gboolean is_hidden;
} BtyCtlVerb;

extern const BtyCtlVerb bty_ctl_audit_verb, bty_ctl_backup_verb, bty_ctl_bot_verb, bty_ctl_budget_verb,
  bty_ctl_call_verb, bty_ctl_cassette_verb, bty_ctl_chat_verb, bty_ctl_complete_verb, bty_ctl_config_verb,
  bty_ctl_describe_verb, bty_ctl_doctor_verb, bty_ctl_event_verb, bty_ctl_help_verb, bty_ctl_import_verb,
  bty_ctl_log_verb, bty_ctl_model_verb, bty_ctl_plugin_verb, bty_ctl_provider_verb, bty_ctl_restart_verb,
  bty_ctl_route_verb, bty_ctl_schema_verb, bty_ctl_secret_verb, bty_ctl_session_verb, bty_ctl_soul_verb,
  bty_ctl_status_verb, bty_ctl_stop_verb, bty_ctl_token_verb, bty_ctl_usage_verb, bty_ctl_vault_verb,
  bty_ctl_version_verb;

/* All verbs, in the order of help; the last one is NULL. */
extern const BtyCtlVerb *const bty_ctl_verbs[];

const BtyCtlVerb *bty_ctl_verb_find (const char *name);
const BtyCtlCommand *bty_ctl_verb_find_command (const BtyCtlVerb *verb, const char *name);
/* Returns: whether the verb is followed by the name of a command */
gboolean bty_ctl_verb_has_commands (const BtyCtlVerb *verb);
/* Say what there is instead; both return FALSE. */
gboolean bty_ctl_verb_fail_unknown (const char *name, GError **error);
gboolean bty_ctl_verb_fail_command (const BtyCtlVerb *verb, const char *name, GError **error);

/* Help goes to standard output: it was asked for. */
void bty_ctl_help_print_all (void);
void bty_ctl_help_print_verb (const BtyCtlVerb *verb);
void bty_ctl_help_print_command (const BtyCtlVerb *verb, const BtyCtlCommand *command);
/* Returns: (transfer full): how a command is called, such as `boternity-ctl bot get BOT` */
char *bty_ctl_help_usage (const BtyCtlVerb *verb, const BtyCtlCommand *command);
