/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Golden questions as anybody may write them: never a crash, and what is taken can be asked and judged. An input is evals.yaml, then a NUL and
 * an answer.
 */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include <string.h>

#include "evaluate/bty-golden-check.h"
#include "fuzz.h"

static void
try_question (const BtyGoldenQuestion *question, const char *answer)
{
  g_auto (GStrv) input = bty_golden_question_list_input (question);

  g_assert_nonnull (input);
  g_assert_nonnull (input[0]);
  for (guint i = 0; i < question->expect->len; i++)
    {
      const BtyGoldenCheck *check = question->expect->pdata[i];
      g_autofree char *reason = NULL;

      if (check->judge != NULL)
        continue;
      g_assert_true ((bty_golden_check_try (check, answer, &reason) == BTY_GOLDEN_PASS) == (reason == NULL));
      g_assert_true (reason == NULL || g_utf8_validate (reason, -1, NULL));
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *end = memchr (data, '\0', size);
  gsize length = end != NULL ? (gsize) (end - (const char *) data) : size;
  g_autofree char *rest = end != NULL ? g_strndup (end + 1, size - length - 1) : g_strdup ("");
  g_autofree char *answer = g_utf8_make_valid (rest, -1);
  g_autofree char *reason = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyGoldenSuite) suite = bty_golden_suite_parse ("evals.yaml", (const char *) data, length, &error);

  g_assert_true ((suite == NULL) == (error != NULL));
  if (error != NULL)
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
  for (guint i = 0; suite != NULL && i < suite->questions->len; i++)
    try_question (suite->questions->pdata[i], answer);
  bty_golden_check_read_verdict (answer, &reason);
  g_assert_nonnull (reason);
  return 0;
}
