/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reader of the WebSocket door's messages on any bytes: never a crash; what it takes is a request, and its id is written in JSON in
 * the one way that is ours. */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include <string.h>

#include "bty-ws-request.h"

#include "fuzz.h"

static void
check_id (const char *id)
{
  g_autofree char *text = g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"id\":%s}", id);
  g_auto (BtyWsRequest) again;
  BtyWsFault fault;

  g_assert_true (bty_ws_request_read (&again, text, strlen (text), &fault, NULL));
  g_assert_cmpstr (again.id, ==, id);
}

static void
check_control (const BtyWsRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_auto (BtyWsControl) control;

  if (bty_ws_control_read (&control, request, &error))
    check_id (control.id);
  else
    g_assert_nonnull (error);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *text = (const char *) data;
  g_autoptr (GError) error = NULL;
  g_auto (BtyWsRequest) request;
  BtyWsFault fault;

  if (!bty_ws_request_read (&request, text, size, &fault, &error))
    {
      g_assert_nonnull (error);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_cmpint (fault == BTY_WS_FAULT_PARSE, ==, !bty_json_validate (text, size, 0, NULL));
      return 0;
    }
  g_assert_true (bty_json_validate (text, size, 0, NULL));
  g_assert_nonnull (request.method);
  if (request.id != NULL)
    check_id (request.id);
  if (request.params != NULL)
    g_assert_true (request.params >= text && request.params + request.params_length <= text + size);
  check_control (&request);
  return 0;
}
