/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-builtin"

#include "config.h"

#include "builtin-speech.h"

#include <string.h>

#define WORDS_A_TURN 8

typedef struct
{
  BtyCompletion *completion;
  char *text;
  const char *at;
  gint64 n_words;
  gint64 limit; /* 0: none */
} Speech;

static void
speech_free (gpointer data)
{
  Speech *speech = data;

  g_object_unref (speech->completion);
  g_free (speech->text);
  g_free (speech);
}

static gint64
count_words (const char *text)
{
  gint64 n = 0;
  gboolean inside = FALSE;

  for (const char *c = text; c != NULL && *c != '\0'; c++)
    {
      gboolean space = g_ascii_isspace (*c);

      n += !space && !inside;
      inside = !space;
    }
  return n;
}

static gint64
count_request (const BtyCompletionRequest *request)
{
  gint64 n = count_words (request->system);

  for (guint i = 0; request->messages != NULL && i < request->messages->len; i++)
    {
      const BtyPromptMessage *message = request->messages->pdata[i];

      for (guint p = 0; message->parts != NULL && p < message->parts->len; p++)
        n += count_words (((const BtyPart *) message->parts->pdata[p])->text);
    }
  return n;
}

/* A word with the white space behind it. */
static const char *
end_of_word (const char *at)
{
  while (*at != '\0' && g_ascii_isspace (*at))
    at++;
  while (*at != '\0' && !g_ascii_isspace (*at))
    at++;
  while (*at != '\0' && g_ascii_isspace (*at))
    at++;
  return at;
}

static void
finish (Speech *speech, BtyStopReason reason)
{
  g_autoptr (BtyUsage) usage = bty_usage_new ();

  usage->input_tokens = count_request (bty_completion_get_request (speech->completion));
  usage->output_tokens = speech->n_words;
  usage->is_estimate = TRUE;
  bty_completion_set_usage (speech->completion, usage);
  bty_completion_finish (speech->completion, reason);
}

static gboolean
say_words (gpointer data)
{
  Speech *speech = data;
  GCancellable *cancellable = bty_completion_get_cancellable (speech->completion);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < WORDS_A_TURN && *speech->at != '\0'; i++)
    {
      const char *end = end_of_word (speech->at);

      if (g_cancellable_set_error_if_cancelled (cancellable, &error))
        {
          bty_completion_fail (speech->completion, error, -1);
          return G_SOURCE_REMOVE;
        }
      if (speech->limit > 0 && speech->n_words >= speech->limit)
        {
          finish (speech, BTY_STOP_LENGTH);
          return G_SOURCE_REMOVE;
        }
      bty_completion_push_text (speech->completion, speech->at, (gsize) (end - speech->at));
      speech->n_words += 1;
      speech->at = end;
    }
  if (*speech->at != '\0')
    return G_SOURCE_CONTINUE;
  finish (speech, BTY_STOP_END);
  return G_SOURCE_REMOVE;
}

void
builtin_speech_start (BtyCompletion *completion, char *text)
{
  Speech *speech = g_new0 (Speech, 1);

  speech->completion = g_object_ref (completion);
  speech->text = text;
  speech->at = text;
  speech->limit = bty_completion_get_request (completion)->max_output;
  g_idle_add_full (G_PRIORITY_DEFAULT, say_words, speech, speech_free);
}
