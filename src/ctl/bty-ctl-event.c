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
#include "bty-ctl-terminal.h"

#define FIRST_PAUSE_MS   100
#define LONGEST_PAUSE_MS 2000
#define TOPIC_WIDTH      16
#define TYPE_PREFIX      "org.boternity."
#define TYPE_SUBSCRIBED  TYPE_PREFIX "events.subscribed"
#define TYPE_MISSED      TYPE_PREFIX "events.missed"

/*
 * Events that are shown as they come. @after: cursor of the last one; @left: how many more are wanted, -1 for no end; @done: enough
 * were shown, the person pressed Ctrl-C, or nobody reads what is written
 */
typedef struct
{
  BtyCtl *ctl;
  const BtyCtlArgs *args;
  GCancellable *cancellable;
  char *after;
  gint64 left;
  gboolean done;
} Tail;

/* Members that say nothing to a person who reads along. */
static gboolean
is_dull (const char *name, const char *value)
{
  static const char *const names[] = { "id", "revision", "created_at", "updated_at", NULL };

  return g_strv_contains (names, name) || strcmp (value, "null") == 0;
}

static void
append_data (GString *line, const char *json)
{
  g_autoptr (GPtrArray) members = bty_ctl_json_get_members (json);

  for (guint i = 0; i + 1 < members->len; i += 2)
    {
      const char *name = members->pdata[i];
      g_autofree char *text = bty_ctl_json_to_text (members->pdata[i + 1]);

      if (!is_dull (name, members->pdata[i + 1]))
        g_string_append_printf (line, "  %s=%s", name, text);
    }
}

/* Takes from the end of a line what does not fit into the window. */
static void
fit (GString *line)
{
  guint width = bty_ctl_terminal_get_width (STDOUT_FILENO);
  guint used = 0;

  for (const char *p = line->str; width > 0 && *p != '\0'; p = g_utf8_next_char (p))
    {
      used += bty_ctl_terminal_measure_char (g_utf8_get_char (p));
      if (used < width)
        continue;
      g_string_truncate (line, (gsize) (p - line->str));
      g_string_append (line, "…");
      return;
    }
}

static const char *
topic_of (const BtyClientEvent *event)
{
  return g_str_has_prefix (event->type, TYPE_PREFIX) ? event->type + strlen (TYPE_PREFIX) : event->type;
}

static void
print_event (const BtyClientEvent *event)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (event->time / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = g_date_time_to_local (utc);
  g_autofree char *when = g_date_time_format (local, "%Y-%m-%d %H:%M:%S");
  g_autoptr (GString) line = g_string_new (NULL);
  gsize when_length = strlen (when);
  g_autofree char *clean = NULL;

  g_string_append_printf (line, "%s  %-*s", when, TOPIC_WIDTH, topic_of (event));
  append_data (line, event->data);
  clean = g_strdelimit (bty_ctl_terminal_clean (line->str, -1), "\n\t", ' ');
  g_string_assign (line, clean);
  fit (line);
  when_length = MIN (when_length, line->len);
  printf ("%s%.*s%s%s\n", bty_ctl_terminal_style (STDOUT_FILENO, BTY_CTL_DIM), (int) when_length, line->str,
          bty_ctl_terminal_style (STDOUT_FILENO, BTY_CTL_PLAIN), line->str + when_length);
}

/* Returns: whether it counts as one of those that were asked for */
static gboolean
show (const BtyClientEvent *event, const char *json, gboolean as_json)
{
  g_autofree char *count = NULL;

  if (strcmp (event->type, TYPE_SUBSCRIBED) == 0)
    return FALSE;
  if (as_json)
    {
      puts (json);
      return strcmp (event->type, TYPE_MISSED) != 0;
    }
  if (strcmp (event->type, TYPE_MISSED) == 0)
    {
      count = bty_ctl_json_get (event->data, "count");
      bty_ctl_note (_ ("up to %s events are missing here"), count != NULL ? count : "?");
      return FALSE;
    }
  print_event (event);
  return TRUE;
}

static void
end_tail (Tail *self)
{
  self->done = TRUE;
  g_cancellable_cancel (self->cancellable);
}

static void
on_item (guint64 number, const char *json, gpointer data)
{
  Tail *self = data;
  g_autoptr (BtyClientEvent) event = bty_ctl_read_record (&bty_client_event_schema, json, NULL);

  if (self->done)
    return;
  if (number != 0)
    bty_record_take_string (&self->after, g_strdup_printf ("%" G_GUINT64_FORMAT, number));
  if (event == NULL || event->type == NULL || event->data == NULL)
    return;
  if (show (event, json, self->ctl->json) && self->left > 0)
    self->left -= 1;
  if (fflush (stdout) != 0 || self->left == 0)
    end_tail (self);
}

static void
on_interrupt (gpointer data)
{
  end_tail (data);
}

/* What all requests for events begin with: topics, and where to begin; @after: (nullable): instead of what was asked for. */
static gboolean
begin_request (BtyCtlRequest *request, const BtyCtlArgs *args, const char *after, GError **error)
{
  gint64 since = 0;

  bty_ctl_request_init (request);
  bty_ctl_request_strings (request, "topics", args->words->len > 0 ? args->words : NULL);
  if (after == NULL)
    after = bty_ctl_args_get (args, "after");
  if (after != NULL)
    bty_ctl_request_string (request, "after", after);
  else if (bty_ctl_args_has (args, "since"))
    {
      if (!bty_ctl_args_get_time (args, "since", &since, error))
        return FALSE;
      bty_json_writer_key (&request->writer, "since");
      bty_json_writer_time (&request->writer, since);
    }
  return TRUE;
}

static gboolean
on_pause_over (gpointer is_over)
{
  *(gboolean *) is_over = TRUE;
  return G_SOURCE_REMOVE;
}

static void
pause_for (Tail *self, guint milliseconds)
{
  gboolean is_over = FALSE;
  guint source = g_timeout_add (milliseconds, on_pause_over, &is_over);

  while (!is_over && !self->done)
    g_main_context_iteration (NULL, TRUE);
  if (!is_over)
    g_source_remove (source);
}

/* A daemon that was stopped is waited for, not started again: whoever stopped it meant it. */
static gboolean
reconnect (Tail *self)
{
  guint pause = FIRST_PAUSE_MS;

  bty_ctl_disconnect (self->ctl);
  while (!self->done)
    {
      pause_for (self, pause);
      if (!self->done && bty_ctl_find (self->ctl, NULL))
        return TRUE;
      pause = MIN (2 * pause, LONGEST_PAUSE_MS);
    }
  return FALSE;
}

static gboolean
listen_once (Tail *self, gboolean *again, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };
  g_autoptr (GError) cause = NULL;
  g_autofree char *answer = NULL;
  g_autoptr (GBytes) body = NULL;
  BtyCtlStreamEnd end;

  if (!begin_request (&request, self->args, self->after, error))
    return FALSE;
  body = bty_ctl_request_end (&request);
  end = bty_ctl_client_stream (self->ctl->client, "event.subscribe", body, on_item, self, self->cancellable, &answer,
                               &cause);
  *again = !self->done;
  if (self->done || end != BTY_CTL_STREAM_FAILED || g_error_matches (cause, BTY_ERROR, BTY_ERROR_UNAVAILABLE))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

static gboolean
run_tail (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  Tail self = { .ctl = ctl, .args = args, .left = -1 };
  gboolean again = TRUE, is_good;

  if (!bty_ctl_args_get_int (args, "limit", 1, G_MAXINT32, &self.left, error) || !bty_ctl_connect (ctl, error))
    return FALSE;
  self.cancellable = g_cancellable_new ();
  bty_ctl_set_interrupt (ctl, on_interrupt, &self);
  do
    is_good = listen_once (&self, &again, error);
  while (is_good && again && reconnect (&self));
  bty_ctl_set_interrupt (ctl, NULL, NULL);
  g_object_unref (self.cancellable);
  g_free (self.after);
  return is_good;
}

static gboolean
run_list (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  gboolean has_start = bty_ctl_args_has (args, "after") || bty_ctl_args_has (args, "since");
  g_auto (BtyCtlRequest) request = { 0 };
  g_autofree char *answer = NULL;
  g_autofree char *items = NULL;
  g_autoptr (GPtrArray) list = NULL;
  gint64 limit = 100;

  if (!bty_ctl_args_get_int (args, "limit", 1, 10000, &limit, error) || !begin_request (&request, args, NULL, error))
    return FALSE;
  bty_json_writer_member_int (&request.writer, has_start ? "limit" : "last", limit);
  if (!has_start)
    bty_json_writer_member_int (&request.writer, "limit", 0);
  answer = bty_ctl_call (ctl, "event.replay", bty_ctl_request_end (&request), error);
  if (answer == NULL)
    return FALSE;
  items = bty_ctl_json_get (answer, "items");
  list = bty_ctl_json_get_values (items != NULL ? items : "[]");
  for (guint i = 0; i < list->len; i++)
    {
      g_autoptr (BtyClientEvent) event = bty_ctl_read_record (&bty_client_event_schema, list->pdata[i], NULL);

      if (event != NULL && event->type != NULL && event->data != NULL)
        show (event, list->pdata[i], ctl->json);
    }
  if (list->len == 0 && !ctl->json)
    bty_ctl_note ("%s", _ ("Nothing has happened that is still known."));
  return TRUE;
}

#define START_OPTIONS                                                                                                  \
  { "after", '\0', N_ ("CURSOR"), N_ ("begin after the event with this cursor"), BTY_CTL_NOTHING },                    \
  {                                                                                                                    \
    "since", '\0', N_ ("TIME"), N_ ("begin so long ago (10m, 2h, 3d), or at a time"), BTY_CTL_NOTHING                  \
  }

static const BtyCtlOption tail_options[] = {
  START_OPTIONS,
  { "limit", 'n', N_ ("NUMBER"), N_ ("end after so many events"), BTY_CTL_NOTHING },
  { NULL },
};
static const BtyCtlOption list_options[] = {
  START_OPTIONS,
  { "limit", 'n', N_ ("NUMBER"), N_ ("how many at most (100): the last ones, or the first ones from where it begins"),
    BTY_CTL_NOTHING },
  { NULL },
};

static const BtyCtlCommand event_commands[] = {
  { .name = "tail",
    .usage = N_ ("[TOPIC…]"),
    .summary = N_ ("Show what happens as it happens"),
    .text = N_ (
      "A topic is such as bot.created, or bot.* for all that begin so. It goes on until Ctrl-C, also when the daemon is "
      "started again meanwhile: then it takes up where it was."),
    .options = tail_options,
    .max = -1,
    .run = run_tail,
    .examples = N_ ("  boternity-ctl event tail\n  boternity-ctl event tail 'turn.*' --since 1h --json") },
  { .name = "list",
    .usage = N_ ("[TOPIC…]"),
    .summary = N_ ("Show what has happened, the newest last"),
    .options = list_options,
    .max = -1,
    .run = run_list,
    .examples = N_ ("  boternity-ctl event list\n  boternity-ctl event list 'bot.*' --limit 20") },
  { 0 },
};

const BtyCtlVerb bty_ctl_event_verb = { "event", N_ ("follow and list what happens"), event_commands, FALSE };
