/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "builtin-index.h"
#include "builtin-words.h"

static const char guide[] = "# Guide\n"
                            "\n"
                            "Welcome to the guide.\n"
                            "\n"
                            "## Keys\n"
                            "\n"
                            "A key opens a provider. It is kept in memory.\n"
                            "\n"
                            "Hand it over on standard input:\n"
                            "\n"
                            "```\n"
                            "# this is no heading\n"
                            "boternity-ctl provider add work --key-stdin\n"
                            "```\n"
                            "\n"
                            "<!-- secret plans\n"
                            "unicorns\n"
                            "-->\n"
                            "## Backups\n"
                            "\n"
                            "Stop the daemon and copy the folder. Nothing about a key is in it.\n"
                            "\n"
                            "## Empty\n";

static const char other[] =
  "Words before any heading: zeppelin.\n\n# Schedules\r\n\r\nA schedule starts a workflow every night.\r\n";

static BuiltinIndex *
make_index (void)
{
  BuiltinIndex *index = builtin_index_new ();

  builtin_index_add (index, "docs/guide.md", guide, strlen (guide));
  builtin_index_add (index, "docs/other.md", other, strlen (other));
  return index;
}

static const BuiltinSection *
find (const BuiltinIndex *index, const char *question)
{
  g_autoptr (GPtrArray) stems = builtin_words_stems (question, strlen (question));

  return builtin_index_find (index, stems);
}

static void
assert_found (const BuiltinIndex *index, const char *question, const char *page, const char *heading)
{
  const BuiltinSection *section = find (index, question);

  g_assert_nonnull (section);
  g_assert_cmpstr (section->page, ==, page);
  g_assert_cmpstr (section->heading, ==, heading);
}

static void
test_stems (void)
{
  static const char *const same[][2] = {
    { "plugins", "plugin" },
    { "running", "run" },
    { "configured", "settings" },
    { "added", "add" },
    { "adding", "add" },
    { "stores", "store" },
    { "queries", "query" },
    { "called", "named" },
    { "boxes", "box" },
    { "named", "name" },
    { "classes", "class" },
    { "stopped", "stop" },
    { "schedules", "scheduling" },
    { "using", "use" },
  };
  static const char *const other_words[][2] = {
    { "status", "state" }, { "this", "thin" }, { "process", "proceed" }, { "bot", "both" }
  };

  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    {
      g_autofree char *a = builtin_words_stem (same[i][0]);
      g_autofree char *b = builtin_words_stem (same[i][1]);

      g_assert_cmpstr (a, ==, b);
    }
  for (guint i = 0; i < G_N_ELEMENTS (other_words); i++)
    {
      g_autofree char *a = builtin_words_stem (other_words[i][0]);
      g_autofree char *b = builtin_words_stem (other_words[i][1]);

      g_assert_cmpstr (a, !=, b);
    }
}

static void
test_words (void)
{
  const char *text = "The DOG's “café”, naïve-user_2; Łódź's 你好 x’s!";
  g_autoptr (GPtrArray) words = builtin_words_split (text, strlen (text));
  g_autofree char *joined = NULL;

  g_ptr_array_add (words, NULL);
  joined = g_strjoinv ("|", (char **) words->pdata);
  g_assert_cmpstr (joined, ==, "the|dog|café|naïve|user|2|łódź|你好|x");
}

/* The list is searched by halves: one word out of place would hide others. */
static void
test_common_words (void)
{
  static const char *const common[] = { "a",    "about", "the",  "is",    "your",    "you",
                                        "what", "how",   "mine", "would", "nothing", "ever" };
  static const char *const telling[] = { "dog", "plugin", "zebra", "aardvark", "model", "yours2", "" };

  for (guint i = 0; i < G_N_ELEMENTS (common); i++)
    g_assert_true (builtin_words_is_common (common[i]));
  for (guint i = 0; i < G_N_ELEMENTS (telling); i++)
    g_assert_false (builtin_words_is_common (telling[i]));
}

static void
test_sections (void)
{
  g_autoptr (BuiltinIndex) index = make_index ();

  /* Guide, Keys, Backups; the words before a heading, Schedules. */
  g_assert_cmpuint (builtin_index_get_n_sections (index), ==, 5);
  assert_found (index, "zeppelin", "docs/other.md", "docs/other.md");
  g_assert_null (find (index, "unicorns"));
}

static void
test_ranking (void)
{
  g_autoptr (BuiltinIndex) index = make_index ();

  assert_found (index, "Where are my keys kept?", "docs/guide.md", "Keys");
  assert_found (index, "how do I make a backup", "docs/guide.md", "Backups");
  assert_found (index, "What is scheduled?", "docs/other.md", "Schedules");
  assert_found (index, "copying the folder", "docs/guide.md", "Backups");
  g_assert_null (find (index, "What is the capital of France?"));
  g_assert_null (find (index, "xyzzy plugh key quux"));
  g_assert_null (find (index, ""));
  g_assert_null (find (index, "the of and"));
}

static void
test_empty_index (void)
{
  g_autoptr (BuiltinIndex) index = builtin_index_new ();

  builtin_index_add (index, "empty.md", "", 0);
  g_assert_cmpuint (builtin_index_get_n_sections (index), ==, 0);
  g_assert_null (find (index, "anything at all, key"));
}

static void
test_pick (void)
{
  g_autoptr (BuiltinIndex) index = make_index ();
  const BuiltinSection *section = find (index, "hand over a key on standard input");
  g_autoptr (GPtrArray) stems = builtin_words_stems ("standard input", strlen ("standard input"));
  g_autofree char *picked = builtin_section_pick (section, stems, 120);
  g_autofree char *all = builtin_section_pick (section, stems, 10000);
  g_autofree char *little = builtin_section_pick (section, stems, 12);

  /* The paragraph that fits, with the code that it introduces. */
  g_assert_cmpstr (
    picked, ==,
    "Hand it over on standard input:\n\n    # this is no heading\n    boternity-ctl provider add work --key-stdin");
  g_assert_true (g_str_has_prefix (all, "A key opens a provider."));
  g_assert_true (g_str_has_prefix (little, "Hand it over …"));
}

/* Lines of a page are cut where its author's editor ends; a terminal is as wide as it is. */
static void
test_lines_join (void)
{
  static const char page[] = "# Tides\n\nThe moon\npulls the sea,\nand so on.\n\n"
                             "A list:\n- first item\n  goes on\n    - deeper\n* second\n1. third\n\n"
                             "| a | b |\n|---|---|\n| 1 | 2 |\nafter it\ngoes on\n\n"
                             "> said\n> so\n\n"
                             "    plain code\n    more of it\n\n"
                             "Type\nthis:\n```\nmoon \\\n\n  --full\n```\nThen\nwait.\n";
  g_autoptr (BuiltinIndex) index = builtin_index_new ();
  g_autoptr (GPtrArray) stems = builtin_words_stems ("tides", strlen ("tides"));
  g_autofree char *all = NULL;

  builtin_index_add (index, "tides.md", page, strlen (page));
  all = builtin_section_pick (find (index, "tides"), stems, 10000);
  g_assert_cmpstr (all, ==,
                   "The moon pulls the sea, and so on.\n\n"
                   "A list:\n- first item goes on\n    - deeper\n* second\n1. third\n\n"
                   "| a | b |\n|---|---|\n| 1 | 2 |\nafter it goes on\n\n"
                   "> said\n> so\n\n"
                   "    plain code\n    more of it\n\n"
                   "Type this:\n    moon \\\n    \n      --full\nThen wait.");
}

static void
test_not_utf8 (void)
{
  g_autoptr (BuiltinIndex) index = builtin_index_new ();

  builtin_index_add (index, "bad.md", "# Bad\n\nwords \xff\xfe end\n", strlen ("# Bad\n\nwords \xff\xfe end\n"));
  assert_found (index, "words", "bad.md", "Bad");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/builtin/stems", test_stems);
  g_test_add_func ("/builtin/words", test_words);
  g_test_add_func ("/builtin/common-words", test_common_words);
  g_test_add_func ("/builtin/sections", test_sections);
  g_test_add_func ("/builtin/ranking", test_ranking);
  g_test_add_func ("/builtin/empty-index", test_empty_index);
  g_test_add_func ("/builtin/pick", test_pick);
  g_test_add_func ("/builtin/lines-join", test_lines_join);
  g_test_add_func ("/builtin/not-utf8", test_not_utf8);
  return g_test_run ();
}
