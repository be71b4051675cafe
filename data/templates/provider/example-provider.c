/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "example"

#include "example-provider.h"

/*
 * Says what to ask and how to listen; the class above it owns the connection, the time-outs, the key and what errors become.
 *
 *   POST generate  {"model":"small","messages":[{"role":"user","text":"Hi"}]}
 *   answers        {"text":"Hel"}
 *                  {"text":"lo"}
 *                  {"done":true,"input_tokens":1,"output_tokens":2}
 *   GET models     {"models":["small"]}
 */
struct _ExampleProvider
{
  BtyHttpProvider parent_instance;
};

G_DEFINE_FINAL_TYPE (ExampleProvider, example_provider, BTY_TYPE_HTTP_PROVIDER)

/* What comes in is read by tables like any record. */
typedef struct
{
  BtyRecord record;
  char *text;
  gboolean done;
  gint64 input_tokens;
  gint64 output_tokens;
} ExampleLine;
BTY_DECLARE_RECORD (ExampleLine, example_line)

static const BtyField line_fields[] = {
  BTY_FIELD_TEXT (ExampleLine, text, 0, "A piece of the answer"),
  BTY_FIELD_BOOL (ExampleLine, done, 0, "Whether it is over"),
  BTY_FIELD_INT64 (ExampleLine, input_tokens, 0, "Tokens that went in"),
  BTY_FIELD_INT64 (ExampleLine, output_tokens, 0, "Tokens that came out"),
};
BTY_DEFINE_RECORD (ExampleLine, example_line, "example_line", "A line of an answer", line_fields)

typedef struct
{
  BtyRecord record;
  GStrv models;
} ExampleModels;
BTY_DECLARE_RECORD (ExampleModels, example_models)

static const BtyField models_fields[] = {
  BTY_FIELD_STRV (ExampleModels, models, BTY_REQUIRED, "Names of the models"),
};
BTY_DEFINE_RECORD (ExampleModels, example_models, "example_models", "What the service offers", models_fields)

/* Members that are not in the table are passed over: services add some without notice. */
static gpointer
read_document (BtyHttpProvider *provider, const BtySchema *schema, const char *json, gsize length, GError **error)
{
  GError *reason = NULL;
  gpointer record = bty_record_from_store (schema, json, (gssize) length, &reason);

  if (record == NULL)
    bty_http_provider_not_protocol (provider, reason, error);
  return record;
}

static void
write_message (const BtyPromptMessage *message, BtyJsonWriter *writer)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < message->parts->len; i++)
    {
      const BtyPart *part = g_ptr_array_index (message->parts, i);

      if (part->kind == BTY_PART_TEXT)
        g_string_append (text, part->text);
    }
  bty_json_writer_begin_object (writer);
  bty_json_writer_member_string (writer, "role", bty_enum_nick (bty_roles, (int) message->role));
  bty_json_writer_member_string (writer, "text", text->str);
  bty_json_writer_end_object (writer);
}

static BtyHttpRequest *
make_request (BtyHttpProvider *provider, const BtyCompletionRequest *request, GError **error)
{
  GString *body = g_string_new (NULL);
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, body);
  bty_json_writer_begin_object (&writer);
  bty_json_writer_member_string (&writer, "model", request->model);
  if (request->system != NULL)
    bty_json_writer_member_string (&writer, "system", request->system);
  bty_json_writer_key (&writer, "messages");
  bty_json_writer_begin_array (&writer);
  for (guint i = 0; i < request->messages->len; i++)
    write_message (g_ptr_array_index (request->messages, i), &writer);
  bty_json_writer_end_array (&writer);
  bty_json_writer_end_object (&writer);
  return bty_http_request_new ("POST", "generate", body);
}

static gboolean
take_event (BtyHttpProvider *provider, gpointer stream, const BtySseEvent *event, BtyCompletion *out, GError **error)
{
  g_autoptr (ExampleLine) line = read_document (provider, &example_line_schema, event->data, event->length, error);
  g_autoptr (BtyUsage) usage = NULL;

  if (line == NULL)
    return FALSE;
  if (line->text != NULL && *line->text != '\0')
    bty_completion_push_text (out, line->text, strlen (line->text));
  if (!line->done)
    return TRUE;
  usage = bty_usage_new ();
  usage->input_tokens = line->input_tokens;
  usage->output_tokens = line->output_tokens;
  bty_completion_set_usage (out, usage);
  bty_completion_finish (out, BTY_STOP_END);
  return TRUE;
}

static BtyHttpRequest *
make_models_request (BtyHttpProvider *provider, GError **error)
{
  return bty_http_request_new ("GET", "models", NULL);
}

static GPtrArray *
parse_models (BtyHttpProvider *provider, const char *json, gsize length, GError **error)
{
  g_autoptr (ExampleModels) document = read_document (provider, &example_models_schema, json, length, error);
  const char *name = bty_http_provider_get_options (provider)->name;
  GPtrArray *models;

  if (document == NULL)
    return NULL;
  models = bty_record_list_new ();
  for (guint i = 0; document->models != NULL && document->models[i] != NULL; i++)
    {
      BtyModel *model = bty_model_new ();

      model->name = g_strconcat (name, "/", document->models[i], NULL);
      model->provider = g_strdup (name);
      model->abilities = g_strsplit ("text", ",", -1);
      g_ptr_array_add (models, model);
    }
  return models;
}

static void
example_provider_class_init (ExampleProviderClass *klass)
{
  BtyHttpProviderClass *http = BTY_HTTP_PROVIDER_CLASS (klass);

  http->default_url = "http://localhost:8080";
  http->key_header = "Authorization";
  http->key_prefix = "Bearer ";
  http->framing = BTY_HTTP_NDJSON;
  http->request = make_request;
  http->event = take_event;
  http->models_request = make_models_request;
  http->models_parse = parse_models;
}

static void
example_provider_init (ExampleProvider *self)
{
}
