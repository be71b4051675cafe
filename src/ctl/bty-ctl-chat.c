/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <gio/gunixinputstream.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#include "bty-ctl-chat.h"
#include "bty-ctl-command.h"
#include "bty-ctl-keys.h"
#include "bty-ctl-request.h"
#include "bty-ctl-terminal.h"
#include "bty-ctl-turn.h"

#define RECENT_SESSIONS 20

void
bty_ctl_chat_clear (BtyCtlChat *chat)
{
  g_clear_pointer (&chat->slug, g_free);
  g_clear_pointer (&chat->session, g_free);
  g_clear_pointer (&chat->model, g_free);
}

/* With --json: the answer and the turn as one document. */
static void
print_answer (const BtyCtlTurn *turn)
{
  g_autoptr (GString) text = g_string_new (NULL);
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, text);
  bty_json_writer_begin_object (&writer);
  bty_json_writer_member_string (&writer, "text", turn->text->str);
  bty_json_writer_member_string (&writer, "session", turn->session);
  bty_json_writer_key (&writer, "turn");
  bty_json_writer_raw (&writer, turn->record, strlen (turn->record));
  bty_json_writer_end_object (&writer);
  bty_ctl_print_json (text->str);
}

gboolean
bty_ctl_chat_say (BtyCtlChat *chat, const char *message, GError **error)
{
  g_autoptr (BtyCtlTurn) turn = bty_ctl_turn_new (chat->ctl, &chat->model, chat->shows_reasoning);
  gboolean is_answered = bty_ctl_turn_run (turn, chat->slug, chat->session, message, error);

  if (turn->session != NULL)
    bty_record_take_string (&chat->session, g_strdup (turn->session));
  chat->stopped_at = turn->was_stopped ? g_get_monotonic_time () : 0;
  if (is_answered && chat->ctl->json)
    print_answer (turn);
  return is_answered;
}

static void
keep_result (GObject *source, GAsyncResult *result, gpointer place)
{
  *(GAsyncResult **) place = g_object_ref (result);
}

/* Returns: (transfer full) (nullable): the next line of standard input */
static char *
read_line (GDataInputStream *input, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_data_input_stream_read_line_async (input, G_PRIORITY_DEFAULT, cancellable, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return g_data_input_stream_read_line_finish (input, result, NULL, error);
}

/* Each line of standard input is a message. One that fails does not keep the next from being said; the first failure is the result. */
static gboolean
say_lines (BtyCtlChat *chat, GError **error)
{
  g_autoptr (GInputStream) stdin_stream = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GDataInputStream) input = g_data_input_stream_new (stdin_stream);
  g_autoptr (GError) first = NULL;
  g_autoptr (GError) read_error = NULL;

  g_data_input_stream_set_newline_type (input, G_DATA_STREAM_NEWLINE_TYPE_LF);
  while (!chat->ctl->was_interrupted)
    {
      g_autofree char *line = read_line (input, chat->ctl->cancellable, &read_error);
      g_autoptr (GError) failure = NULL;

      if (line == NULL)
        break;
      if (*g_strchomp (line) == '\0' || bty_ctl_chat_say (chat, line, &failure))
        continue;
      if (first == NULL)
        first = g_steal_pointer (&failure);
      else
        bty_ctl_print_error (chat->ctl->json, failure);
    }
  if (first == NULL && read_error != NULL)
    first = g_steal_pointer (&read_error);
  if (first == NULL)
    return TRUE;
  bty_error_convert (&first);
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}

/* Returns: (transfer full) (nullable): the open session of the bot in which something was said last; NULL without an error: none */
static char *
find_session (BtyCtl *ctl, const char *slug, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };
  g_autoptr (GPtrArray) sessions = NULL;

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "slug", slug);
  bty_json_writer_member_int (&request.writer, "limit", RECENT_SESSIONS);
  sessions = bty_ctl_call_records (ctl, "session.list", bty_ctl_request_end (&request), &bty_session_schema,
                                   RECENT_SESSIONS, error);
  for (guint i = 0; sessions != NULL && i < sessions->len; i++)
    {
      const BtySession *session = sessions->pdata[i];

      if (session->state == BTY_SESSION_OPEN)
        return g_strdup (session->record.id);
    }
  return NULL;
}

static gboolean
choose_session (BtyCtlChat *chat, const BtyCtlArgs *args, GError **error)
{
  const char *id = bty_ctl_args_get (args, "session");
  g_autoptr (BtySession) session = NULL;
  g_autoptr (GError) failure = NULL;

  if (id == NULL && bty_ctl_args_has (args, "new"))
    return TRUE;
  if (id == NULL)
    {
      chat->session = find_session (chat->ctl, chat->slug, &failure);
      if (failure == NULL)
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  session = bty_ctl_call_record (chat->ctl, "session.get", bty_ctl_request_of ("id", id), &bty_session_schema, error);
  if (session == NULL)
    return FALSE;
  bty_record_take_string (&chat->session, g_strdup (id));
  bty_record_take_string (&chat->slug, g_strdup (session->slug));
  return TRUE;
}

/* A first word with a space in it cannot be a bot: it is what somebody wants to say to the default one. */
static gboolean
choose_bot (BtyCtlChat *chat, const BtyCtlArgs *args, guint *first_word, GError **error)
{
  const char *word = bty_ctl_args_word (args, 0);
  gboolean is_bot = word != NULL && strpbrk (word, " \t\n") == NULL && *word != '\0';

  *first_word = is_bot ? 1 : 0;
  chat->slug = g_strdup (is_bot ? word : chat->ctl->status->default_bot);
  if (chat->slug == NULL)
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                         _ ("there is no default bot; name one, or make one: boternity-ctl bot create NAME"));
  return chat->slug != NULL;
}

static char *
join_words (const BtyCtlArgs *args, guint first)
{
  g_autoptr (GString) message = g_string_new (NULL);

  for (guint i = first; i < bty_ctl_args_count (args); i++)
    g_string_append_printf (message, "%s%s", i > first ? " " : "", bty_ctl_args_word (args, i));
  return g_string_free (g_steal_pointer (&message), FALSE);
}

static gboolean
run_chat (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_auto (BtyCtlChat) chat = { .ctl = ctl, .shows_reasoning = bty_ctl_args_has (args, "reasoning") };
  g_autofree char *message = NULL;
  guint first_word = 0;

  if (bty_ctl_args_has (args, "new") && bty_ctl_args_has (args, "session"))
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("--new and --session exclude each other"));
      return FALSE;
    }
  if (!bty_ctl_connect (ctl, error) || !choose_bot (&chat, args, &first_word, error) ||
      !choose_session (&chat, args, error))
    return FALSE;
  message = join_words (args, first_word);
  if (*message == '\0' && bty_ctl_terminal_is (STDIN_FILENO) && bty_ctl_terminal_is (STDOUT_FILENO) && !ctl->json)
    return bty_ctl_chat_interact (&chat, error);
  bty_ctl_keys_hand_over (ctl);
  return *message != '\0' ? bty_ctl_chat_say (&chat, message, error) : say_lines (&chat, error);
}

static const BtyCtlOption chat_options[] = {
  { "session", 's', N_ ("ID"), N_ ("go on in this session"), BTY_CTL_SESSION },
  { "new", 'n', NULL, N_ ("begin a new session"), BTY_CTL_NOTHING },
  { "reasoning", 0, NULL, N_ ("show what the model thinks, on standard error"), BTY_CTL_NOTHING },
  { NULL },
};

static const BtyCtlCommand chat_commands[] = {
  { .usage = N_ ("[BOT] [MESSAGE…]"),
    .summary = N_ ("Talk to a bot"),
    .text = N_ (
      "Without a bot it is the default one; a first word with a space in it is taken for the message to that. Without a\n"
      "message it talks until you leave (Ctrl-D, or Ctrl-C twice at the prompt); /help lists what else can be typed there.\n"
      "When standard input is no terminal, each of its lines is a message. The conversation goes on in the session in which\n"
      "something was said last, unless --new begins another. Answers go to standard output, remarks to standard error.\n"
      "Ctrl-C stops an answer, not the program. With --json each answer is one line: text, session and turn."),
    .examples = N_ ("  boternity-ctl chat\n"
                    "  boternity-ctl chat ada How do tides work?\n"
                    "  boternity-ctl chat --new \"What can you do?\"\n"
                    "  git diff | tr '\\n' ' ' | boternity-ctl chat reviewer --new"),
    .options = chat_options,
    .max = -1,
    .words = { BTY_CTL_BOT },
    .run = run_chat },
  { 0 },
};

const BtyCtlVerb bty_ctl_chat_verb = { "chat", N_ ("talk to a bot"), chat_commands, FALSE };
