/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <boternity.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void
test_bytes (void)
{
  g_autoptr (BtySecret) secret = bty_secret_new ("hunter2 and more", 7);
  g_autoptr (BtySecret) nothing = bty_secret_new (NULL, 0);
  g_autofree char *big = g_strnfill (64 * 1024, 'x');
  g_autoptr (BtySecret) largest = bty_secret_new (big, 64 * 1024);

  g_assert_cmpstr (bty_secret_peek (secret), ==, "hunter2");
  g_assert_cmpuint (bty_secret_get_length (secret), ==, 7);
  g_assert_true (bty_secret_equal (secret, "hunter2", 7));
  g_assert_false (bty_secret_equal (secret, "hunter3", 7));
  g_assert_false (bty_secret_equal (secret, "hunter22", 8));
  g_assert_cmpstr (bty_secret_peek (nothing), ==, "");
  g_assert_true (bty_secret_equal (nothing, NULL, 0));
  g_assert_cmpstr (bty_secret_peek (largest), ==, big);
}

static void
test_too_long (void)
{
  g_autofree char *big = g_strnfill (64 * 1024 + 1, 'x');

  g_test_expect_message ("bty-secret", G_LOG_LEVEL_CRITICAL, "*length <= MAX_LENGTH*");
  g_assert_null (bty_secret_new (big, 64 * 1024 + 1));
  g_test_assert_expected_messages ();
}

static void
test_references (void)
{
  BtySecret *secret = bty_secret_new ("abc", 3);
  BtySecret *copy = g_boxed_copy (BTY_TYPE_SECRET, secret);

  g_assert_true (copy == secret);
  bty_secret_unref (secret);
  g_assert_cmpstr (bty_secret_peek (copy), ==, "abc");
  g_boxed_free (BTY_TYPE_SECRET, copy);
}

/* The flags of the mapping that holds @address, as the kernel tells them. */
static char *
mapping_flags (gconstpointer address)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  gboolean inside = FALSE;

  if (!g_file_get_contents ("/proc/self/smaps", &text, NULL, NULL))
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      guint64 from;
      guint64 to;

      if (sscanf (lines[i], "%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x ", &from, &to) == 2)
        inside = (guint64) (gsize) address >= from && (guint64) (gsize) address < to;
      else if (inside && g_str_has_prefix (lines[i], "VmFlags:"))
        return g_strdup (lines[i]);
    }
  return NULL;
}

static void
test_pages (void)
{
  g_autoptr (BtySecret) secret = bty_secret_new ("abc", 3);
  g_autofree char *flags = mapping_flags (bty_secret_peek (secret));

  if (flags == NULL)
    {
      g_test_skip ("the kernel does not tell the flags of mappings");
      return;
    }
  g_assert_nonnull (strstr (flags, " dd")); /* not in core dumps */
  g_assert_true (strstr (flags, " wf") != NULL || strstr (flags, " dc") != NULL);
}

static void
test_child (void)
{
  g_autoptr (BtySecret) secret = bty_secret_new ("abc", 3);
  int status = 0;
  pid_t child = fork ();

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    _exit (bty_secret_equal (secret, "\0\0\0", 3) ? 0 : 1);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  /* Wiped, or not there at all (then reading it ends the child). */
  g_assert_true (WIFSIGNALED (status) || WEXITSTATUS (status) == 0);
}

static void
test_clear (void)
{
  char buffer[] = "abcdef";

  bty_secret_clear_memory (buffer, 3);
  g_assert_cmpmem (buffer, 6, "\0\0\0def", 6);
  bty_secret_clear_memory (NULL, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secret/bytes", test_bytes);
  g_test_add_func ("/secret/too-long", test_too_long);
  g_test_add_func ("/secret/references", test_references);
  g_test_add_func ("/secret/pages", test_pages);
  g_test_add_func ("/secret/child", test_child);
  g_test_add_func ("/secret/clear", test_clear);
  return g_test_run ();
}
