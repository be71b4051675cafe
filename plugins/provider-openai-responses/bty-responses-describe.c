/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-responses"

#include "config.h"

#include <string.h>

#include "bty-openai-traits-private.h"
#include "bty-responses-describe.h"

void
bty_responses_describe (BtyModel *model)
{
  static const char *const others[] = { "embed", "audio",    "realtime", "transcribe", "tts",
                                        "image", "instruct", "gpt-3",    NULL };
  const char *slash = strchr (model->name, '/');
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  BtyOpenaiTraits traits;

  for (guint i = 0; others[i] != NULL; i++)
    if (strstr (model->name, others[i]) != NULL)
      return;
  bty_openai_traits_of (slash != NULL ? slash + 1 : model->name, &traits);
  if (!traits.is_known || model->abilities != NULL)
    return;
  g_strv_builder_add_many (words, "text", "tools", "parallel_tools", "vision", "files", "json_schema", "cache", NULL);
  if (traits.reasons)
    g_strv_builder_add (words, "reasoning");
  model->abilities = g_strv_builder_end (words);
}
