/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-anthropic"

#include "config.h"

#include <string.h>

#include "bty-anthropic-traits.h"

/* A model of the names claude-LINE-MAJOR-MINOR-DATE and claude-MAJOR-MINOR-LINE-DATE; the minor may be left out, and other
 * services write them with other signs between. */
typedef struct
{
  char line[16];
  guint version; /* major * 100 + minor */
} Name;

static gboolean
is_number (const char *word)
{
  return *word != '\0' && strlen (word) <= 2 && strspn (word, "0123456789") == strlen (word);
}

static gboolean
read_name (const char *model, Name *name)
{
  const char *at = strstr (model, "claude-");
  g_auto (GStrv) words = at != NULL ? g_strsplit_set (at + strlen ("claude-"), "-.@:", 12) : NULL;
  guint n_numbers = 0;

  *name = (Name){ 0 };
  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    {
      if (is_number (words[i]) && n_numbers < 2)
        name->version += (guint) g_ascii_strtoull (words[i], NULL, 10) * (n_numbers++ == 0 ? 100 : 1);
      else if (name->line[0] == '\0' && g_ascii_isalpha (words[i][0]))
        g_strlcpy (name->line, words[i], sizeof name->line);
    }
  return name->line[0] != '\0';
}

static gboolean
is_line (const Name *name, const char *line)
{
  return g_str_equal (name->line, line);
}

/* From the version 4.6 on, they are much alike. */
static void
set_new (const Name *name, BtyAnthropicTraits *traits)
{
  gboolean is_always_thinking = is_line (name, "mythos") || is_line (name, "fable");

  traits->thinking = BTY_ANTHROPIC_THINKS_ADAPTIVE;
  traits->thinking_stops = !is_always_thinking;
  traits->shows_thinking = TRUE;
  traits->has_effort = traits->has_max_effort = TRUE;
  traits->takes_sampling = name->version == 406;
  traits->has_schema = TRUE;
  traits->takes_system = name->version > 500 || (is_line (name, "opus") && name->version >= 408) ||
                         (is_always_thinking && name->version == 500);
  traits->max_output = 128000;
  traits->window = 1000000;
  if (is_line (name, "sonnet") && name->version == 406)
    traits->max_output = 64000;
}

static void
set_old (const Name *name, BtyAnthropicTraits *traits)
{
  gboolean is_opus = is_line (name, "opus");

  traits->thinking = name->version >= 307 ? BTY_ANTHROPIC_THINKS_ENABLED : BTY_ANTHROPIC_THINKS_NEVER;
  traits->thinking_stops = traits->thinking != BTY_ANTHROPIC_THINKS_NEVER;
  traits->has_effort = is_opus && name->version == 405;
  traits->takes_sampling = TRUE;
  traits->has_schema = name->version >= 405 || (is_opus && name->version == 401);
  traits->continues = TRUE;
  traits->window = 200000;
  traits->max_output = name->version >= 405   ? 64000
                       : name->version >= 400 ? (is_opus ? 32000 : 64000)
                       : name->version == 307 ? 64000
                       : name->version == 305 ? 8192
                                              : 4096;
}

void
bty_anthropic_traits_of (const char *model, BtyAnthropicTraits *traits)
{
  Name name;

  *traits = (BtyAnthropicTraits){ .takes_sampling = TRUE };
  if (!read_name (model, &name))
    return;
  if (name.version == 0) /* such as claude-mythos-preview: newer than all that had a number then */
    name.version = 500;
  if (name.version >= 406)
    set_new (&name, traits);
  else
    set_old (&name, traits);
}
