/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin, as the core drives it, against a server that speaks the wire format and refuses what the real one refuses. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "test-family.h"

static const struct
{
  const char *model;
  const char *text;
  BtyStopReason stop;
} goods[] = {
  { "text", GREETING, BTY_STOP_END },
  { "text-split", GREETING, BTY_STOP_END },
  { "text-crlf", GREETING, BTY_STOP_END },
  { "text-gzip", GREETING, BTY_STOP_END },
  { "text-whole-body", GREETING, BTY_STOP_END },
  { "length", "It was a dark and", BTY_STOP_LENGTH },
  { "whole-answer", "All at once.", BTY_STOP_END },
};

static void
test_good (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (TestAnswer) answer = test_ask (provider, goods[i].model);
  const BtyUsage *usage = bty_completion_get_usage (answer->completion);

  g_assert_no_error (bty_completion_get_error (answer->completion));
  g_assert_cmpstr (answer->text->str, ==, goods[i].text);
  g_assert_cmpint (bty_completion_get_stop_reason (answer->completion), ==, goods[i].stop);
  g_assert_cmpint (usage->input_tokens, ==, 25);
  g_assert_cmpint (usage->output_tokens, ==, 11);
}

static const TestBad bads[] = {
  { "no-such-model", BTY_ERROR_NOT_FOUND, "", -1, { "“lab”", "404", "does not exist" } },
  { "unauthorized", BTY_ERROR_UNAUTHENTICATED, "", -1, { "401", "check its key" } },
  { "forbidden", BTY_ERROR_PERMISSION_DENIED, "", -1, { "403", "subscription" } },
  { "context", BTY_ERROR_OUT_OF_RANGE, "", -1, { "context length", "larger window" } },
  { "prompt-context", BTY_ERROR_OUT_OF_RANGE, "", -1, { "context length" } },
  { "context-in-band", BTY_ERROR_OUT_OF_RANGE, "", -1, { "context length" } },
  { "no-tools", BTY_ERROR_FAILED_PRECONDITION, "", -1, { "does not support tools" } },
  { "bad-request", BTY_ERROR_INVALID_ARGUMENT, "", -1, { "400", "unmarshal" } },
  { "rate-limit", BTY_ERROR_RESOURCE_EXHAUSTED, "", -1, { "429", "hourly" } },
  { "crashed", BTY_ERROR_UNAVAILABLE, "", -1, { "500", "exit status 2" } },
  { "busy", BTY_ERROR_UNAVAILABLE, "", -1, { "503", "server busy" } },
  { "cloud", BTY_ERROR_UNAVAILABLE, "", -1, { "502" } },
  { "html-502", BTY_ERROR_UNAVAILABLE, "", -1, { "502", "text/html", "proxy" } },
  { "error-in-band", BTY_ERROR_UNAVAILABLE, "Half an ans", -1, { "CUDA error" } },
  { "ends-early", BTY_ERROR_UNAVAILABLE, "And then", -1, { "cut off", "“lab”" } },
  { "truncated", BTY_ERROR_UNAVAILABLE, "This will not", -1, { "cut off" } },
  { "not-json", BTY_ERROR_DATA_LOSS, "", -1, { "cannot be read" } },
  { "huge-line", BTY_ERROR_DATA_LOSS, "", -1, { "4194304", "max_event_bytes" } },
};

static void
test_thinking (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (TestAnswer) answer = test_ask (provider, "thinking");

  g_assert_no_error (bty_completion_get_error (answer->completion));
  g_assert_cmpstr (answer->reasoning->str, ==, "Let me think…");
  g_assert_cmpstr (answer->text->str, ==, "42.");
}

/* The calls come, and their results go back: the server wants the names of their tools. */
static void
test_tools (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (TestAnswer) answer = test_ask (provider, "tools"), again = test_ask (provider, "tools"), end = NULL;
  g_autoptr (BtyCompletionRequest) request = test_request_new ("tools", "What is the weather?");
  BtyPromptMessage *calls = bty_prompt_message_new ();

  g_assert_no_error (bty_completion_get_error (answer->completion));
  g_assert_cmpint (bty_completion_get_stop_reason (answer->completion), ==, BTY_STOP_TOOLS);
  g_assert_cmpuint (answer->call_ids->len, ==, 2);
  g_assert_cmpstr (answer->call_ids->pdata[0], ==, again->call_ids->pdata[0]);
  g_assert_cmpstr (answer->call_ids->pdata[1], ==, "call_9");
  g_assert_cmpstr (((GString *) answer->call_arguments->pdata[0])->str, ==, "{\"city\":\"Köln\"}");

  calls->role = BTY_ROLE_ASSISTANT;
  test_add_part (calls, BTY_PART_REASONING, NULL, "hm");
  test_add_part (calls, BTY_PART_TOOL_CALL, answer->call_ids->pdata[0], NULL)->name = g_strdup ("weather");
  test_add_part (calls, BTY_PART_TOOL_CALL, "call_9", NULL)->name = g_strdup ("clock");
  g_ptr_array_add (request->messages, calls);
  for (guint i = 0; i < 2; i++)
    {
      BtyPromptMessage *result = bty_prompt_message_new ();

      result->role = BTY_ROLE_TOOL; /* without the tool's name, as clients of the OpenAI door give it */
      test_add_part (result, BTY_PART_TOOL_RESULT, answer->call_ids->pdata[i], i == 0 ? "rain" : "noon");
      g_ptr_array_add (request->messages, result);
    }
  end = test_answer_start (provider, request);
  test_answer_wait (end);
  g_assert_no_error (bty_completion_get_error (end->completion));
  g_assert_cmpstr (end->text->str, ==, GREETING);
}

static void
test_models (gconstpointer options)
{
  g_autoptr (BtyProvider) provider = test_provider_new (options);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) models = test_list_models (provider, &error);
  const BtyModel *model;

  g_assert_no_error (error);
  g_assert_cmpuint (models->len, ==, 4);
  model = models->pdata[0]; /* all was in the list */
  g_assert_cmpstr (model->name, ==, "lab/qwen3:8b");
  g_assert_cmpint (model->context_window, ==, options != NULL ? 8192 : 40960);
  for (const char *const *word = (const char *const[]){ "text", "tools", "reasoning", "json_schema", "continue", NULL };
       *word != NULL; word++)
    g_assert_true (g_strv_contains ((const char *const *) model->abilities, *word));
  model = models->pdata[1]; /* it was asked about */
  g_assert_cmpint (model->context_window, ==, options != NULL ? 8192 : 32768);
  g_assert_true (g_strv_contains ((const char *const *) model->abilities, "vision"));
  g_assert_false (g_strv_contains ((const char *const *) model->abilities, "tools"));
  model = models->pdata[2];
  g_assert_cmpstr (model->abilities[0], ==, "embeddings");
  g_assert_cmpint (model->context_window, ==, 2048);
  model = models->pdata[3]; /* it went away meanwhile */
  g_assert_null (model->abilities);
}

static void
test_embeddings (void)
{
  static const char *const inputs[] = { "banana", "kiwi", "a", NULL };
  static const float expected[] = { 0.75f, 1.5f, 0.5f, 0, 0.125f, 0.5f };
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyEmbedding) embedding = NULL;

  bty_embedder_embed_async (BTY_EMBEDDER (provider), "nomic-embed-text", inputs, 2, NULL, test_on_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  embedding = bty_embedder_embed_finish (BTY_EMBEDDER (provider), result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (embedding->dimensions, ==, 2);
  g_assert_cmpmem (g_bytes_get_data (embedding->vectors, NULL), g_bytes_get_size (embedding->vectors), expected,
                   sizeof expected);
  g_assert_cmpint (embedding->usage->input_tokens, ==, 3);
}

/* What the owner chose goes with each request. */
static void
test_options (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new ("\"num_ctx\":8192,\"keep_alive\":\"30m\",\"truncate\":false");
  g_autofree char *requests = NULL;

  test_upstream_forget ();
  test_answer_free (test_ask (provider, "text"));
  requests = test_upstream_requests ();
  g_assert_nonnull (strstr (requests, "\"num_ctx\": 8192"));
  g_assert_nonnull (strstr (requests, "\"keep_alive\": \"30m\""));
  g_assert_nonnull (strstr (requests, "\"truncate\": false"));
  g_assert_nonnull (strstr (requests, "\"path\": \"/api/chat\""));
}

static void
test_configure (void)
{
  static const struct
  {
    const char *url;
    const char *options;
  } wrong[] = { { NULL, "{\"num_ctx\":0}" },
                { NULL, "{\"num_ctx\":\"many\"}" },
                { NULL, "{\"truncate\":\"perhaps\"}" },
                { "http://127.0.0.1:11434/v1", NULL },
                { "http://127.0.0.1:11434/v1/", NULL },
                { NULL, "{\"sparkle\":1}" } };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (test_provider_configure (wrong[i].url, NULL, wrong[i].options, &error));
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
    }
  g_object_unref (test_provider_configure (NULL, NULL, "{\"keep_alive\":-1}", NULL));
}

/* The server cannot be made to call a tool: another step of the route may. */
static void
test_choice (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (BtyCompletionRequest) request = test_request_new ("text", "Weather?");
  BtyToolSpec *tool = bty_tool_spec_new ();

  tool->name = g_strdup ("weather");
  request->tools = bty_record_list_new ();
  g_ptr_array_add (request->tools, tool);
  for (const char *const *choice = (const char *const[]){ "required", "weather", NULL }; *choice != NULL; choice++)
    {
      g_autoptr (TestAnswer) answer = NULL;

      bty_record_take_string (&request->tool_choice, g_strdup (*choice));
      answer = test_answer_start (provider, request);
      test_answer_wait (answer);
      test_answer_failed (answer, BTY_ERROR_FAILED_PRECONDITION, (const char *const[]){ *choice, NULL });
    }
}

int
main (int argc, char **argv)
{
  test_begin (argv);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (goods); i++)
    {
      g_autofree char *path = g_strconcat ("/ollama/good/", goods[i].model, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_good);
    }
  test_family_add ("ollama", bads, G_N_ELEMENTS (bads));
  g_test_add_func ("/ollama/thinking", test_thinking);
  g_test_add_func ("/ollama/tools", test_tools);
  g_test_add_func ("/ollama/choice", test_choice);
  g_test_add_func ("/ollama/many-deltas", test_family_many);
  g_test_add_data_func ("/ollama/models", NULL, test_models);
  g_test_add_data_func ("/ollama/models-of-a-chosen-window", "\"num_ctx\":8192", test_models);
  g_test_add_func ("/ollama/embeddings", test_embeddings);
  g_test_add_func ("/ollama/options", test_options);
  g_test_add_func ("/ollama/configure", test_configure);
  return g_test_run ();
}
