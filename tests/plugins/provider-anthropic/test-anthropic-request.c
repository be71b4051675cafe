/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bodies of requests: what each model and each version of the API takes. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "bty-anthropic-models.h"
#include "bty-anthropic-request.h"
#include "test-conversations.h"

static const BtyAnthropicStyle modern = { .version = "2026-10-21", .cache = "5m", .max_tokens = 8192 };
static const BtyAnthropicStyle older = { .version = "2023-06-01", .cache = "none", .max_tokens = 4000 };

static char *
write_body (BtyCompletionRequest *request, const BtyAnthropicStyle *style, GError **error)
{
  BtyAnthropicTraits traits;
  GString *body;

  bty_anthropic_traits_of (request->model, &traits);
  body = bty_anthropic_request_write (request, &traits, style, error);
  g_assert_true (body == NULL || bty_json_validate (body->str, body->len, 0, NULL));
  return body != NULL ? g_string_free (body, FALSE) : NULL;
}

#define HI                                                                                                             \
  "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Hi \\\"you\\\"\\n\"}]}],\"stream\":true}"

/* What a body has and has not. */
static const struct
{
  const char *conversation;
  const char *model;
  const BtyAnthropicStyle *style;
  const char *has[4];
  const char *lacks[4];
} rows[] = {
  { "plain", "claude-opus-5-5", &modern, { "{\"model\":\"claude-opus-5-5\",\"max_tokens\":128000," HI }, { NULL } },
  { "plain", "claude-haiku-4-5-20251001", &modern, { "\"max_tokens\":64000," }, { NULL } },
  { "plain", "claude-opus-4-1-20250805", &modern, { "\"max_tokens\":32000," }, { NULL } },
  { "plain", "claude-3-5-sonnet-20241022", &modern, { "\"max_tokens\":8192," }, { NULL } },
  { "plain", "claude-3-haiku-20240307", &modern, { "\"max_tokens\":4096," }, { NULL } },
  { "plain", "qwen3:8b", &older, { "\"max_tokens\":4000," }, { NULL } },
  /* Sampling: gone from the new version; refused by new models; one of both with the others. */
  { "knobs", "claude-haiku-4-5", &modern, { "\"max_tokens\":100," }, { "temperature", "top_p", "top_k" } },
  { "knobs", "claude-opus-4-7", &older, { "\"stop_sequences\":[\"END\"]" }, { "temperature", "top_p" } },
  { "knobs", "claude-sonnet-5", &older, { "\"system\":\"Be brief.\"" }, { "temperature", "top_p" } },
  { "knobs", "claude-opus-4-6", &older, { "\"temperature\":0.25" }, { "top_p" } },
  { "knobs", "qwen3:8b", &older, { "\"temperature\":0.25" }, { "top_p", "cache_control" } },
  /* Reasoning: each in its model's way. */
  { "effort-max",
    "claude-sonnet-4-6",
    &modern,
    { "\"thinking\":{\"type\":\"adaptive\"}", "\"effort\":\"max\"" },
    { NULL } },
  { "effort-max",
    "claude-opus-4-5",
    &modern,
    { "{\"type\":\"enabled\",\"budget_tokens\":32000}", "\"effort\":\"high\"" },
    { NULL } },
  { "effort-max", "claude-haiku-4-5", &modern, { "\"budget_tokens\":32000" }, { "effort" } },
  { "effort-max", "claude-3-haiku-20240307", &modern, { "stream" }, { "thinking", "effort" } },
  { "effort-max", "qwen3", &older, { "stream" }, { "thinking", "effort" } },
  { "effort-none", "claude-opus-4-8", &modern, { "\"thinking\":{\"type\":\"disabled\"}" }, { "effort" } },
  { "effort-none", "claude-fable-5-1", &modern, { "\"effort\":\"low\"" }, { "thinking" } },
  { "effort-none", "claude-mythos-preview", &modern, { "\"effort\":\"low\"" }, { "thinking" } },
  { "effort-none", "qwen3", &older, { "stream" }, { "thinking", "effort" } },
  { "reasoning",
    "claude-haiku-4-5",
    &modern,
    { "\"budget_tokens\":16384", "\"signature\":\"EqQB\"" },
    { "elsewhere", "Unsigned" } },
  { "system-inside", "claude-opus-4-8", &modern, { "{\"role\":\"system\"" }, { "<system>" } },
  { "system-inside", "claude-sonnet-5", &modern, { "<system>\\nIt is late.\\n</system>" }, { "\"role\":\"system\"" } },
  { "cache", "claude-opus-5-5", &older, { "\"system\":\"A long text.\"" }, { "cache_control" } },
};

static void
test_row (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (BtyCompletionRequest) request = test_conversation_new (rows[i].conversation, rows[i].model,
                                                                    "anthropic:EqQB");
  g_autoptr (GError) error = NULL;
  g_autofree char *body = write_body (request, rows[i].style, &error);

  g_assert_no_error (error);
  g_test_message ("%s", body);
  for (guint j = 0; rows[i].has[j] != NULL; j++)
    g_assert_nonnull (strstr (body, rows[i].has[j]));
  for (guint j = 0; rows[i].lacks[j] != NULL; j++)
    g_assert_null (strstr (body, rows[i].lacks[j]));
}

/* A conversation that another family began has calls without reasoning: a budget would be refused there. */
static void
test_foreign_calls (void)
{
  g_autoptr (BtyCompletionRequest) request = test_conversation_new ("reasoning", "claude-haiku-4-5", "elsewhere:x");
  g_autofree char *body = write_body (request, &modern, NULL);

  g_assert_null (strstr (body, "thinking"));
}

static void
test_forced_tool (void)
{
  g_autoptr (BtyCompletionRequest) request = test_conversation_new ("choice-name", "claude-haiku-4-5", "");
  g_autofree char *old = NULL, *new = NULL;

  request->effort = g_strdup ("high");
  old = write_body (request, &modern, NULL);
  g_assert_null (strstr (old, "thinking"));
  bty_record_take_string (&request->model, g_strdup ("claude-opus-5-5"));
  new = write_body (request, &modern, NULL);
  g_assert_null (strstr (new, "thinking"));
  g_assert_nonnull (strstr (new, "\"effort\":\"high\""));
}

static void
test_bounds (void)
{
  g_autoptr (BtyCompletionRequest) request = test_conversation_new ("effort-max", "claude-haiku-4-5", "");
  g_autofree char *much = NULL, *little = NULL, *least = NULL;

  request->max_output = 1000000;
  much = write_body (request, &modern, NULL);
  g_assert_nonnull (strstr (much, "\"max_tokens\":64000,"));
  request->max_output = 4096;
  little = write_body (request, &modern, NULL);
  g_assert_nonnull (strstr (little, "\"max_tokens\":4096,"));
  g_assert_nonnull (strstr (little, "\"budget_tokens\":3072"));
  request->max_output = 1500; /* no room for reasoning and an answer */
  least = write_body (request, &modern, NULL);
  g_assert_null (strstr (least, "thinking"));
}

/* The service takes four marks; the last ones are worth most. */
static void
test_marks (void)
{
  g_autoptr (BtyCompletionRequest) request = test_conversation_new ("cache", "claude-opus-5-5", "");
  BtyAnthropicStyle hour = modern;
  g_autofree char *body = NULL;
  guint n_marks = 0;

  hour.cache = "1h";
  for (guint i = 0; i < 6; i++)
    {
      g_autofree char *text = g_strdup_printf ("more %u", i);
      BtyPromptMessage *message = bty_prompt_message_new_text (i % 2 ? BTY_ROLE_USER : BTY_ROLE_ASSISTANT, text);

      message->cache_here = TRUE;
      g_ptr_array_add (request->messages, message);
    }
  body = write_body (request, &hour, NULL);
  for (const char *p = body; (p = strstr (p, "\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}")) != NULL; p++)
    n_marks += 1;
  g_assert_cmpuint (n_marks, ==, 4);
  g_assert_nonnull (strstr (body, "\"more 5\",\"cache_control\""));
  g_assert_nonnull (strstr (body, "\"more 3\",\"cache_control\""));
  g_assert_null (strstr (body, "\"more 2\",\"cache_control\""));
}

/* A model's own slip must not keep the conversation from going on. */
static void
test_odd_arguments (void)
{
  static const char *const odd[][2] = {
    { "{\"a\": oops", "\"input\":{\"not_an_object\":\"{\\\"a\\\": oops\"}" },
    { "[1]", "\"input\":{\"not_an_object\":\"[1]\"}" },
    { "", "\"input\":{}" },
    { " { } ", "\"input\": { } " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      g_autoptr (BtyCompletionRequest) request = test_conversation_new ("results", "claude-opus-5-5", "");
      const BtyPromptMessage *answer = request->messages->pdata[1];
      g_autofree char *body = NULL;

      bty_record_take_string (&((BtyPart *) answer->parts->pdata[1])->arguments, g_strdup (odd[i][0]));
      body = write_body (request, &modern, NULL);
      g_assert_nonnull (strstr (body, odd[i][1]));
    }
}

static void
check_refused (BtyCompletionRequest *request, BtyErrorCode code, const char *word)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *body = write_body (request, &modern, &error);

  g_assert_null (body);
  g_assert_error (error, BTY_ERROR, (int) code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_refused (void)
{
  g_autoptr (BtyCompletionRequest) schema = test_conversation_new ("schema", "claude-opus-5-5", "");
  g_autoptr (BtyCompletionRequest) tools = test_conversation_new ("tools", "claude-opus-5-5", "");
  g_autoptr (BtyCompletionRequest) files = test_conversation_new ("files", "claude-opus-5-5", "");
  const BtyPromptMessage *message = files->messages->pdata[0];
  BtyPart *part = message->parts->pdata[1];

  bty_record_take_string (&schema->output_schema, g_strdup ("{\"type\":}"));
  check_refused (schema, BTY_ERROR_INVALID_ARGUMENT, "output_schema");
  bty_record_take_string (&((BtyToolSpec *) tools->tools->pdata[0])->parameters, g_strdup ("[]"));
  check_refused (tools, BTY_ERROR_INVALID_ARGUMENT, "weather");
  bty_record_take_string (&part->media_type, g_strdup ("audio/wav"));
  check_refused (files, BTY_ERROR_FAILED_PRECONDITION, "“a.pdf”"); /* others take it */
  bty_record_take_string (&part->media_type, g_strdup ("image/png"));
  g_clear_pointer (&part->data, g_bytes_unref);
  check_refused (files, BTY_ERROR_INVALID_ARGUMENT, "no content");
}

static void
test_names (void)
{
  BtyAnthropicTraits traits;

  bty_anthropic_traits_of ("anthropic/claude-sonnet-4-5@20250929", &traits);
  g_assert_true (traits.thinking == BTY_ANTHROPIC_THINKS_ENABLED && traits.continues && traits.has_schema);
  bty_anthropic_traits_of ("claude-3-7-sonnet-latest", &traits);
  g_assert_true (traits.thinking == BTY_ANTHROPIC_THINKS_ENABLED && !traits.has_schema);
  bty_anthropic_traits_of ("claude-", &traits);
  g_assert_cmpint (traits.max_output, ==, 0);
  bty_anthropic_traits_of ("", &traits);
  g_assert_cmpint (traits.window, ==, 0);
}

static void
test_models_refused (void)
{
  static const char *const wrong[] = {
    "", "[]", "{}", "{\"data\":{}}", "{\"data\":[1]}", "{\"data\":[", "{\"error\":{}}"
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_auto (BtyAnthropicModels) models;
      g_autoptr (GError) error = NULL;

      bty_anthropic_models_init (&models);
      g_assert_false (bty_anthropic_models_read (&models, "lab", wrong[i], strlen (wrong[i]), &error));
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/anthropic-request/%s/%s/%s", rows[i].conversation, rows[i].model,
                                               rows[i].style->version);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_row);
    }
  g_test_add_func ("/anthropic-request/foreign-calls", test_foreign_calls);
  g_test_add_func ("/anthropic-request/forced-tool", test_forced_tool);
  g_test_add_func ("/anthropic-request/bounds", test_bounds);
  g_test_add_func ("/anthropic-request/marks", test_marks);
  g_test_add_func ("/anthropic-request/odd-arguments", test_odd_arguments);
  g_test_add_func ("/anthropic-request/refused", test_refused);
  g_test_add_func ("/anthropic-request/names", test_names);
  g_test_add_func ("/anthropic-request/models-refused", test_models_refused);
  return g_test_run ();
}
