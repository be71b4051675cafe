/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of all wire families share: how a failure looks, and what any of them does with hostile servers. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "test-family.h"

/* The same for each family, by tests/http/shapes-any. */
static const TestBad anys[] = {
  { "any-redirect", BTY_ERROR_FAILED_PRECONDITION, "", -1, { "localhost", "not followed" } },
  { "any-brotli", BTY_ERROR_DATA_LOSS, "", -1, { "br" } },
  { "any-html-200", BTY_ERROR_DATA_LOSS, "", -1, { "200", "text/html", "proxy" } },
  { "any-html-503", BTY_ERROR_UNAVAILABLE, "", 3000, { "503", "req_of_a_proxy", "proxy" } },
  { "any-drop", BTY_ERROR_UNAVAILABLE, "", -1, { "lab" } },
  { "any-huge-event", BTY_ERROR_DATA_LOSS, "", -1, { "4194304", "max_event_bytes" } },
  { "any-quota", BTY_ERROR_RESOURCE_EXHAUSTED, "", -1, { "429", "req_quota", "used up" }, TRUE },
  { "any-credits", BTY_ERROR_RESOURCE_EXHAUSTED, "", -1, { "402", "used up" }, TRUE },
  { "any-should-not-retry", BTY_ERROR_RESOURCE_EXHAUSTED, "", -1, { "Not today" }, TRUE },
  { "any-should-retry", BTY_ERROR_UNAVAILABLE, "", -1, { "409" } },
};

static void
test_bad (gconstpointer data)
{
  const TestBad *bad = data;
  gboolean is_reset = test_is_h2 () &&
                      (g_str_equal (bad->model, "truncated") || g_str_equal (bad->model, "cut-after-reason"));
  g_autoptr (BtyProvider) provider = test_provider_new (is_reset ? "\"idle_timeout_ms\":500" : NULL);
  g_autoptr (TestAnswer) answer = test_ask (provider, bad->model);

  if (is_reset) /* libsoup 3.2 does not tell when an HTTP/2 stream is reset: it is the silence that is noticed */
    test_answer_failed (answer, BTY_ERROR_DEADLINE_EXCEEDED, (const char *const[]){ "silent", NULL });
  else
    test_answer_failed (answer, bad->code, bad->words);
  g_assert_cmpstr (answer->text->str, ==, bad->text);
  g_assert_cmpint (bty_completion_get_retry_after_ms (answer->completion), ==, bad->retry_after_ms);
  g_assert_cmpint (bty_completion_is_quota (answer->completion), ==, bad->is_quota);
}

void
test_family_many (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (TestAnswer) answer = test_ask (provider, "many");

  g_assert_no_error (bty_completion_get_error (answer->completion));
  g_assert_cmpuint (bty_completion_get_n_deltas (answer->completion), ==, 2000);
  g_assert_true (g_str_has_suffix (answer->text->str, "w1998 w1999 "));
}

static void
test_silence (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new ("\"idle_timeout_ms\":300");
  g_autoptr (TestAnswer) answer = test_ask (provider, "stalls");

  test_answer_failed (answer, BTY_ERROR_DEADLINE_EXCEEDED, (const char *const[]){ "300 ms", "idle_timeout_ms", NULL });
  g_assert_cmpstr (answer->text->str, ==, "One moment");
}

static void
test_cancel (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (BtyCompletionRequest) request = test_request_new ("stalls", "Hello?");
  g_autoptr (TestAnswer) answer = test_answer_start (provider, request);

  answer->cancel_after = 1;
  test_answer_wait (answer);
  test_answer_failed (answer, BTY_ERROR_CANCELLED, NULL);
}

/* The person may have gone before anything came. */
static void
test_cancel_at_once (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (BtyCompletionRequest) request = test_request_new ("text", "Hello?");
  g_autoptr (TestAnswer) answer = test_answer_start (provider, request);

  g_cancellable_cancel (bty_completion_get_cancellable (answer->completion));
  test_answer_wait (answer);
  test_answer_failed (answer, BTY_ERROR_CANCELLED, NULL);
}

/* Whoever asks before the owner's words are there is told so. */
static void
test_not_configured (void)
{
  static const char *const inputs[] = { "a", NULL };
  g_autoptr (BtyProvider) provider = test_provider_bare ();
  g_autoptr (TestAnswer) answer = test_ask (provider, "text");
  g_autoptr (GError) error = NULL;

  test_answer_failed (answer, BTY_ERROR_FAILED_PRECONDITION, (const char *const[]){ "not been configured", NULL });
  g_assert_null (test_list_models (provider, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  g_clear_error (&error);
  if (!BTY_IS_EMBEDDER (provider))
    return;
  g_assert_null (test_embed (provider, "m", inputs, 0, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
}

static BtyToolSpec *
tool_new (const char *name)
{
  BtyToolSpec *tool = bty_tool_spec_new ();

  tool->name = g_strdup (name);
  return tool;
}

/* What the upstream got of @request, which it answers. */
static char *
send_request (BtyCompletionRequest *request)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (TestAnswer) answer = NULL;

  test_upstream_forget ();
  answer = test_answer_start (provider, request);
  test_answer_wait (answer);
  g_assert_no_error (bty_completion_get_error (answer->completion));
  return test_upstream_requests ();
}

/* Each family has its own words for them; Gemini and Ollama have none for calls one at a time. */
static const struct
{
  const char *kind;
  const char *any_object;
  const char *serial;
} wordings[] = {
  { "openai", "\"response_format\": {\"type\": \"json_object\"}", "\"parallel_tool_calls\": false" },
  { "openai-responses", "\"format\": {\"type\": \"json_object\"}", "\"parallel_tool_calls\": false" },
  { "anthropic", "Answer with nothing but a JSON object.", "\"disable_parallel_tool_use\": true" },
  { "gemini", "\"responseMimeType\": \"application/json\"", NULL },
  { "ollama", "\"format\": \"json\"", NULL },
};

static void
test_any_object (void)
{
  g_autoptr (BtyCompletionRequest) request = test_request_new ("text", "JSON, please");
  g_autofree char *requests = NULL;

  request->output_schema = g_strdup (BTY_OUTPUT_ANY_OBJECT);
  requests = send_request (request);
  for (guint i = 0; i < G_N_ELEMENTS (wordings); i++)
    if (g_str_equal (wordings[i].kind, test_kind ()))
      g_assert_nonnull (strstr (requests, wordings[i].any_object));
  g_assert_null (strstr (requests, "additionalProperties"));
}

static void
test_serial_tools (void)
{
  g_autoptr (BtyCompletionRequest) request = test_request_new ("text", "One by one");
  g_autofree char *requests = NULL;

  request->tools = bty_record_list_new ();
  g_ptr_array_add (request->tools, tool_new ("weather"));
  request->serial_tools = TRUE;
  requests = send_request (request);
  for (guint i = 0; i < G_N_ELEMENTS (wordings); i++)
    if (g_str_equal (wordings[i].kind, test_kind ()) && wordings[i].serial != NULL)
      g_assert_nonnull (strstr (requests, wordings[i].serial));
}

/* What this service cannot do another may, so that a route goes on; what nobody can send is the asker's fault. */
static void
test_files_elsewhere (void)
{
  g_autoptr (BtyCompletionRequest) request = test_request_new ("text", "Listen");
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  BtyPart *file = test_add_part (request->messages->pdata[0], BTY_PART_FILE, NULL, NULL);
  g_autoptr (TestAnswer) empty = NULL, elsewhere = NULL;

  file->media_type = g_strdup ("audio/wav");
  empty = test_answer_start (provider, request);
  test_answer_wait (empty);
  test_answer_failed (empty, BTY_ERROR_INVALID_ARGUMENT, (const char *const[]){ "audio/wav", "no content", NULL });
  if (g_str_equal (test_kind (), "gemini")) /* it fetches them */
    return;
  file->url = g_strdup ("https://example.org/a.wav");
  elsewhere = test_answer_start (provider, request);
  test_answer_wait (elsewhere);
  test_answer_failed (elsewhere, BTY_ERROR_FAILED_PRECONDITION, (const char *const[]){ "audio/wav", NULL });
}

void
test_family_add (const char *family, const TestBad *bads, guint n_bads)
{
  static const struct
  {
    const char *name;
    void (*func) (void);
  } tests[] = {
    { "silence", test_silence },
    { "cancel", test_cancel },
    { "cancel-at-once", test_cancel_at_once },
    { "not-configured", test_not_configured },
    { "any-object", test_any_object },
    { "serial-tools", test_serial_tools },
    { "files-elsewhere", test_files_elsewhere },
  };

  for (guint i = 0; i < n_bads + G_N_ELEMENTS (anys); i++)
    {
      const TestBad *bad = i < n_bads ? &bads[i] : &anys[i - n_bads];
      g_autofree char *path = g_strdup_printf ("/%s/bad/%s", family, bad->model);

      g_test_add_data_func (path, bad, test_bad);
    }
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strdup_printf ("/%s/any/%s", family, tests[i].name);

      g_test_add_func (path, tests[i].func);
    }
}

BtyPart *
test_add_part (BtyPromptMessage *message, BtyPartKind kind, const char *call_id, const char *text)
{
  BtyPart *part = bty_part_new ();

  part->kind = kind;
  part->call_id = g_strdup (call_id);
  part->text = g_strdup (text);
  if (message->parts == NULL)
    message->parts = bty_record_list_new ();
  g_ptr_array_add (message->parts, part);
  return part;
}

void
test_on_result (GObject *source, GAsyncResult *result, gpointer place)
{
  *(GAsyncResult **) place = g_object_ref (result);
}

GPtrArray *
test_list_models (BtyProvider *provider, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  bty_provider_list_models_async (provider, NULL, test_on_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return bty_provider_list_models_finish (provider, result, error);
}

BtyEmbedding *
test_embed (BtyProvider *provider, const char *model, const char *const *inputs, gint64 dimensions, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  bty_embedder_embed_async (BTY_EMBEDDER (provider), model, inputs, dimensions, NULL, test_on_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return bty_embedder_embed_finish (BTY_EMBEDDER (provider), result, error);
}
