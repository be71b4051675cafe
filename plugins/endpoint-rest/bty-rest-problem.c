/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-rest"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-rest-problem.h"

#define URN "urn:boternity:error:"

/* NOT_FOUND becomes urn:boternity:error:not-found. */
static void
write_type (const char *name, BtyJsonWriter *writer)
{
  char urn[64] = URN;
  gsize length = sizeof URN - 1;

  for (; *name != '\0' && length < sizeof urn - 1; name++)
    urn[length++] = *name == '_' ? '-' : g_ascii_tolower (*name);
  bty_json_writer_key (writer, "type");
  bty_json_writer_string_len (writer, urn, length);
}

void
bty_rest_problem_write (const GError *error, guint status, BtyJsonWriter *writer)
{
  const BtyErrorInfo *info = bty_error_info (bty_error_code_of (error));

  bty_json_writer_begin_object (writer);
  write_type (info->name, writer);
  bty_json_writer_member_string (writer, "title", _ (info->title));
  bty_json_writer_member_int (writer, "status", status != 0 ? status : info->http_status);
  bty_json_writer_member_string (writer, "detail", error->message);
  bty_json_writer_member_string (writer, "code", info->name);
  bty_json_writer_end_object (writer);
}

void
bty_rest_problem_respond (BtyExchange *exchange, const GError *error, guint status)
{
  GString *text = g_string_sized_new (512);
  g_autoptr (GBytes) body = NULL;
  BtyJsonWriter writer;

  if (status == 0)
    status = bty_error_info (bty_error_code_of (error))->http_status;
  bty_json_writer_init (&writer, text);
  bty_rest_problem_write (error, status, &writer);
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
