/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vault-writer FOLDER ROUND: sets, deletes and changes the password of a vault until it is killed. It says what it is about to do, and
 * that it was done, a line each: "+ NAME VALUE", "- NAME", "p PASSWORD" (empty: none), each followed by "ok". A folder with a
 * password gives it on the standard input.
 */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vault-test.h"

static void say (const char *format, ...) G_GNUC_PRINTF (1, 2);

static void
say (const char *format, ...)
{
  g_autofree char *line = NULL;
  va_list arguments;

  va_start (arguments, format);
  line = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (write (STDOUT_FILENO, line, strlen (line)) < 0)
    _exit (0);
}

static void
must (gboolean done, GError *error)
{
  if (!done)
    {
      say ("! %s\n", error != NULL ? error->message : "?");
      _exit (1);
    }
  say ("ok\n");
}

static void
do_one (BtySecretStore *store, guint round, guint i, GString *password)
{
  g_autofree char *name = g_strdup_printf ("n%u", g_random_int_range (0, 8));
  g_autofree char *value = g_strdup_printf ("r%u-%u", round, i);
  g_autoptr (GError) error = NULL;
  gboolean deletes = i % 4 == 3;

  if (i % 7 == 5)
    {
      gboolean has_one = password->len > 0;

      say ("p %s\n", has_one ? "" : value);
      must (vault_test_set_password (store, has_one ? password->str : NULL, has_one ? NULL : value, &error), error);
      g_string_assign (password, has_one ? "" : value);
      return;
    }
  if (deletes)
    {
      g_autofree char *old = vault_test_get (store, name, NULL);

      deletes = old != NULL;
    }
  if (deletes)
    say ("- %s\n", name);
  else
    say ("+ %s %s\n", name, value);
  must (deletes ? vault_test_delete (store, name, &error) : vault_test_set (store, name, value, &error), error);
}

int
main (int argc, char **argv)
{
  g_autoptr (BtyVaultStore) vault = NULL;
  g_autoptr (GString) password = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  char line[256] = "";

  if (argc != 3)
    return 2;
  vault = bty_vault_store_new (argv[1], BTY_VAULT_KEEP_FILE);
  vault_test_make_cheap (vault);
  if (fgets (line, sizeof line, stdin) != NULL)
    g_string_assign (password, g_strchomp (line));
  if (password->len > 0)
    must (vault_test_unlock (BTY_SECRET_STORE (vault), password->str, &error), error);
  for (guint i = 0;; i++)
    do_one (BTY_SECRET_STORE (vault), (guint) atoi (argv[2]), i, password);
}
