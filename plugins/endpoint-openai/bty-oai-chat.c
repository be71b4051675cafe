/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-openai-door"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-oai-chat.h"

/* The stream. What stands around the text of a delta is the same for all of a stream and made once. */

typedef struct
{
  BtyOaiReply reply;
  GString *before;   /* up to the delta */
  const char *after; /* from behind it */
  GString *thought;  /* (nullable): what was thought since the last mark */
  char *mark;        /* (nullable): of what was thought, not sent yet */
  guint n_thoughts;  /* marks so far */
  gboolean spoke;    /* something of the answer was sent, which cannot be taken back */
} Stream;

static const char after_plain[] = ",\"logprobs\":null,\"finish_reason\":null}]}\n\n";
static const char after_usage[] = ",\"logprobs\":null,\"finish_reason\":null}],\"usage\":null}\n\n";

gpointer
bty_oai_chat_stream_new (BtyOaiReply *reply)
{
  Stream *self = g_new0 (Stream, 1);

  self->reply = *reply;
  self->before = g_string_new (NULL);
  self->after = reply->ask->include_usage ? after_usage : after_plain;
  return self;
}

static void
stream_free (gpointer data)
{
  Stream *self = data;

  bty_oai_reply_clear (&self->reply);
  g_string_free (self->before, TRUE);
  if (self->thought != NULL)
    g_string_free (self->thought, TRUE);
  g_free (self->mark);
  g_free (self);
}

static void
append_string (GString *out, const char *text, gsize length)
{
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, out);
  bty_json_writer_string_len (&writer, text, length);
}

/* Up to the choices. */
static void
append_head (const Stream *self, GString *out)
{
  const char *model = bty_oai_reply_get_model (&self->reply);

  g_string_append_printf (out,
                          "data: {\"id\":\"%s\",\"object\":\"chat.completion.chunk\",\"created\":%" G_GINT64_FORMAT,
                          self->reply.id, self->reply.created);
  g_string_append (out, ",\"model\":");
  append_string (out, model, strlen (model));
  g_string_append (out, ",\"choices\":[");
}

static void
make_before (Stream *self)
{
  g_string_truncate (self->before, 0);
  append_head (self, self->before);
  g_string_append (self->before, "{\"index\":0,\"delta\":{");
}

static void
begin_delta (const Stream *self, GString *out)
{
  g_string_append_len (out, self->before->str, (gssize) self->before->len);
}

static void
end_delta (Stream *self, GString *out)
{
  g_string_append_c (out, '}');
  g_string_append (out, self->after);
  self->spoke = TRUE;
}

static void
append_begin (gpointer data, GString *out)
{
  Stream *self = data;

  make_before (self);
  begin_delta (self, out);
  g_string_append (out, "\"role\":\"assistant\",\"content\":\"\"}");
  g_string_append (out, self->after);
}

static void
append_text (Stream *self, const char *member, const char *text, gsize length, GString *out)
{
  begin_delta (self, out);
  g_string_append (out, member);
  append_string (out, text, length);
  end_delta (self, out);
}

static void
append_thought (Stream *self, const char *text, GString *out)
{
  if (self->thought == NULL)
    self->thought = g_string_new (NULL);
  g_string_append (self->thought, text);
  append_text (self, "\"reasoning_content\":", text, strlen (text), out);
}

/*
 * The mark that ends what was thought, with all that it is for, as other gateways give it: it goes back with the message. @call: (nullable):
 * the call that it stands before; it may be the call that is marked.
 */
static void
append_mark (Stream *self, const char *call, GString *out)
{
  if (self->mark == NULL)
    return;
  begin_delta (self, out);
  g_string_append_printf (out, "\"reasoning_details\":[{\"type\":\"reasoning.text\",\"index\":%u", self->n_thoughts);
  if (call != NULL)
    {
      g_string_append (out, ",\"id\":");
      append_string (out, call, strlen (call));
    }
  if (self->thought != NULL)
    {
      g_string_append (out, ",\"text\":");
      append_string (out, self->thought->str, self->thought->len);
      g_string_free (g_steal_pointer (&self->thought), TRUE);
    }
  g_string_append (out, ",\"signature\":");
  append_string (out, self->mark, strlen (self->mark));
  g_string_append (out, "}]");
  end_delta (self, out);
  g_clear_pointer (&self->mark, g_free);
  self->n_thoughts += 1;
}

/* It waits for what follows. */
static void
take_signature (Stream *self, const char *text, GString *out)
{
  append_mark (self, NULL, out);
  self->mark = g_strdup (text);
}

static void
append_call (Stream *self, const BtyCompletionItem *item, GString *out)
{
  const char *text = item->text != NULL ? item->text : "";

  begin_delta (self, out);
  g_string_append_printf (out, "\"tool_calls\":[{\"index\":%lld", (long long) item->index);
  if (item->call_id != NULL || item->name != NULL)
    {
      g_string_append (out, ",\"id\":");
      append_string (out, item->call_id != NULL ? item->call_id : "",
                     item->call_id != NULL ? strlen (item->call_id) : 0);
      g_string_append (out, ",\"type\":\"function\",\"function\":{\"name\":");
      append_string (out, item->name != NULL ? item->name : "", item->name != NULL ? strlen (item->name) : 0);
      g_string_append (out, ",\"arguments\":");
    }
  else
    g_string_append (out, ",\"function\":{\"arguments\":");
  append_string (out, text, strlen (text));
  g_string_append (out, "}}]");
  end_delta (self, out);
}

static void
append_error (Stream *self, const GError *error, GString *out)
{
  BtyJsonWriter writer;

  g_string_append (out, "data: ");
  bty_json_writer_init (&writer, out);
  bty_json_writer_begin_object (&writer);
  bty_json_writer_key (&writer, "error");
  bty_json_writer_begin_object (&writer);
  bty_oai_reply_write_error (&self->reply, error, TRUE, &writer);
  bty_json_writer_end_object (&writer);
  bty_json_writer_end_object (&writer);
  g_string_append (out, "\n\n");
}

static gboolean
restart (Stream *self, const BtyCompletionItem *item, GString *out)
{
  g_autoptr (GError) error = NULL;

  if (!self->spoke)
    {
      g_clear_pointer (&self->mark, g_free);
      return TRUE;
    }
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
      append_mark (self, NULL, out);
      append_thought (self, record->text, out);
      return TRUE;
    case BTY_COMPLETION_SIGNATURE:
      take_signature (self, record->text, out);
      return TRUE;
    case BTY_COMPLETION_TOOL_CALL:
      append_mark (self, record->call_id, out);
      append_call (self, record, out);
      return TRUE;
    case BTY_COMPLETION_RESTARTED:
      return restart (self, record, out);
    default:
      bty_oai_reply_note (&self->reply, item);
      make_before (self);
      return TRUE;
    }
}

static gboolean
append_item (gpointer data, BtyCallReader *reader, const BtyItem *item, GString *out)
{
  Stream *self = data;

  if (item->record != NULL)
    return append_record (self, item, out);
  append_mark (self, NULL, out);
  append_text (self, "\"content\":", item->text, item->length, out);
  return TRUE;
}

/* Who answers is no answer yet: what goes wrong after it still has a status. */
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
  BtyJsonWriter writer;

  if (bty_call_state (call) == BTY_CALL_FAILED)
    {
      append_error (self, bty_call_error (call), out);
      return;
    }
  append_mark (self, NULL, out);
  append_head (self, out);
  g_string_append_printf (out, "{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\"%s\"}]%s}\n\n",
                          bty_oai_finish_reason (answer->stop_reason),
                          self->reply.ask->include_usage ? ",\"usage\":null" : "");
  if (self->reply.ask->include_usage)
    {
      append_head (self, out);
      g_string_append (out, "],\"usage\":");
      bty_json_writer_init (&writer, out);
      bty_oai_write_usage (answer, FALSE, &writer);
      g_string_append (out, "}\n\n");
    }
  g_string_append (out, "data: [DONE]\n\n");
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

const BtyPumpFuncs bty_oai_chat_funcs = { .begins = begins,
                                          .begin = append_begin,
                                          .item = append_item,
                                          .end = append_end,
                                          .stopping = append_stopping,
                                          .refuse = refuse,
                                          .free = stream_free };

/* The whole. */

static void
write_text (const GPtrArray *parts, BtyPartKind kind, const char *name, gboolean or_null, BtyJsonWriter *writer)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean is_there = FALSE;

  for (guint i = 0; i < parts->len; i++)
    {
      const BtyPart *part = parts->pdata[i];

      if (part->kind != kind || part->text == NULL)
        continue;
      is_there = TRUE;
      g_string_append (text, part->text);
    }
  if (is_there)
    {
      bty_json_writer_key (writer, name);
      bty_json_writer_string_len (writer, text->str, text->len);
    }
  else if (or_null)
    bty_json_writer_member_string (writer, name, NULL);
}

static guint
count (const GPtrArray *parts, BtyPartKind kind)
{
  guint n = 0;

  for (guint i = 0; i < parts->len; i++)
    n += ((BtyPart *) parts->pdata[i])->kind == kind;
  return n;
}

/* A mark before a call may be the call's own: it is told which. */
static void
write_marked (const BtyPart *next, BtyJsonWriter *writer)
{
  if (next->kind == BTY_PART_TOOL_CALL && next->call_id != NULL)
    bty_json_writer_member_string (writer, "id", next->call_id);
}

static void
write_details (const GPtrArray *parts, BtyJsonWriter *writer)
{
  if (count (parts, BTY_PART_REASONING) == 0)
    return;
  write_text (parts, BTY_PART_REASONING, "reasoning_content", FALSE, writer);
  bty_json_writer_key (writer, "reasoning_details");
  bty_json_writer_begin_array (writer);
  for (guint i = 0; i < parts->len; i++)
    {
      const BtyPart *part = parts->pdata[i];

      if (part->kind != BTY_PART_REASONING)
        continue;
      bty_json_writer_begin_object (writer);
      bty_json_writer_member_string (writer, "type", "reasoning.text");
      if (part->signature != NULL && i + 1 < parts->len)
        write_marked (parts->pdata[i + 1], writer);
      bty_json_writer_member_string (writer, "text", part->text);
      bty_json_writer_member_string (writer, "signature", part->signature);
      bty_json_writer_end_object (writer);
    }
  bty_json_writer_end_array (writer);
}

static void
write_calls (const GPtrArray *parts, BtyJsonWriter *writer)
{
  if (count (parts, BTY_PART_TOOL_CALL) == 0)
    return;
  bty_json_writer_key (writer, "tool_calls");
  bty_json_writer_begin_array (writer);
  for (guint i = 0; i < parts->len; i++)
    {
      const BtyPart *part = parts->pdata[i];

      if (part->kind != BTY_PART_TOOL_CALL)
        continue;
      bty_json_writer_begin_object (writer);
      bty_json_writer_member_string (writer, "id", part->call_id);
      bty_json_writer_member_string (writer, "type", "function");
      bty_json_writer_key (writer, "function");
      bty_json_writer_begin_object (writer);
      bty_json_writer_member_string (writer, "name", part->name);
      bty_json_writer_member_string (writer, "arguments", bty_oai_arguments_of (part));
      bty_json_writer_end_object (writer);
      bty_json_writer_end_object (writer);
    }
  bty_json_writer_end_array (writer);
}

static void
write_choice (const BtyCompletionAnswer *answer, BtyJsonWriter *writer)
{
  bty_json_writer_begin_object (writer);
  bty_json_writer_member_int (writer, "index", 0);
  bty_json_writer_key (writer, "message");
  bty_json_writer_begin_object (writer);
  bty_json_writer_member_string (writer, "role", "assistant");
  write_text (answer->parts, BTY_PART_TEXT, "content", TRUE, writer);
  bty_json_writer_member_string (writer, "refusal", NULL);
  write_details (answer->parts, writer);
  write_calls (answer->parts, writer);
  bty_json_writer_end_object (writer);
  bty_json_writer_member_string (writer, "logprobs", NULL);
  bty_json_writer_member_string (writer, "finish_reason", bty_oai_finish_reason (answer->stop_reason));
  bty_json_writer_end_object (writer);
}

void
bty_oai_chat_done (BtyOaiReply *reply, BtyCall *call)
{
  const BtyCompletionAnswer *answer = bty_call_response (call);
  BtyJsonWriter writer, *w = &writer;
  GString *text;

  if (bty_call_state (call) == BTY_CALL_FAILED)
    {
      bty_oai_reply_fail (reply, bty_call_error (call));
      return;
    }
  text = g_string_sized_new (1024);
  bty_json_writer_init (w, text);
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "id", reply->id);
  bty_json_writer_member_string (w, "object", "chat.completion");
  bty_json_writer_member_int (w, "created", reply->created);
  bty_json_writer_member_string (w, "model", bty_oai_ask_get_model (reply->ask, answer->model));
  bty_json_writer_key (w, "choices");
  bty_json_writer_begin_array (w);
  write_choice (answer, w);
  bty_json_writer_end_array (w);
  bty_json_writer_key (w, "usage");
  bty_oai_write_usage (answer, FALSE, w);
  bty_json_writer_end_object (w);
  bty_oai_respond (reply->exchange, text);
}
