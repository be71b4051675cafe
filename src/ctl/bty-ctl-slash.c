/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "bty-ctl-chat.h"
#include "bty-ctl-nearest.h"
#include "bty-ctl-request.h"
#include "bty-ctl-table.h"
#include "bty-ctl-terminal.h"

#define SHOWN_SESSIONS 20
#define USAGE_WIDTH    12

typedef struct
{
  const char *name;
  const char *usage;
  const char *summary;
  gboolean (*run) (BtyCtlChat *chat, const char *word, GError **error);
} Slash;

static const Slash slashes[];

static gboolean
slash_help (BtyCtlChat *chat, const char *word, GError **error)
{
  for (const Slash *s = slashes; s->name != NULL; s++)
    {
      const char *usage = *s->usage != '\0' ? _ (s->usage) : "";
      int used = (int) bty_ctl_terminal_measure (usage);

      printf ("  /%-9s %s%*s %s\n", s->name, usage, MAX (USAGE_WIDTH - used, 0), "", _ (s->summary));
    }
  puts (_ ("A line that ends with \\ goes on in the next. Ctrl-C stops an answer."));
  return TRUE;
}

static gboolean
slash_new (BtyCtlChat *chat, const char *word, GError **error)
{
  g_clear_pointer (&chat->session, g_free);
  bty_ctl_note ("%s", _ ("The next message begins a new session."));
  return TRUE;
}

static gboolean
go_to (BtyCtlChat *chat, const BtySession *session, GError **error)
{
  if (session == NULL || session->state != BTY_SESSION_OPEN)
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                           _ ("no open session of that number; /sessions lists them"));
      return FALSE;
    }
  bty_record_take_string (&chat->session, g_strdup (session->record.id));
  bty_ctl_note (_ ("Going on in: %s"), session->title != NULL ? session->title : session->record.id);
  return TRUE;
}

static void
print_sessions (BtyCtlChat *chat, GPtrArray *sessions)
{
  for (guint i = 0; i < sessions->len; i++)
    {
      const BtySession *session = sessions->pdata[i];
      const BtySchema *schema = &bty_session_schema;
      g_autofree char *when = bty_ctl_field_to_text (
        session, bty_schema_get_field (schema, (guint) bty_schema_find (schema, "active_at", -1, 0)));
      g_autofree char *title = bty_ctl_terminal_clean (session->title != NULL ? session->title : "", -1);
      gboolean is_here = g_strcmp0 (session->record.id, chat->session) == 0;

      printf ("%s%3u  %s  %s%s\n", is_here ? "*" : " ", i + 1, when, title,
              session->state == BTY_SESSION_CLOSED ? _ (" (closed)") : "");
    }
}

static gboolean
slash_sessions (BtyCtlChat *chat, const char *word, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };
  g_autoptr (GPtrArray) sessions = NULL;
  guint64 number = 0;

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "slug", chat->slug);
  bty_json_writer_member_int (&request.writer, "limit", SHOWN_SESSIONS);
  sessions = bty_ctl_call_records (chat->ctl, "session.list", bty_ctl_request_end (&request), &bty_session_schema,
                                   SHOWN_SESSIONS, error);
  if (sessions == NULL)
    return FALSE;
  if (*word != '\0')
    {
      gboolean is_number = g_ascii_string_to_unsigned (word, 10, 1, sessions->len, &number, NULL);

      return go_to (chat, is_number ? sessions->pdata[number - 1] : NULL, error);
    }
  print_sessions (chat, sessions);
  return TRUE;
}

static gboolean
set_model (BtyCtlChat *chat, const char *models, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };
  g_autoptr (BtyBot) bot = NULL;
  g_autofree char *route = NULL;

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "slug", chat->slug);
  if (!bty_ctl_request_field (&request, &bty_bot_schema, "route", models, error))
    return FALSE;
  bot = bty_ctl_call_record (chat->ctl, "bot.update", bty_ctl_request_end (&request), &bty_bot_schema, error);
  if (bot == NULL)
    return FALSE;
  route = bot->route != NULL ? g_strjoinv (", ", bot->route) : g_strdup ("");
  bty_ctl_note (_ ("%s answers with: %s"), bot->name, route);
  return TRUE;
}

static gboolean
slash_model (BtyCtlChat *chat, const char *word, GError **error)
{
  static const char *const columns[] = { "name",           N_ ("MODEL"),  "title", N_ ("NAME"),
                                         "context_window", N_ ("WINDOW"), NULL };
  g_autoptr (BtyBot) bot = NULL;
  g_autofree char *route = NULL;

  if (*word != '\0')
    return set_model (chat, word, error);
  bot = bty_ctl_call_record (chat->ctl, "bot.get", bty_ctl_request_of ("slug", chat->slug), &bty_bot_schema, error);
  if (bot == NULL)
    return FALSE;
  route = bot->route != NULL ? g_strjoinv (", ", bot->route) : g_strdup ("");
  bty_ctl_note (_ ("Route of %s: %s"), bot->name, *route != '\0' ? route : _ ("that of the setting chat.route"));
  return bty_ctl_show_list (chat->ctl, "model.list", NULL, &bty_model_schema, columns, 0,
                            _ ("No provider offers a model."), error);
}

static const Slash slashes[] = {
  { "help", "", N_ ("this list"), slash_help },
  { "new", "", N_ ("begin a new session with the next message"), slash_new },
  { "sessions", N_ ("[NUMBER]"), N_ ("list the sessions with this bot, or go on in one"), slash_sessions },
  { "model", N_ ("[P/M,…]"), N_ ("show the models, or set which ones this bot tries"), slash_model },
  { "quit", "", N_ ("leave"), NULL },
  { 0 },
};

static void
say_unknown (const char *name)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  const char *near;

  for (const Slash *s = slashes; s->name != NULL; s++)
    g_ptr_array_add (names, (gpointer) s->name);
  near = bty_ctl_nearest (names, name);
  if (near != NULL)
    bty_ctl_note (_ ("no command /%s; did you mean /%s?"), name, near);
  else
    bty_ctl_note (_ ("no command /%s; /help lists them"), name);
}

gboolean
bty_ctl_chat_command (BtyCtlChat *chat, const char *line)
{
  g_autoptr (GError) error = NULL;
  gsize length = strcspn (line + 1, " \t");
  g_autofree char *name = g_strndup (line + 1, length);
  const char *word = line + 1 + length + strspn (line + 1 + length, " \t");

  for (const Slash *s = slashes; s->name != NULL; s++)
    {
      if (strcmp (s->name, name) != 0)
        continue;
      if (s->run == NULL)
        return FALSE;
      if (!s->run (chat, word, &error))
        bty_ctl_print_error (chat->ctl->json, error);
      return TRUE;
    }
  say_unknown (name);
  return TRUE;
}
