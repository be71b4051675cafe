/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-ctl-command.h"
#include "bty-ctl-request.h"
#include "bty-ctl-table.h"
#include "bty-ctl-terminal.h"

/* The words after the name are the steps. */
static void
add_steps (BtyCtlRequest *request, const BtyCtlArgs *args)
{
  g_autoptr (GPtrArray) steps = g_ptr_array_new ();

  for (guint i = 1; bty_ctl_args_word (args, i) != NULL; i++)
    g_ptr_array_add (steps, (gpointer) bty_ctl_args_word (args, i));
  if (steps->len > 0)
    bty_ctl_request_strings (request, "steps", steps);
}

static gboolean
change (BtyCtl *ctl, const char *operation, const BtyCtlArgs *args, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "name", bty_ctl_args_word (args, 0));
  bty_ctl_request_string (&request, "description", bty_ctl_args_get (args, "description"));
  add_steps (&request, args);
  return bty_ctl_request_field (&request, &bty_route_config_schema, "hedge_ms", bty_ctl_args_get (args, "hedge-ms"),
                                error) &&
         bty_ctl_show (ctl, operation, bty_ctl_request_end (&request), &bty_route_config_schema, error);
}

static gboolean
run_create (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *name = bty_ctl_args_word (args, 0);

  if (!change (ctl, "route.create", args, error))
    return FALSE;
  if (!ctl->json)
    bty_ctl_note (
      _ ("For one bot: boternity-ctl bot update SLUG --model %s; for all that name none: boternity-ctl config "
         "set chat.route %s"),
      name, name);
  return TRUE;
}

static gboolean
run_update (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  if (bty_ctl_args_word (args, 1) == NULL && !bty_ctl_args_has (args, "description") &&
      !bty_ctl_args_has (args, "hedge-ms"))
    {
      g_set_error_literal (
        error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
        _ ("nothing to change: give its steps anew, or an option of boternity-ctl help route update"));
      return FALSE;
    }
  return change (ctl, "route.update", args, error);
}

static gboolean
run_list (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "name", N_ ("ROUTE"), "steps", N_ ("STEPS"), "description", N_ ("FOR"), NULL };

  return bty_ctl_show_list (ctl, "route.list", NULL, &bty_route_config_schema, columns, 0,
                            _ ("There are no routes: boternity-ctl route create NAME PROVIDER/MODEL…"), error);
}

static gboolean
run_show (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return bty_ctl_show (ctl, "route.get", bty_ctl_request_of ("name", bty_ctl_args_word (args, 0)),
                       &bty_route_config_schema, error);
}

static gboolean
run_delete (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *name = bty_ctl_args_word (args, 0);
  g_autofree char *answer = bty_ctl_call (ctl, "route.delete", bty_ctl_request_of ("name", name), error);

  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else
    bty_ctl_note (_ ("%s: deleted"), name);
  return TRUE;
}

static gboolean
run_test (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "verdict",    N_ ("VERDICT"), "step",     N_ ("STEP"), "model",
                                         N_ ("MODEL"), "reason",       N_ ("WHY"), NULL };
  const char *needs = bty_ctl_args_get (args, "needs");
  g_auto (GStrv) words = needs != NULL ? g_strsplit_set (needs, ", ", -1) : NULL;
  g_autoptr (GPtrArray) abilities = g_ptr_array_new ();
  g_auto (BtyCtlRequest) request = { 0 };

  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    if (words[i][0] != '\0')
      g_ptr_array_add (abilities, words[i]);
  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "name", bty_ctl_args_word (args, 0));
  if (abilities->len > 0)
    bty_ctl_request_strings (&request, "needs", abilities);
  return bty_ctl_request_field (&request, &bty_route_test_schema, "tokens", bty_ctl_args_get (args, "tokens"), error) &&
         bty_ctl_show_list (ctl, "route.test", bty_ctl_request_end (&request), &bty_route_step_report_schema, columns,
                            0, _ ("The route has no steps."), error);
}

#define SETTINGS                                                                                                       \
  { "description", 'd', N_ ("TEXT"), N_ ("what it is for"), BTY_CTL_NOTHING },                                         \
  {                                                                                                                    \
    "hedge-ms", 0, N_ ("MS"), N_ ("without a first token for so long, begin the next step beside; 0: never"),          \
      BTY_CTL_NOTHING                                                                                                  \
  }

static const BtyCtlOption change_options[] = { SETTINGS, { NULL } };
static const BtyCtlOption test_options[] = {
  { "needs", 0, N_ ("ABILITIES"), N_ ("what a request would need: tools, vision, files"), BTY_CTL_NOTHING },
  { "tokens", 0, N_ ("N"), N_ ("tokens that its input would come to"), BTY_CTL_NOTHING },
  { NULL }
};

static const BtyCtlCommand route_commands[] = {
  { .name = "create",
    .usage = N_ ("NAME STEP…"),
    .summary = N_ ("Make a route with a name"),
    .text = N_ (
      "A step is PROVIDER/MODEL, or PROVIDER for its default model; the first that can answer does. After a question mark\n"
      "stand its conditions, with & between them: tools, vision, files, each also with ! before it, context>N, context<N,\n"
      "cost<USD, hour=FROM-TO. Put a step with conditions in quotes: the shell has ideas of its own about ?, & and <."),
    .examples = N_ (
      "  boternity-ctl route create smart anthropic/claude-sonnet-4-5 openai/gpt-5 builtin\n"
      "  boternity-ctl route create thrifty 'local/qwen3?context<8000' 'openai/gpt-5-mini?cost<0.02' builtin"),
    .options = change_options,
    .min = 2,
    .max = -1,
    .words = { BTY_CTL_NOTHING, BTY_CTL_MODEL },
    .run = run_create },
  { .name = "list",
    .usage = "",
    .summary = N_ ("List the routes"),
    .run = run_list,
    .examples = N_ ("  boternity-ctl route list") },
  { .name = "show",
    .usage = N_ ("NAME"),
    .summary = N_ ("Show a route"),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_ROUTE },
    .run = run_show,
    .examples = N_ ("  boternity-ctl route show smart") },
  { .name = "update",
    .usage = N_ ("NAME [STEP…]"),
    .summary = N_ ("Change a route: steps that are given take the place of those there are"),
    .options = change_options,
    .min = 1,
    .max = -1,
    .words = { BTY_CTL_ROUTE, BTY_CTL_MODEL },
    .run = run_update,
    .examples = N_ ("  boternity-ctl route update smart openai/gpt-5 builtin\n"
                    "  boternity-ctl route update smart --hedge-ms 1500") },
  { .name = "delete",
    .usage = N_ ("NAME"),
    .summary = N_ ("Delete a route"),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_ROUTE },
    .run = run_delete,
    .examples = N_ ("  boternity-ctl route delete smart") },
  { .name = "test",
    .usage = N_ ("NAME"),
    .summary = N_ ("Show which step would be taken, and why not the others; nobody is asked"),
    .options = test_options,
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_ROUTE },
    .run = run_test,
    .examples = N_ ("  boternity-ctl route test smart --needs tools --tokens 20000") },
  { 0 },
};

const BtyCtlVerb bty_ctl_route_verb = { "route", N_ ("say which models to try, and when"), route_commands, FALSE };
