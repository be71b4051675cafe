/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-openai-door"

#include "config.h"

#include "bty-oai-output.h"

static void
output_free (gpointer data)
{
  BtyOaiOutput *self = data;

  g_free (self->id);
  g_string_free (self->text, TRUE);
  g_free (self->signature);
  g_free (self->call_id);
  g_free (self->name);
  if (self->before != NULL)
    g_string_free (self->before, TRUE);
  g_free (self);
}

GPtrArray *
bty_oai_outputs_new (void)
{
  return g_ptr_array_new_with_free_func (output_free);
}

BtyOaiOutput *
bty_oai_outputs_add (GPtrArray *outputs, BtyPartKind kind)
{
  BtyOaiOutput *self = g_new0 (BtyOaiOutput, 1);

  self->kind = kind;
  self->index = -1;
  self->is_open = TRUE;
  self->id = bty_oai_new_id (kind == BTY_PART_TEXT ? "msg_" : kind == BTY_PART_REASONING ? "rs_" : "fc_");
  self->text = g_string_new (NULL);
  g_ptr_array_add (outputs, self);
  return self;
}

static void
write_empty_array (BtyJsonWriter *writer, const char *name)
{
  bty_json_writer_key (writer, name);
  bty_json_writer_begin_array (writer);
  bty_json_writer_end_array (writer);
}

void
bty_oai_output_write_part (const BtyOaiOutput *self, gboolean is_done, BtyJsonWriter *writer)
{
  bty_json_writer_begin_object (writer);
  bty_json_writer_member_string (writer, "type", self->kind == BTY_PART_TEXT ? "output_text" : "summary_text");
  bty_json_writer_key (writer, "text");
  bty_json_writer_string_len (writer, self->text->str, is_done ? self->text->len : 0);
  if (self->kind == BTY_PART_TEXT)
    {
      write_empty_array (writer, "annotations");
      write_empty_array (writer, "logprobs");
    }
  bty_json_writer_end_object (writer);
}

static void
write_parts (const BtyOaiOutput *self, const char *name, gboolean is_done, BtyJsonWriter *writer)
{
  bty_json_writer_key (writer, name);
  bty_json_writer_begin_array (writer);
  if (is_done && (self->text->len > 0 || self->kind == BTY_PART_TEXT))
    bty_oai_output_write_part (self, TRUE, writer);
  bty_json_writer_end_array (writer);
}

void
bty_oai_output_write (const BtyOaiOutput *self, gboolean is_done, BtyJsonWriter *writer)
{
  bty_json_writer_begin_object (writer);
  bty_json_writer_member_string (writer, "id", self->id);
  if (self->kind == BTY_PART_REASONING)
    {
      bty_json_writer_member_string (writer, "type", "reasoning");
      write_parts (self, "summary", is_done, writer);
      bty_json_writer_member_string (writer, "encrypted_content", self->signature);
      bty_json_writer_end_object (writer);
      return;
    }
  bty_json_writer_member_string (writer, "type", self->kind == BTY_PART_TEXT ? "message" : "function_call");
  bty_json_writer_member_string (writer, "status",
                                 !is_done        ? "in_progress"
                                 : self->is_open ? "incomplete"
                                                 : "completed");
  if (self->kind == BTY_PART_TEXT)
    {
      bty_json_writer_member_string (writer, "role", "assistant");
      write_parts (self, "content", is_done, writer);
    }
  else
    {
      bty_json_writer_member_string (writer, "call_id", self->call_id);
      bty_json_writer_member_string (writer, "name", self->name);
      bty_json_writer_key (writer, "arguments");
      bty_json_writer_string_len (writer, self->text->str, is_done ? self->text->len : 0);
    }
  bty_json_writer_end_object (writer);
}

/* The Response. */

static void
write_tools (const BtyCompletionRequest *request, BtyJsonWriter *w)
{
  bty_json_writer_member_string (w, "tool_choice", request->tool_choice != NULL ? request->tool_choice : "auto");
  bty_json_writer_key (w, "tools");
  bty_json_writer_begin_array (w);
  for (guint i = 0; request->tools != NULL && i < request->tools->len; i++)
    {
      const BtyToolSpec *tool = request->tools->pdata[i];

      bty_json_writer_begin_object (w);
      bty_json_writer_member_string (w, "type", "function");
      bty_json_writer_member_string (w, "name", tool->name);
      bty_json_writer_member_string (w, "description", tool->description);
      bty_json_writer_key (w, "parameters");
      if (tool->parameters != NULL)
        bty_json_writer_raw (w, tool->parameters, strlen (tool->parameters));
      else
        bty_json_writer_null (w);
      bty_json_writer_member_bool (w, "strict", FALSE);
      bty_json_writer_end_object (w);
    }
  bty_json_writer_end_array (w);
  bty_json_writer_member_bool (w, "parallel_tool_calls", !request->serial_tools);
}

static void
write_double (BtyJsonWriter *w, const char *name, double value, gboolean is_null)
{
  bty_json_writer_key (w, name);
  if (is_null)
    bty_json_writer_null (w);
  else
    bty_json_writer_double (w, value);
}

static void
write_request (const BtyOaiAsk *ask, const BtyCompletionRequest *request, BtyJsonWriter *w)
{
  bty_json_writer_member_string (w, "instructions", request->system);
  bty_json_writer_key (w, "max_output_tokens");
  if (request->max_output > 0)
    bty_json_writer_int (w, request->max_output);
  else
    bty_json_writer_null (w);
  write_double (w, "temperature", request->temperature, BTY_IS_NULL (request, BtyCompletionRequest, temperature));
  write_double (w, "top_p", request->top_p, BTY_IS_NULL (request, BtyCompletionRequest, top_p));
  bty_json_writer_key (w, "reasoning");
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "effort", request->effort);
  bty_json_writer_member_string (w, "summary", NULL);
  bty_json_writer_end_object (w);
  write_tools (request, w);
  bty_json_writer_member_string (w, "previous_response_id", NULL);
  bty_json_writer_member_bool (w, "store", FALSE);
  bty_json_writer_member_bool (w, "background", FALSE);
  bty_json_writer_member_string (w, "truncation", "disabled");
  bty_json_writer_key (w, "metadata");
  bty_json_writer_raw (w, ask->echo->len > 0 ? ask->echo->str : "{}", ask->echo->len > 0 ? ask->echo->len : 2);
}

static const char *
why_incomplete (const BtyCompletionAnswer *answer)
{
  if (answer == NULL || (answer->stop_reason != BTY_STOP_LENGTH && answer->stop_reason != BTY_STOP_REFUSED))
    return NULL;
  return answer->stop_reason == BTY_STOP_LENGTH ? "max_output_tokens" : "content_filter";
}

static void
write_outcome (const BtyOaiReply *reply, const BtyCompletionAnswer *answer, const GError *error, BtyJsonWriter *w)
{
  const char *why = why_incomplete (answer);

  bty_json_writer_member_string (w, "status",
                                 error != NULL    ? "failed"
                                 : answer == NULL ? "in_progress"
                                 : why != NULL    ? "incomplete"
                                                  : "completed");
  bty_json_writer_key (w, "error");
  if (error != NULL)
    {
      bty_json_writer_begin_object (w);
      bty_oai_reply_write_error (reply, error, FALSE, w);
      bty_json_writer_end_object (w);
    }
  else
    bty_json_writer_null (w);
  bty_json_writer_key (w, "incomplete_details");
  if (why != NULL)
    {
      bty_json_writer_begin_object (w);
      bty_json_writer_member_string (w, "reason", why);
      bty_json_writer_end_object (w);
    }
  else
    bty_json_writer_null (w);
}

void
bty_oai_response_write (const BtyOaiReply *reply, const BtyCompletionRequest *request, const GPtrArray *outputs,
                        const BtyCompletionAnswer *answer, const GError *error, BtyJsonWriter *w)
{
  const char *model = answer != NULL ? bty_oai_ask_get_model (reply->ask, answer->model)
                                     : bty_oai_reply_get_model (reply);

  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "id", reply->id);
  bty_json_writer_member_string (w, "object", "response");
  bty_json_writer_member_int (w, "created_at", reply->created);
  write_outcome (reply, answer, error, w);
  bty_json_writer_member_string (w, "model", model);
  bty_json_writer_key (w, "output");
  bty_json_writer_begin_array (w);
  for (guint i = 0; i < outputs->len; i++)
    bty_oai_output_write (outputs->pdata[i], TRUE, w);
  bty_json_writer_end_array (w);
  write_request (reply->ask, request, w);
  bty_json_writer_key (w, "usage");
  if (answer != NULL)
    bty_oai_write_usage (answer, TRUE, w);
  else
    bty_json_writer_null (w);
  bty_json_writer_end_object (w);
}
