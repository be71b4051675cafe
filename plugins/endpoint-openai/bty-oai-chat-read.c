/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-openai-door"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-oai-options.h"

#define MAX_MESSAGES 100000
#define MAX_CALLS    128

typedef struct
{
  BtyOaiAsk *ask;
  BtyOaiPrompt prompt;
} Chat;

/* A message. */

typedef struct
{
  char *role;
  BtyOaiContent content;
  char *refusal;
  char *call_id;
  char *reasoning;
  GPtrArray *thoughts; /* Thought: reasoning_details */
  GPtrArray *calls;    /* Call */
} Message;

/* What was thought in one piece, and the provider's mark for it. */
typedef struct
{
  char *text;
  char *signature;
  char *before; /* (nullable): id of the call that it stands before */
} Thought;

typedef struct
{
  char *id;
  char *type;
  char *name;
  char *arguments;
} Call;

static void
thought_free (gpointer data)
{
  Thought *thought = data;

  g_free (thought->text);
  g_free (thought->signature);
  g_free (thought->before);
  g_free (thought);
}

static void
call_free (gpointer data)
{
  Call *call = data;

  g_free (call->id);
  g_free (call->type);
  g_free (call->name);
  g_free (call->arguments);
  g_free (call);
}

static void
message_clear (Message *message)
{
  g_free (message->role);
  bty_oai_content_clear (&message->content);
  g_free (message->refusal);
  g_free (message->call_id);
  g_free (message->reasoning);
  g_ptr_array_unref (message->thoughts);
  g_ptr_array_unref (message->calls);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Message, message_clear)

#define STRING(Type, member)                                                                                           \
  static gboolean read_##member (BtyOaiReader *reader, gpointer target)                                                \
  {                                                                                                                    \
    return bty_oai_read_string (reader, &((Type *) target)->member);                                                   \
  }
STRING (Call, id)
STRING (Call, type)
STRING (Call, name)
STRING (Call, arguments)
STRING (Message, role)
STRING (Message, refusal)
STRING (Message, call_id)
STRING (Thought, text)
STRING (Thought, signature)
STRING (Thought, before)
#undef STRING

static gboolean
read_function (BtyOaiReader *reader, gpointer target)
{
  static const BtyOaiMember members[] = { { "name", read_name }, { "arguments", read_arguments }, { NULL } };

  return bty_oai_read_object (reader, members, target);
}

static gboolean
read_call (BtyOaiReader *reader, gpointer target)
{
  static const BtyOaiMember members[] = {
    { "id", read_id }, { "type", read_type }, { "function", read_function }, { NULL }
  };
  Message *message = target;
  Call *call = g_new0 (Call, 1);

  g_ptr_array_add (message->calls, call);
  if (!bty_oai_read_members (reader, members, call))
    return FALSE;
  if (call->type != NULL && !g_str_equal (call->type, "function"))
    return bty_oai_fail (reader, _ ("only calls of the type “function” can be passed on"));
  return (call->id != NULL && call->name != NULL && *call->name != '\0') ||
         bty_oai_fail (reader, _ ("a call needs an id and the name of its function"));
}

static gboolean
read_calls (BtyOaiReader *reader, gpointer target)
{
  return bty_oai_read_array (reader, MAX_CALLS, read_call, target);
}

static gboolean
read_content (BtyOaiReader *reader, gpointer target)
{
  return bty_oai_read_content (reader, &((Message *) target)->content);
}

/* Some clients send back under one name what came under another. */
static gboolean
read_reasoning (BtyOaiReader *reader, gpointer target)
{
  Message *message = target;
  g_autofree char *text = NULL;

  if (!bty_oai_read_string (reader, &text))
    return FALSE;
  if (text != NULL && message->reasoning == NULL)
    message->reasoning = g_steal_pointer (&text);
  return TRUE;
}

static gboolean
read_detail (BtyOaiReader *reader, gpointer target)
{
  static const BtyOaiMember members[] = {
    { "text", read_text }, { "signature", read_signature }, { "id", read_before }, { NULL }
  };
  Thought *thought = g_new0 (Thought, 1);

  g_ptr_array_add (((Message *) target)->thoughts, thought);
  return bty_oai_read_members (reader, members, thought);
}

static gboolean
read_details (BtyOaiReader *reader, gpointer target)
{
  return bty_oai_read_array (reader, MAX_CALLS, read_detail, target);
}

static const BtyOaiMember message_members[] = {
  { "role", read_role },           { "content", read_content },           { "refusal", read_refusal },
  { "tool_calls", read_calls },    { "tool_call_id", read_call_id },      { "reasoning_content", read_reasoning },
  { "reasoning", read_reasoning }, { "reasoning_details", read_details }, { NULL },
};

static gboolean
has_call (const Message *message, const char *id)
{
  for (guint i = 0; id != NULL && i < message->calls->len; i++)
    if (g_strcmp0 (((Call *) message->calls->pdata[i])->id, id) == 0)
      return TRUE;
  return FALSE;
}

/*
 * Each mark belongs to its own text. Where only marks came back, the text as a whole belongs to the first. @call: (nullable): those before
 * this call; else those before everything.
 */
static void
add_thoughts (BtyOaiPrompt *prompt, const Message *message, const char *call)
{
  const char *whole = message->reasoning;

  for (guint i = 0; i < message->thoughts->len; i++)
    if (((Thought *) message->thoughts->pdata[i])->text != NULL)
      whole = NULL;
  if (message->thoughts->len == 0 && call == NULL)
    bty_oai_prompt_add_reasoning (prompt, message->reasoning, NULL);
  for (guint i = 0; i < message->thoughts->len; i++)
    {
      const Thought *thought = message->thoughts->pdata[i];
      gboolean is_here = call != NULL ? g_strcmp0 (thought->before, call) == 0 : !has_call (message, thought->before);

      if (is_here)
        bty_oai_prompt_add_reasoning (prompt, i == 0 && whole != NULL ? whole : thought->text, thought->signature);
    }
}

static gboolean
add_assistant (BtyOaiReader *reader, BtyOaiPrompt *prompt, const Message *message)
{
  if (!message->content.is_given && message->calls->len == 0 && message->refusal == NULL)
    return bty_oai_fail (reader, _ ("an assistant's message needs content or tool calls"));
  add_thoughts (prompt, message, NULL);
  if (message->content.parts->len > 0)
    bty_oai_prompt_add_content (prompt, BTY_ROLE_ASSISTANT, &message->content);
  for (guint i = 0; i < message->calls->len; i++)
    {
      const Call *call = message->calls->pdata[i];

      if (call->id != NULL)
        add_thoughts (prompt, message, call->id);
      bty_oai_prompt_add_call (prompt, call->id, call->name, call->arguments);
    }
  return TRUE;
}

static gboolean
add_message (BtyOaiReader *reader, BtyOaiPrompt *prompt, const Message *message)
{
  const char *role = message->role != NULL ? message->role : "";
  g_autofree char *text = NULL;

  if (g_str_equal (role, "assistant"))
    return add_assistant (reader, prompt, message);
  if (!message->content.is_given)
    return bty_oai_fail (reader, _ ("the message needs content"));
  if (g_str_equal (role, "system") || g_str_equal (role, "developer"))
    {
      text = bty_oai_content_get_text (&message->content);
      bty_oai_prompt_add_system (prompt, text);
      return TRUE;
    }
  if (g_str_equal (role, "user"))
    {
      bty_oai_prompt_add_content (prompt, BTY_ROLE_USER, &message->content);
      return TRUE;
    }
  if (!g_str_equal (role, "tool"))
    return bty_oai_fail (reader, _ ("the role must be system, developer, user, assistant or tool"));
  if (message->call_id == NULL || *message->call_id == '\0')
    return bty_oai_fail (reader, _ ("a tool's message needs tool_call_id"));
  bty_oai_prompt_add_result (prompt, message->call_id, &message->content);
  return TRUE;
}

static gboolean
read_message (BtyOaiReader *reader, gpointer target)
{
  Chat *chat = target;
  g_auto (Message) message = { .thoughts = g_ptr_array_new_with_free_func (thought_free),
                               .calls = g_ptr_array_new_with_free_func (call_free) };

  bty_oai_content_init (&message.content);
  return bty_oai_read_members (reader, message_members, &message) && add_message (reader, &chat->prompt, &message);
}

/* The request. */

static gboolean
read_messages (BtyOaiReader *reader, gpointer target)
{
  return bty_oai_read_array (reader, MAX_MESSAGES, read_message, target);
}

static gboolean
read_model (BtyOaiReader *reader, gpointer target)
{
  return bty_oai_read_model (reader, &((Chat *) target)->ask->model);
}

static gboolean
read_stream (BtyOaiReader *reader, gpointer target)
{
  return bty_oai_read_bool (reader, &((Chat *) target)->ask->stream);
}

static gboolean
read_include_usage (BtyOaiReader *reader, gpointer target)
{
  return bty_oai_read_bool (reader, &((Chat *) target)->ask->include_usage);
}

static gboolean
read_stream_options (BtyOaiReader *reader, gpointer target)
{
  static const BtyOaiMember members[] = { { "include_usage", read_include_usage }, { NULL } };

  return bty_oai_read_object (reader, members, target);
}

static gboolean
read_n (BtyOaiReader *reader, gpointer target)
{
  gint64 n = 1;

  return bty_oai_read_int (reader, 1, G_MAXINT32, &n) &&
         (n == 1 || bty_oai_fail (reader, _ ("only one answer is given: n must be 1")));
}

static gboolean
read_audio (BtyOaiReader *reader, gpointer target)
{
  return bty_oai_refuse_member (reader, _ ("answers are text: audio cannot be asked for"));
}

static gboolean
read_functions (BtyOaiReader *reader, gpointer target)
{
  return bty_oai_refuse_member (reader, _ ("functions have become tools: send “tools” and “tool_choice”"));
}

#define OPTION(member)                                                                                                 \
  static gboolean read_option_##member (BtyOaiReader *reader, gpointer target)                                         \
  {                                                                                                                    \
    return bty_oai_read_##member (reader, ((Chat *) target)->prompt.request);                                          \
  }
OPTION (tools)
OPTION (tool_choice)
OPTION (parallel)
OPTION (format)
OPTION (stop)
OPTION (temperature)
OPTION (top_p)
OPTION (max_output)
OPTION (effort)
OPTION (reasoning)
#undef OPTION

static const BtyOaiMember chat_members[] = {
  { "model", read_model },
  { "messages", read_messages },
  { "stream", read_stream },
  { "stream_options", read_stream_options },
  { "tools", read_option_tools },
  { "tool_choice", read_option_tool_choice },
  { "parallel_tool_calls", read_option_parallel },
  { "response_format", read_option_format },
  { "stop", read_option_stop },
  { "temperature", read_option_temperature },
  { "top_p", read_option_top_p },
  { "max_tokens", read_option_max_output },
  { "max_completion_tokens", read_option_max_output },
  { "reasoning_effort", read_option_effort },
  { "reasoning", read_option_reasoning },
  { "n", read_n },
  { "audio", read_audio },
  { "functions", read_functions },
  { "function_call", read_functions },
  { NULL },
};

BtyCompletionRequest *
bty_oai_read_chat (BtyOaiAsk *ask, const char *data, gsize length, GError **error)
{
  Chat chat = { .ask = ask };
  BtyCompletionRequest *request = NULL;
  BtyOaiReader reader;

  bty_oai_prompt_init (&chat.prompt);
  bty_oai_reader_init (&reader, ask, data, length);
  if (bty_oai_next (&reader) != BTY_JSON_OBJECT_BEGIN)
    bty_oai_fail (&reader, _ ("the body must be one JSON object"));
  else if (bty_oai_read_members (&reader, chat_members, &chat) && bty_oai_next (&reader) == BTY_JSON_END &&
           bty_oai_check_model (&reader, ask->model) && chat.prompt.request->messages->len == 0)
    bty_oai_fail_at (&reader, "messages", _ ("there is nothing to answer: send at least one message"));
  if (bty_oai_reader_end (&reader, error))
    {
      request = bty_oai_prompt_steal (&chat.prompt);
      request->model = g_strdup (ask->model);
    }
  bty_oai_prompt_clear (&chat.prompt);
  return request;
}
