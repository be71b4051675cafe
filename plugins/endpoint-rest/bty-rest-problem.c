/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-rest"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-rest-problem.h"

void
bty_rest_problem_respond (BtyExchange *exchange, const GError *error, guint status)
{
  GString *text = g_string_sized_new (512);
  g_autoptr (GBytes) body = NULL;
  BtyJsonWriter writer;

  if (status == 0)
    status = bty_error_info (bty_error_code_of (error))->http_status;
  bty_json_writer_init (&writer, text);
  bty_problem_write (error, status, &writer);
  body = g_string_free_to_bytes (text);
  if (status == 401)
    bty_exchange_set_header (exchange, "WWW-Authenticate", "Bearer realm=\"boternity\"");
  bty_exchange_set_header (exchange, "Cache-Control", "no-store");
  bty_exchange_respond (exchange, status, BTY_REST_PROBLEM_TYPE, body);
}

void
bty_rest_problem_respond_new (BtyExchange *exchange, guint status, BtyErrorCode code, const char *detail)
{
  g_autoptr (GError) error = g_error_new_literal (BTY_ERROR, code, detail);

  bty_rest_problem_respond (exchange, error, status);
}
