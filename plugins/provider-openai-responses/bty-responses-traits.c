/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-responses"

#include "config.h"

#include <string.h>

#include "bty-responses-traits.h"

/* gpt-MAJOR.MINOR as major * 100 + minor; 0 for another name. */
static guint
read_version (const char *name)
{
  char *end = NULL;
  guint version;

  if (!g_str_has_prefix (name, "gpt-") || !g_ascii_isdigit (name[4]))
    return 0;
  version = 100 * (guint) MIN (g_ascii_strtoull (name + 4, &end, 10), 1000);
  return *end == '.' ? version + (guint) MIN (g_ascii_strtoull (end + 1, NULL, 10), 99) : version;
}

static gboolean
is_o_series (const char *name)
{
  return name[0] == 'o' && g_ascii_isdigit (name[1]) && (name[2] == '\0' || name[2] == '-');
}

void
bty_responses_traits_of (const char *model, BtyResponsesTraits *traits)
{
  const char *slash = strrchr (model, '/');
  const char *name = slash != NULL ? slash + 1 : model;
  guint version = read_version (name);
  gboolean is_chat = strstr (name, "-chat") != NULL;

  *traits = (BtyResponsesTraits){ .takes_sampling = TRUE };
  traits->is_known = version >= 400 || is_o_series (name);
  if (is_o_series (name))
    *traits = (BtyResponsesTraits){ .reasons = TRUE, .is_known = TRUE, .least = "low", .most = "high" };
  else if (version >= 500 && !is_chat)
    *traits = (BtyResponsesTraits){ .reasons = TRUE,
                                    .is_known = TRUE,
                                    .least = version > 500 ? "none" : "minimal",
                                    .most = version >= 506   ? "max"
                                            : version >= 502 ? "xhigh"
                                                             : "high" };
}

void
bty_responses_describe (BtyModel *model)
{
  static const char *const others[] = { "embed", "audio", "realtime", "transcribe", "tts", "image", "instruct", NULL };
  const char *slash = strchr (model->name, '/');
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  BtyResponsesTraits traits;

  for (guint i = 0; others[i] != NULL; i++)
    if (strstr (model->name, others[i]) != NULL)
      return;
  bty_responses_traits_of (slash != NULL ? slash + 1 : model->name, &traits);
  if (!traits.is_known || model->abilities != NULL)
    return;
  g_strv_builder_add_many (words, "text", "tools", "parallel_tools", "vision", "files", "json_schema", "cache", NULL);
  if (traits.reasons)
    g_strv_builder_add (words, "reasoning");
  model->abilities = g_strv_builder_end (words);
}
