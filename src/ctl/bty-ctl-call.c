/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "bty-ctl-command.h"
#include "bty-ctl-fields.h"
#include "bty-ctl-nearest.h"
#include "bty-ctl-request.h"
#include "bty-ctl-table.h"

/* Says which operation was probably meant. */
static void
suggest (BtyCtl *ctl, const char *name, GError **error)
{
  g_autoptr (GPtrArray) operations = bty_ctl_call_records (ctl, "operation.list", NULL, &bty_operation_info_schema, 0,
                                                           NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  const char *near;

  for (guint i = 0; operations != NULL && i < operations->len; i++)
    g_ptr_array_add (names, ((BtyOperationInfo *) operations->pdata[i])->name);
  near = bty_ctl_nearest (names, name);
  g_clear_error (error);
  if (near != NULL)
    g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND, _ ("no operation “%s”; did you mean “%s”?"), name, near);
  else
    g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND, _ ("no operation “%s”; boternity-ctl call lists them"), name);
}

static gboolean
list_operations (BtyCtl *ctl, GError **error)
{
  static const char *const columns[] = {
    "name", N_ ("OPERATION"), "http", N_ ("HTTP"), "summary", N_ ("SUMMARY"), NULL
  };

  return bty_ctl_show_list (ctl, "operation.list", NULL, &bty_operation_info_schema, columns, 0,
                            _ ("There are no operations."), error);
}

static void
print_event (const char *event, guint64 number, const char *json)
{
  if (number > 0)
    printf ("{\"event\":\"%s\",\"id\":%" G_GUINT64_FORMAT ",\"data\":%s}\n", event, number, json);
  else
    printf ("{\"event\":\"%s\",\"data\":%s}\n", event, json);
  fflush (stdout);
}

static void
on_item (guint64 number, const char *json, gpointer data)
{
  print_event ("item", number, json);
}

static gboolean
stream (BtyCtl *ctl, const char *name, GBytes *request, GError **error)
{
  g_autofree char *answer = NULL;
  BtyCtlStreamEnd end = bty_ctl_client_stream (ctl->client, name, request, on_item, NULL, ctl->cancellable, &answer,
                                               error);

  if (end != BTY_CTL_STREAM_ENDED)
    return FALSE;
  print_event ("end", 0, answer);
  return TRUE;
}

static gboolean
run_call (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *name = bty_ctl_args_word (args, 0);
  g_autoptr (BtyOperationInfo) operation = NULL;
  g_autoptr (GBytes) request = NULL;
  g_autofree char *answer = NULL;

  if (name == NULL)
    return list_operations (ctl, error);
  operation = bty_ctl_call_record (ctl, "operation.get", bty_ctl_request_of ("name", name), &bty_operation_info_schema,
                                   error);
  if (operation == NULL)
    {
      if (error != NULL && g_error_matches (*error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
        suggest (ctl, name, error);
      return FALSE;
    }
  g_ptr_array_remove_index (args->words, 0);
  request = bty_ctl_fields_read (operation->request, args->words, error);
  if (request == NULL)
    return FALSE;
  if (operation->effects != NULL && g_strv_contains ((const char *const *) operation->effects, "streaming"))
    return stream (ctl, operation->name, request, error);
  answer = bty_ctl_call (ctl, operation->name, g_steal_pointer (&request), error);
  if (answer != NULL)
    bty_ctl_print_json (answer);
  return answer != NULL;
}

static const BtyCtlCommand call_commands[] = {
  { .usage = N_ ("[OPERATION [FIELD=VALUE…] [FIELD:=JSON…] [@FILE|-]]"),
    .summary = N_ ("Carry out any operation of the daemon"),
    .text = N_ (
      "Without a word it lists the operations. FIELD=VALUE is taken as the operation's schema says: text, a number, true or\n"
      "false, a list as words between commas (or the field given again). FIELD:=JSON is taken as it stands. @FILE is a JSON\n"
      "object to begin with, - the same from standard input. The answer is JSON; an operation that streams gives a line for\n"
      "each item, {\"event\":\"item\",\"id\":N,\"data\":…}, and {\"event\":\"end\",\"data\":…} at last."),
    .examples = N_ ("  boternity-ctl call\n"
                    "  boternity-ctl call operation.get name=bot.create\n"
                    "  boternity-ctl call bot.create name=Ada temperature=0.5 route=openai/gpt-5,local/qwen3\n"
                    "  boternity-ctl call bot.update slug=ada temperature:=null\n"
                    "  boternity-ctl call chat.send slug=ada message=Hello"),
    .max = -1,
    .words = { BTY_CTL_OPERATION },
    .run = run_call },
  { 0 },
};

const BtyCtlVerb bty_ctl_call_verb = { "call", N_ ("carry out any operation of the daemon"), call_commands, FALSE };
