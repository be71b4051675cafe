/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-openai-door"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-oai-options.h"

#define MAX_ITEMS 100000

typedef struct
{
  BtyOaiAsk *ask;
  BtyOaiPrompt prompt;
  char *instructions;
} Response;

/* An item of the input. */
typedef struct
{
  char *type;
  char *role;
  BtyOaiContent content; /* of a message; what a model thought */
  BtyOaiContent output;  /* of a tool */
  BtyOaiContent summary;
  char *call_id;
  char *name;
  char *arguments;
  char *signature;
} Item;

static void
item_clear (Item *item)
{
  g_free (item->type);
  g_free (item->role);
  bty_oai_content_clear (&item->content);
  bty_oai_content_clear (&item->output);
  bty_oai_content_clear (&item->summary);
  g_free (item->call_id);
  g_free (item->name);
  g_free (item->arguments);
  g_free (item->signature);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Item, item_clear)

#define STRING(member)                                                                                                 \
  static gboolean read_##member (BtyOaiReader *reader, gpointer target)                                                \
  {                                                                                                                    \
    return bty_oai_read_string (reader, &((Item *) target)->member);                                                   \
  }
STRING (type)
STRING (role)
STRING (call_id)
STRING (name)
STRING (arguments)
STRING (signature)
#undef STRING

#define CONTENT(member)                                                                                                \
  static gboolean read_##member (BtyOaiReader *reader, gpointer target)                                                \
  {                                                                                                                    \
    return bty_oai_read_content (reader, &((Item *) target)->member);                                                  \
  }
CONTENT (content)
CONTENT (output)
CONTENT (summary)
#undef CONTENT

static const BtyOaiMember item_members[] = {
  { "type", read_type },
  { "role", read_role },
  { "content", read_content },
  { "output", read_output },
  { "summary", read_summary },
  { "call_id", read_call_id },
  { "name", read_name },
  { "arguments", read_arguments },
  { "encrypted_content", read_signature },
  { NULL },
};

static gboolean
add_message (BtyOaiReader *reader, BtyOaiPrompt *prompt, const Item *item)
{
  const char *role = item->role != NULL ? item->role : "";
  g_autofree char *text = NULL;

  if (!item->content.is_given)
    return bty_oai_fail (reader, _ ("the message needs content"));
  if (g_str_equal (role, "system") || g_str_equal (role, "developer"))
    {
      text = bty_oai_content_get_text (&item->content);
      bty_oai_prompt_add_system (prompt, text);
    }
  else if (g_str_equal (role, "user"))
    bty_oai_prompt_add_content (prompt, BTY_ROLE_USER, &item->content);
  else if (g_str_equal (role, "assistant"))
    bty_oai_prompt_add_content (prompt, BTY_ROLE_ASSISTANT, &item->content);
  else
    return bty_oai_fail (reader, _ ("the role must be system, developer, user or assistant"));
  return TRUE;
}

static gboolean
add_reasoning (BtyOaiPrompt *prompt, const Item *item)
{
  g_autofree char *text = bty_oai_content_get_text (item->content.parts->len > 0 ? &item->content : &item->summary);

  bty_oai_prompt_add_reasoning (prompt, text, item->signature);
  return TRUE;
}

static gboolean
add_call (BtyOaiReader *reader, BtyOaiPrompt *prompt, const Item *item)
{
  if (item->call_id == NULL || item->name == NULL || *item->name == '\0')
    return bty_oai_fail (reader, _ ("a call needs call_id and name"));
  bty_oai_prompt_add_call (prompt, item->call_id, item->name, item->arguments);
  return TRUE;
}

static gboolean
add_result (BtyOaiReader *reader, BtyOaiPrompt *prompt, const Item *item)
{
  if (item->call_id == NULL || !item->output.is_given)
    return bty_oai_fail (reader, _ ("what a function gave needs call_id and output"));
  bty_oai_prompt_add_result (prompt, item->call_id, &item->output);
  return TRUE;
}

static gboolean
read_item (BtyOaiReader *reader, gpointer target)
{
  BtyOaiPrompt *prompt = &((Response *) target)->prompt;
  g_auto (Item) item = { 0 };

  bty_oai_content_init (&item.content);
  bty_oai_content_init (&item.output);
  bty_oai_content_init (&item.summary);
  if (!bty_oai_read_members (reader, item_members, &item))
    return FALSE;
  if (item.type == NULL || g_str_equal (item.type, "message"))
    return add_message (reader, prompt, &item);
  if (g_str_equal (item.type, "function_call"))
    return add_call (reader, prompt, &item);
  if (g_str_equal (item.type, "function_call_output"))
    return add_result (reader, prompt, &item);
  if (g_str_equal (item.type, "reasoning"))
    return add_reasoning (prompt, &item);
  return bty_oai_fail (reader, _ ("an item must be a message, function_call, function_call_output or reasoning"));
}

/* The request. */

static gboolean
read_input (BtyOaiReader *reader, gpointer target)
{
  BtyOaiPrompt *prompt = &((Response *) target)->prompt;
  g_autofree char *text = NULL;
  BtyJsonToken token = bty_oai_next (reader);

  if (token == BTY_JSON_ARRAY_BEGIN)
    return bty_oai_read_items (reader, MAX_ITEMS, read_item, target);
  if (token != BTY_JSON_STRING)
    return token != BTY_JSON_ERROR && bty_oai_fail (reader, _ ("expected a string or an array of items"));
  if (!bty_oai_take_string (reader, &text))
    return FALSE;
  g_ptr_array_add (prompt->request->messages, bty_prompt_message_new_text (BTY_ROLE_USER, text));
  return TRUE;
}

static gboolean
read_model (BtyOaiReader *reader, gpointer target)
{
  return bty_oai_read_model (reader, &((Response *) target)->ask->model);
}

static gboolean
read_instructions (BtyOaiReader *reader, gpointer target)
{
  return bty_oai_read_string (reader, &((Response *) target)->instructions);
}

static gboolean
read_stream (BtyOaiReader *reader, gpointer target)
{
  return bty_oai_read_bool (reader, &((Response *) target)->ask->stream);
}

/* A Response says it again. */
static gboolean
read_metadata (BtyOaiReader *reader, gpointer target)
{
  BtyOaiAsk *ask = ((Response *) target)->ask;
  g_autofree char *raw = NULL;

  if (!bty_oai_read_raw (reader, TRUE, &raw))
    return FALSE;
  g_string_assign (ask->echo, raw != NULL ? raw : "");
  return TRUE;
}

static gboolean
read_previous (BtyOaiReader *reader, gpointer target)
{
  return bty_oai_refuse_member (reader, _ ("responses are not kept here: send the whole conversation as “input”"));
}

static gboolean
read_background (BtyOaiReader *reader, gpointer target)
{
  return bty_oai_refuse_member (reader, _ ("responses are not made in the background: leave it out"));
}

static gboolean
read_prompt (BtyOaiReader *reader, gpointer target)
{
  return bty_oai_refuse_member (reader, _ ("templates of prompts are not kept here: send “instructions” and “input”"));
}

#define OPTION(member)                                                                                                 \
  static gboolean read_option_##member (BtyOaiReader *reader, gpointer target)                                         \
  {                                                                                                                    \
    return bty_oai_read_##member (reader, ((Response *) target)->prompt.request);                                      \
  }
OPTION (tools)
OPTION (tool_choice)
OPTION (parallel)
OPTION (format)
OPTION (temperature)
OPTION (top_p)
OPTION (max_output)
OPTION (reasoning)
#undef OPTION

static gboolean
read_text (BtyOaiReader *reader, gpointer target)
{
  static const BtyOaiMember members[] = { { "format", read_option_format }, { NULL } };

  return bty_oai_read_object (reader, members, target);
}

static const BtyOaiMember response_members[] = {
  { "model", read_model },
  { "input", read_input },
  { "instructions", read_instructions },
  { "stream", read_stream },
  { "tools", read_option_tools },
  { "tool_choice", read_option_tool_choice },
  { "parallel_tool_calls", read_option_parallel },
  { "text", read_text },
  { "temperature", read_option_temperature },
  { "top_p", read_option_top_p },
  { "max_output_tokens", read_option_max_output },
  { "reasoning", read_option_reasoning },
  { "metadata", read_metadata },
  { "previous_response_id", read_previous },
  { "conversation", read_previous },
  { "background", read_background },
  { "prompt", read_prompt },
  { NULL },
};

/* Instructions stand before what the input says in the same place. */
static void
put_instructions (Response *response)
{
  if (response->instructions == NULL || *response->instructions == '\0')
    return;
  if (response->prompt.system->len > 0)
    g_string_prepend (response->prompt.system, "\n\n");
  g_string_prepend (response->prompt.system, response->instructions);
}

BtyCompletionRequest *
bty_oai_read_response (BtyOaiAsk *ask, const char *data, gsize length, GError **error)
{
  Response response = { .ask = ask };
  BtyCompletionRequest *request = NULL;
  BtyOaiReader reader;

  ask->echo = g_string_new (NULL);
  bty_oai_prompt_init (&response.prompt);
  bty_oai_reader_init (&reader, ask, data, length);
  if (bty_oai_next (&reader) != BTY_JSON_OBJECT_BEGIN)
    bty_oai_fail (&reader, _ ("the body must be one JSON object"));
  else if (bty_oai_read_members (&reader, response_members, &response) && bty_oai_next (&reader) == BTY_JSON_END &&
           bty_oai_check_model (&reader, ask->model) && response.prompt.request->messages->len == 0)
    bty_oai_fail_at (&reader, "input", _ ("there is nothing to answer"));
  if (bty_oai_reader_end (&reader, error))
    {
      put_instructions (&response);
      request = bty_oai_prompt_steal (&response.prompt);
      request->model = g_strdup (ask->model);
    }
  g_free (response.instructions);
  bty_oai_prompt_clear (&response.prompt);
  return request;
}
