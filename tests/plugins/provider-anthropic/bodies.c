/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bodies [VERSION]: prints the body of the request for each conversation, to each of some models, as one JSON object. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <stdio.h>

#include "bty-anthropic-request.h"
#include "test-conversations.h"

int
main (int argc, char **argv)
{
  static const char *const models[] = {
    "claude-opus-5-5", "claude-sonnet-4-6", "claude-haiku-4-5", "claude-3-haiku-20240307", "qwen3", NULL
  };
  BtyAnthropicStyle style = { .version = argc > 1 ? argv[1] : BTY_ANTHROPIC_VERSION,
                              .cache = "5m",
                              .display = "summarized",
                              .max_tokens = BTY_ANTHROPIC_MAX_TOKENS };
  g_autoptr (GString) out = g_string_new (NULL);
  BtyJsonWriter w;

  bty_json_writer_init (&w, out);
  bty_json_writer_begin_object (&w);
  for (const char *const *model = models; *model != NULL; model++)
    for (const char *const *name = test_conversations; *name != NULL; name++)
      {
        g_autoptr (BtyCompletionRequest) request = test_conversation_new (*name, *model, "anthropic:EqQB");
        g_autofree char *key = g_strconcat (*name, " ", *model, NULL);
        BtyAnthropicTraits traits;
        g_autoptr (GString) body = NULL;

        bty_anthropic_traits_of (*model, &traits);
        body = bty_anthropic_request_write (request, &traits, &style, NULL);
        bty_json_writer_key (&w, key);
        bty_json_writer_raw (&w, body->str, body->len);
      }
  bty_json_writer_end_object (&w);
  fputs (out->str, stdout); /* not g_print(): it would turn into the locale's letters */
  return 0;
}
