/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bodies of requests: what each model takes. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "bty-responses-describe.h"
#include "bty-responses-request.h"
#include "test-conversations.h"

static const BtyResponsesStyle plain = { .encrypted = TRUE, .strict_schema = TRUE };
static const BtyResponsesStyle other = { .summary = "auto", .store = TRUE };

#define SIGNATURE BTY_RESPONSES_SIGNATURE "{\"type\":\"reasoning\",\"id\":\"rs_1\"}"

static char *
write_body (BtyCompletionRequest *request, const BtyResponsesStyle *style, GError **error)
{
  BtyOpenaiTraits traits;
  GString *body;

  bty_openai_traits_of (request->model, &traits);
  body = bty_responses_request_write (request, &traits, style, error);
  g_assert_true (body == NULL || bty_json_validate (body->str, body->len, 0, NULL));
  return body != NULL ? g_string_free (body, FALSE) : NULL;
}

/* What a body has and has not. */
static const struct
{
  const char *conversation;
  const char *model;
  const BtyResponsesStyle *style;
  const char *has[4];
  const char *lacks[4];
} rows[] = {
  { "plain",
    "gpt-4.1",
    &plain,
    { "{\"model\":\"gpt-4.1\",\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"Hi "
      "\\\"you\\\"\\n\"}]}],\"store\":false,\"stream\":true}" },
    { NULL } },
  { "plain",
    "gpt-5.6",
    &plain,
    { "\"include\":[\"reasoning.encrypted_content\"]" },
    { "\"reasoning\":{", "max_output" } },
  { "plain", "gpt-5.6", &other, { "\"reasoning\":{\"summary\":\"auto\"}", "\"store\":true" }, { "include" } },
  { "plain", "gpt-5-chat-latest", &other, { "stream" }, { "\"reasoning\"", "include" } },
  { "knobs", "gpt-4o", &plain, { "\"temperature\":0.25,\"top_p\":0.5,\"max_output_tokens\":100" }, { "stop", "END" } },
  { "knobs", "gpt-5", &plain, { "\"max_output_tokens\":100" }, { "temperature", "top_p" } },
  { "knobs", "o4-mini", &plain, { "\"instructions\":\"Be brief.\"" }, { "temperature", "top_p" } },
  { "effort-max", "o3", &plain, { "\"effort\":\"high\"" }, { NULL } },
  { "effort-max", "gpt-5.2-codex", &plain, { "\"effort\":\"xhigh\"" }, { NULL } },
  { "effort-max", "openai/gpt-5.6", &plain, { "\"effort\":\"max\"" }, { NULL } },
  { "effort-max", "gpt-4.1", &plain, { "stream" }, { "effort" } },
  { "effort-none", "gpt-5", &plain, { "\"effort\":\"minimal\"" }, { NULL } },
  { "effort-none", "gpt-5.1", &plain, { "\"effort\":\"none\"" }, { NULL } },
  { "effort-none", "o3", &plain, { "\"effort\":\"low\"" }, { NULL } },
  { "reasoning",
    "gpt-5",
    &plain,
    { "{\"type\":\"reasoning\",\"id\":\"rs_1\"},{\"type\":\"function_call\"" },
    { "elsewhere", "Unsigned" } },
  { "results",
    "gpt-5",
    &plain,
    { "\"output\":\"noon\"", "\"output\":\"Error: no such city\"", "\"strict\":false" },
    { NULL } },
  { "schema",
    "gpt-5",
    &plain,
    { "\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"answer\"", "\"strict\":true" },
    { NULL } },
  { "schema", "gpt-5", &other, { "json_schema" }, { "strict" } },
  { "choice-name", "gpt-5", &plain, { "\"tool_choice\":{\"type\":\"function\",\"name\":\"clock\"}" }, { NULL } },
  { "choice-required", "gpt-5", &plain, { "\"tool_choice\":\"required\"" }, { NULL } },
  { "images",
    "gpt-5",
    &plain,
    { "\"image_url\":\"data:image/png;base64,UE5HIQ==\"", "\"image_url\":\"https://example.org/b.jpg\"" },
    { NULL } },
  { "files",
    "gpt-5",
    &plain,
    { "\"filename\":\"a.pdf\",\"file_data\":\"data:application/pdf;base64,JVBERg==\"",
      "\"file_url\":\"https://example.org/b.pdf\"" },
    { NULL } },
  { "cache", "gpt-5", &plain, { "\"role\":\"assistant\",\"content\":\"Two\"" }, { "prompt_cache" } },
  { "system-inside",
    "gpt-5",
    &plain,
    { "{\"role\":\"system\",\"content\":[{\"type\":\"input_text\",\"text\":\"It is late.\"}]}" },
    { NULL } },
};

static void
test_row (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (BtyCompletionRequest) request = test_conversation_new (rows[i].conversation, rows[i].model, SIGNATURE);
  g_autoptr (GError) error = NULL;
  g_autofree char *body = write_body (request, rows[i].style, &error);

  g_assert_no_error (error);
  g_test_message ("%s", body);
  for (guint j = 0; rows[i].has[j] != NULL; j++)
    g_assert_nonnull (strstr (body, rows[i].has[j]));
  for (guint j = 0; rows[i].lacks[j] != NULL; j++)
    g_assert_null (strstr (body, rows[i].lacks[j]));
}

/* The service refuses reasoning that nothing follows, ids that are longer than its own, and bounds below 16. */
static void
test_edges (void)
{
  g_autoptr (BtyCompletionRequest) request = test_conversation_new ("results", "gpt-5", "");
  BtyPromptMessage *answer = request->messages->pdata[1], *result = request->messages->pdata[3];
  BtyPart *last = bty_part_new ();
  g_autofree char *body = NULL, *longest = g_strnfill (100, 'x');

  last->kind = BTY_PART_REASONING;
  last->signature = g_strdup (SIGNATURE);
  g_ptr_array_add (answer->parts, last);
  bty_record_take_string (&((BtyPart *) answer->parts->pdata[1])->call_id, g_strdup (longest));
  bty_record_take_string (&((BtyPart *) result->parts->pdata[0])->call_id, g_strdup (longest));
  request->max_output = 3;
  body = write_body (request, &plain, NULL);
  g_assert_null (strstr (body, "rs_1"));
  g_assert_null (strstr (body, longest));
  g_assert_nonnull (strstr (body, "\"max_output_tokens\":16"));
}

static void
check_refused (BtyCompletionRequest *request, BtyErrorCode code, const char *word)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *body = write_body (request, &plain, &error);

  g_assert_null (body);
  g_assert_error (error, BTY_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_refused (void)
{
  g_autoptr (BtyCompletionRequest) schema = test_conversation_new ("schema", "gpt-5", "");
  g_autoptr (BtyCompletionRequest) tools = test_conversation_new ("tools", "gpt-5", "");
  g_autoptr (BtyCompletionRequest) files = test_conversation_new ("files", "gpt-5", "");
  const BtyPromptMessage *message = files->messages->pdata[0];
  BtyPart *part = message->parts->pdata[1];

  bty_record_take_string (&schema->output_schema, g_strdup ("{\"type\":}"));
  check_refused (schema, BTY_ERROR_INVALID_ARGUMENT, "output_schema");
  bty_record_take_string (&((BtyToolSpec *) tools->tools->pdata[0])->parameters, g_strdup ("{"));
  check_refused (tools, BTY_ERROR_INVALID_ARGUMENT, "weather");
  bty_record_take_string (&part->media_type, g_strdup ("audio/wav"));
  check_refused (files, BTY_ERROR_FAILED_PRECONDITION, "“a.pdf”"); /* others take it */
}

static void
test_describe (void)
{
  static const struct
  {
    const char *name;
    gboolean answers;
    gboolean reasons;
  } models[] = { { "lab/gpt-5.6", TRUE, TRUE },
                 { "lab/gpt-4.1-mini", TRUE, FALSE },
                 { "lab/o3", TRUE, TRUE },
                 { "lab/ft:gpt-4.1-mini-2025-04-14:us::x", TRUE, FALSE },
                 { "lab/gpt-3.5-turbo", FALSE, FALSE },
                 { "lab/gpt-realtime", FALSE, FALSE },
                 { "lab/gpt-4o-audio", FALSE, FALSE },
                 { "lab/text-embedding-3-small", FALSE, FALSE },
                 { "lab/qwen3", FALSE, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (models); i++)
    {
      g_autoptr (BtyModel) model = bty_model_new ();

      model->name = g_strdup (models[i].name);
      bty_responses_describe (model);
      g_assert_true ((model->abilities != NULL) == models[i].answers);
      if (models[i].answers)
        g_assert_true (g_strv_contains ((const char *const *) model->abilities, "reasoning") == models[i].reasons);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/responses-request/%u/%s", i, rows[i].conversation);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_row);
    }
  g_test_add_func ("/responses-request/edges", test_edges);
  g_test_add_func ("/responses-request/refused", test_refused);
  g_test_add_func ("/responses-request/describe", test_describe);
  return g_test_run ();
}
