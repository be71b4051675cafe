/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bty-time-limit.h"

static GString *rung;

static gboolean
on_limit (gpointer data)
{
  g_string_append_c (rung, (char) GPOINTER_TO_INT (data));
  return G_SOURCE_REMOVE;
}

static gboolean
on_limit_again (gpointer data)
{
  guint *id = data;

  on_limit (GINT_TO_POINTER ('x'));
  *id = bty_time_limit_add (1, on_limit, GINT_TO_POINTER ('y'));
  return G_SOURCE_REMOVE;
}

static void
test_order (void)
{
  guint dropped, again = 0;

  rung = g_string_new (NULL);
  bty_time_limit_add (500, on_limit, GINT_TO_POINTER ('c'));
  bty_time_limit_add (1, on_limit, GINT_TO_POINTER ('a'));
  dropped = bty_time_limit_add (1, on_limit, GINT_TO_POINTER ('-'));
  bty_time_limit_add (2, on_limit, GINT_TO_POINTER ('b'));
  bty_time_limit_remove (dropped);
  bty_time_limit_add (501, on_limit_again, &again);
  while (rung->len < 5)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (rung->str, ==, "abcxy");
  g_assert_cmpuint (again, !=, 0);
  g_string_free (rung, TRUE);
}

/* With none left there is no source. */
static void
test_none_left (void)
{
  guint ids[100];

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    ids[i] = bty_time_limit_add (1000000, on_limit, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    bty_time_limit_remove (ids[i]);
  g_assert_false (g_main_context_pending (NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/time-limit/order", test_order);
  g_test_add_func ("/time-limit/none-left", test_none_left);
  return g_test_run ();
}
