/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <string.h>

#include <boternity-http.h>

/* What an attentive consumer makes of the deltas of a stream, which must keep the contract. @in_pieces: the wire gives the arguments
 * of calls in pieces, which may be no JSON in the end; @mark: (nullable): what its signatures begin with. */
typedef struct
{
  gboolean in_pieces;
  const char *mark;
  BtyPromptMessage *message;
  guint n_calls;
  gboolean done;
} FuzzWire;

static inline void
fuzz_wire_init (FuzzWire *self)
{
  self->message = bty_prompt_message_new ();
  self->message->role = BTY_ROLE_ASSISTANT;
  self->message->parts = bty_record_list_new ();
}

static inline void
fuzz_wire_clear (FuzzWire *self)
{
  bty_prompt_message_unref (self->message);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FuzzWire, fuzz_wire_clear)

static inline BtyPart *
fuzz_wire_add (FuzzWire *self, BtyPartKind kind)
{
  BtyPart *part = bty_part_new ();

  part->kind = kind;
  g_ptr_array_add (self->message->parts, part);
  return part;
}

static inline void
fuzz_wire_on_call (FuzzWire *self, const BtyDelta *delta, char *text)
{
  BtyPart *part = fuzz_wire_add (self, BTY_PART_TOOL_CALL);

  if (delta->call_id == NULL)
    { /* more of one that began before */
      g_assert_true (self->in_pieces && delta->length > 0 && delta->index < self->n_calls);
      part->arguments = text;
      return;
    }
  g_assert_cmpuint (delta->index, ==, self->n_calls);
  g_assert_true (delta->name != NULL && self->n_calls++ < 128);
  g_assert_true (self->in_pieces || bty_json_validate (delta->text, delta->length, 0, NULL));
  part->call_id = g_strdup (delta->call_id);
  part->name = g_strdup (delta->name);
  part->arguments = text;
}

static inline void
fuzz_wire_on_delta (BtyCompletion *completion, const BtyDelta *delta, gpointer data)
{
  FuzzWire *self = data;
  g_autofree char *text = g_strndup (delta->text, delta->length);
  BtyPart *part;

  g_assert_false (self->done);
  g_assert_true (g_utf8_validate_len (delta->text, delta->length, NULL));
  g_assert_null (memchr (delta->text, '\0', delta->length));
  if (delta->kind == BTY_DELTA_TOOL_CALL)
    {
      fuzz_wire_on_call (self, delta, g_steal_pointer (&text));
      return;
    }
  g_assert_cmpuint (delta->length, >, 0);
  g_assert_true (delta->kind != BTY_DELTA_SIGNATURE || self->mark == NULL || g_str_has_prefix (text, self->mark));
  part = fuzz_wire_add (self, delta->kind == BTY_DELTA_TEXT ? BTY_PART_TEXT : BTY_PART_REASONING);
  *(delta->kind == BTY_DELTA_SIGNATURE ? &part->signature : &part->text) = g_steal_pointer (&text);
}

static inline void
fuzz_wire_on_done (BtyCompletion *completion, gpointer data)
{
  FuzzWire *self = data;

  g_assert_false (self->done);
  self->done = TRUE;
}

static inline BtyCompletion *
fuzz_wire_completion (FuzzWire *self)
{
  g_autoptr (BtyCompletionRequest) request = bty_completion_request_new ();

  return bty_completion_new (request, NULL, fuzz_wire_on_delta, fuzz_wire_on_done, self);
}

/* A request that goes on from what was read. */
static inline BtyCompletionRequest *
fuzz_wire_request (FuzzWire *self, const char *model)
{
  BtyCompletionRequest *request = bty_completion_request_new ();

  request->model = g_strdup (model);
  request->effort = g_strdup ("low");
  request->messages = bty_record_list_new ();
  g_ptr_array_add (request->messages, bty_prompt_message_ref (self->message));
  return request;
}
