/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include "bty-fake-store.h"
#include "bty-test-budget.h"
#include "bty-test-wait.h"
#include "bty-test-warnings.h"
#include "budget/bty-budget-service-private.h"

/*
 * Nothing ever exceeds a cap, whatever is lost: a random life of many daemons, each of which is killed between any two steps. What was
 * granted is taken for sent, and what was sent for spent in full, since nobody knows how much of it the service has charged.
 */

#define CAP_DAY 100000
#define CAP_BOT 60000
#define N_BOTS  3
#define N_LIVES 12
#define N_STEPS 120

typedef struct
{
  BtyReservation *reservation;
  gint64 granted;
  guint bot;
} Sent;

typedef struct
{
  BtyStore *disk;
  BtyStore *lossy;
  BtySettings *settings;
  BtyBudgetService *budgets;
  GArray *sent;     /* Sent, on their way */
  guint n_asking;   /* calls that wait for an answer */
  gboolean is_dead; /* its answers count for nothing */
  gint64 *charged;  /* of all lives: what the service has charged, by bot */
  guint n_granted;
} Life;

typedef struct
{
  Life *life;
  guint bot;
} Asking;

static void
check (const Life *life)
{
  gint64 sum = 0;

  for (guint bot = 0; bot < N_BOTS; bot++)
    {
      gint64 most = life->charged[bot];

      for (guint i = 0; i < life->sent->len; i++)
        if (g_array_index (life->sent, Sent, i).bot == bot)
          most += g_array_index (life->sent, Sent, i).granted;
      g_assert_cmpint (most, <=, CAP_BOT);
      sum += most;
    }
  g_assert_cmpint (sum, <=, CAP_DAY);
}

static void
on_reserved (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Asking *asking = data;
  Life *life = asking->life;
  BtyReservation *reservation = bty_spender_reserve_finish (BTY_SPENDER (source), result, NULL);
  Sent sent = { .reservation = reservation, .bot = asking->bot };

  life->n_asking -= 1;
  if (reservation == NULL)
    return;
  if (life->is_dead)
    {
      bty_reservation_drop (reservation);
      return;
    }
  sent.granted = bty_reservation_get (reservation)->of[BTY_UNIT_USD];
  g_array_append_val (life->sent, sent);
  life->n_granted += 1;
  check (life);
}

static void
ask (Life *life, GRand *rand)
{
  guint bot = (guint) g_rand_int_range (rand, 0, N_BOTS);
  g_autofree char *name = g_strdup_printf ("bot-%u", bot);
  const BtySpenderFor what = { .purpose = "chat", .bot = name, .slug = name };
  g_autoptr (BtySpender) spender = bty_spender_new (life->budgets, NULL, &what);
  gint64 most = g_rand_int_range (rand, 1, 6000);
  BtyAmounts least = { { g_rand_int_range (rand, 1, (gint32) most + 1), 10, 1, 0 } };
  BtyAmounts amounts = { { most, 100, 1, 1000 } };
  Asking *asking = g_new0 (Asking, 1);

  asking->life = life;
  asking->bot = bot;
  life->n_asking += 1;
  bty_spender_reserve_async (spender, &least, &amounts, NULL, on_reserved, asking);
}

static void
end_one (Life *life, GRand *rand)
{
  guint at;
  Sent sent;
  gint64 cost;

  if (life->sent->len == 0)
    return;
  at = (guint) g_rand_int_range (rand, 0, (gint32) life->sent->len);
  sent = g_array_index (life->sent, Sent, at);
  g_array_remove_index_fast (life->sent, at);
  if (g_rand_int_range (rand, 0, 4) == 0)
    {
      bty_reservation_drop (sent.reservation);
      return;
    }
  cost = g_rand_int_range (rand, 0, (gint32) sent.granted + 1);
  life->charged[sent.bot] += cost;
  bty_test_settle_cost (sent.reservation, cost);
  check (life);
}

static void
iterate (guint n)
{
  for (; n > 0; n--)
    g_main_context_iteration (NULL, FALSE);
}

static void
step (Life *life, GRand *rand)
{
  switch (g_rand_int_range (rand, 0, 6))
    {
    case 0:
    case 1:
      ask (life, rand);
      break;
    case 2:
      end_one (life, rand);
      break;
    case 3:
      bty_lossy_store_sync (BTY_LOSSY_STORE (life->lossy), (guint) g_rand_int_range (rand, 1, 4), TRUE);
      break;
    default:
      iterate ((guint) g_rand_int_range (rand, 1, 6));
    }
}

/* What was on its way was charged in full, for all that anybody knows. */
static void
bury (Life *life, GRand *rand)
{
  life->is_dead = TRUE;
  bty_lossy_store_sync (BTY_LOSSY_STORE (life->lossy), (guint) g_rand_int_range (rand, 0, 3), FALSE);
  bty_lossy_store_kill (BTY_LOSSY_STORE (life->lossy));
  for (guint i = 0; i < life->sent->len; i++)
    {
      Sent *sent = &g_array_index (life->sent, Sent, i);

      life->charged[sent->bot] += sent->granted;
      bty_reservation_drop (sent->reservation);
    }
  g_array_set_size (life->sent, 0);
  while (life->n_asking > 0)
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&life->budgets);
  bty_test_settle ();
  g_clear_object (&life->lossy);
  bty_test_settle ();
}

static void
end_cleanly (Life *life)
{
  bty_lossy_store_set_auto (BTY_LOSSY_STORE (life->lossy), TRUE);
  while (life->n_asking > 0)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < life->sent->len; i++)
    {
      Sent *sent = &g_array_index (life->sent, Sent, i);

      life->charged[sent->bot] += sent->granted;
      bty_test_settle_cost (sent->reservation, sent->granted);
    }
  g_array_set_size (life->sent, 0);
  bty_test_settle ();
  bty_budget_service_stop (life->budgets);
  bty_test_settle ();
  g_clear_object (&life->budgets);
  bty_test_settle ();
  g_clear_object (&life->lossy);
}

static gint64
get_now (gpointer data)
{
  return G_GINT64_CONSTANT (1781524800) * G_USEC_PER_SEC;
}

static void
live (Life *life, GRand *rand)
{
  life->is_dead = FALSE;
  life->lossy = bty_lossy_store_new (life->disk);
  life->budgets = bty_budget_service_new (life->lossy, life->settings);
  bty_budget_service_set_now (life->budgets, get_now, NULL);
  for (gint i = g_rand_int_range (rand, 1, N_STEPS); i > 0; i--)
    step (life, rand);
  if (g_rand_int_range (rand, 0, 5) == 0)
    end_cleanly (life);
  else
    bury (life, rand);
}

static void
test_lives (void)
{
  guint n_granted = 0;

  for (guint run = 0; run < 60; run++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (g_test_rand_int ());
      gint64 charged[N_BOTS] = { 0 };
      Life life = { .charged = charged };

      life.disk = bty_fake_store_new ();
      life.settings = bty_test_budget_settings ("day_usd", "0.10", "bot_day_usd", "0.06", "turn_usd", "", "slab_usd",
                                                "0.004", "reserve_wait_ms", "5", NULL);
      life.sent = g_array_new (FALSE, TRUE, sizeof (Sent));
      for (guint i = 0; i < N_LIVES; i++)
        live (&life, rand);
      n_granted += life.n_granted;
      g_array_unref (life.sent);
      g_clear_object (&life.settings);
      g_clear_object (&life.disk);
    }
  g_test_message ("%u calls were granted", n_granted);
  g_assert_cmpuint (n_granted, >, 100);
}

/* A slab is written for many calls, ahead of them and by a lazy batch: of a thousand calls one waits for the disk. */
static void
test_syncs (void)
{
  g_autoptr (BtyStore) disk = bty_fake_store_new ();
  g_autoptr (BtyStore) lossy = bty_lossy_store_new (disk);
  g_autoptr (BtySettings) settings = bty_test_budget_settings ("day_usd", "100", "bot_day_usd", "100", "turn_usd", "",
                                                               "month_usd", "", "slab_usd", "0.05", NULL);
  g_autoptr (BtyBudgetService) budgets = bty_budget_service_new (lossy, settings);
  const BtySpenderFor what = { .purpose = "chat", .bot = "ada", .slug = "ada" };

  bty_lossy_store_set_auto (BTY_LOSSY_STORE (lossy), TRUE);
  for (guint i = 0; i < 1000; i++)
    {
      g_autoptr (BtySpender) spender = bty_spender_new (budgets, NULL, &what);
      BtyReservation *reservation = bty_test_reserve (spender, 5000, 5000, NULL);

      bty_test_settle_cost (reservation, 2000);
      bty_test_settle (); /* the disk keeps up */
    }
  g_test_message ("%u of 1000 calls waited for the disk", bty_lossy_store_count_eager (BTY_LOSSY_STORE (lossy)));
  g_assert_cmpuint (bty_lossy_store_count_eager (BTY_LOSSY_STORE (lossy)), ==, 1);
  bty_budget_service_stop (budgets);
  bty_test_settle ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  bty_test_warnings_keep ();
  g_test_add_func ("/budget-kill/lives", test_lives);
  g_test_add_func ("/budget-kill/syncs", test_syncs);
  return g_test_run ();
}
