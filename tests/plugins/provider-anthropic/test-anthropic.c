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
  gint64 output_tokens;
} goods[] = {
  { "text", GREETING, BTY_STOP_END, 11 },
  { "text-split", GREETING, BTY_STOP_END, 11 },
  { "text-crlf", GREETING, BTY_STOP_END, 11 },
  { "text-gzip", GREETING, BTY_STOP_END, 11 },
  { "text-whole-body", GREETING, BTY_STOP_END, 11 },
  { "pings", "still here", BTY_STOP_END, 3 },
  { "unknown", "fine", BTY_STOP_END, 2 },
  { "length", "It was a dark and", BTY_STOP_LENGTH, 16 },
  { "refusal", "I", BTY_STOP_REFUSED, 1 },
  { "paused", "Wait", BTY_STOP_PAUSED, 1 },
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
  g_assert_cmpint (usage->cached_tokens, ==, 16);
  g_assert_cmpint (usage->cache_write_tokens, ==, 4);
  g_assert_cmpint (usage->output_tokens, ==, goods[i].output_tokens);
}

static void
test_whole_answer (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (TestAnswer) answer = test_ask (provider, "whole-answer");

  g_assert_no_error (bty_completion_get_error (answer->completion));
  g_assert_cmpstr (answer->text->str, ==, "All at once.");
}

static const TestBad bads[] = {
  { "no-such-model", BTY_ERROR_NOT_FOUND, "", -1, { "“lab”", "404", "req_011" } },
  { "key-echo", BTY_ERROR_UNAUTHENTICATED, "", -1, { "401", "[redacted]", "check its key" } },
  { "forbidden", BTY_ERROR_PERMISSION_DENIED, "", -1, { "403", "does not have permission" } },
  { "too-large", BTY_ERROR_OUT_OF_RANGE, "", -1, { "413" } },
  { "too-long", BTY_ERROR_OUT_OF_RANGE, "", -1, { "210000 tokens", "req_011" } },
  { "bad-request", BTY_ERROR_INVALID_ARGUMENT, "", -1, { "temperature" } },
  { "rate-limit", BTY_ERROR_RESOURCE_EXHAUSTED, "", 2000, { "429", "50 requests per minute" } },
  { "billing", BTY_ERROR_RESOURCE_EXHAUSTED, "", -1, { "402", "used up" }, TRUE },
  { "credit", BTY_ERROR_RESOURCE_EXHAUSTED, "", -1, { "credit balance" }, TRUE },
  { "usage-limit", BTY_ERROR_RESOURCE_EXHAUSTED, "", -1, { "regain access" }, TRUE },
  { "credit-in-band", BTY_ERROR_RESOURCE_EXHAUSTED, "Half an ans", -1, { "used up", "req_in_band" }, TRUE },
  { "api-error", BTY_ERROR_UNAVAILABLE, "", -1, { "500" } },
  { "overloaded", BTY_ERROR_UNAVAILABLE, "", -1, { "529", "Overloaded" } },
  { "timeout", BTY_ERROR_DEADLINE_EXCEEDED, "", -1, { "504" } },
  { "html-502", BTY_ERROR_UNAVAILABLE, "", -1, { "502", "text/html", "proxy" } },
  { "error-in-band", BTY_ERROR_UNAVAILABLE, "Half an ans", -1, { "Overloaded", "req_in_band" } },
  { "rate-limit-in-band", BTY_ERROR_RESOURCE_EXHAUSTED, "", -1, { "exceed your rate limit" } },
  { "truncated", BTY_ERROR_UNAVAILABLE, "This will not", -1, { "cut off" } },
  { "ends-early", BTY_ERROR_UNAVAILABLE, "And then", -1, { "cut off", "message_stop" } },
  { "cut-after-reason", BTY_ERROR_UNAVAILABLE, "All said", -1, { "cut off", "message_stop" } },
  { "not-json", BTY_ERROR_DATA_LOSS, "", -1, { "cannot be read" } },
  { "tool-nameless", BTY_ERROR_DATA_LOSS, "", -1, { "names no tool" } },
  { "huge-event", BTY_ERROR_DATA_LOSS, "", -1, { "4194304", "max_event_bytes" } },
};

static void
test_thinking (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (TestAnswer) answer = test_ask (provider, "thinking");

  g_assert_no_error (bty_completion_get_error (answer->completion));
  g_assert_cmpstr (answer->reasoning->str, ==, "Let me think…");
  g_assert_cmpstr (answer->signatures->str, ==, "anthropic:EqQBCgIYAhIM\nanthropic.redacted:EmwKAhgB\n");
  g_assert_cmpstr (answer->text->str, ==, "42.");
  g_assert_cmpint (bty_completion_get_usage (answer->completion)->reasoning_tokens, ==, 37);
}

static void
test_tools (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (TestAnswer) answer = test_ask (provider, "tools");

  g_assert_no_error (bty_completion_get_error (answer->completion));
  g_assert_cmpint (bty_completion_get_stop_reason (answer->completion), ==, BTY_STOP_TOOLS);
  g_assert_cmpstr (answer->text->str, ==, "Let me look.");
  g_assert_cmpuint (answer->call_ids->len, ==, 2);
  g_assert_cmpstr (answer->call_ids->pdata[0], ==, "toolu_a1");
  g_assert_cmpstr (answer->call_names->pdata[1], ==, "clock");
  g_assert_cmpstr (((GString *) answer->call_arguments->pdata[0])->str, ==, "{\"city\": \"Köln\"}");
  g_assert_cmpstr (((GString *) answer->call_arguments->pdata[1])->str, ==, "{\"zone\": \"UTC\"}");
}

/* The server refuses results that are not all in the message after the calls, and first; and marks that are not its own. */
static void
test_tool_results (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (BtyCompletionRequest) request = test_request_new ("tools", "What is the weather?");
  BtyPromptMessage *calls = bty_prompt_message_new ();
  g_autoptr (TestAnswer) answer = NULL;

  calls->role = BTY_ROLE_ASSISTANT;
  test_add_part (calls, BTY_PART_REASONING, NULL, "hm")->signature = g_strdup ("anthropic:EqQB");
  test_add_part (calls, BTY_PART_REASONING, NULL, "of another family")->signature = g_strdup ("openai:xyz");
  test_add_part (calls, BTY_PART_REASONING, NULL, "unsigned");
  test_add_part (calls, BTY_PART_TOOL_CALL, "call|a.1", NULL)->name = g_strdup ("weather");
  test_add_part (calls, BTY_PART_TOOL_CALL, "toolu_b2", NULL)->name = g_strdup ("clock");
  g_ptr_array_add (request->messages, calls);
  for (guint i = 0; i < 2; i++)
    {
      BtyPromptMessage *result = bty_prompt_message_new ();

      result->role = BTY_ROLE_TOOL;
      test_add_part (result, BTY_PART_TEXT, NULL, "(a remark)");
      test_add_part (result, BTY_PART_TOOL_RESULT, i == 0 ? "toolu_b2" : "call|a.1", i == 0 ? "noon" : NULL);
      g_ptr_array_add (request->messages, result);
    }
  g_ptr_array_add (request->messages, bty_prompt_message_new_text (BTY_ROLE_USER, "Well?"));
  answer = test_answer_start (provider, request);
  test_answer_wait (answer);
  g_assert_no_error (bty_completion_get_error (answer->completion));
  g_assert_cmpstr (answer->text->str, ==, GREETING);
}

static gboolean
can (const BtyModel *model, const char *ability)
{
  return g_strv_contains ((const char *const *) model->abilities, ability);
}

/* Two pages; what the service says counts for more than the names. */
static void
test_models (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) models = test_list_models (provider, &error);
  const BtyModel *model;

  g_assert_no_error (error);
  g_assert_cmpuint (models->len, ==, 3);
  model = models->pdata[0];
  g_assert_cmpstr (model->name, ==, "lab/claude-opus-5-5");
  g_assert_cmpstr (model->title, ==, "Claude Opus 5.5");
  g_assert_cmpint (model->context_window, ==, 1000000);
  g_assert_cmpint (model->max_output, ==, 128000);
  for (const char *const *word = (const char *const[]){ "text", "vision", "files", "tools", "parallel_tools",
                                                        "reasoning", "json_schema", "cache", NULL };
       *word != NULL; word++)
    g_assert_true (can (model, *word));
  g_assert_false (can (model, "continue"));
  model = models->pdata[1];
  g_assert_true (can (model, "continue") && can (model, "json_schema"));
  model = models->pdata[2];
  g_assert_cmpint (model->max_output, ==, 1000);
  g_assert_true (can (model, "tools"));
  g_assert_false (can (model, "vision") || can (model, "files") || can (model, "reasoning") ||
                  can (model, "json_schema"));
}

/* What the list said is kept to in the next request: this model does not take `max` and is not to be told to stop thinking. */
static void
test_models_are_minded (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (BtyCompletionRequest) request = test_request_new ("claude-opus-5-5", "Hello?");
  g_autoptr (GPtrArray) models = test_list_models (provider, NULL);
  g_autoptr (TestAnswer) answer = NULL;
  g_autofree char *requests = NULL;

  g_assert_nonnull (models);
  request->effort = g_strdup ("max");
  test_upstream_forget ();
  answer = test_answer_start (provider, request);
  test_answer_wait (answer);
  test_answer_failed (answer, BTY_ERROR_NOT_FOUND, NULL);
  requests = test_upstream_requests ();
  g_assert_nonnull (strstr (requests, "\"effort\": \"high\""));
  g_assert_nonnull (strstr (requests, "\"max_tokens\": 128000"));
}

/* Version, beta and workspace go as headers; the path is the same with and without the version's folder in the url. */
static void
test_headers (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (
    "\"version\":\"2026-10-21\",\"beta\":\"context-1m-2025-08-07,x\",\"workspace\":\"wrkspc_1\"");
  g_autofree char *requests = NULL;

  test_upstream_forget ();
  test_answer_free (test_ask (provider, "text"));
  requests = test_upstream_requests ();
  g_assert_nonnull (strstr (requests, "\"path\": \"/v1/messages\""));
  g_assert_nonnull (strstr (requests, "\"anthropic-version\": \"2026-10-21\""));
  g_assert_nonnull (strstr (requests, "\"anthropic-beta\": \"context-1m-2025-08-07,x\""));
  g_assert_nonnull (strstr (requests, "\"anthropic-workspace-id\": \"wrkspc_1\""));
  g_assert_nonnull (strstr (requests, "\"x-api-key\": \"" TEST_KEY "\""));
  g_assert_null (strstr (requests, "authorization"));
}

static void
test_paths (void)
{
  static const char *const folders[] = { "", "/", "/v1", "/v1/" };

  for (guint i = 0; i < G_N_ELEMENTS (folders) && !test_is_tls (); i++)
    {
      g_autofree char *url = g_strconcat (test_upstream_url (), folders[i], NULL);
      g_autoptr (BtyProvider) provider = test_provider_configure (url, TEST_KEY, "{}", NULL);
      g_autoptr (TestAnswer) answer = test_ask (provider, "text");

      g_assert_no_error (bty_completion_get_error (answer->completion));
    }
}

static void
test_options (void)
{
  static const struct
  {
    const char *options;
    const char *word;
  } wrongs[] = {
    { "{\"version\":\"latest\"}", "2026-10-21" },   { "{\"cache\":\"2h\"}", "5m, 1h, none" },
    { "{\"thinking_display\":\"no\"}", "omitted" }, { "{\"max_tokens\":0}", "max_tokens" },
    { "{\"max_tokens\":\"many\"}", "max_tokens" },  { "{\"beta\":\"a\\nb\"}", "one line" },
    { "{\"colour\":\"red\"}", "workspace" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrongs); i++)
    {
      g_autoptr (GError) error = NULL;
      BtyProvider *provider = test_provider_configure ("http://127.0.0.1:1", NULL, wrongs[i].options, &error);

      g_assert_null (provider);
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, wrongs[i].word));
    }
}

int
main (int argc, char **argv)
{
  test_begin (argv);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (goods); i++)
    {
      g_autofree char *path = g_strconcat ("/anthropic/good/", goods[i].model, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_good);
    }
  test_family_add ("anthropic", bads, G_N_ELEMENTS (bads));
  g_test_add_func ("/anthropic/whole-answer", test_whole_answer);
  g_test_add_func ("/anthropic/thinking", test_thinking);
  g_test_add_func ("/anthropic/tools", test_tools);
  g_test_add_func ("/anthropic/tool-results", test_tool_results);
  g_test_add_func ("/anthropic/many-deltas", test_family_many);
  g_test_add_func ("/anthropic/models", test_models);
  g_test_add_func ("/anthropic/models-are-minded", test_models_are_minded);
  g_test_add_func ("/anthropic/headers", test_headers);
  g_test_add_func ("/anthropic/paths", test_paths);
  g_test_add_func ("/anthropic/options", test_options);
  return g_test_run ();
}
