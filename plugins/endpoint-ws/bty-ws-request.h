/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-ws-frames.h"

G_BEGIN_DECLS

/**
 * BtyWsRequest:
 * @id: (nullable): the id as it is written in JSON, always in the same way; %NULL: a notification
 * @method: (nullable): name of an operation, or a control that begins with `$/`
 * @params: (nullable): a JSON object within the message
 * @params_length: its length
 * @idempotency_key: (nullable): member `idempotency_key`
 * @after: member `after`: number of the last item that the client has; -1: not given
 * @credit: member `credit`; 0: not given
 * @timeout_ms: member `timeout_ms`; 0: not given
 *
 * One message of a client.
 */
typedef struct
{
  char *id;
  char *method;
  const char *params;
  gsize params_length;
  char *idempotency_key;
  gint64 after;
  gint64 credit;
  gint64 timeout_ms;
} BtyWsRequest;

/* Reads a message strictly; what is wrong is in @error, with a JSON-RPC code. @id may be known even so. */
gboolean bty_ws_request_read (BtyWsRequest *request, const char *text, gsize length, BtyWsFault *fault, GError **error);
void bty_ws_request_clear (BtyWsRequest *request);

/**
 * BtyWsControl:
 * @id: of the call that it is about, as in #BtyWsRequest
 * @add: member `add` of `$/credit`; 0: not given
 *
 * The params of a control.
 */
typedef struct
{
  char *id;
  gint64 add;
} BtyWsControl;

gboolean bty_ws_control_read (BtyWsControl *control, const BtyWsRequest *request, GError **error);
void bty_ws_control_clear (BtyWsControl *control);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BtyWsRequest, bty_ws_request_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BtyWsControl, bty_ws_control_clear)

G_END_DECLS
