/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-anthropic"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-anthropic-event.h"
#include "bty-anthropic-stream.h"
#include "bty-anthropic-turns.h"

#define MAX_CALLS     128
#define MAX_OPEN      1024
#define MAX_SIGNATURE (16 * 1024 * 1024)

typedef enum
{
  BLOCK_TEXT,
  BLOCK_THINKING,
  BLOCK_REDACTED,
  BLOCK_TOOL,
  BLOCK_OTHER, /* of a kind that we did not ask for */
} BlockKind;

/* A content block that has begun and not ended. */
typedef struct
{
  gint64 index;
  BlockKind kind;
  GString *held; /* the signature so far; of a tool, the arguments that came with the beginning */
  guint call;
  gboolean has_pieces;
} Block;

struct _BtyAnthropicStream
{
  BtyHttpProvider *provider;
  BtyAnthropicEvent event;
  GArray *open;
  guint n_calls;
  gint64 counts[BTY_ANTHROPIC_N_COUNTS];
  gboolean has_reason;
  BtyStopReason reason;
  BtyCompletion *out; /* while an event is read */
};

static void
block_clear (gpointer data)
{
  g_string_free (((Block *) data)->held, TRUE);
}

BtyAnthropicStream *
bty_anthropic_stream_new (BtyHttpProvider *provider)
{
  BtyAnthropicStream *self = g_new0 (BtyAnthropicStream, 1);

  self->provider = provider;
  self->open = g_array_new (FALSE, FALSE, sizeof (Block));
  g_array_set_clear_func (self->open, block_clear);
  bty_anthropic_event_init (&self->event);
  return self;
}

void
bty_anthropic_stream_free (BtyAnthropicStream *self)
{
  g_array_unref (self->open);
  bty_anthropic_event_clear (&self->event);
  g_free (self);
}

static void
push (BtyAnthropicStream *self, BtyDeltaKind kind, BtyAnthropicText text)
{
  const GString *piece = self->event.texts[text];
  BtyDelta delta = { .kind = kind, .text = piece->str, .length = piece->len };

  if (self->event.has[text] && piece->len > 0)
    bty_completion_push (self->out, &delta);
}

static void
push_call (BtyAnthropicStream *self, Block *block, const char *id, const char *name, const GString *text)
{
  BtyDelta delta = { .kind = BTY_DELTA_TOOL_CALL,
                     .index = block->call,
                     .call_id = id,
                     .name = name,
                     .text = text != NULL ? text->str : "",
                     .length = text != NULL ? text->len : 0 };

  bty_completion_push (self->out, &delta);
}

static Block *
find_block (BtyAnthropicStream *self, gint64 index)
{
  for (guint i = 0; i < self->open->len; i++)
    if (g_array_index (self->open, Block, i).index == index)
      return &g_array_index (self->open, Block, i);
  return NULL;
}

static void
close_block (BtyAnthropicStream *self, Block *block)
{
  g_autoptr (GString) mark = NULL;
  BtyDelta delta = { .kind = BTY_DELTA_SIGNATURE };

  if (block->kind == BLOCK_TOOL && !block->has_pieces)
    {
      if (block->held->len == 0)
        g_string_assign (block->held, "{}");
      push_call (self, block, NULL, NULL, block->held);
    }
  if ((block->kind == BLOCK_THINKING || block->kind == BLOCK_REDACTED) && block->held->len > 0)
    {
      mark = g_string_new (block->kind == BLOCK_THINKING ? BTY_ANTHROPIC_SIGNATURE : BTY_ANTHROPIC_REDACTED);
      g_string_append_len (mark, block->held->str, (gssize) block->held->len);
      delta.text = mark->str;
      delta.length = mark->len;
      bty_completion_push (self->out, &delta);
    }
  g_array_remove_index (self->open, (guint) (block - (Block *) self->open->data));
}

static BlockKind
kind_of (const BtyAnthropicEvent *event)
{
  static const struct
  {
    const char *word;
    BlockKind kind;
  } kinds[] = {
    { "text", BLOCK_TEXT },
    { "thinking", BLOCK_THINKING },
    { "redacted_thinking", BLOCK_REDACTED },
    { "tool_use", BLOCK_TOOL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (bty_anthropic_event_is (event, BTY_ANTHROPIC_BLOCK_TYPE, kinds[i].word))
      return kinds[i].kind;
  return BLOCK_OTHER;
}

static gboolean
begin_call (BtyAnthropicStream *self, Block *block, GError **error)
{
  const BtyAnthropicEvent *event = &self->event;
  gboolean has_id = event->has[BTY_ANTHROPIC_ID] && event->texts[BTY_ANTHROPIC_ID]->len > 0;
  g_autofree char *made = has_id ? NULL : bty_id_new ();

  if (!event->has[BTY_ANTHROPIC_NAME] || event->texts[BTY_ANTHROPIC_NAME]->len == 0)
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("a tool call of the answer names no tool"));
      return FALSE;
    }
  if (self->n_calls == MAX_CALLS)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("an answer has more than %d tool calls"), MAX_CALLS);
      return FALSE;
    }
  block->call = self->n_calls++;
  if (event->has[BTY_ANTHROPIC_INPUT] && !g_str_equal (event->texts[BTY_ANTHROPIC_INPUT]->str, "{}"))
    g_string_assign (block->held, event->texts[BTY_ANTHROPIC_INPUT]->str);
  push_call (self, block, has_id ? event->texts[BTY_ANTHROPIC_ID]->str : made, event->texts[BTY_ANTHROPIC_NAME]->str,
             NULL);
  return TRUE;
}

static gboolean
sign (Block *block, const GString *piece, GError **error)
{
  if (block->held->len + piece->len > MAX_SIGNATURE)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("the mark of a reasoning block is longer than %d bytes"),
                   MAX_SIGNATURE);
      return FALSE;
    }
  g_string_append_len (block->held, piece->str, (gssize) piece->len);
  return TRUE;
}

static gboolean
fill_block (BtyAnthropicStream *self, Block *block, GError **error)
{
  const BtyAnthropicEvent *event = &self->event;

  switch (block->kind)
    {
    case BLOCK_TEXT:
      push (self, BTY_DELTA_TEXT, BTY_ANTHROPIC_TEXT);
      return TRUE;
    case BLOCK_THINKING:
      push (self, BTY_DELTA_REASONING, BTY_ANTHROPIC_THINKING);
      return !event->has[BTY_ANTHROPIC_SIGNED] || sign (block, event->texts[BTY_ANTHROPIC_SIGNED], error);
    case BLOCK_REDACTED:
      return !event->has[BTY_ANTHROPIC_DATA] || sign (block, event->texts[BTY_ANTHROPIC_DATA], error);
    case BLOCK_TOOL:
      return begin_call (self, block, error);
    default:
      return TRUE;
    }
}

/* An index that is used again ends the block that had it. */
static gboolean
begin_block (BtyAnthropicStream *self, GError **error)
{
  Block block = { .index = self->event.index, .kind = kind_of (&self->event) }, *old;

  old = find_block (self, block.index);
  if (old != NULL)
    close_block (self, old);
  if (self->open->len == MAX_OPEN)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("an answer has more than %d open content blocks"),
                   MAX_OPEN);
      return FALSE;
    }
  block.held = g_string_new (NULL);
  g_array_append_val (self->open, block);
  return fill_block (self, &g_array_index (self->open, Block, self->open->len - 1), error);
}

/* A text may come without a beginning, from servers that do it more simply; a piece of arguments may not. */
static gboolean
read_delta (BtyAnthropicStream *self, GError **error)
{
  const BtyAnthropicEvent *event = &self->event;
  Block *block = find_block (self, event->index);

  if (block != NULL && block->kind == BLOCK_OTHER)
    return TRUE;
  if (bty_anthropic_event_is (event, BTY_ANTHROPIC_DELTA_TYPE, "text_delta"))
    push (self, BTY_DELTA_TEXT, BTY_ANTHROPIC_TEXT);
  else if (bty_anthropic_event_is (event, BTY_ANTHROPIC_DELTA_TYPE, "thinking_delta"))
    push (self, BTY_DELTA_REASONING, BTY_ANTHROPIC_THINKING);
  else if (bty_anthropic_event_is (event, BTY_ANTHROPIC_DELTA_TYPE, "signature_delta"))
    return block == NULL || block->kind != BLOCK_THINKING || !event->has[BTY_ANTHROPIC_SIGNED] ||
           sign (block, event->texts[BTY_ANTHROPIC_SIGNED], error);
  else if (bty_anthropic_event_is (event, BTY_ANTHROPIC_DELTA_TYPE, "input_json_delta"))
    {
      const GString *piece = event->texts[BTY_ANTHROPIC_PARTIAL];

      if (block == NULL || block->kind != BLOCK_TOOL)
        {
          g_set_error_literal (error, BTY_ERROR, BTY_ERROR_DATA_LOSS,
                               _ ("a piece of arguments belongs to no tool call"));
          return FALSE;
        }
      if (!event->has[BTY_ANTHROPIC_PARTIAL] || piece->len == 0)
        return TRUE;
      block->has_pieces = TRUE;
      push_call (self, block, NULL, NULL, piece);
    }
  return TRUE;
}

/* Numbers that an event leaves out stand as they were told before; the input that counts is what was sent, cached or not. */
static void
read_usage (BtyAnthropicStream *self)
{
  g_autoptr (BtyUsage) usage = NULL;

  if (!self->event.has_counts)
    return;
  for (guint i = 0; i < BTY_ANTHROPIC_N_COUNTS; i++)
    if (self->event.counts[i] >= 0)
      self->counts[i] = self->event.counts[i];
  usage = bty_usage_new ();
  usage->cached_tokens = self->counts[BTY_ANTHROPIC_COUNT_CACHED];
  usage->cache_write_tokens = self->counts[BTY_ANTHROPIC_COUNT_CACHE_WRITE];
  usage->input_tokens = self->counts[BTY_ANTHROPIC_COUNT_INPUT] + usage->cached_tokens + usage->cache_write_tokens;
  usage->output_tokens = self->counts[BTY_ANTHROPIC_COUNT_OUTPUT];
  usage->reasoning_tokens = MIN (self->counts[BTY_ANTHROPIC_COUNT_THINKING], usage->output_tokens);
  bty_completion_set_usage (self->out, usage);
}

static void
read_reason (BtyAnthropicStream *self)
{
  static const struct
  {
    const char *word;
    BtyStopReason reason;
  } reasons[] = {
    { "end_turn", BTY_STOP_END },
    { "max_tokens", BTY_STOP_LENGTH },
    { "model_context_window_exceeded", BTY_STOP_LENGTH },
    { "stop_sequence", BTY_STOP_SEQUENCE },
    { "tool_use", BTY_STOP_TOOLS },
    { "pause_turn", BTY_STOP_PAUSED },
    { "refusal", BTY_STOP_REFUSED },
  };

  if (!self->event.has[BTY_ANTHROPIC_STOP])
    return;
  self->has_reason = TRUE;
  self->reason = BTY_STOP_END;
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (bty_anthropic_event_is (&self->event, BTY_ANTHROPIC_STOP, reasons[i].word))
      self->reason = reasons[i].reason;
}

static void
finish (BtyAnthropicStream *self)
{
  BtyStopReason reason = self->has_reason ? self->reason : BTY_STOP_END;

  while (self->open->len > 0)
    close_block (self, &g_array_index (self->open, Block, 0));
  if (reason == BTY_STOP_END && self->n_calls > 0)
    reason = BTY_STOP_TOOLS;
  bty_completion_finish (self->out, reason);
}

static gboolean
on_whole_block (BtyAnthropicEvent *event, gpointer data, GError **error)
{
  BtyAnthropicStream *self = data;

  if (!begin_block (self, error))
    return FALSE;
  close_block (self, &g_array_index (self->open, Block, self->open->len - 1));
  return TRUE;
}

static gboolean
act (BtyAnthropicStream *self, GError **error)
{
  const BtyAnthropicEvent *event = &self->event;

  read_usage (self);
  if (bty_anthropic_event_is (event, BTY_ANTHROPIC_TYPE, "content_block_delta"))
    return read_delta (self, error);
  if (bty_anthropic_event_is (event, BTY_ANTHROPIC_TYPE, "content_block_start"))
    return begin_block (self, error);
  if (bty_anthropic_event_is (event, BTY_ANTHROPIC_TYPE, "content_block_stop"))
    {
      Block *block = find_block (self, event->index);

      if (block != NULL)
        close_block (self, block);
    }
  else if (bty_anthropic_event_is (event, BTY_ANTHROPIC_TYPE, "message_delta"))
    read_reason (self);
  else if (bty_anthropic_event_is (event, BTY_ANTHROPIC_TYPE, "message_stop"))
    finish (self);
  else if (bty_anthropic_event_is (event, BTY_ANTHROPIC_TYPE, "message"))
    {
      read_reason (self);
      finish (self);
    }
  return TRUE;
}

gboolean
bty_anthropic_stream_event (BtyAnthropicStream *self, const BtySseEvent *event, BtyCompletion *out, GError **error)
{
  GError *reason = NULL;

  if (g_strcmp0 (event->name, "error") == 0)
    return bty_http_provider_failed (self->provider, event->data, event->length, error);
  self->out = out;
  if (!bty_anthropic_event_read (&self->event, event->data, event->length, on_whole_block, self, &reason))
    return bty_http_provider_not_protocol (self->provider, reason, error);
  if (self->event.has_error || bty_anthropic_event_is (&self->event, BTY_ANTHROPIC_TYPE, "error"))
    return bty_http_provider_failed (self->provider, event->data, event->length, error);
  return act (self, &reason) || bty_http_provider_not_protocol (self->provider, reason, error);
}
