/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <boternity.h>

static void
test_scopes (void)
{
  const char *const some[] = { "bots:read", "sessions:*", NULL };
  const char *const all[] = { "*", NULL };
  g_autoptr (BtyPrincipal) bot = bty_principal_new (BTY_PRINCIPAL_BOT, "ada", some);
  g_autoptr (BtyPrincipal) owner = bty_principal_new (BTY_PRINCIPAL_OWNER, "me", all);
  g_autoptr (BtyPrincipal) nobody = bty_principal_new (BTY_PRINCIPAL_ANONYMOUS, NULL, NULL);

  g_assert_true (bty_principal_may (bot, "bots:read"));
  g_assert_true (bty_principal_may (bot, "sessions:write"));
  g_assert_true (bty_principal_may (bot, NULL));
  g_assert_false (bty_principal_may (bot, "bots:write"));
  g_assert_false (bty_principal_may (bot, "bots:rea"));
  g_assert_false (bty_principal_may (bot, "bots:reader"));
  g_assert_false (bty_principal_may (bot, "sessions"));
  g_assert_false (bty_principal_may (bot, "sessions_other:read"));
  g_assert_true (bty_principal_may (owner, "anything:write"));
  g_assert_false (bty_principal_may (nobody, "bots:read"));
  g_assert_true (bty_principal_may (nobody, NULL));
  g_assert_cmpstr (bty_principal_get_name (bot), ==, "ada");
  g_assert_cmpstr (bty_principal_get_name (nobody), ==, "");
  g_assert_cmpint (bty_principal_get_kind (owner), ==, BTY_PRINCIPAL_OWNER);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/principal/scopes", test_scopes);
  return g_test_run ();
}
