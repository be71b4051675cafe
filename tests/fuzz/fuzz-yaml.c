/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* YAML, and front matter before Markdown: never a crash, and what is taken is JSON that our strict reader takes. */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include <string.h>

#include "bty-front-matter.h"
#include "bty-section.h"
#include "bty-yaml.h"
#include "fuzz.h"

static void
check_json (const char *json, const GError *error)
{
  g_autoptr (GError) problem = NULL;

  g_assert_true ((json == NULL) == (error != NULL));
  if (json != NULL)
    {
      bty_json_validate (json, strlen (json), 0, &problem);
      g_assert_no_error (problem);
      return;
    }
  g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

static void
check_front_matter (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;
  gsize body = 0;

  if (bty_front_matter_to_json (text, &json, &body, &error))
    {
      g_assert_no_error (error);
      g_assert_true ((json == NULL) == (body == 0));
      g_assert_cmpuint (body, <=, strlen (text));
      g_assert_true (json == NULL || json[0] == '{');
    }
  else
    check_json (NULL, error);
}

/* Each section begins with its mark and ends within the text. */
static void
check_sections (const char *text)
{
  g_autoptr (GArray) sections = bty_section_list (text);
  gsize before = 0;

  for (guint i = 0; i < sections->len; i++)
    {
      const BtySection *section = &g_array_index (sections, BtySection, i);

      g_assert_true (section->start >= before && section->start < section->end && section->end <= strlen (text));
      g_assert_true (section->level >= 1 && section->level <= 6);
      before = section->start + 1;
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) lines = NULL;
  g_autofree char *json = bty_yaml_to_json ((const char *) data, size, NULL, &lines, &error);
  g_autofree char *text = g_strndup ((const char *) data, size);

  check_json (json, error);
  check_front_matter (text);
  check_sections (text);
  return 0;
}
