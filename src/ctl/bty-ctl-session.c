/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bty-ctl-capsule.h"
#include "bty-ctl-command.h"
#include "bty-ctl-request.h"
#include "bty-ctl-table.h"
#include "bty-ctl-terminal.h"

static gboolean
run_list (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "id",         N_ ("SESSION"), "slug",      N_ ("BOT"), "state",
                                         N_ ("STATE"), "active_at",    N_ ("LAST"), "turns",    N_ ("TURNS"),
                                         "title",      N_ ("TITLE"),   NULL };
  g_auto (BtyCtlRequest) request = { 0 };
  gint64 limit;

  if (!bty_ctl_request_init_list (&request, args, &limit, error))
    return FALSE;
  bty_ctl_request_string (&request, "slug", bty_ctl_args_get (args, "bot"));
  return bty_ctl_show_list (ctl, "session.list", bty_ctl_request_end (&request), &bty_session_schema, columns,
                            (guint) limit, _ ("There are no sessions yet: boternity-ctl chat begins one"), error);
}

static gboolean
run_get (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return bty_ctl_show (ctl, "session.get", bty_ctl_request_of ("id", bty_ctl_args_word (args, 0)), &bty_session_schema,
                       error);
}

static gboolean
change (BtyCtl *ctl, const BtyCtlArgs *args, const char *operation, const char *done, GError **error)
{
  const char *id = bty_ctl_args_word (args, 0);
  g_autofree char *answer = bty_ctl_call (ctl, operation, bty_ctl_request_of ("id", id), error);

  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else
    bty_ctl_note ("%s: %s", id, done);
  return TRUE;
}

static gboolean
run_close (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return change (ctl, args, "session.close", _ ("closed; it is kept, and takes no more messages"), error);
}

static gboolean
run_delete (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return change (ctl, args, "session.delete", _ ("deleted, with its messages"), error);
}

static void
print_message (const BtyMessage *message)
{
  const BtySchema *schema = &bty_message_schema;
  const BtyField *created = bty_schema_get_field (schema, (guint) bty_schema_find (schema, "created_at", -1, 0));
  g_autofree char *when = bty_ctl_field_to_text (message, created);
  const char *text = message->text != NULL ? message->text : "";

  printf ("%s%s  %s%s%s%s\n", bty_ctl_terminal_style (STDOUT_FILENO, BTY_CTL_BOLD),
          bty_enum_nick (bty_roles, message->role), when, message->model != NULL ? "  " : "",
          message->model != NULL ? message->model : "", bty_ctl_terminal_style (STDOUT_FILENO, BTY_CTL_PLAIN));
  bty_ctl_terminal_write (STDOUT_FILENO, text, strlen (text));
  puts (g_str_has_suffix (text, "\n") ? "" : "\n");
}

/* The last ones are wanted, and read from the oldest to the newest. */
static gboolean
run_messages (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "role", N_ ("ROLE"), "text", N_ ("TEXT"), NULL };
  g_auto (BtyCtlRequest) request = { 0 };
  g_autoptr (GPtrArray) messages = NULL;
  gint64 limit;

  if (!bty_ctl_request_init_list (&request, args, &limit, error))
    return FALSE;
  bty_ctl_request_string (&request, "session", bty_ctl_args_word (args, 0));
  bty_json_writer_member_bool (&request.writer, "newest_first", TRUE);
  if (ctl->json)
    return bty_ctl_show_list (ctl, "message.list", bty_ctl_request_end (&request), &bty_message_schema, columns,
                              (guint) limit, "", error);
  messages = bty_ctl_call_records (ctl, "message.list", bty_ctl_request_end (&request), &bty_message_schema,
                                   (guint) limit, error);
  for (guint i = messages != NULL ? messages->len : 0; i > 0; i--)
    print_message (messages->pdata[i - 1]);
  return messages != NULL;
}

static gboolean
run_search (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "created_at",   N_ ("WHEN"), "role",      N_ ("ROLE"), "session",
                                         N_ ("SESSION"), "text",      N_ ("TEXT"), NULL };
  g_auto (BtyCtlRequest) request = { 0 };
  g_autofree char *words = NULL;
  gint64 limit = 10;

  if (!bty_ctl_args_get_int (args, "limit", 1, 100, &limit, error))
    return FALSE;
  g_ptr_array_add (args->words, NULL);
  words = g_strjoinv (" ", (GStrv) args->words->pdata);
  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "words", words);
  bty_ctl_request_string (&request, "slug", bty_ctl_args_get (args, "bot"));
  bty_json_writer_member_int (&request.writer, "limit", limit);
  return bty_ctl_show_list (ctl, "message.search", bty_ctl_request_end (&request), &bty_message_schema, columns,
                            (guint) limit, _ ("Nothing was found."), error);
}

static const BtyCtlOption list_options[] = {
  { "bot", 'b', N_ ("BOT"), N_ ("only of this bot"), BTY_CTL_BOT },
  { "limit", 'n', N_ ("NUMBER"), N_ ("how many at most (100); 0: all"), BTY_CTL_NOTHING },
  { NULL },
};
static const BtyCtlOption message_options[] = {
  { "limit", 'n', N_ ("NUMBER"), N_ ("how many of the last ones (100); 0: all"), BTY_CTL_NOTHING },
  { NULL },
};
static const BtyCtlOption search_options[] = {
  { "bot", 'b', N_ ("BOT"), N_ ("only of this bot"), BTY_CTL_BOT },
  { "limit", 'n', N_ ("NUMBER"), N_ ("how many at most (10)"), BTY_CTL_NOTHING },
  { NULL },
};

static const BtyCtlCommand session_commands[] = {
  { .name = "list",
    .usage = "",
    .summary = N_ ("List sessions, the most recent first"),
    .options = list_options,
    .run = run_list,
    .examples = N_ ("  boternity-ctl session list --bot ada\n  boternity-ctl session list --limit 0 --json") },
  { .name = "get",
    .usage = N_ ("SESSION"),
    .summary = N_ ("Show a session"),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_SESSION },
    .run = run_get,
    .examples = N_ ("  boternity-ctl session get 0199f3a0-0000-7000-8000-000000000000") },
  { .name = "messages",
    .usage = N_ ("SESSION"),
    .summary = N_ ("Show what was said in a session"),
    .options = message_options,
    .text = N_ ("The oldest first; with --json the newest first, as the daemon gives them."),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_SESSION },
    .run = run_messages,
    .examples = N_ ("  boternity-ctl session messages 0199f3a0-0000-7000-8000-000000000000 --limit 10") },
  { .name = "search",
    .usage = N_ ("WORD…"),
    .summary = N_ ("Find messages by their words"),
    .options = search_options,
    .min = 1,
    .max = -1,
    .run = run_search,
    .examples = N_ ("  boternity-ctl session search tides moon --bot ada") },
  { .name = "export",
    .usage = N_ ("SESSION"),
    .summary = N_ ("Write out a session as text"),
    .options = bty_ctl_capsule_session_options,
    .text = N_ (
      "As Markdown for people, or as JSON lines for programs: the session first, then its messages. --json is --format jsonl."),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_SESSION },
    .run = bty_ctl_capsule_session,
    .examples = N_ ("  boternity-ctl session export 0199f3a0-0000-7000-8000-000000000000 > talk.md") },
  { .name = "close",
    .usage = N_ ("SESSION"),
    .summary = N_ ("Close a session: it is kept, and takes no more messages"),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_SESSION },
    .run = run_close,
    .examples = N_ ("  boternity-ctl session close 0199f3a0-0000-7000-8000-000000000000") },
  { .name = "delete",
    .usage = N_ ("SESSION"),
    .summary = N_ ("Delete a session with its messages"),
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_SESSION },
    .run = run_delete,
    .examples = N_ ("  boternity-ctl session delete 0199f3a0-0000-7000-8000-000000000000") },
  { 0 },
};

const BtyCtlVerb bty_ctl_session_verb = { "session", N_ ("list, read, close and delete sessions"), session_commands,
                                          FALSE };
