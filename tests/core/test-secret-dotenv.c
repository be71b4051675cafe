/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "secret/bty-secret-dotenv.h"

/* Each variable as `line name=value`, or `line !fault`. */
static char *
read_all (const char *text, gsize length)
{
  g_autoptr (GPtrArray) variables = bty_secret_dotenv_read (text, length);
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < variables->len; i++)
    {
      const BtySecretVariable *variable = variables->pdata[i];

      g_assert_true ((variable->value == NULL) == (variable->fault != NULL));
      if (variable->value != NULL)
        g_string_append_printf (out, "%u %s=%s|", variable->line, variable->name, bty_secret_peek (variable->value));
      else
        g_string_append_printf (out, "%u !%s|", variable->line, variable->fault);
    }
  return g_strdup (out->str);
}

static void
reads (const char *text, const char *expected)
{
  g_autofree char *read = read_all (text, strlen (text));

  g_assert_cmpstr (read, ==, expected);
}

static void
test_good (void)
{
  reads ("", "");
  reads ("# nothing\n\n  # here\n", "");
  reads ("A=1", "1 A=1|");
  reads ("A=1\nB=2\n", "1 A=1|2 B=2|");
  reads ("\xef\xbb\xbf"
         "A=1\r\nB=2\r\n",
         "1 A=1|2 B=2|");
  reads ("export A=1\n\texport\tB = 2  \n", "1 A=1|2 B=2|");
  reads ("A='one # two'\nB=\"a\\\"b\\\\c\\n\\$d\"\n", "1 A=one # two|2 B=a\"b\\c\n$d|");
  reads ("A=one # two\nB=one#two\n", "1 A=one|2 B=one#two|");
  reads ("A='one\ntwo'\nB=3\n", "1 A=one\ntwo|3 B=3|");
  reads ("A=$HOME\n", "1 A=$HOME|");
  reads ("A='' # nothing\nB=x", "1 !its value is empty|2 B=x|");
  reads ("exported=1\n", "1 exported=1|");
}

/* The value is not repeated, whatever is wrong with the line. */
static void
test_junk (void)
{
  static const char *const lines[] = {
    "sk-canary",     "=sk-canary",        "1A=sk-canary",       "A sk-canary", "A='sk-canary", "A=\"sk-canary",
    "A=x'sk-canary", "A=\"x\" sk-canary", "A=\"sk-canary\\q\"", "A=",          "export "
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *text = g_strdup_printf ("# one\n%s\n", lines[i]);
      g_autofree char *read = read_all (text, strlen (text));

      if (!g_str_has_prefix (read, "2 !"))
        g_error ("“%s” was read as “%s”", lines[i], read);
      g_assert_null (strstr (read, "canary"));
    }
}

static void
test_bytes (void)
{
  static const char nul[] = "A=x\0y\nB=1";
  static const char bad[] = "A=\xff\xfe\nB=1";
  g_autofree char *one = read_all (nul, sizeof nul - 1);
  g_autofree char *two = read_all (bad, sizeof bad - 1);

  g_assert_cmpstr (one, ==, "1 !its value is not text|2 B=1|");
  g_assert_cmpstr (two, ==, "1 !its value is not text|2 B=1|");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secret-dotenv/good", test_good);
  g_test_add_func ("/secret-dotenv/junk", test_junk);
  g_test_add_func ("/secret-dotenv/bytes", test_bytes);
  return g_test_run ();
}
