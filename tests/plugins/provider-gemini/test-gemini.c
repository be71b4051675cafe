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
  { "length", "It was a dark and", BTY_STOP_LENGTH, 11 },
  { "safety", "I", BTY_STOP_REFUSED, 11 },
  { "blocked", "", BTY_STOP_REFUSED, 0 },
  { "whole-list", "All at once.", BTY_STOP_END, 11 },
  { "late-usage", "done", BTY_STOP_END, 11 },
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
  g_assert_cmpint (usage->cached_tokens, ==, goods[i].output_tokens > 0 ? 16 : 0);
  g_assert_cmpint (usage->output_tokens, ==, goods[i].output_tokens);
  g_assert_cmpint (usage->reasoning_tokens, ==, goods[i].output_tokens > 0 ? 7 : 0);
}

static const TestBad bads[] = {
  { "no-such-model", BTY_ERROR_NOT_FOUND, "", -1, { "“lab”", "404" } },
  { "key-echo", BTY_ERROR_UNAUTHENTICATED, "", -1, { "400", "[redacted]", "check its key" } },
  { "forbidden", BTY_ERROR_PERMISSION_DENIED, "", -1, { "403", "denied access" } },
  { "rate-limit", BTY_ERROR_RESOURCE_EXHAUSTED, "", 34074, { "429", "current quota" } },
  { "rate-limit-header", BTY_ERROR_RESOURCE_EXHAUSTED, "", 2000, { "429" } },
  { "quota", BTY_ERROR_RESOURCE_EXHAUSTED, "", -1, { "429", "quota" }, TRUE },
  { "quota-in-band", BTY_ERROR_RESOURCE_EXHAUSTED, "Half an ans", -1, { "used up" }, TRUE },
  { "rate-in-band", BTY_ERROR_RESOURCE_EXHAUSTED, "Half an ans", 34074, { "current quota" } },
  { "too-long", BTY_ERROR_OUT_OF_RANGE, "", -1, { "1048576", "larger window" } },
  { "bad-request", BTY_ERROR_INVALID_ARGUMENT, "", -1, { "temperature" } },
  { "location", BTY_ERROR_FAILED_PRECONDITION, "", -1, { "User location" } },
  { "internal", BTY_ERROR_UNAVAILABLE, "", -1, { "500" } },
  { "overloaded", BTY_ERROR_UNAVAILABLE, "", -1, { "503", "overloaded" } },
  { "deadline", BTY_ERROR_DEADLINE_EXCEEDED, "", -1, { "504" } },
  { "html-502", BTY_ERROR_UNAVAILABLE, "", -1, { "502", "text/html", "proxy" } },
  { "error-in-band", BTY_ERROR_UNAVAILABLE, "Half an ans", -1, { "overloaded" } },
  { "malformed-call", BTY_ERROR_DATA_LOSS, "", -1, { "MALFORMED_FUNCTION_CALL", "print(" } },
  { "ends-early", BTY_ERROR_UNAVAILABLE, "And then", -1, { "cut off", "“lab”" } },
  { "truncated", BTY_ERROR_UNAVAILABLE, "This will not", -1, { "cut off" } },
  { "not-json", BTY_ERROR_DATA_LOSS, "", -1, { "cannot be read" } },
  { "huge-event", BTY_ERROR_DATA_LOSS, "", -1, { "4194304", "max_event_bytes" } },
};

static void
test_thinking (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (TestAnswer) answer = test_ask (provider, "thinking");

  g_assert_no_error (bty_completion_get_error (answer->completion));
  g_assert_cmpstr (answer->reasoning->str, ==, "Let me think…");
  g_assert_cmpstr (answer->signatures->str, ==, "gemini:c2lnbmF0dXJl\n");
  g_assert_cmpstr (answer->text->str, ==, "42.");
}

/* The calls come, and their results go back: the server refuses names that do not match, and a mark that is not its own. */
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
  g_assert_cmpstr (answer->call_ids->pdata[1], ==, "fc-2");
  g_assert_cmpstr (((GString *) answer->call_arguments->pdata[0])->str, ==, "{\"city\":\"Köln\"}");
  g_assert_cmpstr (answer->signatures->str, ==, "gemini:c2lnQQ==\n");

  calls->role = BTY_ROLE_ASSISTANT;
  test_add_part (calls, BTY_PART_REASONING, NULL, "of another family")->signature = g_strdup ("elsewhere:???");
  test_add_part (calls, BTY_PART_REASONING, NULL, NULL)->signature = g_strdup ("gemini:c2lnQQ==");
  test_add_part (calls, BTY_PART_TOOL_CALL, answer->call_ids->pdata[0], NULL)->name = g_strdup ("weather");
  test_add_part (calls, BTY_PART_TOOL_CALL, "fc-2", NULL)->name = g_strdup ("clock");
  g_ptr_array_add (request->messages, calls);
  for (guint i = 0; i < 2; i++)
    {
      BtyPromptMessage *result = bty_prompt_message_new ();

      result->role = BTY_ROLE_TOOL; /* without the tool's name, as clients of the OpenAI door give it */
      test_add_part (result, BTY_PART_TOOL_RESULT, answer->call_ids->pdata[i], i == 0 ? "rain" : "{\"time\":\"noon\"}");
      g_ptr_array_add (request->messages, result);
    }
  end = test_answer_start (provider, request);
  test_answer_wait (end);
  g_assert_no_error (bty_completion_get_error (end->completion));
  g_assert_cmpstr (end->text->str, ==, GREETING);
}

static void
test_models (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) models = test_list_models (provider, &error);
  const BtyModel *model;

  g_assert_no_error (error);
  g_assert_cmpuint (models->len, ==, 3); /* of two pages; what makes films is left out */
  model = models->pdata[0];
  g_assert_cmpstr (model->name, ==, "lab/gemini-3-flash");
  g_assert_cmpstr (model->title, ==, "Gemini 3 Flash");
  g_assert_cmpint (model->context_window, ==, 1048576);
  g_assert_cmpint (model->max_output, ==, 65536);
  for (const char *const *word =
         (const char *const[]){ "text", "tools", "vision", "files", "json_schema", "reasoning", "cache", NULL };
       *word != NULL; word++)
    g_assert_true (g_strv_contains ((const char *const *) model->abilities, *word));
  model = models->pdata[1];
  g_assert_cmpstr (model->name, ==, "lab/gemma-3-4b-it");
  g_assert_false (g_strv_contains ((const char *const *) model->abilities, "tools"));
  model = models->pdata[2];
  g_assert_cmpuint (g_strv_length (model->abilities), ==, 1);
  g_assert_cmpstr (model->abilities[0], ==, "embeddings");
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

  bty_embedder_embed_async (BTY_EMBEDDER (provider), "gemini-embedding-001", inputs, 2, NULL, test_on_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  embedding = bty_embedder_embed_finish (BTY_EMBEDDER (provider), result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (embedding->dimensions, ==, 2);
  g_assert_cmpmem (g_bytes_get_data (embedding->vectors, NULL), g_bytes_get_size (embedding->vectors), expected,
                   sizeof expected);
  g_assert_cmpint (embedding->usage->input_tokens, ==, 3);
}

/* The version of the API: the one of the URL, the option's, or the usual one. */
static void
test_version (void)
{
  static const struct
  {
    const char *path;
    const char *options;
    const char *wanted;
  } rows[] = {
    { "", NULL, "\"path\": \"/v1beta/models/text:streamGenerateContent?alt=sse\"" },
    { "/v1", NULL, "\"path\": \"/v1/models/text:streamGenerateContent?alt=sse\"" },
    { "/", "\"api_version\":\"v1\"", "\"path\": \"/v1/models/text:streamGenerateContent?alt=sse\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *url = g_strconcat (test_upstream_url (), rows[i].path, NULL);
      g_autofree char *ca = test_is_tls () ? g_strdup_printf ("\"ca_file\":\"%s\"", g_getenv ("BTY_TEST_CA")) : NULL;
      g_autofree char *options = g_strdup_printf ("{%s%s%s}", ca != NULL ? ca : "",
                                                  ca != NULL && rows[i].options != NULL ? "," : "",
                                                  rows[i].options != NULL ? rows[i].options : "");
      g_autoptr (GError) error = NULL;
      g_autoptr (BtyProvider) provider = test_provider_configure (url, TEST_KEY, options, &error);
      g_autofree char *requests = NULL;

      g_assert_no_error (error);
      test_upstream_forget ();
      test_answer_free (test_ask (provider, "text"));
      requests = test_upstream_requests ();
      g_assert_nonnull (strstr (requests, rows[i].wanted));
      g_assert_nonnull (strstr (requests, "\"x-goog-api-key\": \"" TEST_KEY "\""));
      g_assert_null (strstr (requests, "\"authorization\""));
    }
}

static void
test_configure (void)
{
  static const char *const wrong[] = { "{\"thinking\":\"deep\"}", "{\"schemas\":\"xml\"}",
                                       "{\"api_version\":\"1/../x\"}", "{\"sparkle\":1}", NULL };

  for (guint i = 0; wrong[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (test_provider_configure ("https://example.org", TEST_KEY, wrong[i], &error));
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
    }
  g_object_unref (test_provider_configure (NULL, TEST_KEY, "{\"thinking\":\"level\",\"schemas\":\"openapi\"}", NULL));
}

int
main (int argc, char **argv)
{
  test_begin (argv);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (goods); i++)
    {
      g_autofree char *path = g_strconcat ("/gemini/good/", goods[i].model, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_good);
    }
  test_family_add ("gemini", bads, G_N_ELEMENTS (bads));
  g_test_add_func ("/gemini/thinking", test_thinking);
  g_test_add_func ("/gemini/tools", test_tools);
  g_test_add_func ("/gemini/many-deltas", test_family_many);
  g_test_add_func ("/gemini/models", test_models);
  g_test_add_func ("/gemini/embeddings", test_embeddings);
  g_test_add_func ("/gemini/version", test_version);
  g_test_add_func ("/gemini/configure", test_configure);
  return g_test_run ();
}
