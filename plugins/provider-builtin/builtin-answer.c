/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-builtin"

#include "config.h"

#include "builtin-answer.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "builtin-words.h"

#define SECTION_BYTES 900
#define MAX_ECHO      200

static const char connect_text[] = N_ (
  "To connect a real model: boternity-ctl provider add NAME; boternity-ctl provider presets lists the services that are known.");

static char *
text_of (const BtyPromptMessage *message)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; message->parts != NULL && i < message->parts->len; i++)
    {
      const BtyPart *part = message->parts->pdata[i];

      if (part->kind == BTY_PART_TEXT && part->text != NULL)
        g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", part->text);
    }
  return g_string_free (text, FALSE);
}

static gboolean
may_recall (BuiltinIntent intent)
{
  return intent == BUILTIN_INTENT_RECALL || intent == BUILTIN_INTENT_MINE || intent == BUILTIN_INTENT_QUESTION;
}

static gboolean
may_look_up (BuiltinIntent intent)
{
  return intent == BUILTIN_INTENT_QUESTION || intent == BUILTIN_INTENT_MINE || intent == BUILTIN_INTENT_CONNECT;
}

static void
read_session (BuiltinAnswer *answer)
{
  const GPtrArray *messages = answer->request->messages;

  for (guint i = 0; messages != NULL && i + 1 < messages->len; i++)
    {
      const BtyPromptMessage *message = messages->pdata[i];
      g_autofree char *text = NULL;

      if (message->role == BTY_ROLE_ASSISTANT)
        answer->is_first = FALSE;
      if (message->role != BTY_ROLE_USER || !may_recall (answer->intent))
        continue;
      text = text_of (message);
      builtin_recall_add (answer->recall, text, 0, TRUE);
    }
}

BuiltinAnswer *
builtin_answer_new (const BtyCompletionRequest *request, const BuiltinIndex *index)
{
  BuiltinAnswer *answer = g_new0 (BuiltinAnswer, 1);
  guint n = request->messages != NULL ? request->messages->len : 0;

  answer->request = request;
  answer->index = index;
  answer->question = n > 0 ? text_of (request->messages->pdata[n - 1]) : g_strdup ("");
  answer->intent = builtin_intent_of (answer->question);
  answer->stems = builtin_words_stems (answer->question, MIN (strlen (answer->question), 2000));
  answer->recall = builtin_recall_new (answer->question);
  answer->is_first = TRUE;
  read_session (answer);
  if (may_look_up (answer->intent) && answer->stems->len > 0)
    answer->section = builtin_index_find (index, answer->stems);
  answer->needs_search = may_recall (answer->intent) &&
                         (answer->intent != BUILTIN_INTENT_QUESTION || answer->section == NULL);
  return answer;
}

void
builtin_answer_free (BuiltinAnswer *answer)
{
  g_free (answer->question);
  g_ptr_array_unref (answer->stems);
  builtin_recall_free (answer->recall);
  g_free (answer);
}

void
builtin_answer_add_found (BuiltinAnswer *answer, GPtrArray *messages)
{
  for (guint i = messages->len; i > 0; i--)
    {
      const BtyMessage *message = messages->pdata[i - 1];

      if (message->role == BTY_ROLE_USER && message->text != NULL &&
          g_strcmp0 (message->bot, answer->request->bot) == 0)
        builtin_recall_add (answer->recall, message->text, message->record.created_at,
                            g_strcmp0 (message->session, answer->request->session) == 0);
    }
}

static char *
section_text (BuiltinAnswer *answer)
{
  g_autofree char *picked = builtin_section_pick (answer->section, answer->stems, SECTION_BYTES);

  return g_strdup_printf (_ ("%s says, under “%s”:\n\n%s"), answer->section->page, answer->section->heading, picked);
}

static char *
shorten (const char *text)
{
  const char *end = text;

  if (strlen (text) <= MAX_ECHO)
    return g_strdup (text);
  while (end - text < MAX_ECHO)
    end = g_utf8_next_char (end);
  return g_strdup_printf ("%.*s…", (int) (end - text), text);
}

static char *
noted_text (BuiltinAnswer *answer)
{
  g_autofree char *stripped = g_strstrip (g_strdup (answer->question));
  g_autofree char *echo = shorten (stripped);

  return g_strdup_printf (_ ("It is kept with this conversation: “%s” Ask me about it later, and I will quote it."),
                          echo);
}

static char *
time_text (BuiltinIntent intent)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();

  return g_date_time_format (now, intent == BUILTIN_INTENT_TIME ? _ ("It is %H:%M (%Z) on this machine.")
                                                                : _ ("Today is %A, %-d %B %Y."));
}

/* A first answer has it already. */
static char *
with_connect_text (const BuiltinAnswer *answer, const char *text)
{
  return answer->is_first ? g_strdup (text) : g_strconcat (text, " ", _ (connect_text), NULL);
}

static char *
nothing_text (const BuiltinAnswer *answer)
{
  if (answer->intent == BUILTIN_INTENT_RECALL)
    return g_strdup (_ ("I find nothing about that in what you told me, in this session or in earlier ones."));
  if (answer->intent == BUILTIN_INTENT_MINE)
    return g_strdup (_ ("I find nothing about that, neither in what you told me nor in Boternity's manual."));
  return with_connect_text (
    answer, _ ("I find nothing about that in Boternity's manual, nor in what you told me; more I cannot do."));
}

static char *
self_text (const BuiltinAnswer *answer)
{
  return with_connect_text (
    answer,
    _ ("I answer questions about Boternity from its manual, recall what you told me, and know the time and the date."));
}

static char *
connect_answer (BuiltinAnswer *answer)
{
  g_autofree char *section = answer->section != NULL ? section_text (answer) : NULL;

  if (answer->is_first)
    return section != NULL
             ? g_steal_pointer (&section)
             : g_strdup (_ ("The line above is all it takes; boternity-ctl provider test NAME tries it."));
  return g_strconcat (_ (connect_text), section != NULL ? "\n\n" : NULL, section, NULL);
}

/* What was found: said before, or in the manual, by what the intent puts first. */
static char *
found_text (BuiltinAnswer *answer)
{
  char *recalled = may_recall (answer->intent) && (answer->intent != BUILTIN_INTENT_QUESTION || answer->section == NULL)
                     ? builtin_recall_answer (answer->recall)
                     : NULL;

  if (recalled != NULL)
    return recalled;
  return answer->section != NULL ? section_text (answer) : nothing_text (answer);
}

static char *
body_text (BuiltinAnswer *answer)
{
  switch (answer->intent)
    {
    case BUILTIN_INTENT_EMPTY:
      return g_strdup (_ ("You said nothing. Ask me something about Boternity, or tell me something to recall later."));
    case BUILTIN_INTENT_GREETING:
      return g_strdup (_ ("Hello! Ask me something about Boternity, or tell me something to recall later."));
    case BUILTIN_INTENT_THANKS:
      return g_strdup (_ ("You are welcome."));
    case BUILTIN_INTENT_TIME:
    case BUILTIN_INTENT_DATE:
      return time_text (answer->intent);
    case BUILTIN_INTENT_SELF:
      return self_text (answer);
    case BUILTIN_INTENT_CONNECT:
      return connect_answer (answer);
    case BUILTIN_INTENT_STATEMENT:
      return noted_text (answer);
    case BUILTIN_INTENT_RECALL:
    case BUILTIN_INTENT_MINE:
    case BUILTIN_INTENT_QUESTION:
      break;
    }
  return found_text (answer);
}

char *
builtin_answer_write (BuiltinAnswer *answer)
{
  g_autofree char *body = body_text (answer);

  if (!answer->is_first)
    return g_steal_pointer (&body);
  return g_strconcat (
    _ ("I am Boternity's built-in helper, not a language model: I look things up and recall, I do not think."), " ",
    _ (connect_text), "\n\n", body, NULL);
}
