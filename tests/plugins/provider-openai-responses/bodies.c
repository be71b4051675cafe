/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints the body of the request for each conversation, to each of some models, as one JSON object. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <stdio.h>

#include "bty-responses-request.h"
#include "test-conversations.h"

#define REASONED                                                                                                       \
  BTY_RESPONSES_SIGNATURE "{\"id\":\"rs_1\",\"type\":\"reasoning\",\"summary\":[{\"type\":\"summary_text\",\"text\":"  \
                          "\"Hm, weather.\"}],\"encrypted_content\":\"gAAA\"}"

int
main (int argc, char **argv)
{
  static const char *const models[] = { "gpt-5.6", "gpt-5", "o3", "gpt-4.1", "qwen3", NULL };
  BtyResponsesStyle style = { .summary = "auto", .encrypted = TRUE, .strict_schema = TRUE, .cache_marks = TRUE };
  g_autoptr (GString) out = g_string_new (NULL);
  BtyJsonWriter w;

  bty_json_writer_init (&w, out);
  bty_json_writer_begin_object (&w);
  for (const char *const *model = models; *model != NULL; model++)
    for (const char *const *name = test_conversations; *name != NULL; name++)
      {
        g_autoptr (BtyCompletionRequest) request = test_conversation_new (*name, *model, REASONED);
        g_autofree char *key = g_strconcat (*name, " ", *model, NULL);
        BtyOpenaiTraits traits;
        g_autoptr (GString) body = NULL;

        bty_openai_traits_of (*model, &traits);
        body = bty_responses_request_write (request, &traits, &style, NULL);
        bty_json_writer_key (&w, key);
        bty_json_writer_raw (&w, body->str, body->len);
      }
  bty_json_writer_end_object (&w);
  fputs (out->str, stdout);
  return 0;
}
