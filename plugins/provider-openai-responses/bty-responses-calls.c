/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-responses"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-responses-calls.h"

#define MAX_CALLS 128

typedef struct
{
  gint64 place; /* -1: not given */
  char *item;   /* (nullable) */
  guint index;
  gboolean has_pieces;
} Call;

struct _BtyResponsesCalls
{
  GArray *calls;
};

static void
call_clear (gpointer data)
{
  g_free (((Call *) data)->item);
}

BtyResponsesCalls *
bty_responses_calls_new (void)
{
  BtyResponsesCalls *self = g_new0 (BtyResponsesCalls, 1);

  self->calls = g_array_new (FALSE, TRUE, sizeof (Call));
  g_array_set_clear_func (self->calls, call_clear);
  return self;
}

void
bty_responses_calls_free (BtyResponsesCalls *self)
{
  g_array_unref (self->calls);
  g_free (self);
}

guint
bty_responses_calls_count (const BtyResponsesCalls *self)
{
  return self->calls->len;
}

static const char *
text_of (const BtyResponsesEvent *event, BtyResponsesText text)
{
  return event->has[text] && event->texts[text]->len > 0 ? event->texts[text]->str : NULL;
}

/* By the item's id where one is given, else by the place. */
static Call *
find (BtyResponsesCalls *self, const BtyResponsesEvent *event, BtyResponsesText id)
{
  const char *item = text_of (event, id);
  gint64 place = event->numbers[BTY_RESPONSES_OUTPUT_INDEX];

  for (guint i = self->calls->len; i > 0; i--)
    {
      Call *call = &g_array_index (self->calls, Call, i - 1);

      if (item != NULL && call->item != NULL ? g_str_equal (item, call->item) : place >= 0 && place == call->place)
        return call;
    }
  return NULL;
}

static void
push (Call *call, const char *id, const char *name, const GString *text, BtyCompletion *out)
{
  BtyDelta delta = { .kind = BTY_DELTA_TOOL_CALL,
                     .index = call->index,
                     .call_id = id,
                     .name = name,
                     .text = text != NULL ? text->str : "",
                     .length = text != NULL ? text->len : 0 };

  call->has_pieces |= delta.length > 0;
  bty_completion_push (out, &delta);
}

gboolean
bty_responses_calls_begin (BtyResponsesCalls *self, const BtyResponsesEvent *event, BtyCompletion *out, GError **error)
{
  const char *id = text_of (event, BTY_RESPONSES_ITEM_CALL_ID), *name = text_of (event, BTY_RESPONSES_ITEM_NAME);
  const char *item = text_of (event, BTY_RESPONSES_ITEM_OWN_ID);
  g_autofree char *made = NULL;
  Call call = { .place = event->numbers[BTY_RESPONSES_OUTPUT_INDEX], .index = self->calls->len };

  if (find (self, event, BTY_RESPONSES_ITEM_OWN_ID) != NULL) /* said twice */
    return TRUE;
  if (name == NULL)
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("a tool call of the answer names no tool"));
      return FALSE;
    }
  if (self->calls->len == MAX_CALLS)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("an answer has more than %d tool calls"), MAX_CALLS);
      return FALSE;
    }
  if (id == NULL)
    made = item == NULL ? bty_id_new () : g_strdup (item);
  call.item = g_strdup (item);
  g_array_append_val (self->calls, call);
  push (&g_array_index (self->calls, Call, call.index), id != NULL ? id : made, name, NULL, out);
  return TRUE;
}

gboolean
bty_responses_calls_end (BtyResponsesCalls *self, const BtyResponsesEvent *event, BtyCompletion *out, GError **error)
{
  Call *call;

  if (!bty_responses_calls_begin (self, event, out, error))
    return FALSE;
  call = find (self, event, BTY_RESPONSES_ITEM_OWN_ID);
  if (call == NULL) /* neither id nor place: the one that was just begun */
    call = &g_array_index (self->calls, Call, self->calls->len - 1);
  if (!call->has_pieces && text_of (event, BTY_RESPONSES_ITEM_ARGUMENTS) != NULL)
    push (call, NULL, NULL, event->texts[BTY_RESPONSES_ITEM_ARGUMENTS], out);
  return TRUE;
}

static Call *
find_begun (BtyResponsesCalls *self, const BtyResponsesEvent *event, GError **error)
{
  Call *call = find (self, event, BTY_RESPONSES_ITEM_ID);

  if (call == NULL)
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("a piece of arguments belongs to no tool call"));
  return call;
}

gboolean
bty_responses_calls_piece (BtyResponsesCalls *self, const BtyResponsesEvent *event, BtyCompletion *out, GError **error)
{
  Call *call = find_begun (self, event, error);

  if (call != NULL && text_of (event, BTY_RESPONSES_DELTA) != NULL)
    push (call, NULL, NULL, event->texts[BTY_RESPONSES_DELTA], out);
  return call != NULL;
}

gboolean
bty_responses_calls_whole (BtyResponsesCalls *self, const BtyResponsesEvent *event, BtyCompletion *out, GError **error)
{
  Call *call = find_begun (self, event, error);

  if (call != NULL && !call->has_pieces && text_of (event, BTY_RESPONSES_ARGUMENTS) != NULL)
    push (call, NULL, NULL, event->texts[BTY_RESPONSES_ARGUMENTS], out);
  return call != NULL;
}

void
bty_responses_calls_close (BtyResponsesCalls *self, BtyCompletion *out)
{
  g_autoptr (GString) none = g_string_new ("{}");

  for (guint i = 0; i < self->calls->len; i++)
    if (!g_array_index (self->calls, Call, i).has_pieces)
      push (&g_array_index (self->calls, Call, i), NULL, NULL, none, out);
}
