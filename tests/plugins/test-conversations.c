/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "test-conversations.h"

#define SCHEMA                                                                                                         \
  "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},\"required\":[\"city\"],"                      \
  "\"additionalProperties\":false}"

static BtyPromptMessage *
add (BtyCompletionRequest *request, BtyRole role, const char *text)
{
  BtyPromptMessage *message = bty_prompt_message_new ();

  message->role = role;
  message->parts = bty_record_list_new ();
  g_ptr_array_add (request->messages, message);
  if (text != NULL)
    {
      BtyPart *part = bty_part_new ();

      part->kind = BTY_PART_TEXT;
      part->text = g_strdup (text);
      g_ptr_array_add (message->parts, part);
    }
  return message;
}

static BtyPart *
add_part (BtyPromptMessage *message, BtyPartKind kind, const char *text)
{
  BtyPart *part = bty_part_new ();

  part->kind = kind;
  part->text = g_strdup (text);
  g_ptr_array_add (message->parts, part);
  return part;
}

static void
add_file (BtyPromptMessage *message, const char *type, const char *name, const char *data, const char *url)
{
  BtyPart *part = add_part (message, BTY_PART_FILE, NULL);

  part->media_type = g_strdup (type);
  part->name = g_strdup (name);
  part->url = g_strdup (url);
  part->data = data != NULL ? g_bytes_new (data, strlen (data)) : NULL;
}

static void
add_call (BtyPromptMessage *message, const char *id, const char *name, const char *arguments)
{
  BtyPart *part = add_part (message, BTY_PART_TOOL_CALL, NULL);

  part->call_id = g_strdup (id);
  part->name = g_strdup (name);
  part->arguments = g_strdup (arguments);
}

static void
add_result (BtyCompletionRequest *request, const char *id, const char *name, const char *text, gboolean is_error)
{
  BtyPart *part = add_part (add (request, BTY_ROLE_TOOL, NULL), BTY_PART_TOOL_RESULT, text);

  part->call_id = g_strdup (id);
  part->name = g_strdup (name);
  part->is_error = is_error;
}

static void
add_tools (BtyCompletionRequest *request)
{
  BtyToolSpec *weather = bty_tool_spec_new (), *clock = bty_tool_spec_new ();

  weather->name = g_strdup ("weather");
  weather->description = g_strdup ("What the weather is.");
  weather->parameters = g_strdup (SCHEMA);
  clock->name = g_strdup ("clock");
  request->tools = bty_record_list_new ();
  g_ptr_array_add (request->tools, weather);
  g_ptr_array_add (request->tools, clock);
}

static void
make_plain (BtyCompletionRequest *request, const char *signature)
{
  add (request, BTY_ROLE_USER, "Hi \"you\"\n");
}

static void
make_knobs (BtyCompletionRequest *request, const char *signature)
{
  add (request, BTY_ROLE_USER, "Hello");
  request->system = g_strdup ("Be brief.");
  request->temperature = 0.25;
  BTY_SET_NULL (request, BtyCompletionRequest, temperature, FALSE);
  request->top_p = 0.5;
  BTY_SET_NULL (request, BtyCompletionRequest, top_p, FALSE);
  request->max_output = 100;
  request->stop = g_strsplit ("END,\n\n", ",", -1);
}

static void
make_tools (BtyCompletionRequest *request, const char *signature)
{
  add (request, BTY_ROLE_USER, "Weather?");
  add_tools (request);
  request->tool_choice = g_strdup ("auto");
}

static void
make_choice_none (BtyCompletionRequest *request, const char *signature)
{
  make_tools (request, signature);
  bty_record_take_string (&request->tool_choice, g_strdup ("none"));
}

static void
make_choice_required (BtyCompletionRequest *request, const char *signature)
{
  make_tools (request, signature);
  bty_record_take_string (&request->tool_choice, g_strdup ("required"));
}

static void
make_choice_name (BtyCompletionRequest *request, const char *signature)
{
  make_tools (request, signature);
  bty_record_take_string (&request->tool_choice, g_strdup ("clock"));
}

static void
make_results (BtyCompletionRequest *request, const char *signature)
{
  BtyPromptMessage *answer;

  add (request, BTY_ROLE_USER, "Weather and time?");
  answer = add (request, BTY_ROLE_ASSISTANT, "Let me look.");
  add_call (answer, "call_a1", "weather", "{\"city\":\"Köln\"}");
  add_call (answer, "call_b2", "clock", NULL);
  add_result (request, "call_b2", "clock", "noon", FALSE);
  add_result (request, "call_a1", "weather", "no such city", TRUE);
  add (request, BTY_ROLE_USER, "Well?");
  add_tools (request);
}

static void
make_reasoning (BtyCompletionRequest *request, const char *signature)
{
  BtyPromptMessage *answer;

  add (request, BTY_ROLE_USER, "Weather?");
  answer = add (request, BTY_ROLE_ASSISTANT, NULL);
  add_part (answer, BTY_PART_REASONING, "Hm, weather.")->signature = g_strdup (signature);
  add_part (answer, BTY_PART_REASONING, "Somebody else's.")->signature = g_strdup ("elsewhere:abc");
  add_part (answer, BTY_PART_REASONING, "Unsigned.");
  add_call (answer, "call_a1", "weather", "{\"city\":\"Köln\"}");
  add_result (request, "call_a1", "weather", "rain", FALSE);
  add_tools (request);
  request->effort = g_strdup ("high");
}

static void
make_schema (BtyCompletionRequest *request, const char *signature)
{
  add (request, BTY_ROLE_USER, "A city");
  request->output_schema = g_strdup (SCHEMA);
}

static void
make_images (BtyCompletionRequest *request, const char *signature)
{
  BtyPromptMessage *message = add (request, BTY_ROLE_USER, "What is it?");

  add_file (message, "image/png", "a.png", "PNG!", NULL);
  add_file (message, "image/jpeg", NULL, NULL, "https://example.org/b.jpg");
}

static void
make_files (BtyCompletionRequest *request, const char *signature)
{
  BtyPromptMessage *message = add (request, BTY_ROLE_USER, "Read them.");

  add_file (message, "application/pdf", "a.pdf", "%PDF", NULL);
  add_file (message, "application/pdf", NULL, NULL, "https://example.org/b.pdf");
  add_file (message, "text/markdown", "notes.md", "# Notes", NULL);
}

static void
make_cache (BtyCompletionRequest *request, const char *signature)
{
  request->system = g_strdup ("A long text.");
  add (request, BTY_ROLE_USER, "One")->cache_here = TRUE;
  add (request, BTY_ROLE_ASSISTANT, "Two");
  add (request, BTY_ROLE_USER, "Three")->cache_here = TRUE;
}

static void
make_effort_none (BtyCompletionRequest *request, const char *signature)
{
  add (request, BTY_ROLE_USER, "Quick!");
  request->effort = g_strdup ("none");
}

static void
make_effort_max (BtyCompletionRequest *request, const char *signature)
{
  add (request, BTY_ROLE_USER, "Think!");
  request->effort = g_strdup ("max");
}

static void
make_system_inside (BtyCompletionRequest *request, const char *signature)
{
  request->system = g_strdup ("Be brief.");
  add (request, BTY_ROLE_SYSTEM, "Be kind.");
  add (request, BTY_ROLE_USER, "One");
  add (request, BTY_ROLE_SYSTEM, "It is late.");
  add (request, BTY_ROLE_ASSISTANT, "Two");
  add (request, BTY_ROLE_USER, "Three");
}

static void
make_beginning (BtyCompletionRequest *request, const char *signature)
{
  add (request, BTY_ROLE_USER, "Which?");
  add (request, BTY_ROLE_ASSISTANT, "It is \n");
}

static const struct
{
  const char *name;
  void (*make) (BtyCompletionRequest *request, const char *signature);
} makers[] = {
  { "plain", make_plain },
  { "knobs", make_knobs },
  { "tools", make_tools },
  { "choice-none", make_choice_none },
  { "choice-required", make_choice_required },
  { "choice-name", make_choice_name },
  { "results", make_results },
  { "reasoning", make_reasoning },
  { "schema", make_schema },
  { "images", make_images },
  { "files", make_files },
  { "cache", make_cache },
  { "effort-none", make_effort_none },
  { "effort-max", make_effort_max },
  { "system-inside", make_system_inside },
  { "beginning", make_beginning },
};

const char *const test_conversations[] = { "plain",       "knobs",   "tools",       "choice-none", "choice-required",
                                           "choice-name", "results", "reasoning",   "schema",      "images",
                                           "files",       "cache",   "effort-none", "effort-max",  "system-inside",
                                           "beginning",   NULL };

BtyCompletionRequest *
test_conversation_new (const char *name, const char *model, const char *signature)
{
  BtyCompletionRequest *request = bty_completion_request_new ();

  request->model = g_strdup (model);
  request->messages = bty_record_list_new ();
  for (guint i = 0; i < G_N_ELEMENTS (makers); i++)
    if (g_str_equal (makers[i].name, name))
      {
        makers[i].make (request, signature);
        return request;
      }
  g_assert_not_reached ();
}
