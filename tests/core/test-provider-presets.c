/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The services that are known in advance: those that come with the program, and the owner's own. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "route/bty-provider-presets.h"

#include "bty-test-folder.h"
#include "bty-test-warnings.h"

/* The owner's file, of a size that differs each time: that is how a change is seen within a tick of the clock. */
static void
write_own (const char *text)
{
  static guint n = 0;
  g_autofree char *path = g_build_filename (g_getenv ("BOTERNITY_CONFIG_DIR"), "providers.json", NULL);
  g_autofree char *space = g_strnfill (++n, ' ');
  g_autofree char *whole = text != NULL ? g_strconcat (text, space, NULL) : NULL;

  if (whole == NULL)
    g_unlink (path);
  else
    g_assert_true (g_file_set_contents (path, whole, -1, NULL));
}

static void
test_shipped (void)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *presets = bty_provider_presets_list (&error);

  g_assert_no_error (error);
  for (const char *const *name = (const char *const[]){ "openai", "anthropic", "gemini", "openrouter", "deepseek",
                                                        "xai", "groq", "mistral", "cohere", "together", "huggingface",
                                                        "ollama", "vllm", "llamacpp", "lmstudio", "litellm", NULL };
       *name != NULL; name++)
    g_assert_nonnull (bty_provider_presets_find (*name));
  for (guint i = 0; i < presets->len; i++)
    {
      const BtyProviderPreset *preset = presets->pdata[i];
      g_autoptr (GUri) uri = g_uri_parse (preset->url, G_URI_FLAGS_NONE, NULL);

      /* A key leaves this machine by https only; what is local is reached at once, without a look-up. */
      g_assert_nonnull (uri);
      g_assert_cmpstr (g_uri_get_scheme (uri), ==, preset->is_local ? "http" : "https");
      g_assert_true (!preset->is_local || g_str_equal (g_uri_get_host (uri), "127.0.0.1"));
      g_assert_true (preset->is_local || preset->key != NULL);
      g_assert_true (preset->documentation != NULL && preset->date != NULL);
    }
}

static void
test_keys (void)
{
  g_assert_cmpstr (bty_provider_presets_key ("openai", NULL), ==, "OPENAI_API_KEY");
  g_assert_cmpstr (bty_provider_presets_key ("gemini", ""), ==, "GEMINI_API_KEY");
  g_assert_cmpstr (bty_provider_presets_key ("openai", "https://API.Groq.com/openai/v1"), ==, "GROQ_API_KEY");
  g_assert_null (bty_provider_presets_key ("ollama", NULL));
  g_assert_null (bty_provider_presets_key ("openai", "http://api.groq.com/openai/v1"));
  g_assert_null (bty_provider_presets_key ("openai", "https://api.groq.com.evil.example/v1"));
  g_assert_null (bty_provider_presets_key ("gemini", "https://api.openai.com/v1"));
  g_assert_null (bty_provider_presets_key ("sparkle", NULL));
  g_assert_null (bty_provider_presets_key ("openai", "nonsense"));
}

static void
test_own (void)
{
  write_own (
    "{\"presets\":[{\"name\":\"groq\",\"title\":\"Mine\",\"kind\":\"openai\",\"url\":\"https://groq.example/v1\"},"
    "{\"name\":\"house\",\"title\":\"House\",\"kind\":\"openai\",\"url\":\"https://house.example/v1\",\"key\":"
    "\"HOUSE_KEY\"}]}");
  g_assert_cmpstr (bty_provider_presets_find ("groq")->title, ==, "Mine");
  g_assert_cmpstr (bty_provider_presets_key ("openai", "https://house.example/x"), ==, "HOUSE_KEY");
  g_assert_nonnull (bty_provider_presets_find ("mistral"));
  write_own (NULL);
  g_assert_cmpstr (bty_provider_presets_find ("groq")->title, ==, "Groq");
  g_assert_null (bty_provider_presets_find ("house"));
}

static void
test_own_wrong (void)
{
  static const char *const wrong[] = {
    "[]",
    "{}",
    "{\"presets\":{}}",
    "{\"presets\":[1]}",
    "{\"presets\":[{\"name\":\"a\"}]}",
    "{\"presets\":[],}",
    "{\"presets\":[{\"name\":\"a\",\"title\":\"A\",\"kind\":\"openai\",\"url\":\"x\","
    "\"sparkle\":1}]}",
    NULL
  };

  bty_test_warnings_keep ();
  for (guint i = 0; wrong[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;

      write_own (wrong[i]);
      g_assert_null (bty_provider_presets_list (&error));
      g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
      g_assert_nonnull (strstr (error->message, "providers.json"));
      g_assert_nonnull (bty_provider_presets_find ("groq")); /* those that were in force stay */
      g_free (bty_test_warnings_take ());
    }
  write_own (NULL);
  g_assert_nonnull (bty_provider_presets_list (NULL));
}

int
main (int argc, char **argv)
{
  char *folder = bty_test_folder_new ();
  int status;

  g_setenv ("BOTERNITY_CONFIG_DIR", folder, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/provider-presets/shipped", test_shipped);
  g_test_add_func ("/provider-presets/keys", test_keys);
  g_test_add_func ("/provider-presets/own", test_own);
  g_test_add_func ("/provider-presets/own-wrong", test_own_wrong);
  status = g_test_run ();
  bty_test_folder_remove (folder);
  return status;
}
