/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sections of Markdown, and front matter before it. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "bty-front-matter.h"
#include "bty-section.h"

static const char soul[] = "Before\n"
                           "# Ada\n"
                           "hello\n"
                           "## Values ##\n"
                           "honest\n"
                           "### Above all\n"
                           "kind\n"
                           "```sh\n"
                           "# no heading\n"
                           "```\n"
                           "    # code\n"
                           "#hashtag\n"
                           "## Voice\n"
                           "warm\n";

static void
test_list (void)
{
  static const char *const names[] = { "Ada", "Values", "Above all", "Voice" };
  static const guint levels[] = { 1, 2, 3, 2 };
  g_autoptr (GArray) sections = bty_section_list (soul);
  const BtySection *values = &g_array_index (sections, BtySection, 1);

  g_assert_cmpuint (sections->len, ==, G_N_ELEMENTS (names));
  for (guint i = 0; i < sections->len; i++)
    {
      g_assert_cmpstr (g_array_index (sections, BtySection, i).name, ==, names[i]);
      g_assert_cmpuint (g_array_index (sections, BtySection, i).level, ==, levels[i]);
    }
  g_assert_cmpuint (values->line, ==, 4);
  g_assert_true (g_str_has_prefix (soul + values->start, "## Values"));
  g_assert_true (g_str_has_prefix (soul + values->end, "## Voice"));
}

static void
test_find (void)
{
  g_autofree char *file = NULL, *section = NULL, *text = NULL, *none = NULL, *all = NULL, *whole = NULL, *no = NULL;

  g_assert_true (bty_section_split_name ("SOUL.md#Voice", &file, &section));
  g_assert_cmpstr (file, ==, "SOUL.md");
  g_assert_cmpstr (section, ==, "Voice");
  g_assert_true (bty_section_split_name ("USER.md", &whole, &no));
  g_assert_null (no);
  g_assert_false (bty_section_split_name ("#Voice", &whole, &no));
  g_assert_false (bty_section_split_name ("SOUL.md#", &whole, &no));
  text = bty_section_get_text (soul, "voice");
  g_assert_cmpstr (text, ==, "## Voice\nwarm\n");
  none = bty_section_get_text (soul, "no heading");
  g_assert_null (none);
  all = bty_section_get_text (soul, NULL);
  g_assert_cmpstr (all, ==, soul);
}

/* Whatever is done to a locked section is seen. */
static void
test_differs (void)
{
  static const char before[] = "# A\n## Values\nhonest\n## Voice\nwarm\n";

  g_assert_false (bty_section_differs (before, "# B\n## Values\nhonest\n## Voice\ncold\n", "Values"));
  g_assert_true (bty_section_differs (before, "# A\n## Values\nhonest!\n## Voice\nwarm\n", "Values"));
  g_assert_true (bty_section_differs (before, "# A\n## Value\nhonest\n## Voice\nwarm\n", "Values"));
  g_assert_true (bty_section_differs (before, "# A\n```\n## Values\nhonest\n## Voice\nwarm\n", "Values"));
  g_assert_true (bty_section_differs (before, "# A\n## Values\nhonest\n## Voice\n## VALUES\nnone\n", "Values"));
  g_assert_true (bty_section_differs (before, "# A\n## Values\nhonest\n### But\nnot\n## Voice\n", "Values"));
}

/* What editors of other systems leave in a file hides no section from a lock. */
static void
test_encodings (void)
{
  g_autofree char *first = bty_section_get_text ("\xEF\xBB\xBF# Values\r\n\r\nCalm.\r\n\r\n# Tone\r\n", "Values");
  g_autofree char *matter = bty_section_get_text ("\xEF\xBB\xBF---\n# Values\n---\n# Tone\n", "Values");
  g_autofree char *composed = bty_section_get_text ("# Gr\u00F6\u00DFe\nx\n", "GRO\u0308SSE");
  g_autofree char *empty = bty_section_get_text ("\xEF\xBB\xBF", "Values");

  g_assert_cmpstr (first, ==, "# Values\r\n\r\nCalm.\r\n\r\n");
  g_assert_null (matter);
  g_assert_cmpstr (composed, ==, "# Gr\u00F6\u00DFe\nx\n");
  g_assert_null (empty);
  g_assert_true (bty_section_differs ("# Values\nCalm.\n", "# Values\r\nCalm.\r\n", "Values"));
}

static void
test_differences (void)
{
  g_auto (GStrv) none = bty_section_list_differences (soul, soul);
  g_auto (GStrv) some = bty_section_list_differences ("x\n# A\n## B\nb\n## C\nc\n# D\n",
                                                      "y\n# A\n## B\nB\n## E\n# D\n");
  g_autofree char *names = g_strjoinv ("|", some);

  g_assert_cmpuint (g_strv_length (none), ==, 0);
  g_assert_cmpstr (names, ==, "|A|B|E|C");
}

static void
test_front_matter (void)
{
  static const char text[] = "---\nname: Ada # not a heading\n# neither\n---\n# Ada\n";
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL, *none = NULL, *empty = NULL, *list = NULL, *open = NULL;
  g_autoptr (GArray) sections = bty_section_list (text);
  gsize body = 7;

  g_assert_true (bty_front_matter_to_json (text, &json, &body, &error));
  g_assert_cmpstr (json, ==, "{\"name\":\"Ada\"}");
  g_assert_cmpstr (text + body, ==, "# Ada\n");
  g_assert_cmpuint (sections->len, ==, 1);
  g_assert_true (bty_front_matter_to_json ("# Ada\n---\n", &none, &body, &error));
  g_assert_null (none);
  g_assert_cmpuint (body, ==, 0);
  g_assert_true (bty_front_matter_to_json ("---\r\n---\r\n", &empty, &body, &error));
  g_assert_cmpstr (empty, ==, "{}");
  g_assert_cmpuint (body, ==, 10);
  g_assert_false (bty_front_matter_to_json ("---\n- a\n---\n", &list, NULL, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "line 2"));
  g_clear_error (&error);
  g_assert_false (bty_front_matter_to_json ("---\nname: Ada\n", &open, NULL, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/section/list", test_list);
  g_test_add_func ("/text/section/find", test_find);
  g_test_add_func ("/text/section/differs", test_differs);
  g_test_add_func ("/text/section/encodings", test_encodings);
  g_test_add_func ("/text/section/differences", test_differences);
  g_test_add_func ("/text/front-matter", test_front_matter);
  return g_test_run ();
}
