/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bty-ctl-command.h"
#include "bty-ctl-json.h"
#include "bty-ctl-request.h"
#include "bty-ctl-table.h"
#include "bty-ctl-terminal.h"

static void
on_item (guint64 number, const char *json, gpointer data)
{
  BtyCtl *ctl = data;
  g_autoptr (BtyChatItem) item = bty_ctl_read_record (&bty_chat_item_schema, json, NULL);

  if (item == NULL || ctl->json)
    return;
  if (item->type == BTY_CHAT_TEXT && item->text != NULL)
    bty_ctl_terminal_write (STDOUT_FILENO, item->text, strlen (item->text));
  else if (item->type == BTY_CHAT_NOTICE && item->text != NULL)
    bty_ctl_note ("%s", item->text);
  else if (item->type == BTY_CHAT_MODEL && item->model != NULL)
    bty_ctl_note ("%s", item->model);
}

/* (transfer full) (nullable): the answer of an operation that streams an answer, which is shown as it comes */
static char *
call_and_show (BtyCtl *ctl, const char *operation, GBytes *request, GError **error)
{
  g_autoptr (GBytes) owned = request;
  g_autofree char *answer = NULL;
  BtyCtlStreamEnd end;

  if (!bty_ctl_connect (ctl, error))
    return NULL;
  end = bty_ctl_client_stream (ctl->client, operation, owned, on_item, ctl, ctl->cancellable, &answer, error);
  if (end != BTY_CTL_STREAM_ENDED)
    return NULL;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else
    puts ("");
  return g_steal_pointer (&answer);
}

static gboolean
run_record (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };
  g_autofree char *answer = NULL;
  g_autofree char *turn = NULL;

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "slug", bty_ctl_args_word (args, 0));
  bty_ctl_request_string (&request, "message", bty_ctl_args_word (args, 1));
  bty_ctl_request_string (&request, "session", bty_ctl_args_get (args, "session"));
  bty_json_writer_member_bool (&request.writer, "cassette", TRUE);
  answer = call_and_show (ctl, "chat.send", bty_ctl_request_end (&request), error);
  if (answer == NULL)
    return FALSE;
  turn = bty_ctl_json_get_string (answer, "id");
  if (turn != NULL && !ctl->json)
    bty_ctl_note (_ ("Recorded: boternity-ctl cassette replay %s"), turn);
  return TRUE;
}

static gboolean
run_list (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "turn",       N_ ("TURN"), "made_at",       N_ ("MADE"), "bytes",
                                         N_ ("BYTES"), "redacted",  N_ ("REDACTED"), NULL };

  return bty_ctl_show_list (ctl, "cassette.list", NULL, &bty_cassette_info_schema, columns, 0,
                            _ ("There are no recordings: boternity-ctl cassette record BOT MESSAGE"), error);
}

static gboolean
run_show (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_autofree char *answer = bty_ctl_call (ctl, "cassette.get", bty_ctl_request_of ("turn", bty_ctl_args_word (args, 0)),
                                          error);
  g_autofree char *content = answer != NULL ? bty_ctl_json_get_string (answer, "content") : NULL;

  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else if (content != NULL)
    bty_ctl_terminal_write (STDOUT_FILENO, content, strlen (content));
  return TRUE;
}

static gboolean
run_replay (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };
  g_autofree char *answer = NULL;
  g_autoptr (BtyCassetteReport) report = NULL;

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "turn", bty_ctl_args_word (args, 0));
  bty_json_writer_member_bool (&request.writer, "timed", bty_ctl_args_has (args, "timed"));
  answer = call_and_show (ctl, "cassette.replay", bty_ctl_request_end (&request), error);
  report = answer != NULL ? bty_ctl_read_record (&bty_cassette_report_schema, answer, error) : NULL;
  if (report == NULL)
    return FALSE;
  if (!report->same)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("it is not what was said then: %s"),
                   report->difference != NULL ? report->difference : "");
      return FALSE;
    }
  if (!ctl->json)
    bty_ctl_note ("%s", _ ("The same as then, byte for byte."));
  return TRUE;
}

static gboolean
run_delete (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *turn = bty_ctl_args_word (args, 0);
  g_autofree char *answer = bty_ctl_call (ctl, "cassette.delete", bty_ctl_request_of ("turn", turn), error);

  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else
    bty_ctl_note ("%s: %s", turn, _ ("deleted"));
  return TRUE;
}

static const BtyCtlOption record_options[] = {
  { "session", 's', N_ ("SESSION"), N_ ("in this session; without it a new one is begun"), BTY_CTL_SESSION },
  { NULL },
};
static const BtyCtlOption replay_options[] = {
  { "timed", 0, NULL, N_ ("as slowly as it was recorded"), BTY_CTL_NOTHING },
  { NULL },
};

static const BtyCtlCommand cassette_commands[] = {
  { .name = "record",
    .usage = N_ ("BOT MESSAGE"),
    .summary = N_ ("Say something to a bot and record what its providers are asked and answer"),
    .options = record_options,
    .text = N_ ("Keys are not recorded. To record every turn: boternity-ctl config set cassette.record true"),
    .min = 2,
    .max = 2,
    .words = { BTY_CTL_BOT },
    .run = run_record,
    .examples = N_ ("  boternity-ctl cassette record ada \"What is the tide?\"") },
  { .name = "list",
    .usage = "",
    .summary = N_ ("List recordings, the newest first"),
    .run = run_list,
    .examples = N_ ("  boternity-ctl cassette list") },
  { .name = "show",
    .usage = N_ ("TURN"),
    .summary = N_ ("Show a recording, a JSON object a line"),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_CASSETTE },
    .run = run_show,
    .examples = N_ ("  boternity-ctl cassette show 0199f3a0-0000-7000-8000-000000000000 > turn.jsonl") },
  { .name = "replay",
    .usage = N_ ("TURN"),
    .summary = N_ ("Make a recorded turn again without any network, and compare"),
    .options = replay_options,
    .text = N_ ("It costs nothing and needs no key. The exit code tells whether the same was said, byte for byte."),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_CASSETTE },
    .run = run_replay,
    .examples = N_ ("  boternity-ctl cassette replay 0199f3a0-0000-7000-8000-000000000000 --timed") },
  { .name = "delete",
    .usage = N_ ("TURN"),
    .summary = N_ ("Delete a recording"),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_CASSETTE },
    .run = run_delete,
    .examples = N_ ("  boternity-ctl cassette delete 0199f3a0-0000-7000-8000-000000000000") },
  { 0 },
};

const BtyCtlVerb bty_ctl_cassette_verb = { "cassette", N_ ("record turns and play them again"), cassette_commands,
                                           FALSE };
