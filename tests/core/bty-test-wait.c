/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include "bty-test-wait.h"

#define LIMIT_S 60 /* patience only: a loaded machine, or a sanitizer, makes a crowd slow */

void
bty_test_keep_result (GObject *object, GAsyncResult *result, gpointer place)
{
  GAsyncResult **kept = place;

  g_assert_null (*kept);
  *kept = g_object_ref (result);
}

static gboolean
on_limit (gpointer data)
{
  g_error ("nothing came of it within %d seconds", LIMIT_S);
  return G_SOURCE_REMOVE;
}

GAsyncResult *
bty_test_wait (GAsyncResult **place)
{
  guint limit = g_timeout_add_seconds (LIMIT_S, on_limit, NULL);

  while (*place == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
  return g_steal_pointer (place);
}

void
bty_test_wait_for (const gboolean *flag)
{
  guint limit = g_timeout_add_seconds (LIMIT_S, on_limit, NULL);

  while (!*flag)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
}

void
bty_test_settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}
