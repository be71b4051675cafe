/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <boternity.h>
#include <libsoup/soup.h>

#include "bty-soup-answer.h"

static BtyErrorCode
get_code (guint status)
{
  switch (status)
    {
    case 403:
      return BTY_ERROR_PERMISSION_DENIED;
    case 404:
      return BTY_ERROR_NOT_FOUND;
    case 405:
    case 501:
    case 505:
      return BTY_ERROR_UNIMPLEMENTED;
    case 408:
      return BTY_ERROR_DEADLINE_EXCEEDED;
    case 413:
    case 431:
      return BTY_ERROR_OUT_OF_RANGE;
    case 503:
      return BTY_ERROR_UNAVAILABLE;
    default:
      return status < 500 ? BTY_ERROR_INVALID_ARGUMENT : BTY_ERROR_INTERNAL;
    }
}

static const char *
get_title (guint status)
{
  return status == 431 ? "Request Header Fields Too Large" : soup_status_get_phrase (status);
}

/* "Payload Too Large" becomes payload-too-large. */
static void
append_slug (GString *text, const char *title)
{
  for (; *title != '\0'; title++)
    g_string_append_c (text, g_ascii_isalnum (*title) ? g_ascii_tolower (*title) : '-');
}

GString *
bty_soup_problem_new (guint status, const char *detail)
{
  GString *text = g_string_sized_new (256);
  g_autoptr (GString) type = g_string_new ("urn:boternity:error:");
  BtyJsonWriter writer;

  append_slug (type, get_title (status));
  bty_json_writer_init (&writer, text);
  bty_json_writer_begin_object (&writer);
  bty_json_writer_member_string (&writer, "type", type->str);
  bty_json_writer_member_string (&writer, "title", get_title (status));
  bty_json_writer_member_int (&writer, "status", status);
  bty_json_writer_member_string (&writer, "detail", detail);
  bty_json_writer_member_string (&writer, "code", bty_error_info (get_code (status))->name);
  bty_json_writer_end_object (&writer);
  return text;
}

GString *
bty_soup_refusal_new (guint status, const char *detail, GBytes *own)
{
  g_autoptr (GString) problem = own == NULL ? bty_soup_problem_new (status, detail) : NULL;
  gsize length = own != NULL ? g_bytes_get_size (own) : problem->len;
  GString *text = g_string_sized_new (512);

  g_string_append_printf (text, "HTTP/1.1 %u %s\r\n", status, get_title (status));
  g_string_append_printf (text, "Content-Type: %s\r\n", own != NULL ? "application/json" : BTY_SOUP_PROBLEM_TYPE);
  g_string_append_printf (text, "Content-Length: %" G_GSIZE_FORMAT "\r\n", length);
  if (status == 503)
    g_string_append (text, "Retry-After: 1\r\n");
  g_string_append (text, "Connection: close\r\n\r\n");
  g_string_append_len (text, own != NULL ? g_bytes_get_data (own, NULL) : problem->str, (gssize) length);
  return text;
}
