/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin, as the core drives it, against a server that speaks the wire format and refuses what the real one refuses. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "test-family.h"

#define SEALED                                                                                                         \
  "openai-responses:{\"id\": \"rs_1\", \"type\": \"reasoning\", \"summary\": [{\"type\": \"summary_text\", \"text\": " \
  "\"**Plan**\"}, {\"type\": \"summary_text\", \"text\": \"Do it.\"}], \"encrypted_content\": \"gAAAAAB1\"}"

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
  { "unknown", "fine", BTY_STOP_END, 11 },
  { "whole-answer", "All at once.", BTY_STOP_END, 11 },
  { "length", "It was a dark and", BTY_STOP_LENGTH, 16 },
  { "filter", "I", BTY_STOP_REFUSED, 1 },
  { "refusal", "I cannot help with that.", BTY_STOP_REFUSED, 11 },
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

static const TestBad bads[] = {
  { "no-such-model", BTY_ERROR_NOT_FOUND, "", -1, { "“lab”", "404" } },
  { "key-echo", BTY_ERROR_UNAUTHENTICATED, "", -1, { "401", "[redacted]", "check its key" } },
  { "rate-limit", BTY_ERROR_RESOURCE_EXHAUSTED, "", 1250, { "429" } },
  { "quota", BTY_ERROR_RESOURCE_EXHAUSTED, "", -1, { "quota" }, TRUE },
  { "failed-quota", BTY_ERROR_RESOURCE_EXHAUSTED, "", -1, { "used up" }, TRUE },
  { "context", BTY_ERROR_OUT_OF_RANGE, "", -1, { "context window" } },
  { "server-error", BTY_ERROR_UNAVAILABLE, "", -1, { "500" } },
  { "html-502", BTY_ERROR_UNAVAILABLE, "", -1, { "502", "proxy" } },
  { "failed", BTY_ERROR_UNAVAILABLE, "Half an ans", -1, { "failed to generate" } },
  { "failed-rate", BTY_ERROR_RESOURCE_EXHAUSTED, "", -1, { "Rate limit reached" } },
  { "failed-image", BTY_ERROR_INVALID_ARGUMENT, "", -1, { "no known format" } },
  { "error-in-band", BTY_ERROR_UNAVAILABLE, "Half an ans", -1, { "The server had an error" } },
  { "truncated", BTY_ERROR_UNAVAILABLE, "This will not", -1, { "cut off" } },
  { "ends-early", BTY_ERROR_UNAVAILABLE, "And then", -1, { "cut off", "response.completed" } },
  { "not-json", BTY_ERROR_DATA_LOSS, "", -1, { "cannot be read" } },
  { "huge-event", BTY_ERROR_DATA_LOSS, "", -1, { "4194304", "max_event_bytes" } },
};

static void
test_reasoning (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (TestAnswer) answer = test_ask (provider, "reasoning");

  g_assert_no_error (bty_completion_get_error (answer->completion));
  g_assert_cmpstr (answer->reasoning->str, ==, "**Plan**\n\nDo it.");
  g_assert_cmpstr (answer->signatures->str, ==, SEALED "\n");
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
  g_assert_cmpstr (answer->call_ids->pdata[0], ==, "call_a1");
  g_assert_cmpstr (answer->call_names->pdata[1], ==, "clock");
  g_assert_cmpstr (((GString *) answer->call_arguments->pdata[0])->str, ==, "{\"city\":\"Köln\"}");
  g_assert_cmpstr (((GString *) answer->call_arguments->pdata[1])->str, ==, "{\"zone\":\"UTC\"}");
}

/* The server refuses outputs that answer no call, and reasoning that is not as it was. */
static void
test_tool_results (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (BtyCompletionRequest) request = test_request_new ("tools", "What is the weather?");
  BtyPromptMessage *calls = bty_prompt_message_new (), *results = bty_prompt_message_new ();
  g_autoptr (TestAnswer) answer = NULL;

  calls->role = BTY_ROLE_ASSISTANT;
  test_add_part (calls, BTY_PART_REASONING, NULL, "of another family")->signature = g_strdup ("anthropic:xyz");
  test_add_part (calls, BTY_PART_REASONING, NULL, "hm")->signature = g_strdup (SEALED);
  test_add_part (calls, BTY_PART_TOOL_CALL, "call_a1", NULL)->name = g_strdup ("weather");
  test_add_part (calls, BTY_PART_TOOL_CALL, "call_b2", NULL)->name = g_strdup ("clock");
  results->role = BTY_ROLE_TOOL;
  test_add_part (results, BTY_PART_TOOL_RESULT, "call_b2", "noon");
  test_add_part (results, BTY_PART_TOOL_RESULT, "call_a1", NULL)->is_error = TRUE;
  g_ptr_array_add (request->messages, calls);
  g_ptr_array_add (request->messages, results);
  answer = test_answer_start (provider, request);
  test_answer_wait (answer);
  g_assert_no_error (bty_completion_get_error (answer->completion));
  g_assert_cmpstr (answer->text->str, ==, GREETING);
}

/* The rest of the answer is not awaited: this one would never end. */
static void
test_stop (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (BtyCompletionRequest) request = test_request_new ("stop", "Hello?");
  g_autoptr (TestAnswer) answer = NULL;

  request->stop = g_strsplit ("END", ",", -1);
  answer = test_answer_start (provider, request);
  test_answer_wait (answer);
  g_assert_no_error (bty_completion_get_error (answer->completion));
  g_assert_cmpstr (answer->text->str, ==, "one two ");
  g_assert_cmpint (bty_completion_get_stop_reason (answer->completion), ==, BTY_STOP_SEQUENCE);
}

static void
test_models (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) models = NULL;
  g_autoptr (GError) error = NULL;

  bty_provider_list_models_async (provider, NULL, test_on_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  models = test_list_models (provider, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (models->len, ==, 3);
  g_assert_cmpstr (((BtyModel *) models->pdata[0])->name, ==, "lab/gpt-5.6");
  g_assert_true (g_strv_contains ((const char *const *) ((BtyModel *) models->pdata[0])->abilities, "reasoning"));
}

static void
test_options (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (
    "\"organization\":\"org-1\",\"project\":\"proj-1\",\"beta\":\"b=1\",\"summary\":\"auto\",\"store\":true");
  g_autoptr (GError) error = NULL;
  g_autofree char *requests = NULL;

  test_upstream_forget ();
  test_answer_free (test_ask (provider, "text"));
  requests = test_upstream_requests ();
  for (const char *const *word =
         (const char *const[]){ "\"openai-organization\": \"org-1\"", "\"openai-project\": \"proj-1\"",
                                "\"openai-beta\": \"b=1\"", "\"store\": true", "\"path\": \"/v1/responses\"", NULL };
       *word != NULL; word++)
    g_assert_nonnull (strstr (requests, *word));
  g_assert_null (test_provider_configure ("http://127.0.0.1:1", NULL, "{\"summary\":\"long\"}", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
}

int
main (int argc, char **argv)
{
  test_begin (argv);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (goods); i++)
    {
      g_autofree char *path = g_strconcat ("/responses/good/", goods[i].model, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_good);
    }
  test_family_add ("responses", bads, G_N_ELEMENTS (bads));
  g_test_add_func ("/responses/reasoning", test_reasoning);
  g_test_add_func ("/responses/tools", test_tools);
  g_test_add_func ("/responses/tool-results", test_tool_results);
  g_test_add_func ("/responses/stop", test_stop);
  g_test_add_func ("/responses/models", test_models);
  g_test_add_func ("/responses/options", test_options);
  return g_test_run ();
}
