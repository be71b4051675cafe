/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ws"

#include "config.h"

#include <string.h>

#include "bty-ws-frames.h"

#define PARSE_ERROR     -32700
#define INVALID_REQUEST -32600
#define NO_METHOD       -32601
#define INVALID_PARAMS  -32602
#define INTERNAL_ERROR  -32603
#define OWN_ERRORS      -32000 /* ours: this less the number that gRPC has for the code */

static int
get_code (BtyWsFault fault, const GError *error)
{
  const BtyErrorInfo *info = bty_error_info (bty_error_code_of (error));

  switch (fault)
    {
    case BTY_WS_FAULT_PARSE:
      return PARSE_ERROR;
    case BTY_WS_FAULT_REQUEST:
      return INVALID_REQUEST;
    case BTY_WS_FAULT_METHOD:
      return NO_METHOD;
    case BTY_WS_FAULT_CALL:
    default:
      if (info->code == BTY_ERROR_INVALID_ARGUMENT)
        return INVALID_PARAMS;
      return info->code == BTY_ERROR_INTERNAL ? INTERNAL_ERROR : OWN_ERRORS - (int) info->grpc_status;
    }
}

static void
begin (BtyJsonWriter *writer, GString *frame)
{
  bty_json_writer_init (writer, frame);
  bty_json_writer_begin_object (writer);
  bty_json_writer_member_string (writer, "jsonrpc", "2.0");
}

static void
write_id (BtyJsonWriter *writer, const char *name, const char *id)
{
  bty_json_writer_key (writer, name);
  if (id != NULL)
    bty_json_writer_raw (writer, id, strlen (id));
  else
    bty_json_writer_null (writer);
}

void
bty_ws_write_error (GString *frame, const char *id, BtyWsFault fault, const GError *error)
{
  g_autofree char *message = g_utf8_make_valid (error->message, -1);
  BtyJsonWriter writer;

  begin (&writer, frame);
  write_id (&writer, "id", id);
  bty_json_writer_key (&writer, "error");
  bty_json_writer_begin_object (&writer);
  bty_json_writer_member_int (&writer, "code", get_code (fault, error));
  bty_json_writer_member_string (&writer, "message", message);
  bty_json_writer_key (&writer, "data");
  bty_problem_write (error, 0, &writer);
  bty_json_writer_end_object (&writer);
  bty_json_writer_end_object (&writer);
}

void
bty_ws_write_item (GString *frame, const char *id, BtyCallReader *reader, const BtyItem *item)
{
  BtyJsonWriter writer;

  begin (&writer, frame);
  bty_json_writer_member_string (&writer, "method", "item");
  bty_json_writer_key (&writer, "params");
  bty_json_writer_begin_object (&writer);
  write_id (&writer, "call", id);
  bty_json_writer_member_int (&writer, "number", item->number);
  bty_json_writer_key (&writer, "item");
  bty_call_reader_write_json (reader, item, &writer);
  bty_json_writer_end_object (&writer);
  bty_json_writer_end_object (&writer);
}

void
bty_ws_write_result (GString *frame, const char *id, const BtyRecord *record)
{
  BtyJsonWriter writer;

  begin (&writer, frame);
  write_id (&writer, "id", id);
  bty_json_writer_key (&writer, "result");
  if (record != NULL)
    bty_record_write_json (record, BTY_VIEW_READ, &writer);
  else
    bty_json_writer_raw (&writer, "{}", 2);
  bty_json_writer_end_object (&writer);
}

void
bty_ws_write_list (GString *frame, const char *id, const GString *items, const BtyRecord *record)
{
  g_autofree char *members = record != NULL ? bty_record_to_json (record, BTY_VIEW_READ) : NULL;
  BtyJsonWriter writer;

  begin (&writer, frame);
  write_id (&writer, "id", id);
  g_string_append (frame, ",\"result\":{\"items\":");
  g_string_append_len (frame, items->str, items->len);
  if (members != NULL && strcmp (members, "{}") != 0)
    {
      g_string_append_c (frame, ',');
      g_string_append (frame, members + 1);
    }
  else
    g_string_append_c (frame, '}');
  bty_json_writer_end_object (&writer);
}
