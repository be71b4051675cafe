/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <boternity.h>

#define N_IDS     20000
#define N_THREADS 4

static void
test_form (void)
{
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *id = bty_id_new ();

      g_assert_cmpuint (strlen (id), ==, 36);
      g_assert_true (bty_id_is_valid (id));
      g_assert_true (g_uuid_string_is_valid (id));
      g_assert_cmpint (id[14], ==, '7');
      g_assert_nonnull (strchr ("89ab", id[19]));
    }
}

static void
test_time (void)
{
  gint64 before = g_get_real_time () / 1000;
  g_autofree char *id = bty_id_new ();
  g_autofree char *stamp = g_strdup_printf ("%.8s%.4s", id, id + 9);
  gint64 milliseconds = (gint64) g_ascii_strtoull (stamp, NULL, 16);

  /* Ids made in a burst may be a little ahead of the clock. */
  g_assert_cmpint (milliseconds, >=, before);
  g_assert_cmpint (milliseconds, <=, g_get_real_time () / 1000 + 1000);
}

static void
test_order (void)
{
  g_autofree char *last = bty_id_new ();

  for (guint i = 0; i < N_IDS; i++)
    {
      char *id = bty_id_new ();

      g_assert_cmpstr (last, <, id);
      g_free (last);
      last = id;
    }
}

static gpointer
make_ids (gpointer data)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < N_IDS; i++)
    g_ptr_array_add (ids, bty_id_new ());
  return ids;
}

static void
test_threads (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("ids", make_ids, NULL);
  for (guint i = 0; i < N_THREADS; i++)
    {
      g_autoptr (GPtrArray) ids = g_thread_join (threads[i]);

      for (guint k = 0; k < ids->len; k++)
        {
          if (k > 0)
            g_assert_cmpstr (ids->pdata[k - 1], <, ids->pdata[k]);
          g_hash_table_add (seen, g_strdup (ids->pdata[k]));
        }
    }
  g_assert_cmpuint (g_hash_table_size (seen), ==, N_THREADS * N_IDS);
}

static void
test_valid (void)
{
  g_assert_true (bty_id_is_valid ("0190163d-8694-739b-aea5-966c26f8ad91"));
  g_assert_false (bty_id_is_valid (NULL));
  g_assert_false (bty_id_is_valid (""));
  g_assert_false (bty_id_is_valid ("0190163D-8694-739b-aea5-966c26f8ad91"));
  g_assert_false (bty_id_is_valid ("0190163d-8694-739b-aea5-966c26f8ad9"));
  g_assert_false (bty_id_is_valid ("0190163d-8694-739b-aea5-966c26f8ad911"));
  g_assert_false (bty_id_is_valid ("0190163d08694-739b-aea5-966c26f8ad91"));
  g_assert_false (bty_id_is_valid ("0190163g-8694-739b-aea5-966c26f8ad91"));
  g_assert_false (bty_id_is_valid ("../../../../../../../../../../etc/pa"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/id/form", test_form);
  g_test_add_func ("/id/time", test_time);
  g_test_add_func ("/id/order", test_order);
  g_test_add_func ("/id/threads", test_threads);
  g_test_add_func ("/id/valid", test_valid);
  return g_test_run ();
}
