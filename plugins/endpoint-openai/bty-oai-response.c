/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-openai-door"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-oai-chat.h"
#include "bty-oai-output.h"

/* Responses as typed events, each with the next number. */

typedef struct
{
  BtyOaiReply reply;
  BtyCompletionRequest *request;
  GPtrArray *outputs;
  gint64 n_events;
} Stream;

gpointer
bty_oai_response_stream_new (BtyOaiReply *reply, BtyCall *call)
{
  Stream *self = g_new0 (Stream, 1);

  self->reply = *reply;
  self->request = bty_completion_request_ref (bty_call_request (call));
  self->outputs = bty_oai_outputs_new ();
  return self;
}

static void
stream_free (gpointer data)
{
  Stream *self = data;

  bty_oai_reply_clear (&self->reply);
  bty_completion_request_unref (self->request);
  g_ptr_array_unref (self->outputs);
  g_free (self);
}

/* Writes an event up to its own members; @writer is left inside of the object. */
static void
begin_event (Stream *self, const char *type, GString *out, BtyJsonWriter *writer)
{
  g_string_append_printf (out, "event: %s\ndata: ", type);
  bty_json_writer_init (writer, out);
  bty_json_writer_begin_object (writer);
  bty_json_writer_member_string (writer, "type", type);
  bty_json_writer_member_int (writer, "sequence_number", self->n_events++);
}

static void
end_event (GString *out, BtyJsonWriter *writer)
{
  bty_json_writer_end_object (writer);
  g_string_append (out, "\n\n");
}

static guint
place_of (const Stream *self, const BtyOaiOutput *output)
{
  guint place = 0;

  g_ptr_array_find (self->outputs, output, &place);
  return place;
}

static void
append_response (Stream *self, const char *type, const BtyCompletionAnswer *answer, const GError *error, GString *out)
{
  BtyJsonWriter writer;

  begin_event (self, type, out, &writer);
  bty_json_writer_key (&writer, "response");
  bty_oai_response_write (&self->reply, self->request, self->outputs, answer, error, &writer);
  end_event (out, &writer);
}

static void
append_begin (gpointer data, GString *out)
{
  append_response (data, "response.created", NULL, NULL, out);
  append_response (data, "response.in_progress", NULL, NULL, out);
}

/* The places of an output's events: which item, and which part of it. */
static void
write_place (const Stream *self, const BtyOaiOutput *output, BtyJsonWriter *writer)
{
  bty_json_writer_member_string (writer, "item_id", output->id);
  bty_json_writer_member_int (writer, "output_index", place_of (self, output));
  if (output->kind == BTY_PART_TEXT)
    bty_json_writer_member_int (writer, "content_index", 0);
  else if (output->kind == BTY_PART_REASONING)
    bty_json_writer_member_int (writer, "summary_index", 0);
}

static void
append_item_event (Stream *self, const BtyOaiOutput *output, gboolean is_done, GString *out)
{
  BtyJsonWriter writer;

  begin_event (self, is_done ? "response.output_item.done" : "response.output_item.added", out, &writer);
  bty_json_writer_member_int (&writer, "output_index", place_of (self, output));
  bty_json_writer_key (&writer, "item");
  bty_oai_output_write (output, is_done, &writer);
  end_event (out, &writer);
}

static void
append_part_event (Stream *self, const BtyOaiOutput *output, gboolean is_done, GString *out)
{
  gboolean is_text = output->kind == BTY_PART_TEXT;
  BtyJsonWriter writer;

  begin_event (self,
               is_text ? (is_done ? "response.content_part.done" : "response.content_part.added")
                       : (is_done ? "response.reasoning_summary_part.done" : "response.reasoning_summary_part.added"),
               out, &writer);
  write_place (self, output, &writer);
  bty_json_writer_key (&writer, "part");
  bty_oai_output_write_part (output, is_done, &writer);
  end_event (out, &writer);
}

static const char *
delta_type (BtyPartKind kind, gboolean is_done)
{
  if (kind == BTY_PART_TEXT)
    return is_done ? "response.output_text.done" : "response.output_text.delta";
  if (kind == BTY_PART_REASONING)
    return is_done ? "response.reasoning_summary_text.done" : "response.reasoning_summary_text.delta";
  return is_done ? "response.function_call_arguments.done" : "response.function_call_arguments.delta";
}

/* What is the same in all deltas of an output, up to the number. */
static void
make_before (const Stream *self, BtyOaiOutput *output)
{
  const char *type = delta_type (output->kind, FALSE);

  output->before = g_string_new (NULL);
  g_string_append_printf (output->before, "event: %s\ndata: {\"type\":\"%s\",\"item_id\":\"%s\",\"output_index\":%u,",
                          type, type, output->id, place_of (self, output));
  if (output->kind == BTY_PART_TEXT)
    g_string_append (output->before, "\"content_index\":0,\"logprobs\":[],");
  else if (output->kind == BTY_PART_REASONING)
    g_string_append (output->before, "\"summary_index\":0,");
  g_string_append (output->before, "\"sequence_number\":");
}

static void
append_delta (Stream *self, BtyOaiOutput *output, const char *text, gsize length, GString *out)
{
  char number[24];
  BtyJsonWriter writer;

  if (length == 0)
    return;
  g_string_append_len (output->text, text, (gssize) length);
  g_string_append_len (out, output->before->str, (gssize) output->before->len);
  g_snprintf (number, sizeof number, "%" G_GINT64_FORMAT, self->n_events++);
  g_string_append (out, number);
  g_string_append (out, ",\"delta\":");
  bty_json_writer_init (&writer, out);
  bty_json_writer_string_len (&writer, text, length);
  g_string_append (out, "}\n\n");
}

static void
open_output (Stream *self, BtyOaiOutput *output, GString *out)
{
  make_before (self, output);
  append_item_event (self, output, FALSE, out);
  if (output->kind != BTY_PART_TOOL_CALL)
    append_part_event (self, output, FALSE, out);
}

static void
close_output (Stream *self, BtyOaiOutput *output, GString *out)
{
  BtyJsonWriter writer;

  output->is_open = FALSE;
  begin_event (self, delta_type (output->kind, TRUE), out, &writer);
  write_place (self, output, &writer);
  bty_json_writer_key (&writer, output->kind == BTY_PART_TOOL_CALL ? "arguments" : "text");
  bty_json_writer_string_len (&writer, output->text->str, output->text->len);
  if (output->kind == BTY_PART_TOOL_CALL)
    bty_json_writer_member_string (&writer, "name", output->name);
  else if (output->kind == BTY_PART_TEXT)
    {
      bty_json_writer_key (&writer, "logprobs");
      bty_json_writer_begin_array (&writer);
      bty_json_writer_end_array (&writer);
    }
  end_event (out, &writer);
  if (output->kind != BTY_PART_TOOL_CALL)
    append_part_event (self, output, TRUE, out);
  append_item_event (self, output, TRUE, out);
}

/* Closes what is open, but not the calls that go on beside @kind. */
static void
close_others (Stream *self, BtyPartKind kind, GString *out)
{
  for (guint i = 0; i < self->outputs->len; i++)
    {
      BtyOaiOutput *output = self->outputs->pdata[i];

      if (output->is_open && (output->kind != kind || kind != BTY_PART_TOOL_CALL))
        close_output (self, output, out);
    }
}

static void
close_all (Stream *self, GString *out)
{
  for (guint i = 0; i < self->outputs->len; i++)
    if (((BtyOaiOutput *) self->outputs->pdata[i])->is_open)
      close_output (self, self->outputs->pdata[i], out);
}

/* The open one that text of this kind belongs to. */
static BtyOaiOutput *
current (Stream *self, BtyPartKind kind, GString *out)
{
  BtyOaiOutput *last = self->outputs->len > 0 ? self->outputs->pdata[self->outputs->len - 1] : NULL;

  if (last != NULL && last->is_open && last->kind == kind)
    return last;
  close_others (self, kind, out);
  last = bty_oai_outputs_add (self->outputs, kind);
  open_output (self, last, out);
  return last;
}

static BtyOaiOutput *
find_call (Stream *self, gint64 index)
{
  for (guint i = 0; i < self->outputs->len; i++)
    {
      BtyOaiOutput *output = self->outputs->pdata[i];

      if (output->is_open && output->kind == BTY_PART_TOOL_CALL && output->index == index)
        return output;
    }
  return NULL;
}

static void
append_call (Stream *self, const BtyCompletionItem *item, GString *out)
{
  BtyOaiOutput *output = find_call (self, item->index);

  if (output == NULL)
    {
      close_others (self, BTY_PART_TOOL_CALL, out);
      output = bty_oai_outputs_add (self->outputs, BTY_PART_TOOL_CALL);
      output->index = item->index;
      output->call_id = g_strdup (item->call_id != NULL ? item->call_id : output->id);
      output->name = g_strdup (item->name);
      open_output (self, output, out);
    }
  if (item->text != NULL)
    append_delta (self, output, item->text, strlen (item->text), out);
}

static void
append_signature (Stream *self, const char *text, GString *out)
{
  BtyOaiOutput *output = current (self, BTY_PART_REASONING, out);

  bty_record_take_string (&output->signature, g_strdup (text));
  close_output (self, output, out);
}

static void
append_error (Stream *self, const GError *error, GString *out)
{
  BtyJsonWriter writer;

  begin_event (self, "error", out, &writer);
  bty_oai_reply_write_error (&self->reply, error, FALSE, &writer);
  end_event (out, &writer);
  append_response (self, "response.failed", NULL, error, out);
}

static gboolean
restart (Stream *self, const BtyCompletionItem *item, GString *out)
{
  g_autoptr (GError) error = NULL;

  if (self->outputs->len == 0)
    return TRUE;
  error = g_error_new (BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("the answer broke off: %s"),
                       item->text != NULL ? item->text : "");
  append_error (self, error, out);
  return FALSE;
}

static gboolean
append_record (Stream *self, const BtyItem *item, GString *out)
{
  const BtyCompletionItem *record = item->record;

  switch (record->type)
    {
    case BTY_COMPLETION_REASONING:
      append_delta (self, current (self, BTY_PART_REASONING, out), record->text, strlen (record->text), out);
      return TRUE;
    case BTY_COMPLETION_SIGNATURE:
      append_signature (self, record->text, out);
      return TRUE;
    case BTY_COMPLETION_TOOL_CALL:
      append_call (self, record, out);
      return TRUE;
    case BTY_COMPLETION_RESTARTED:
      return restart (self, record, out);
    default:
      bty_oai_reply_note (&self->reply, item);
      return TRUE;
    }
}

static gboolean
append_item (gpointer data, BtyCallReader *reader, const BtyItem *item, GString *out)
{
  Stream *self = data;

  if (item->record != NULL)
    return append_record (self, item, out);
  append_delta (self, current (self, BTY_PART_TEXT, out), item->text, item->length, out);
  return TRUE;
}

static gboolean
begins (gpointer data, const BtyItem *item)
{
  const BtyCompletionItem *record = item->record;

  return record == NULL || record->type <= BTY_COMPLETION_TOOL_CALL;
}

static void
append_end (gpointer data, BtyCall *call, GString *out)
{
  Stream *self = data;
  const BtyCompletionAnswer *answer = bty_call_response (call);
  gboolean is_cut;

  if (bty_call_state (call) == BTY_CALL_FAILED)
    {
      append_error (self, bty_call_error (call), out);
      return;
    }
  if (self->outputs->len == 0)
    current (self, BTY_PART_TEXT, out); /* who says nothing says an empty text */
  close_all (self, out);
  is_cut = answer->stop_reason == BTY_STOP_LENGTH || answer->stop_reason == BTY_STOP_REFUSED;
  append_response (self, is_cut ? "response.incomplete" : "response.completed", answer, NULL, out);
}

static void
append_stopping (gpointer data, GString *out)
{
  g_autoptr (GError) error = g_error_new_literal (BTY_ERROR, BTY_ERROR_UNAVAILABLE,
                                                  _ ("the daemon is stopping: ask again in a moment"));

  append_error (data, error, out);
}

static void
refuse (gpointer data, BtyCall *call)
{
  bty_oai_reply_fail (&((Stream *) data)->reply, bty_call_error (call));
}

const BtyPumpFuncs bty_oai_response_funcs = { .begins = begins,
                                              .begin = append_begin,
                                              .item = append_item,
                                              .end = append_end,
                                              .stopping = append_stopping,
                                              .refuse = refuse,
                                              .free = stream_free };

/* The whole. */

static GPtrArray *
outputs_of (const BtyCompletionAnswer *answer)
{
  GPtrArray *outputs = bty_oai_outputs_new ();

  for (guint i = 0; i < answer->parts->len; i++)
    {
      const BtyPart *part = answer->parts->pdata[i];
      BtyOaiOutput *output = bty_oai_outputs_add (outputs, part->kind);

      output->is_open = FALSE;
      output->signature = g_strdup (part->signature);
      output->call_id = g_strdup (part->call_id);
      output->name = g_strdup (part->name);
      if (part->kind == BTY_PART_TOOL_CALL)
        g_string_append (output->text, bty_oai_arguments_of (part));
      else if (part->text != NULL)
        g_string_append (output->text, part->text);
    }
  if (outputs->len == 0)
    bty_oai_outputs_add (outputs, BTY_PART_TEXT)->is_open = FALSE;
  return outputs;
}

void
bty_oai_response_done (BtyOaiReply *reply, BtyCall *call)
{
  const BtyCompletionAnswer *answer = bty_call_response (call);
  g_autoptr (GPtrArray) outputs = NULL;
  BtyJsonWriter writer;
  GString *text;

  if (bty_call_state (call) == BTY_CALL_FAILED)
    {
      bty_oai_reply_fail (reply, bty_call_error (call));
      return;
    }
  outputs = outputs_of (answer);
  text = g_string_sized_new (2048);
  bty_json_writer_init (&writer, text);
  bty_oai_response_write (reply, bty_call_request (call), outputs, answer, NULL, &writer);
  bty_oai_respond (reply->exchange, text);
}
