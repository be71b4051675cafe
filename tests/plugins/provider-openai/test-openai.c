/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin, as the core drives it, against a server that speaks the wire format: what comes back well, and what does not. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "test-family.h"

typedef struct
{
  const char *model;
  const char *text;
  const char *reasoning;
  BtyStopReason stop;
  gint64 input_tokens; /* -1: no usage was told */
  gint64 output_tokens;
  gint64 cached_tokens;
  gint64 reasoning_tokens;
} Good;

static const Good goods[] = {
  { "text", GREETING, "", BTY_STOP_END, 25, 11, 8, 0 },
  { "text-split", GREETING, "", BTY_STOP_END, 25, 11, 8, 0 },
  { "text-crlf", GREETING, "", BTY_STOP_END, 25, 11, 8, 0 },
  { "text-cr", GREETING, "", BTY_STOP_END, 25, 11, 8, 0 },
  { "text-gzip", GREETING, "", BTY_STOP_END, 25, 11, 8, 0 },
  { "text-whole-body", GREETING, "", BTY_STOP_END, 25, 11, 8, 0 },
  { "echo", "You said: Hello?", "", BTY_STOP_END, 9, 4, 0, 0 },
  { "pings", "still here", "", BTY_STOP_END, -1 },
  { "obfuscation", "Hello", "", BTY_STOP_END, -1 },
  { "reasoning", "42.", "Let me think…", BTY_STOP_END, 12, 40, 0, 37 },
  { "reasoning-twice", "42", "Hm yes", BTY_STOP_END, -1 },
  { "length", "It was a dark and", "", BTY_STOP_LENGTH, 10, 16, 0, 0 },
  { "filter", "I", "", BTY_STOP_REFUSED, -1 },
  { "refusal", "I cannot help with that.", "", BTY_STOP_REFUSED, -1 },
  { "whole-answer", "All at once.", "", BTY_STOP_END, 5, 4, 0, 0 },
  { "no-end-line", "ok", "", BTY_STOP_END, -1 },
  { "unknown-members", "fine", "", BTY_STOP_END, -1 },
  { "content-parts", "in parts", "", BTY_STOP_END, -1 },
  { "slow", "late", "", BTY_STOP_END, -1 },
};

static void
test_good (gconstpointer data)
{
  const Good *good = data;
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (TestAnswer) answer = test_ask (provider, good->model);
  const BtyUsage *usage = bty_completion_get_usage (answer->completion);

  g_assert_no_error (bty_completion_get_error (answer->completion));
  g_assert_cmpstr (answer->text->str, ==, good->text);
  g_assert_cmpstr (answer->reasoning->str, ==, good->reasoning);
  g_assert_cmpint (bty_completion_get_stop_reason (answer->completion), ==, good->stop);
  g_assert_cmpuint (answer->call_ids->len, ==, 0);
  g_assert_true ((usage == NULL) == (good->input_tokens < 0));
  if (usage == NULL)
    return;
  g_assert_cmpint (usage->input_tokens, ==, good->input_tokens);
  g_assert_cmpint (usage->output_tokens, ==, good->output_tokens);
  g_assert_cmpint (usage->cached_tokens, ==, good->cached_tokens);
  g_assert_cmpint (usage->reasoning_tokens, ==, good->reasoning_tokens);
  g_assert_false (usage->is_estimate);
}

static const TestBad bads[] = {
  { "no-such-model", BTY_ERROR_NOT_FOUND, "", -1, { "“lab”", "404", "does not exist" } },
  { "key-echo", BTY_ERROR_UNAUTHENTICATED, "", -1, { "401", "[redacted]", "check its key" } },
  { "forbidden", BTY_ERROR_PERMISSION_DENIED, "", -1, { "403", "not supported" } },
  { "ollama-error", BTY_ERROR_NOT_FOUND, "", -1, { "model 'x' not found" } },
  { "request-timeout", BTY_ERROR_DEADLINE_EXCEEDED, "", -1, { "408" } },
  { "conflict", BTY_ERROR_ABORTED, "", -1, { "409" } },
  { "too-large", BTY_ERROR_OUT_OF_RANGE, "", -1, { "413" } },
  { "context", BTY_ERROR_OUT_OF_RANGE, "", -1, { "maximum context length" } },
  { "context-words", BTY_ERROR_OUT_OF_RANGE, "", -1, { "4096" } },
  { "bad-request", BTY_ERROR_INVALID_ARGUMENT, "", -1, { "temperature" } },
  { "unsupported-value", BTY_ERROR_FAILED_PRECONDITION, "", -1, { "400", "0.3 with this model" } },
  { "unsupported-parameter", BTY_ERROR_FAILED_PRECONDITION, "", -1, { "400", "'stop'" } },
  { "unrecognized-argument", BTY_ERROR_FAILED_PRECONDITION, "", -1, { "400", "reasoning_effort" } },
  { "rate-limit", BTY_ERROR_RESOURCE_EXHAUSTED, "", 2000, { "429", "Rate limit reached" } },
  { "rate-limit-ms", BTY_ERROR_RESOURCE_EXHAUSTED, "", 1250, { "429" } },
  { "rate-limit-date", BTY_ERROR_RESOURCE_EXHAUSTED, "", 24 * 3600 * 1000, { "429" } },
  { "quota", BTY_ERROR_RESOURCE_EXHAUSTED, "", -1, { "quota" }, TRUE },
  { "quota-in-band", BTY_ERROR_RESOURCE_EXHAUSTED, "Half an ans", -1, { "used up" }, TRUE },
  { "server-error", BTY_ERROR_UNAVAILABLE, "", -1, { "500" } },
  { "overloaded", BTY_ERROR_UNAVAILABLE, "", 1000, { "503", "overloaded" } },
  { "html-502", BTY_ERROR_UNAVAILABLE, "", -1, { "502", "text/html", "proxy" } },
  { "error-in-200", BTY_ERROR_UNAVAILABLE, "", -1, { "overloaded" } },
  { "error-in-band", BTY_ERROR_UNAVAILABLE, "Half an ans", -1, { "The server had an error" } },
  { "error-in-band-status", BTY_ERROR_RESOURCE_EXHAUSTED, "", -1, { "Provider returned error" } },
  { "truncated", BTY_ERROR_UNAVAILABLE, "This will not", -1, { "cut off" } },
  { "ends-early", BTY_ERROR_UNAVAILABLE, "And then", -1, { "cut off", "[DONE]" } },
  { "no-done", BTY_ERROR_UNAVAILABLE, "All said", -1, { "cut off", "[DONE]" } },
  { "cut-after-reason", BTY_ERROR_UNAVAILABLE, "x", -1, { "cut off" } },
  { "not-json", BTY_ERROR_DATA_LOSS, "", -1, { "cannot be read" } },
  { "tool-nameless", BTY_ERROR_DATA_LOSS, "", -1, { "names no tool" } },
  { "redirect-here", BTY_ERROR_FAILED_PRECONDITION, "", -1, { "not followed", "url" } },
};

static void
test_tools (gconstpointer model)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (TestAnswer) answer = test_ask (provider, model);

  g_assert_no_error (bty_completion_get_error (answer->completion));
  g_assert_cmpint (bty_completion_get_stop_reason (answer->completion), ==, BTY_STOP_TOOLS);
  g_assert_cmpstr (answer->text->str, ==, g_str_equal (model, "tools") ? "Let me look." : "");
  g_assert_cmpuint (answer->call_ids->len, ==, 2);
  g_assert_cmpstr (answer->call_ids->pdata[0], ==, "call_a1");
  g_assert_cmpstr (answer->call_names->pdata[0], ==, "weather");
  g_assert_cmpstr (((GString *) answer->call_arguments->pdata[0])->str, ==, "{\"city\":\"Köln\"}");
  g_assert_cmpstr (answer->call_ids->pdata[1], ==, "call_b2");
  g_assert_cmpstr (answer->call_names->pdata[1], ==, "clock");
  g_assert_cmpstr (((GString *) answer->call_arguments->pdata[1])->str, ==, "{\"zone\":\"UTC\"}");
}

static void
test_tools_without_ids (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (TestAnswer) answer = test_ask (provider, "tools-no-ids");

  g_assert_no_error (bty_completion_get_error (answer->completion));
  g_assert_cmpint (bty_completion_get_stop_reason (answer->completion), ==, BTY_STOP_TOOLS);
  g_assert_cmpuint (answer->call_ids->len, ==, 2);
  g_assert_cmpstr (answer->call_names->pdata[1], ==, "clock");
  g_assert_cmpstr (((GString *) answer->call_arguments->pdata[0])->str, ==, "{\"city\":\"Bonn\"}");
  g_assert_cmpstr (answer->call_ids->pdata[0], !=, answer->call_ids->pdata[1]);
}

static BtyPart *
add_part (BtyPromptMessage *message, BtyPartKind kind, const char *call_id, const char *name)
{
  BtyPart *part = bty_part_new ();

  part->kind = kind;
  part->call_id = g_strdup (call_id);
  part->name = g_strdup (name);
  if (message->parts == NULL)
    message->parts = bty_record_list_new ();
  g_ptr_array_add (message->parts, part);
  return part;
}

/* The upstream refuses results that do not answer the calls before them. */
static void
test_tool_results (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (BtyCompletionRequest) request = test_request_new ("tools", "What is the weather?");
  BtyPromptMessage *calls = bty_prompt_message_new (), *results = bty_prompt_message_new ();
  g_autoptr (TestAnswer) answer = NULL;

  calls->role = BTY_ROLE_ASSISTANT;
  add_part (calls, BTY_PART_REASONING, NULL, NULL)->text = g_strdup ("hm");
  add_part (calls, BTY_PART_TOOL_CALL, "call_a1", "weather")->arguments = g_strdup ("{\"city\":\"Köln\"}");
  add_part (calls, BTY_PART_TOOL_CALL, "call_b2", "clock");
  results->role = BTY_ROLE_TOOL;
  add_part (results, BTY_PART_TOOL_RESULT, "call_b2", "clock")->text = g_strdup ("noon");
  add_part (results, BTY_PART_TOOL_RESULT, "call_a1", "weather")->is_error = TRUE;
  g_ptr_array_add (request->messages, calls);
  g_ptr_array_add (request->messages, results);
  answer = test_answer_start (provider, request);
  test_answer_wait (answer);
  g_assert_no_error (bty_completion_get_error (answer->completion));
  g_assert_cmpstr (answer->text->str, ==, GREETING);
}

/* With what a model of OpenAI's own is asked, and what comes of it: the upstream refuses what that model does not take. */
typedef struct
{
  const char *model;
  gboolean has_tools;
  const char *effort;
  const char *sent[3];   /* parts of the request that was made */
  const char *unsent[4]; /* and what it has not */
  const char *text;
  BtyStopReason stop;
} Own;

#define KNOBS "\"temperature\": 0.25", "\"top_p\": 0.5"
#define KEYS  "temperature", "top_p"

static const Own owns[] = {
  { "gpt-5-mini", FALSE, "none", { "\"minimal\"" }, { KEYS, "\"stop\"" }, "One, ENot yet, ", BTY_STOP_SEQUENCE },
  { "gpt-5-mini", FALSE, "max", { "\"high\"" }, { KEYS, "\"stop\"" }, "One, ENot yet, ", BTY_STOP_SEQUENCE },
  { "o4-mini", FALSE, "none", { "\"low\"" }, { KEYS, "\"stop\"" }, "It is the E", BTY_STOP_END },
  { "gpt-5.1", FALSE, "none", { "\"none\"", KNOBS }, { "\"stop\"" }, "Fine.", BTY_STOP_END },
  { "gpt-5.4", FALSE, "max", { "\"xhigh\"" }, { KEYS, "\"stop\"" }, "Fine.", BTY_STOP_END },
  { "gpt-5.4", TRUE, "high", { "\"reasoning_effort\": \"none\"", KNOBS }, { "\"stop\"" }, "Fine.", BTY_STOP_END },
  { "gpt-5.4", TRUE, NULL, { "\"reasoning_effort\": \"none\"", KNOBS }, { "\"stop\"" }, "Fine.", BTY_STOP_END },
  { "gpt-4.1", TRUE, "high", { KNOBS, "\"stop\": [\"END\"]" }, { "effort" }, "Fine.", BTY_STOP_END },
  { "text", FALSE, "high", { KNOBS, "\"reasoning_effort\": \"high\"" }, { NULL }, GREETING, BTY_STOP_END },
};

static BtyCompletionRequest *
own_request_new (const Own *own)
{
  BtyCompletionRequest *request = test_request_new (own->model, "Hello?");
  BtyToolSpec *tool;

  request->temperature = 0.25;
  BTY_SET_NULL (request, BtyCompletionRequest, temperature, FALSE);
  request->top_p = 0.5;
  BTY_SET_NULL (request, BtyCompletionRequest, top_p, FALSE);
  request->max_output = 100;
  request->stop = g_strsplit ("END", ",", -1);
  request->effort = g_strdup (own->effort);
  if (!own->has_tools)
    return request;
  tool = bty_tool_spec_new ();
  tool->name = g_strdup ("clock");
  request->tools = bty_record_list_new ();
  g_ptr_array_add (request->tools, tool);
  return request;
}

static void
test_own (gconstpointer data)
{
  const Own *own = data;
  g_autoptr (BtyProvider) provider = test_provider_new ("\"openai_models\":true");
  g_autoptr (BtyProvider) other = test_provider_new (NULL);
  g_autoptr (BtyCompletionRequest) request = own_request_new (own);
  g_autofree char *requests = NULL;
  g_autoptr (TestAnswer) answer = NULL, refused = NULL;

  test_upstream_forget ();
  answer = test_answer_start (provider, request);
  test_answer_wait (answer);
  g_assert_no_error (bty_completion_get_error (answer->completion));
  g_assert_cmpstr (answer->text->str, ==, own->text);
  g_assert_cmpint (bty_completion_get_stop_reason (answer->completion), ==, own->stop);
  requests = test_upstream_requests ();
  for (guint i = 0; i < G_N_ELEMENTS (own->sent) && own->sent[i] != NULL; i++)
    g_assert_nonnull (strstr (requests, own->sent[i]));
  for (guint i = 0; i < G_N_ELEMENTS (own->unsent) && own->unsent[i] != NULL; i++)
    g_assert_null (strstr (requests, own->unsent[i]));
  if (g_str_equal (own->model, "text"))
    return;
  refused = test_answer_start (other, request); /* elsewhere the name says nothing, and all is sent */
  test_answer_wait (refused);
  test_answer_failed (refused, BTY_ERROR_FAILED_PRECONDITION, (const char *const[]){ "400", NULL });
}

static void
test_redirect_keeps_key (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autofree char *requests = NULL;

  test_upstream_forget ();
  test_answer_free (test_ask (provider, "redirect"));
  requests = test_upstream_requests ();
  g_assert_cmpuint (test_count (requests, "\"listener\": \"main\""), ==, 1);
  g_assert_cmpuint (test_count (requests, "\"listener\": \"other\""), ==, 0);
  g_assert_cmpuint (test_count (requests, "\"authorization\": \"Bearer " TEST_KEY "\""), ==, 1);
}

static void
test_silence (gconstpointer data)
{
  const char *model = data;
  gboolean stalls = g_str_equal (model, "stalls");
  const char *option = stalls ? "idle_timeout_ms" : "first_byte_timeout_ms";
  g_autofree char *options = g_strdup_printf ("\"%s\":300", option);
  g_autoptr (BtyProvider) provider = test_provider_new (options);
  g_autoptr (TestAnswer) answer = test_ask (provider, model);

  test_answer_failed (answer, BTY_ERROR_DEADLINE_EXCEEDED, (const char *const[]){ "300 ms", option, NULL });
  g_assert_cmpint (answer->took_ms, >=, 250);
  g_assert_cmpint (answer->took_ms, <, 5000);
  g_assert_cmpstr (answer->text->str, ==, stalls ? "One moment" : "");
}

static void
test_slow_first_token (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new ("\"first_byte_timeout_ms\":10000,\"idle_timeout_ms\":100");
  g_autoptr (TestAnswer) answer = test_ask (provider, "slow");

  g_assert_no_error (bty_completion_get_error (answer->completion));
  g_assert_cmpint (answer->first_ms, >=, 250);
}

/* The server must notice, or it would go on to think, and to charge. */
static void
wait_until_gone (void)
{
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *requests = NULL;

      for (guint turn = 0; turn < 5; turn++)
        {
          g_main_context_iteration (NULL, FALSE);
          g_usleep (5000);
        }
      requests = test_upstream_requests ();
      if (test_count (requests, "\"gone\": true") == 1)
        return;
    }
  g_test_message ("the connection is still open");
  g_test_fail ();
}

static void
test_cancel (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (BtyCompletionRequest) request = test_request_new ("stalls", "Hello?");
  g_autoptr (TestAnswer) answer = NULL;

  test_upstream_forget ();
  answer = test_answer_start (provider, request);
  answer->cancel_after = 1;
  test_answer_wait (answer);
  test_answer_failed (answer, BTY_ERROR_CANCELLED, NULL);
  g_assert_cmpstr (answer->text->str, ==, "One moment");
  wait_until_gone ();
}

static void
test_cancel_at_once (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (BtyCompletionRequest) request = test_request_new ("never", "Hello?");
  g_autoptr (TestAnswer) answer = test_answer_start (provider, request);

  g_cancellable_cancel (bty_completion_get_cancellable (answer->completion));
  test_answer_wait (answer);
  test_answer_failed (answer, BTY_ERROR_CANCELLED, NULL);
}

static void
test_many_deltas (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (TestAnswer) answer = test_ask (provider, "many");
  g_autoptr (GString) expected = g_string_new (NULL);

  for (guint i = 0; i < 2000; i++)
    g_string_append_printf (expected, "w%u ", i);
  g_assert_no_error (bty_completion_get_error (answer->completion));
  g_assert_cmpstr (answer->text->str, ==, expected->str);
  g_assert_cmpuint (bty_completion_get_n_deltas (answer->completion), ==, 2000);
}

static void
test_many_at_once (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  TestAnswer *answers[64];

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (BtyCompletionRequest) request = test_request_new (i % 2 ? "slow" : "text", "Hello?");

      answers[i] = test_answer_start (provider, request);
    }
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      test_answer_wait (answers[i]);
      g_assert_no_error (bty_completion_get_error (answers[i]->completion));
      g_assert_cmpstr (answers[i]->text->str, ==, i % 2 ? "late" : GREETING);
      test_answer_free (answers[i]);
    }
}

static void
settle (guint ms)
{
  gint64 until = g_get_monotonic_time () + ms * 1000;

  while (g_get_monotonic_time () < until)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
}

static guint
count_entries (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n += 1;
  return n;
}

/* A connection for each POST would cost more than most answers. */
static void
test_connection_is_kept (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autofree char *requests = NULL, *first = NULL;
  const char *place;
  guint n_files;

  test_answer_free (test_ask (provider, "text"));
  settle (50);
  n_files = count_entries ("/proc/self/fd");
  test_upstream_forget ();
  for (guint i = 0; i < 10; i++)
    {
      test_answer_free (test_ask (provider, "text"));
      settle (10);
    }
  g_assert_cmpuint (count_entries ("/proc/self/fd"), <=, n_files);
  requests = test_upstream_requests ();
  place = strstr (requests, "\"peer\": ");
  g_assert_nonnull (place);
  first = g_strndup (place, strcspn (place, ","));
  g_assert_cmpuint (test_count (requests, "\"peer\": "), ==, 10);
  if (!test_is_tls ()) /* there, it is the front's connection to the server that is seen */
    g_assert_cmpuint (test_count (requests, first), ==, 10);
}

/* TLS, the pool and their threads wait for the first request. */
static void
test_lazy (void)
{
  guint n_files = count_entries ("/proc/self/fd"), n_tasks = count_entries ("/proc/self/task");
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);

  g_assert_cmpuint (count_entries ("/proc/self/fd"), ==, n_files);
  g_assert_cmpuint (count_entries ("/proc/self/task"), ==, n_tasks);
}

static void
on_result (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static void
test_models (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) models = NULL;
  g_autoptr (GError) error = NULL;
  const BtyModel *model;

  bty_provider_list_models_async (provider, NULL, on_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  models = bty_provider_list_models_finish (provider, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (models->len, ==, 4);
  model = models->pdata[0];
  g_assert_cmpstr (model->name, ==, "lab/gpt-5.5");
  g_assert_null (model->abilities);
  model = models->pdata[1];
  g_assert_true (g_strv_contains ((const char *const *) model->abilities, "embeddings"));
  model = models->pdata[2];
  g_assert_cmpstr (model->name, ==, "lab/vendor/model-a");
  g_assert_cmpstr (model->title, ==, "Vendor: Model A");
  g_assert_cmpint (model->context_window, ==, 131072);
  g_assert_cmpint (model->max_output, ==, 16384);
  for (const char *const *word = (const char *const[]){ "text", "vision", "tools", "reasoning", "json_schema", NULL };
       *word != NULL; word++)
    g_assert_true (g_strv_contains ((const char *const *) model->abilities, *word));
  model = models->pdata[3];
  g_assert_cmpint (model->context_window, ==, 40960);
}

static BtyEmbedding *
embed (BtyProvider *provider, const char *const *inputs, gint64 dimensions, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  bty_embedder_embed_async (BTY_EMBEDDER (provider), "text-embedding-3-small", inputs, dimensions, NULL, on_result,
                            &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return bty_embedder_embed_finish (BTY_EMBEDDER (provider), result, error);
}

static void
test_embeddings (gconstpointer options)
{
  static const char *const inputs[] = { "banana", "kiwi", "a", NULL };
  static const float expected[] = { 0.75f, 1.5f, -1.5f, 0.25f, 0.5f, 0, -1.5f, 0.25f, 0.125f, 0.5f, -1.5f, 0.25f };
  g_autoptr (BtyProvider) provider = test_provider_new (options);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyEmbedding) embedding = embed (provider, inputs, 0, &error);
  g_autoptr (BtyEmbedding) shorter = embed (provider, inputs, 2, NULL);

  g_assert_no_error (error);
  g_assert_cmpint (embedding->dimensions, ==, 4);
  g_assert_cmpint (embedding->n_inputs, ==, 3);
  g_assert_cmpmem (g_bytes_get_data (embedding->vectors, NULL), g_bytes_get_size (embedding->vectors), expected,
                   sizeof expected);
  g_assert_cmpint (embedding->usage->input_tokens, ==, 3);
  g_assert_cmpint (shorter->dimensions, ==, 2);
}

int
main (int argc, char **argv)
{
  test_begin (argv);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (goods); i++)
    {
      g_autofree char *path = g_strconcat ("/openai/good/", goods[i].model, NULL);

      g_test_add_data_func (path, &goods[i], test_good);
    }
  test_family_add ("openai", bads, G_N_ELEMENTS (bads));
  g_test_add_data_func ("/openai/tools", "tools", test_tools);
  g_test_add_data_func ("/openai/tools-same-index", "tools-same-index", test_tools);
  for (guint i = 0; i < G_N_ELEMENTS (owns); i++)
    {
      g_autofree char *path = g_strdup_printf ("/openai/own-models/%u/%s", i, owns[i].model);

      g_test_add_data_func (path, &owns[i], test_own);
    }
  g_test_add_func ("/openai/tools-without-ids", test_tools_without_ids);
  g_test_add_func ("/openai/tool-results", test_tool_results);
  g_test_add_func ("/openai/redirect-keeps-key", test_redirect_keeps_key);
  g_test_add_data_func ("/openai/silence/no-status", "never", test_silence);
  g_test_add_data_func ("/openai/silence/no-body", "headers-then-never", test_silence);
  g_test_add_data_func ("/openai/silence/stalls", "stalls", test_silence);
  g_test_add_func ("/openai/slow-first-token", test_slow_first_token);
  g_test_add_func ("/openai/cancel", test_cancel);
  g_test_add_func ("/openai/cancel-at-once", test_cancel_at_once);
  g_test_add_func ("/openai/many-deltas", test_many_deltas);
  g_test_add_func ("/openai/many-at-once", test_many_at_once);
  g_test_add_func ("/openai/connection-is-kept", test_connection_is_kept);
  g_test_add_func ("/openai/lazy", test_lazy);
  g_test_add_func ("/openai/models", test_models);
  g_test_add_data_func ("/openai/embeddings/floats", NULL, test_embeddings);
  g_test_add_data_func ("/openai/embeddings/base64", "\"base64\":true", test_embeddings);
  return g_test_run ();
}
