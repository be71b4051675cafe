/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-cassette.h"
#include "bty-completion-request.h"
#include "bty-fault.h"
#include "bty-secret.h"

G_BEGIN_DECLS

typedef enum
{
  BTY_DELTA_TEXT,
  BTY_DELTA_REASONING,
  BTY_DELTA_SIGNATURE, /* ends the reasoning block: text is its opaque mark */
  BTY_DELTA_TOOL_CALL, /* index; call_id and name with the first piece; text is a piece of the arguments */
} BtyDeltaKind;

/**
 * BtyDelta:
 * @text: a piece, UTF-8, never cut inside a character, not NUL-terminated
 * @index: which of several parallel tool calls
 *
 * One step of a stream. On the caller's stack; nothing in it outlives the callback.
 */
typedef struct
{
  BtyDeltaKind kind;
  const char *text;
  gsize length;
  guint index;
  const char *call_id;
  const char *name;
} BtyDelta;

/**
 * BtyCompletionProgress:
 * @BTY_PROGRESS_UNKNOWN: the provider does not say
 * @BTY_PROGRESS_UNSENT: the service has nothing of it yet
 * @BTY_PROGRESS_SENT: the request is on its way, or was refused
 * @BTY_PROGRESS_ACCEPTED: the service has begun to answer: it may ask for money, whatever comes of it
 *
 * How far a request has come.
 */
typedef enum
{
  BTY_PROGRESS_UNKNOWN,
  BTY_PROGRESS_UNSENT,
  BTY_PROGRESS_SENT,
  BTY_PROGRESS_ACCEPTED,
} BtyCompletionProgress;

/**
 * BtyCompletion:
 *
 * One request on its way to a model, and the stream that comes back. The consumer makes it and gives its callbacks; the provider
 * pushes deltas and ends it exactly once. Main context. A #GObject, since providers in plugins keep it across async calls.
 */
#define BTY_TYPE_COMPLETION (bty_completion_get_type ())
BTY_EXPORT G_DECLARE_FINAL_TYPE (BtyCompletion, bty_completion, BTY, COMPLETION, GObject)

  typedef void (*BtyCompletionDelta) (BtyCompletion *completion, const BtyDelta *delta, gpointer data);
typedef void (*BtyCompletionDone) (BtyCompletion *completion, gpointer data);

/* For the consumer. */
/** bty_completion_new: (skip) */
BTY_EXPORT BtyCompletion *bty_completion_new (const BtyCompletionRequest *request, GCancellable *cancellable,
                                              BtyCompletionDelta on_delta, BtyCompletionDone on_done, gpointer data);
/** bty_completion_get_error: Returns: (transfer none) (nullable): why it failed; %NULL when it ended well */
BTY_EXPORT const GError *bty_completion_get_error (BtyCompletion *completion);
BTY_EXPORT BtyStopReason bty_completion_get_stop_reason (BtyCompletion *completion);
/** bty_completion_get_usage: Returns: (transfer none) (nullable): what the wire reported last */
BTY_EXPORT const BtyUsage *bty_completion_get_usage (BtyCompletion *completion);
/** bty_completion_get_retry_after_ms: Returns: how long the provider asked to wait; -1 when it did not say */
BTY_EXPORT gint64 bty_completion_get_retry_after_ms (BtyCompletion *completion);
/** bty_completion_is_quota: Returns: whether it failed because what was paid for is used up */
BTY_EXPORT gboolean bty_completion_is_quota (BtyCompletion *completion);
BTY_EXPORT BtyCompletionProgress bty_completion_get_progress (BtyCompletion *completion);
/** bty_completion_get_n_deltas: Returns: how many deltas came; a failure after 0 may be tried elsewhere without a trace */
BTY_EXPORT guint64 bty_completion_get_n_deltas (BtyCompletion *completion);

/**
 * bty_completion_set_cassette:
 * @cassette: one to record to, or one that is played
 * @take: number of the take that this is
 *
 * Before it begins. What is pushed is told to the cassette; who speaks HTTP records to it or plays from it.
 */
BTY_EXPORT void bty_completion_set_cassette (BtyCompletion *completion, BtyCassette *cassette, guint take);
/** bty_completion_set_fault: before it begins: @fault: copied: what is made to go wrong */
BTY_EXPORT void bty_completion_set_fault (BtyCompletion *completion, const BtyFault *fault);

/* For the provider. */
/** bty_completion_get_cassette: Returns: (transfer none) (nullable): what it carries; @take: (out): which of its takes this is */
BTY_EXPORT BtyCassette *bty_completion_get_cassette (BtyCompletion *completion, guint *take);
/** bty_completion_get_fault: Returns: (transfer none): what is made to go wrong; mostly nothing */
BTY_EXPORT const BtyFault *bty_completion_get_fault (BtyCompletion *completion);
BTY_EXPORT const BtyCompletionRequest *bty_completion_get_request (BtyCompletion *completion);
/** bty_completion_get_cancellable: Returns: (transfer none): cancelled when nobody waits for the answer any more */
BTY_EXPORT GCancellable *bty_completion_get_cancellable (BtyCompletion *completion);
BTY_EXPORT gboolean bty_completion_is_done (BtyCompletion *completion);
/** bty_completion_set_progress: to be said as it goes. One that says nothing counts as billed when it falls silent, not when it fails. */
BTY_EXPORT void bty_completion_set_progress (BtyCompletion *completion, BtyCompletionProgress progress);
BTY_EXPORT void bty_completion_push (BtyCompletion *completion, const BtyDelta *delta);
BTY_EXPORT void bty_completion_push_text (BtyCompletion *completion, const char *text, gsize length);
/** bty_completion_set_usage: replaces what was reported before: wires report running totals */
BTY_EXPORT void bty_completion_set_usage (BtyCompletion *completion, const BtyUsage *usage);
BTY_EXPORT void bty_completion_finish (BtyCompletion *completion, BtyStopReason reason);
/** bty_completion_fail: @error: (transfer none): of any domain; @retry_after_ms: -1 when unknown */
BTY_EXPORT void bty_completion_fail (BtyCompletion *completion, const GError *error, gint64 retry_after_ms);
/**
 * bty_completion_fail_quota:
 *
 * As bty_completion_fail(), with a %BTY_ERROR_RESOURCE_EXHAUSTED that no wait of a moment helps against: what was paid for is used up.
 * Without it such an error is taken for a rate that was exceeded.
 */
BTY_EXPORT void bty_completion_fail_quota (BtyCompletion *completion, const GError *error, gint64 retry_after_ms);

G_END_DECLS
