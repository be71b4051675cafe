/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-ctl-command.h"
#include "bty-ctl-keys.h"
#include "bty-ctl-request.h"

static gboolean
run_list (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "name",        N_ ("MODEL"), "title",       N_ ("NAME"), "context_window",
                                         N_ ("WINDOW"), "abilities",  N_ ("CAN DO"), NULL };

  bty_ctl_keys_hand_over (ctl);
  return bty_ctl_show_list (ctl, "model.list", bty_ctl_request_of ("provider", bty_ctl_args_get (args, "provider")),
                            &bty_model_schema, columns, 0, _ ("No provider offers a model."), error);
}

static const BtyCtlOption list_options[] = {
  { "provider", 'p', N_ ("NAME"), N_ ("only models of this provider"), BTY_CTL_PROVIDER },
  { NULL },
};

static const BtyCtlCommand model_commands[] = {
  { .name = "list",
    .usage = "",
    .summary = N_ ("List the models that the providers offer"),
    .options = list_options,
    .run = run_list,
    .examples = N_ ("  boternity-ctl model list --provider openai") },
  { 0 },
};

const BtyCtlVerb bty_ctl_model_verb = { "model", N_ ("list the models there are"), model_commands, FALSE };
