/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-problem.h"

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
bty_problem_write (const GError *error, guint status, BtyJsonWriter *writer)
{
  const BtyErrorInfo *info;
  g_autofree char *detail = NULL;

  g_return_if_fail (error != NULL && writer != NULL);

  info = bty_error_info (bty_error_code_of (error));
  bty_json_writer_begin_object (writer);
  write_type (info->name, writer);
  bty_json_writer_member_string (writer, "title", _ (info->title));
  bty_json_writer_member_int (writer, "status", status != 0 ? status : info->http_status);
  detail = g_utf8_make_valid (error->message, -1);
  bty_json_writer_member_string (writer, "detail", detail);
  bty_json_writer_member_string (writer, "code", info->name);
  bty_json_writer_end_object (writer);
}
