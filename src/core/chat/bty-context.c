/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-chat"

#include "config.h"

#include "chat/bty-context.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* What the roles and separators around a message cost, in every family's format. */
#define TOKENS_A_MESSAGE 8

typedef struct
{
  BtyModelBook *book;
  const BtyModel *model;
  double factor;
} Count;

/* One that is read, one that is written. */
#define MAX_MARKS 2

gint64
bty_context_estimate (const char *text)
{
  return text != NULL ? ((gint64) strlen (text) + 2) / 3 : 0;
}

/* By turn, since a question that was queued was said before the answer to the one before it; the ids of turns sort by time. */
static int
compare (gconstpointer a, gconstpointer b)
{
  const BtyMessage *left = *(BtyMessage *const *) a;
  const BtyMessage *right = *(BtyMessage *const *) b;
  int order = g_strcmp0 (left->turn, right->turn);

  return order != 0 ? order : (int) left->role - (int) right->role;
}

static GPtrArray *
in_order (GPtrArray *history, const BtyTurn *turn)
{
  GPtrArray *messages = g_ptr_array_new ();

  for (guint i = 0; i < history->len; i++)
    {
      BtyMessage *message = g_ptr_array_index (history, i);

      if (g_strcmp0 (message->turn, turn->record.id) <= 0)
        g_ptr_array_add (messages, message);
    }
  g_ptr_array_sort (messages, compare);
  return messages;
}

static gint64
count_text (const Count *count, const char *text)
{
  gsize length = text != NULL ? strlen (text) : 0;
  double tokens;

  if (length == 0)
    return 0;
  tokens = (double) bty_model_book_count (count->book, count->model, text, length) * count->factor;
  return MIN ((gint64) tokens + 1, (gint64) length); /* no tokenizer makes more of it than its bytes */
}

/* Most chats are so short that nothing has to be counted. */
static gboolean
fits_anyway (GPtrArray *messages, gint64 room)
{
  for (guint i = 0; i < messages->len && room >= 0; i++)
    room -= (gint64) strlen (((BtyMessage *) messages->pdata[i])->text) + TOKENS_A_MESSAGE;
  return room >= 0;
}

static gint64
reserve_for (const BtyBot *bot, gint64 window, gint64 max_output, gint64 reserve)
{
  if (bot->max_output > 0)
    reserve = bot->max_output;
  if (max_output > 0)
    reserve = MIN (reserve, max_output);
  return MIN (reserve, window / 2);
}

/* Index of the oldest message that fits, counted from the newest, which is the question. */
static guint
first_that_fits (GPtrArray *messages, const Count *count, gint64 room)
{
  guint first = fits_anyway (messages, room) ? 0 : messages->len;

  while (first > 0)
    {
      const BtyMessage *message = messages->pdata[first - 1];

      room -= count_text (count, message->text) + TOKENS_A_MESSAGE;
      if (room < 0)
        break;
      first -= 1;
    }
  /* An answer without its question would puzzle the model. */
  while (first < messages->len && ((BtyMessage *) g_ptr_array_index (messages, first))->role != BTY_ROLE_USER)
    first += 1;
  return first;
}

/* What stands before the question stays as it is for all turns to come: a cache is to hold it, and what the turn before had held.
 * Where the oldest are left out the beginning is another each time, and a mark would but cost. */
static void
mark_for_cache (GPtrArray *messages)
{
  guint n_marks = 0;

  for (guint i = messages->len - 1; i > 0 && n_marks < MAX_MARKS; i--)
    {
      BtyPromptMessage *message = g_ptr_array_index (messages, i - 1);

      if (message->role != BTY_ROLE_ASSISTANT)
        continue;
      message->cache_here = TRUE;
      n_marks += 1;
    }
}

BtyCompletionRequest *
bty_context_build (const BtyBot *bot, const char *soul, GPtrArray *history, const BtyTurn *turn, BtyModelBook *book,
                   const BtyModel *model, gint64 reserve, guint *left_out, GError **error)
{
  const Count count = { book, model, 1 + bty_model_doubt (model) };
  gint64 window = model->context_window;
  g_autoptr (GPtrArray) messages = in_order (history, turn);
  g_autoptr (BtyCompletionRequest) request = bty_completion_request_new ();
  gint64 kept = reserve_for (bot, window, model->max_output, reserve);
  gint64 room = window - kept - count_text (&count, soul) - TOKENS_A_MESSAGE;
  guint first = first_that_fits (messages, &count, room);

  *left_out = first;
  if (first >= messages->len)
    {
      g_set_error (
        error, BTY_ERROR, BTY_ERROR_OUT_OF_RANGE,
        _ ("the message and the bot's soul do not fit into the model's window of %lld tokens: say it in fewer words, "
           "or take a model with a larger window"),
        (long long) window);
      return NULL;
    }
  request->system = g_strdup (soul);
  request->messages = bty_record_list_new ();
  for (guint i = first; i < messages->len; i++)
    {
      const BtyMessage *message = g_ptr_array_index (messages, i);

      g_ptr_array_add (request->messages, bty_prompt_message_new_text (message->role, message->text));
    }
  if (first == 0)
    mark_for_cache (request->messages);
  /* What was kept free is all there is room for: more would be refused, or run out of the window. */
  request->max_output = bot->max_output > 0 ? kept : 0;
  request->temperature = bot->temperature;
  BTY_SET_NULL (request, BtyCompletionRequest, temperature, BTY_IS_NULL (bot, BtyBot, temperature));
  request->bot = g_strdup (turn->bot);
  request->session = g_strdup (turn->session);
  return g_steal_pointer (&request);
}
