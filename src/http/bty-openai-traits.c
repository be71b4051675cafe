/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include "bty-openai-traits-private.h"

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

/* Without the vendor, and without the mark of a model that was tuned: ft:gpt-4o-mini-2024-07-18:somebody::id. */
static const char *
bare_name (const char *model)
{
  const char *slash = strrchr (model, '/');
  const char *name = slash != NULL ? slash + 1 : model;

  return g_str_has_prefix (name, "ft:") ? name + 3 : name;
}

void
bty_openai_traits_of (const char *model, BtyOpenaiTraits *traits)
{
  const char *name = bare_name (model);
  guint version = read_version (name);
  gboolean is_chat = strstr (name, "-chat") != NULL;

  *traits = (BtyOpenaiTraits){ .takes_sampling = TRUE, .takes_stop = TRUE };
  traits->is_known = version > 0 || is_o_series (name);
  if (is_o_series (name))
    *traits = (BtyOpenaiTraits){ .reasons = TRUE, .is_known = TRUE, .least = "low", .most = "high" };
  else if (version >= 500 && !is_chat)
    *traits = (BtyOpenaiTraits){ .reasons = TRUE,
                                 .is_known = TRUE,
                                 .least = version > 500 ? "none" : "minimal",
                                 .most = version >= 506   ? "max"
                                         : version >= 502 ? "xhigh"
                                                          : "high",
                                 .tools_at_rest = version >= 504 };
}

gboolean
bty_openai_is_itself (const BtyHttpOptions *options)
{
  return g_str_equal (options->host, "api.openai.com");
}

gboolean
bty_openai_traits_find (const BtyHttpOptions *options, const char *model, BtyOpenaiTraits *traits)
{
  bty_openai_traits_of (model, traits);
  return traits->is_known && bty_http_options_get_bool (options, "openai_models", bty_openai_is_itself (options));
}

const char *
bty_openai_traits_effort (const BtyOpenaiTraits *traits, const char *effort)
{
  if (!traits->reasons || effort == NULL || *effort == '\0')
    return NULL;
  return g_str_equal (effort, "none") ? traits->least : g_str_equal (effort, "max") ? traits->most : effort;
}

gboolean
bty_openai_traits_sampling (const BtyOpenaiTraits *traits, const char *word)
{
  return traits->takes_sampling || g_strcmp0 (word, "none") == 0;
}
