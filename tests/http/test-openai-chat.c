/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bodies of requests, byte for byte, and the fast way of reading deltas against the strict one. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include <boternity-http.h>

static const BtyOpenaiStyle plain = { .max_tokens_field = "max_tokens", .asks_usage = TRUE, .strict_schema = TRUE };

static BtyCompletionRequest *
request_new (void)
{
  BtyCompletionRequest *request = bty_completion_request_new ();

  request->model = g_strdup ("m");
  request->messages = bty_record_list_new ();
  g_ptr_array_add (request->messages, bty_prompt_message_new_text (BTY_ROLE_USER, "Hi \"you\"\n"));
  return request;
}

static void
check (BtyCompletionRequest *request, const BtyOpenaiStyle *style, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) body = bty_openai_chat_write (request, style, &error);

  g_assert_no_error (error);
  g_assert_true (bty_json_validate (body->str, body->len, 0, NULL));
  g_assert_cmpstr (body->str, ==, expected);
}

static void
test_least (void)
{
  g_autoptr (BtyCompletionRequest) request = request_new ();

  check (request, &plain,
         "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi \\\"you\\\"\\n\"}],\"stream\":true,"
         "\"stream_options\":{\"include_usage\":true}}");
}

static void
test_knobs (void)
{
  g_autoptr (BtyCompletionRequest) request = request_new ();
  BtyOpenaiStyle style = { .max_tokens_field = "max_completion_tokens" };

  request->system = g_strdup ("Be brief.");
  request->temperature = 0.25;
  BTY_SET_NULL (request, BtyCompletionRequest, temperature, FALSE);
  request->top_p = 1;
  BTY_SET_NULL (request, BtyCompletionRequest, top_p, FALSE);
  request->max_output = 100;
  request->stop = g_strsplit ("END,\n\n", ",", -1);
  request->effort = g_strdup ("max");
  request->output_schema = g_strdup ("{\"type\":\"object\",\"required\":[]}");
  check (
    request, &style,
    "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":"
    "\"Hi \\\"you\\\"\\n\"}],\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"answer\",\"schema\":"
    "{\"type\":\"object\",\"required\":[]}}},\"temperature\":0.25,\"top_p\":1.0,\"max_completion_tokens\":100,\"stop\":[\"END\",\"\\n\\n\"],"
    "\"reasoning_effort\":\"high\",\"stream\":true}");
}

static BtyToolSpec *
tool_new (const char *name, const char *parameters)
{
  BtyToolSpec *tool = bty_tool_spec_new ();

  tool->name = g_strdup (name);
  tool->description = g_strdup ("It looks");
  tool->parameters = g_strdup (parameters);
  return tool;
}

static void
test_tools (void)
{
  g_autoptr (BtyCompletionRequest) request = request_new ();
  BtyOpenaiStyle style = { 0 };

  request->tools = bty_record_list_new ();
  g_ptr_array_add (request->tools, tool_new ("look", "{\"type\":\"object\"}"));
  request->tool_choice = g_strdup ("look");
  check (
    request, &style,
    "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi \\\"you\\\"\\n\"}],\"tools\":[{\"type\":\"function\","
    "\"function\":{\"name\":\"look\",\"description\":\"It looks\",\"parameters\":{\"type\":\"object\"}}}],\"tool_choice\":"
    "{\"type\":\"function\",\"function\":{\"name\":\"look\"}},\"stream\":true}");
}

static void
test_bad_schema (void)
{
  g_autoptr (BtyCompletionRequest) request = request_new ();
  g_autoptr (GError) error = NULL;

  request->tools = bty_record_list_new ();
  g_ptr_array_add (request->tools, tool_new ("look", "{} , \"stream\":false"));
  g_assert_null (bty_openai_chat_write (request, &plain, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "look"));
}

static BtyPart *
add_part (BtyPromptMessage *message, BtyPartKind kind, const char *text)
{
  BtyPart *part = bty_part_new ();

  part->kind = kind;
  part->text = g_strdup (text);
  if (message->parts == NULL)
    message->parts = bty_record_list_new ();
  g_ptr_array_add (message->parts, part);
  return part;
}

static void
test_files (void)
{
  g_autoptr (BtyCompletionRequest) request = request_new ();
  BtyOpenaiStyle style = { 0 };
  BtyPromptMessage *message = request->messages->pdata[0];
  BtyPart *image = add_part (message, BTY_PART_FILE, NULL), *link = add_part (message, BTY_PART_FILE, NULL);
  BtyPart *text = add_part (message, BTY_PART_FILE, NULL);

  image->media_type = g_strdup ("image/png");
  image->data = g_bytes_new ("\x89PNG", 4);
  link->media_type = g_strdup ("image/jpeg");
  link->url = g_strdup ("https://example.org/a.jpg");
  text->media_type = g_strdup ("text/plain");
  text->data = g_bytes_new ("words", 5);
  check (
    request, &style,
    "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Hi \\\"you\\\"\\n\"},"
    "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,iVBORw==\"}},{\"type\":\"image_url\",\"image_url\":"
    "{\"url\":\"https://example.org/a.jpg\"}},{\"type\":\"text\",\"text\":\"words\"}]}],\"stream\":true}");
}

static void
test_conversation (void)
{
  g_autoptr (BtyCompletionRequest) request = request_new ();
  BtyOpenaiStyle style = { 0 };
  BtyPromptMessage *calls = bty_prompt_message_new (), *results = bty_prompt_message_new ();
  BtyPart *part;

  calls->role = BTY_ROLE_ASSISTANT;
  add_part (calls, BTY_PART_REASONING, "hm");
  part = add_part (calls, BTY_PART_TOOL_CALL, NULL);
  part->call_id = g_strdup ("c1");
  part->name = g_strdup ("look");
  results->role = BTY_ROLE_USER;
  add_part (results, BTY_PART_TEXT, "And now?");
  part = add_part (results, BTY_PART_TOOL_RESULT, "broken");
  part->call_id = g_strdup ("c1");
  part->is_error = TRUE;
  g_ptr_array_add (request->messages, calls);
  g_ptr_array_add (request->messages, results);
  check (
    request, &style,
    "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi \\\"you\\\"\\n\"},{\"role\":\"assistant\",\"content\":null,"
    "\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"look\",\"arguments\":\"{}\"}}]},{\"role\":\"tool\","
    "\"tool_call_id\":\"c1\",\"content\":\"Error: broken\"},{\"role\":\"user\",\"content\":\"And now?\"}],\"stream\":true}");
}

/* What is wanted otherwise by some servers, each by itself. */
static void
check_style (BtyCompletionRequest *request, BtyOpenaiStyle style, const char *has, const char *lacks)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) body = bty_openai_chat_write (request, &style, &error);

  g_assert_no_error (error);
  g_assert_true (bty_json_validate (body->str, body->len, 0, NULL));
  if (strstr (body->str, has) == NULL)
    g_test_message ("%s", body->str);
  g_assert_nonnull (strstr (body->str, has));
  g_assert_true (lacks == NULL || strstr (body->str, lacks) == NULL);
}

static void
test_efforts (void)
{
  static const struct
  {
    const char *effort;
    BtyOpenaiEffort style;
    const char *has;
    const char *lacks;
  } rows[] = {
    { "none", BTY_OPENAI_EFFORT_MEMBER, "\"reasoning_effort\":\"none\"", NULL },
    { "low", BTY_OPENAI_EFFORT_REASONING, "\"reasoning\":{\"effort\":\"low\"}", "reasoning_effort" },
    { "max", BTY_OPENAI_EFFORT_REASONING, "\"reasoning\":{\"effort\":\"xhigh\"}", "reasoning_effort" },
    { "none", BTY_OPENAI_EFFORT_THINKING, "\"thinking\":{\"type\":\"disabled\"}", "reasoning_effort" },
    { "max", BTY_OPENAI_EFFORT_THINKING, "\"thinking\":{\"type\":\"enabled\"},\"reasoning_effort\":\"max\"", NULL },
    { "high", BTY_OPENAI_EFFORT_NONE, "\"stream\":true", "high" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (BtyCompletionRequest) request = request_new ();

      request->effort = g_strdup (rows[i].effort);
      check_style (request, (BtyOpenaiStyle){ .effort = rows[i].style }, rows[i].has, rows[i].lacks);
    }
}

static void
test_schema_in_words (void)
{
  g_autoptr (BtyCompletionRequest) request = request_new ();
  g_autoptr (GError) error = NULL;
  BtyOpenaiStyle style = { .schema = BTY_OPENAI_SCHEMA_WORDS };

  request->system = g_strdup ("Be brief.");
  request->output_schema = g_strdup ("{\"type\":\"object\"}");
  check_style (request, style, "\"response_format\":{\"type\":\"json_object\"}", "json_schema");
  check_style (request, style, "Be brief.\\n\\nAnswer with nothing but JSON", NULL);
  check_style (request, style, "{\\\"type\\\":\\\"object\\\"}", NULL);
  bty_record_take_string (&request->output_schema, g_strdup ("{oops"));
  g_assert_null (bty_openai_chat_write (request, &style, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
}

static void
test_going_on (void)
{
  g_autoptr (BtyCompletionRequest) request = request_new ();

  check_style (request, (BtyOpenaiStyle){ .going_on = BTY_OPENAI_CONTINUE_FINAL }, "\"stream\":true", "continue_final");
  g_ptr_array_add (request->messages, bty_prompt_message_new_text (BTY_ROLE_ASSISTANT, "It is"));
  check_style (request, (BtyOpenaiStyle){ .going_on = BTY_OPENAI_CONTINUE_PREFIX },
               "\"content\":\"It is\",\"prefix\":true}", NULL);
  check_style (request, (BtyOpenaiStyle){ .going_on = BTY_OPENAI_CONTINUE_FINAL },
               "\"add_generation_prompt\":false,\"continue_final_message\":true", "prefix");
  check_style (request, (BtyOpenaiStyle){ .going_on = BTY_OPENAI_CONTINUE_PLAIN }, "\"content\":\"It is\"}", "prefix");
}

static void
test_cache_marks (void)
{
  g_autoptr (BtyCompletionRequest) request = request_new ();
  BtyPromptMessage *message = request->messages->pdata[0];

  message->cache_here = TRUE;
  check_style (request, (BtyOpenaiStyle){ .system_role = "developer" }, "\"role\":\"user\"", "cache_control");
  check_style (request, (BtyOpenaiStyle){ .cache_marks = TRUE },
               "\"content\":[{\"type\":\"text\",\"text\":\"Hi \\\"you\\\"\\n\",\"cache_control\":{\"type\":"
               "\"ephemeral\"}}]",
               NULL);
  request->system = g_strdup ("Be brief.");
  check_style (request, (BtyOpenaiStyle){ .system_role = "developer" },
               "{\"role\":\"developer\",\"content\":\"Be brief.\"}", "\"system\"");
}

/* What was thought goes back beside the calls that came of it, and only where it is wanted. */
static void
test_reasoning_back (void)
{
  g_autoptr (BtyCompletionRequest) request = request_new ();
  BtyPromptMessage *calls = bty_prompt_message_new ();
  BtyPart *part;

  calls->role = BTY_ROLE_ASSISTANT;
  add_part (calls, BTY_PART_REASONING, "hm");
  add_part (calls, BTY_PART_REASONING, "of another family")->signature = g_strdup ("elsewhere:x");
  part = add_part (calls, BTY_PART_TOOL_CALL, NULL);
  part->call_id = g_strdup ("c1");
  part->name = g_strdup ("look");
  g_ptr_array_add (request->messages, calls);
  check_style (request, (BtyOpenaiStyle){ .reasoning_field = "reasoning_content" }, "\"reasoning_content\":\"hm\"",
               "another");
  check_style (request, (BtyOpenaiStyle){ 0 }, "\"content\":null,\"tool_calls\"", "hm");
  add_part (calls, BTY_PART_REASONING, "signed")->signature = g_strdup ("openai-details:[{\"type\":\"a\"},7]");
  add_part (calls, BTY_PART_REASONING, NULL)->signature = g_strdup ("openai-details:[{\"type\":\"b\",\"n\":[1]}]");
  add_part (calls, BTY_PART_REASONING, NULL)->signature = g_strdup ("openai-details:[{\"forged\"");
  check_style (request, (BtyOpenaiStyle){ .reasoning_field = "reasoning_details" },
               "\"reasoning_details\":[{\"type\":\"a\"},{\"type\":\"b\",\"n\":[1]}],\"tool_calls\"", "forged");
}

/* OpenRouter's list tells prices for a token; what depends on more is left out. */
static void
test_prices (void)
{
  static const char list[] =
    "{\"data\":[{\"id\":\"a/b\",\"pricing\":{\"prompt\":\"0.000003\",\"completion\":\"0.000015\",\"request\":\"0\","
    "\"input_cache_read\":\"0.0000003\",\"input_cache_write\":0.00000375}},{\"id\":\"auto\",\"pricing\":{\"prompt\":"
    "\"-1\",\"completion\":\"-1\"}},{\"id\":\"free\",\"pricing\":{\"prompt\":\"0\",\"completion\":\"0\"}},{\"id\":"
    "\"other\",\"pricing\":{\"input\":0.2,\"output\":0.3}},{\"id\":\"odd\",\"pricing\":[1]}]}";
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) models = bty_openai_models_parse ("lab", list, strlen (list), &error);
  const BtyModel *model;

  g_assert_no_error (error);
  model = models->pdata[0];
  g_assert_cmpint (model->pricing, ==, BTY_PRICING_PROVIDER);
  g_assert_cmpint (model->input_price, ==, 3000000);
  g_assert_cmpint (model->output_price, ==, 15000000);
  g_assert_cmpint (model->cached_price, ==, 300000);
  g_assert_cmpint (model->cache_write_price, ==, 3750000);
  model = models->pdata[1];
  g_assert_cmpint (model->pricing, ==, BTY_PRICING_UNKNOWN);
  model = models->pdata[2];
  g_assert_true (model->pricing == BTY_PRICING_PROVIDER && model->input_price == 0);
  model = models->pdata[3];
  g_assert_true (BTY_IS_NULL (model, BtyModel, input_price));
}

static void
on_delta (BtyCompletion *completion, const BtyDelta *delta, gpointer data)
{
  g_string_append_len (data, delta->text, delta->length);
}

static void
on_done (BtyCompletion *completion, gpointer data)
{
}

/* The second event is recognised by its frame; the third differs there, the fourth has an escape, the fifth is cut. */
static void
test_frames (void)
{
  static const char *const events[][2] = {
    { "{\"id\":\"a\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"one\"},\"finish_reason\":null}]}", "one" },
    { "{\"id\":\"a\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" two\"},\"finish_reason\":null}]}", " two" },
    { "{\"id\":\"a\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"x\",\"content\":\"3\"},\"finish_reason\":null}]}",
      "3" },
    { "{\"id\":\"a\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"x\",\"content\":\"\\u00fc\\n\"},\"finish_reason\":null}]}",
      "ü\n" },
    { "{\"id\":\"a\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"x\",\"content\":\"a\",\"content\":\"b\"},\"finish_reason\":null}]}",
      NULL },
  };
  g_autoptr (BtyCompletionRequest) request = request_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (BtyCompletion) out = bty_completion_new (request, NULL, on_delta, on_done, text);
  g_autoptr (BtyOpenaiStream) stream = bty_openai_stream_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    {
      BtySseEvent event = { .data = events[i][0], .length = strlen (events[i][0]) };

      g_string_truncate (text, 0);
      g_assert_true (bty_openai_stream_event (stream, &event, out, NULL) == (events[i][1] != NULL));
      if (events[i][1] != NULL)
        g_assert_cmpstr (text->str, ==, events[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/openai-chat/least", test_least);
  g_test_add_func ("/openai-chat/knobs", test_knobs);
  g_test_add_func ("/openai-chat/tools", test_tools);
  g_test_add_func ("/openai-chat/bad-schema", test_bad_schema);
  g_test_add_func ("/openai-chat/files", test_files);
  g_test_add_func ("/openai-chat/conversation", test_conversation);
  g_test_add_func ("/openai-chat/frames", test_frames);
  g_test_add_func ("/openai-chat/efforts", test_efforts);
  g_test_add_func ("/openai-chat/schema-in-words", test_schema_in_words);
  g_test_add_func ("/openai-chat/going-on", test_going_on);
  g_test_add_func ("/openai-chat/cache-marks", test_cache_marks);
  g_test_add_func ("/openai-chat/reasoning-back", test_reasoning_back);
  g_test_add_func ("/openai-chat/prices", test_prices);
  return g_test_run ();
}
