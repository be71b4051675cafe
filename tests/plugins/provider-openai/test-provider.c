/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>
#include <unistd.h>

#include <gmodule.h>
#include <libsoup/soup.h>

#include "test-provider.h"

#define PATIENCE 60 /* seconds */

static GType feature_type;

const char *
test_kind (void)
{
  const char *name = g_getenv ("BTY_TEST_KIND");

  return name != NULL ? name : "openai";
}

void
test_begin (char **argv)
{
  g_autoptr (GPtrArray) command = g_ptr_array_new ();

  if (g_getenv ("BTY_TEST_UPSTREAM") != NULL)
    return;
  g_assert_nonnull (g_getenv ("BTY_TEST_RUNNER"));
  g_ptr_array_add (command, (gpointer) "/usr/bin/python3");
  g_ptr_array_add (command, (gpointer) "-B");
  g_ptr_array_add (command, (gpointer) g_getenv ("BTY_TEST_RUNNER"));
  if (g_getenv ("BTY_TEST_WAY") != NULL)
    g_ptr_array_add (command, (gpointer) g_getenv ("BTY_TEST_WAY"));
  for (; *argv != NULL; argv++)
    g_ptr_array_add (command, *argv);
  g_ptr_array_add (command, NULL);
  execv (command->pdata[0], (char **) command->pdata);
  g_assert_not_reached ();
}

static void
take_feature (BtyPlugin *plugin, BtyFeatureKind kind, const char *name, GType type)
{
  g_assert_cmpint (kind, ==, BTY_FEATURE_PROVIDER);
  g_assert_cmpstr (name, ==, test_kind ());
  feature_type = type;
}

static GType
load_plugin (void)
{
  static const BtyPluginClass klass = { .add_feature = take_feature };
  BtyPlugin plugin = { .klass = &klass };
  const BtyPluginDescriptor *descriptor;
  GModule *module;

  if (feature_type != 0)
    return feature_type;
  module = g_module_open (g_getenv ("BTY_TEST_PLUGIN"), G_MODULE_BIND_LOCAL);
  if (module == NULL)
    g_test_message ("%s", g_module_error ());
  g_assert_nonnull (module);
  g_module_make_resident (module);
  g_assert_true (g_module_symbol (module, "bty_plugin_descriptor", (gpointer *) &descriptor));
  g_assert_cmpuint (descriptor->abi_major, ==, BTY_ABI_MAJOR);
  descriptor->register_ (&plugin);
  return feature_type;
}

const char *
test_upstream_url (void)
{
  return g_getenv ("BTY_TEST_UPSTREAM");
}

gboolean
test_is_tls (void)
{
  return g_getenv ("BTY_TEST_CA") != NULL;
}

gboolean
test_is_h2 (void)
{
  return g_strcmp0 (g_getenv ("BTY_TEST_H2"), "1") == 0;
}

BtyProvider *
test_provider_bare (void)
{
  return g_object_new (load_plugin (), NULL);
}

BtyProvider *
test_provider_configure (const char *url, const char *key, const char *options, GError **error)
{
  g_autoptr (BtyProviderConfig) config = bty_provider_config_new ();
  g_autoptr (BtySecret) secret = key != NULL ? bty_secret_new (key, strlen (key)) : NULL;
  g_autoptr (BtyProvider) provider = g_object_new (load_plugin (), NULL);

  config->name = g_strdup ("lab");
  config->kind = g_strdup (test_kind ());
  config->url = g_strdup (url);
  config->options = g_strdup (options);
  return bty_provider_configure (provider, config, secret, error) ? g_steal_pointer (&provider) : NULL;
}

BtyProvider *
test_provider_new (const char *options)
{
  gboolean is_at_root = g_str_equal (test_kind (), "ollama"); /* its paths begin there */
  g_autofree char *url = g_strconcat (test_upstream_url (), is_at_root ? "" : "/v1", NULL);
  g_autofree char *ca = test_is_tls () ? g_strdup_printf ("\"ca_file\":\"%s\"", g_getenv ("BTY_TEST_CA")) : NULL;
  g_autofree char *whole = g_strdup_printf ("{%s%s%s}", ca != NULL ? ca : "", ca != NULL && options != NULL ? "," : "",
                                            options != NULL ? options : "");
  g_autoptr (GError) error = NULL;
  BtyProvider *provider = test_provider_configure (url, TEST_KEY, whole, &error);

  g_assert_no_error (error);
  return provider;
}

BtyCompletionRequest *
test_request_new (const char *model, const char *text)
{
  BtyCompletionRequest *request = bty_completion_request_new ();

  request->model = g_strdup (model);
  request->messages = bty_record_list_new ();
  g_ptr_array_add (request->messages, bty_prompt_message_new_text (BTY_ROLE_USER, text));
  return request;
}

static void
on_tool_call (TestAnswer *answer, const BtyDelta *delta)
{
  g_assert_cmpuint (delta->index, <=, answer->call_ids->len);
  if (delta->index == answer->call_ids->len)
    {
      g_assert_nonnull (delta->call_id);
      g_assert_nonnull (delta->name);
      g_ptr_array_add (answer->call_ids, g_strdup (delta->call_id));
      g_ptr_array_add (answer->call_names, g_strdup (delta->name));
      g_ptr_array_add (answer->call_arguments, g_string_new (NULL));
    }
  g_string_append_len (answer->call_arguments->pdata[delta->index], delta->text, delta->length);
}

static void
on_delta (BtyCompletion *completion, const BtyDelta *delta, gpointer data)
{
  TestAnswer *answer = data;

  g_assert_false (answer->done);
  if (answer->first_ms == 0)
    answer->first_ms = g_get_monotonic_time () / 1000 - answer->took_ms;
  g_assert_true (g_utf8_validate_len (delta->text, delta->length, NULL));
  if (delta->kind == BTY_DELTA_TEXT)
    g_string_append_len (answer->text, delta->text, delta->length);
  else if (delta->kind == BTY_DELTA_REASONING)
    g_string_append_len (answer->reasoning, delta->text, delta->length);
  else if (delta->kind == BTY_DELTA_SIGNATURE)
    g_string_append_printf (answer->signatures, "%.*s\n", (int) delta->length, delta->text);
  else
    on_tool_call (answer, delta);
  if (answer->cancel_after != 0 && bty_completion_get_n_deltas (completion) == answer->cancel_after)
    g_cancellable_cancel (bty_completion_get_cancellable (completion));
}

static void
on_done (BtyCompletion *completion, gpointer data)
{
  TestAnswer *answer = data;

  g_assert_false (answer->done);
  answer->done = TRUE;
  answer->took_ms = g_get_monotonic_time () / 1000 - answer->took_ms;
}

static void
free_string (gpointer string)
{
  g_string_free (string, TRUE);
}

TestAnswer *
test_answer_start (BtyProvider *provider, BtyCompletionRequest *request)
{
  TestAnswer *answer = g_new0 (TestAnswer, 1);

  answer->text = g_string_new (NULL);
  answer->reasoning = g_string_new (NULL);
  answer->signatures = g_string_new (NULL);
  answer->call_ids = g_ptr_array_new_with_free_func (g_free);
  answer->call_names = g_ptr_array_new_with_free_func (g_free);
  answer->call_arguments = g_ptr_array_new_with_free_func (free_string);
  answer->took_ms = g_get_monotonic_time () / 1000;
  answer->completion = bty_completion_new (request, NULL, on_delta, on_done, answer);
  bty_provider_complete (provider, answer->completion);
  g_assert_false (answer->done);
  return answer;
}

static gboolean
on_too_long (gpointer data)
{
  g_test_message ("nothing came of it in %d seconds", PATIENCE);
  g_assert_not_reached ();
}

void
test_answer_wait (TestAnswer *answer)
{
  guint watch = g_timeout_add_seconds (PATIENCE, on_too_long, NULL);

  while (!answer->done)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (watch);
}

void
test_answer_free (TestAnswer *answer)
{
  g_object_unref (answer->completion);
  g_string_free (answer->text, TRUE);
  g_string_free (answer->reasoning, TRUE);
  g_string_free (answer->signatures, TRUE);
  g_ptr_array_unref (answer->call_ids);
  g_ptr_array_unref (answer->call_names);
  g_ptr_array_unref (answer->call_arguments);
  g_free (answer);
}

TestAnswer *
test_ask (BtyProvider *provider, const char *model)
{
  g_autoptr (BtyCompletionRequest) request = test_request_new (model, "Hello?");
  TestAnswer *answer = test_answer_start (provider, request);

  test_answer_wait (answer);
  return answer;
}

void
test_answer_failed (TestAnswer *answer, BtyErrorCode code, const char *const *words)
{
  const GError *error = bty_completion_get_error (answer->completion);

  g_assert_error (error, BTY_ERROR, (int) code);
  g_test_message ("%s", error->message);
  for (; words != NULL && *words != NULL; words++)
    if (strstr (error->message, *words) == NULL)
      {
        g_test_message ("“%s” is missing", *words);
        g_test_fail ();
      }
  g_assert_null (strstr (error->message, TEST_KEY));
  g_assert_cmpint (bty_completion_get_stop_reason (answer->completion), ==,
                   code == BTY_ERROR_CANCELLED ? BTY_STOP_CANCELLED : BTY_STOP_FAILED);
}

static char *
talk_to_upstream (const char *method)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autofree char *url = g_strconcat (g_getenv ("BTY_TEST_DIRECT"), "/_requests", NULL);
  g_autoptr (SoupMessage) message = soup_message_new (method, url);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = soup_session_send_and_read (session, message, NULL, &error);

  g_assert_no_error (error);
  return g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
}

char *
test_upstream_requests (void)
{
  return talk_to_upstream ("GET");
}

void
test_upstream_forget (void)
{
  g_free (talk_to_upstream ("DELETE"));
}

guint
test_count (const char *text, const char *word)
{
  guint n = 0;

  for (const char *p = text; (p = strstr (p, word)) != NULL; p++)
    n += 1;
  return n;
}
