/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bodies: prints the body of the request for each conversation as one JSON object; null for what the family cannot say. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <stdio.h>

#include "bty-gemini-chat.h"
#include "test-conversations.h"

int
main (void)
{
  static const BtyGeminiStyle style = { 0 };
  g_autoptr (GString) out = g_string_new (NULL);
  BtyJsonWriter w;

  bty_json_writer_init (&w, out);
  bty_json_writer_begin_object (&w);
  for (const char *const *name = test_conversations; *name != NULL; name++)
    {
      g_autoptr (BtyCompletionRequest) request = test_conversation_new (*name, "gemini-3-flash", "gemini:c2ln");
      g_autoptr (GString) body = bty_gemini_chat_write (request, &style, NULL);

      bty_json_writer_key (&w, *name);
      if (body != NULL)
        bty_json_writer_raw (&w, body->str, body->len);
      else
        bty_json_writer_null (&w);
    }
  bty_json_writer_end_object (&w);
  fputs (out->str, stdout); /* not g_print(): it would turn into the locale's letters */
  return 0;
}
