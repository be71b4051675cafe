/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#include "bty-ctl-amount.h"
#include "bty-ctl-command.h"
#include "bty-ctl-keys.h"
#include "bty-ctl-request.h"
#include "bty-ctl-terminal.h"
#include "bty-ctl-turn.h"

#define FIRST_PAUSE_MS   100
#define LONGEST_PAUSE_MS 2000
#define MAX_JOINS        12
#define WORD_PAUSE_MS    500 /* after which an unfinished word is shown */

BtyCtlTurn *
bty_ctl_turn_new (BtyCtl *ctl, char **model, gboolean shows_reasoning)
{
  BtyCtlTurn *self = g_new0 (BtyCtlTurn, 1);

  self->ctl = ctl;
  self->model = model;
  self->text = g_string_new (NULL);
  self->shows_reasoning = shows_reasoning;
  self->ends_with_newline = TRUE;
  self->wrap = bty_ctl_wrap_new ();
  self->cancellable = g_cancellable_new ();
  return self;
}

void
bty_ctl_turn_free (BtyCtlTurn *self)
{
  g_free (self->session);
  g_free (self->record);
  g_free (self->turn);
  g_clear_pointer (&self->request, g_bytes_unref);
  g_free (self->key);
  g_clear_pointer (&self->usage, bty_chat_item_unref);
  g_clear_pointer (&self->paused, bty_chat_item_unref);
  g_string_free (self->text, TRUE);
  bty_ctl_wrap_free (self->wrap);
  g_clear_handle_id (&self->pause_source, g_source_remove);
  g_object_unref (self->cancellable);
  g_free (self);
}

static void
show_word (BtyCtlTurn *self)
{
  g_autoptr (GString) out = g_string_new (NULL);

  g_clear_handle_id (&self->pause_source, g_source_remove);
  bty_ctl_wrap_flush (self->wrap, out);
  bty_ctl_terminal_write (STDOUT_FILENO, out->str, out->len);
}

static gboolean
on_word_pause (gpointer data)
{
  BtyCtlTurn *self = data;

  self->pause_source = 0;
  show_word (self);
  return G_SOURCE_REMOVE;
}

/* Where standard output is no terminal the width is 0, and the text stays as it is. */
static void
show_text (BtyCtlTurn *self, const char *text)
{
  g_autoptr (GString) out = g_string_new (NULL);

  g_clear_handle_id (&self->pause_source, g_source_remove);
  self->wrap->width = bty_ctl_terminal_get_width (STDOUT_FILENO);
  bty_ctl_wrap_take (self->wrap, text, out);
  bty_ctl_terminal_write (STDOUT_FILENO, out->str, out->len);
  if (bty_ctl_wrap_is_holding (self->wrap))
    self->pause_source = g_timeout_add (WORD_PAUSE_MS, on_word_pause, self);
}

/* Ends the line of an unfinished answer before something else is said. */
static void
end_line (BtyCtlTurn *self)
{
  if (!self->ends_with_newline && !self->ctl->json)
    show_text (self, "\n");
  self->ends_with_newline = TRUE;
}

static void
take_text (BtyCtlTurn *self, const char *text)
{
  if (text == NULL || *text == '\0')
    return;
  g_string_append (self->text, text);
  if (self->ctl->json)
    return;
  bty_ctl_progress_end ();
  show_text (self, text);
  self->ends_with_newline = text[strlen (text) - 1] == '\n';
}

static void
take_reasoning (BtyCtlTurn *self, const char *text)
{
  if (!self->shows_reasoning || text == NULL)
    return;
  bty_ctl_progress_end ();
  show_word (self);
  bty_ctl_terminal_write (STDERR_FILENO, text, strlen (text));
}

static void
take_model (BtyCtlTurn *self, const char *model)
{
  if (model == NULL || g_strcmp0 (model, *self->model) == 0)
    return;
  end_line (self);
  bty_ctl_note ("[%s]", model);
  bty_record_take_string (self->model, g_strdup (model));
}

/* What was shown stays on the screen, and is told to be void; with --json only what counts is told. */
static void
take_restart (BtyCtlTurn *self, const char *why)
{
  bty_ctl_progress_end ();
  end_line (self);
  g_string_truncate (self->text, 0);
  bty_ctl_note ("[%s]", why != NULL ? why : _ ("the answer broke off and is given anew"));
}

static void
cancel_turn (BtyCtlTurn *self)
{
  g_autoptr (GBytes) request = bty_ctl_request_of ("turn", self->turn);

  if (self->ctl->client != NULL)
    bty_ctl_client_send (self->ctl->client, "chat.cancel", request);
}

/* The first Ctrl-C asks the daemon to stop the answer, the second one stops waiting for it. */
static void
on_interrupt (gpointer data)
{
  BtyCtlTurn *self = data;

  self->presses++;
  self->was_stopped = TRUE;
  if (self->presses == 1 && self->turn != NULL)
    cancel_turn (self);
  else if (self->presses > 1)
    g_cancellable_cancel (self->cancellable);
}

static void
take_start (BtyCtlTurn *self, const BtyChatItem *item)
{
  if (item->session != NULL)
    bty_record_take_string (&self->session, g_strdup (item->session));
  if (item->turn == NULL || self->turn != NULL)
    return;
  self->turn = g_strdup (item->turn);
  if (self->was_stopped)
    cancel_turn (self);
}

static void
keep (BtyChatItem **place, BtyChatItem *item)
{
  g_clear_pointer (place, bty_chat_item_unref);
  *place = bty_chat_item_ref (item);
}

/* What was seen before the connection broke may come again when the turn is joined anew. */
static void
on_item (guint64 number, const char *json, gpointer data)
{
  BtyCtlTurn *self = data;
  g_autoptr (BtyChatItem) item = NULL;

  if (number != 0 && number <= self->last)
    return;
  self->last = number != 0 ? number : self->last;
  item = bty_ctl_read_record (&bty_chat_item_schema, json, NULL);
  if (item == NULL) /* a kind of item that a newer daemon knows */
    return;
  switch (item->type)
    {
    case BTY_CHAT_TEXT:
      take_text (self, item->text);
      break;
    case BTY_CHAT_REASONING:
      take_reasoning (self, item->text);
      break;
    case BTY_CHAT_START:
      take_start (self, item);
      break;
    case BTY_CHAT_MODEL:
      take_model (self, item->model);
      break;
    case BTY_CHAT_QUEUED:
      bty_ctl_note ("%s", _ ("waiting for the answer before this one"));
      break;
    case BTY_CHAT_NOTICE:
      end_line (self);
      bty_ctl_note ("%s", item->text != NULL ? item->text : "");
      break;
    case BTY_CHAT_RESTARTED:
      take_restart (self, item->text);
      break;
    case BTY_CHAT_USAGE:
      keep (&self->usage, item);
      break;
    case BTY_CHAT_PAUSED:
      keep (&self->paused, item);
      break;
    default:
      break;
    }
}

static gboolean
on_pause_over (gpointer is_over)
{
  *(gboolean *) is_over = TRUE;
  return G_SOURCE_REMOVE;
}

/* Waits; Ctrl-C twice ends the waiting. */
static void
pause_for (BtyCtlTurn *self, guint milliseconds)
{
  gboolean is_over = FALSE;
  guint source = g_timeout_add (milliseconds, on_pause_over, &is_over);

  while (!is_over && !g_cancellable_is_cancelled (self->cancellable))
    g_main_context_iteration (NULL, TRUE);
  if (!is_over)
    g_source_remove (source);
}

/* The key says that it is the same message, however often it is sent. */
static BtyCtlStreamEnd
say (BtyCtlTurn *self, GError **error)
{
  return bty_ctl_client_stream_once (self->ctl->client, "chat.send", self->request, self->key, on_item, self,
                                     self->cancellable, &self->record, error);
}

static BtyCtlStreamEnd
follow (BtyCtlTurn *self, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };
  g_autoptr (GBytes) body = NULL;

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "turn", self->turn);
  bty_json_writer_member_int (&request.writer, "after", (gint64) self->last);
  body = bty_ctl_request_end (&request);
  if (self->was_stopped)
    cancel_turn (self);
  return bty_ctl_client_stream (self->ctl->client, "chat.attach", body, on_item, self, self->cancellable, &self->record,
                                error);
}

/* Before the turn has told its name, nobody knows whether it was begun: the message is sent again. */
static BtyCtlStreamEnd
join_again (BtyCtlTurn *self, GError **error)
{
  bty_ctl_disconnect (self->ctl);
  if (!bty_ctl_connect (self->ctl, error))
    return BTY_CTL_STREAM_DROPPED;
  return self->turn != NULL ? follow (self, error) : say (self, error);
}

/* The turn belongs to the daemon: it goes on while nobody listens. */
static BtyCtlStreamEnd
rejoin (BtyCtlTurn *self, GError **error)
{
  BtyCtlStreamEnd end = BTY_CTL_STREAM_DROPPED;
  guint pause = FIRST_PAUSE_MS, tries = 0;
  guint64 last = self->last;

  while (end == BTY_CTL_STREAM_DROPPED && tries < MAX_JOINS && !g_cancellable_is_cancelled (self->cancellable))
    {
      g_clear_error (error);
      pause_for (self, pause);
      end = join_again (self, error);
      tries = self->last > last ? 0 : tries + 1;
      pause = self->last > last ? FIRST_PAUSE_MS : MIN (2 * pause, LONGEST_PAUSE_MS);
      last = self->last;
    }
  return end;
}

static GBytes *
make_request (const char *slug, const char *session, const char *message)
{
  g_auto (BtyCtlRequest) request = { 0 };

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "slug", slug);
  bty_ctl_request_string (&request, "message", message);
  bty_ctl_request_string (&request, "session", session);
  return bty_ctl_request_end (&request);
}

/* A turn that ended, but not with an answer. */
static gboolean
check_record (BtyCtlTurn *self, GError **error)
{
  g_autoptr (BtyTurn) turn = bty_ctl_read_record (&bty_turn_schema, self->record, NULL);
  const BtyErrorInfo *info;

  if (turn == NULL || turn->state == BTY_TURN_DONE)
    return TRUE;
  if (turn->state == BTY_TURN_CANCELLED)
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_CANCELLED, _ ("the answer was stopped"));
      return FALSE;
    }
  if (turn->state == BTY_TURN_INTERRUPTED)
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE,
                           _ ("the daemon ended in the middle of the answer; ask again"));
      return FALSE;
    }
  info = turn->error_code != NULL ? bty_error_info_by_name (turn->error_code) : NULL;
  if (turn->state == BTY_TURN_FAILED)
    g_set_error_literal (error, BTY_ERROR, (int) (info != NULL ? info->code : BTY_ERROR_INTERNAL),
                         turn->error != NULL ? turn->error : _ ("no model could answer"));
  return turn->state != BTY_TURN_FAILED;
}

/* After the answer, for a person who looks on: `0.0123 USD · 1,204 tokens · model`. */
static void
tell_cost (BtyCtlTurn *self)
{
  const BtyUsage *usage = self->usage != NULL ? self->usage->usage : NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  if (self->usage == NULL || BTY_IS_NULL (self->usage, BtyChatItem, cost) || self->ctl->json ||
      !bty_ctl_terminal_is (STDOUT_FILENO) || !bty_ctl_terminal_is (STDERR_FILENO))
    return;
  if (self->usage->pricing == BTY_PRICING_FREE && self->usage->cost == 0)
    g_string_append (text, _ ("free"));
  else
    {
      g_autofree char *cost = bty_ctl_amount_to_text (self->usage->cost, BTY_UNIT_USD);

      g_string_append (text, cost);
      if (self->usage->pricing == BTY_PRICING_UNKNOWN)
        g_string_append_printf (text, " (%s)", _ ("price unknown"));
      else if (usage != NULL && usage->is_estimate)
        g_string_append_printf (text, " (%s)", _ ("estimated"));
    }
  if (usage != NULL)
    {
      g_autofree char *tokens = bty_ctl_amount_to_text (usage->input_tokens + usage->output_tokens, BTY_UNIT_TOKENS);

      g_string_append_printf (text, " · %s", tokens);
    }
  if (self->usage->model != NULL)
    g_string_append_printf (text, " · %s", self->usage->model);
  bty_ctl_note ("%s", text->str);
}

/* @resume: (nullable): of chat.resume; without it the message is said */
static gboolean
converse (BtyCtlTurn *self, GBytes *resume, GError **error)
{
  g_autoptr (GError) cause = NULL;
  BtyCtlStreamEnd end;

  bty_ctl_progress_begin (_ ("thinking"));
  end = resume == NULL ? say (self, &cause)
                       : bty_ctl_client_stream (self->ctl->client, "chat.resume", resume, on_item, self,
                                                self->cancellable, &self->record, &cause);
  if (end == BTY_CTL_STREAM_DROPPED)
    end = rejoin (self, &cause);
  if (end == BTY_CTL_STREAM_DROPPED && self->turn == NULL)
    g_prefix_error_literal (
      &cause, _ ("it is not known whether the message was taken; boternity-ctl session messages shows it: "));
  bty_ctl_progress_end ();
  end_line (self);
  tell_cost (self);
  if (end == BTY_CTL_STREAM_ENDED)
    {
      g_clear_error (&cause);
      return check_record (self, error);
    }
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

/* Takes its words as they stand: nothing but what sets a cap is carried out so. */
static gboolean
raise_cap (BtyCtlTurn *self, GError **error)
{
  g_auto (GStrv) words = g_strsplit (self->paused->command, " ", -1);
  const BtyCtlCommand *command = bty_ctl_verb_find_command (&bty_ctl_budget_verb, "set");
  g_autoptr (BtyCtlArgs) args = NULL;

  if (g_strv_length (words) < 4 || strcmp (words[1], "budget") != 0 || strcmp (words[2], "set") != 0)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                   _ ("the command that the daemon gives is not carried out, as it does not set a cap: %s"),
                   self->paused->command);
      return FALSE;
    }
  args = bty_ctl_args_parse (command->options, (const char *const *) words + 3, error);
  return args != NULL && command->run (self->ctl, args, error);
}

/* Returns: whether the person wants to go on */
static gboolean
offer_to_go_on (BtyCtlTurn *self, const GError *why)
{
  g_autofree char *question = NULL;

  if (self->paused == NULL || self->paused->command == NULL || self->turn == NULL || self->ctl->json ||
      !bty_ctl_terminal_is (STDIN_FILENO) || !bty_ctl_terminal_is (STDERR_FILENO))
    return FALSE;
  bty_ctl_note ("%s", why->message);
  self->was_asked = TRUE;
  question = g_strdup_printf (_ ("Raise it and go on (%s)? [y/N]"), self->paused->command);
  return bty_ctl_keys_confirm (question);
}

static gboolean
go_on (BtyCtlTurn *self, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };
  g_autoptr (GBytes) body = NULL;

  g_clear_pointer (&self->paused, bty_chat_item_unref);
  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "turn", self->turn);
  bty_json_writer_member_int (&request.writer, "after", (gint64) self->last);
  body = bty_ctl_request_end (&request);
  return converse (self, body, error);
}

gboolean
bty_ctl_turn_run (BtyCtlTurn *self, const char *slug, const char *session, const char *message, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gboolean is_answered;

  self->request = make_request (slug, session, message);
  self->key = bty_id_new ();
  if (!bty_ctl_connect (self->ctl, error))
    return FALSE;
  bty_ctl_set_interrupt (self->ctl, on_interrupt, self);
  is_answered = converse (self, NULL, &failure);
  while (!is_answered && failure != NULL && offer_to_go_on (self, failure))
    {
      g_clear_error (&failure);
      self->was_asked = FALSE;
      if (!raise_cap (self, &failure))
        break;
      is_answered = go_on (self, &failure);
    }
  bty_ctl_set_interrupt (self->ctl, NULL, NULL);
  if (failure != NULL && self->was_asked)
    g_set_error (error, BTY_ERROR, (int) bty_error_code_of (failure), _ ("the turn waits: “%s” lets it go on"),
                 self->paused->command);
  else if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return is_answered;
}
