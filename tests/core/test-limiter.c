/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include "bty-test-wait.h"
#include "route/bty-limiter.h"

#define N 9

/* A request: its name is told once it goes. */
typedef struct
{
  GString *log;
  const char *name;
  BtyLimiterTicket *ticket;
  gboolean is_refused;
} Request;

static void
on_granted (gpointer data, const GError *error)
{
  Request *request = data;

  request->is_refused = error != NULL;
  g_string_append (request->log, request->name);
}

static gboolean
enter (BtyLimiter *limiter, Request *request, GString *log, const char *name, const char *bot, BtyPriority priority,
       gint64 max_wait_ms)
{
  BtyLimiterWish wish = {
    .bot = bot, .priority = priority, .tokens = 10, .max_wait_ms = max_wait_ms, .granted = on_granted, .data = request
  };
  gboolean may_go = FALSE;
  g_autoptr (GError) error = NULL;

  *request = (Request){ .log = log, .name = name };
  request->ticket = bty_limiter_enter (limiter, &wish, &may_go, &error);
  g_assert_true ((request->ticket == NULL) == (error != NULL));
  return may_go;
}

static void
leave (Request *request)
{
  bty_limiter_leave (g_steal_pointer (&request->ticket), -1);
}

/* Persons first, programs, workflows; within these each bot in its turn, however many requests one has. */
static void
test_fair (void)
{
  static const struct
  {
    const char *name;
    const char *bot;
    BtyPriority priority;
  } wishes[N] = {
    { "w", "x", BTY_PRIORITY_WORKFLOW }, { "a", "ada", BTY_PRIORITY_PERSON }, { "b", "ada", BTY_PRIORITY_PERSON },
    { "c", "ada", BTY_PRIORITY_PERSON }, { "d", "bob", BTY_PRIORITY_PERSON }, { "p", "ada", BTY_PRIORITY_PROGRAM },
    { "e", "cy", BTY_PRIORITY_PERSON },  { "q", NULL, BTY_PRIORITY_PROGRAM }, { "f", "bob", BTY_PRIORITY_PERSON },
  };
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (BtyLimiter) limiter = bty_limiter_new ("a");
  const BtyLimits limits = { .concurrent = 1 };
  Request first, requests[N];

  bty_limiter_set_limits (limiter, &limits);
  g_assert_true (enter (limiter, &first, log, "-", "ada", BTY_PRIORITY_PERSON, 60000));
  for (guint i = 0; i < N; i++)
    g_assert_false (enter (limiter, &requests[i], log, wishes[i].name, wishes[i].bot, wishes[i].priority, 60000));
  g_assert_cmpuint (bty_limiter_get_waiting (limiter), ==, N);
  leave (&first);
  for (guint gone = 1; gone <= N; gone++)
    {
      bty_test_settle ();
      g_assert_cmpuint (log->len, ==, gone); /* one at a time */
      for (guint i = 0; i < N; i++)
        if (wishes[i].name[0] == log->str[gone - 1])
          leave (&requests[i]);
    }
  g_assert_cmpstr (log->str, ==, "adebfcpqw");
  g_assert_cmpuint (bty_limiter_get_running (limiter) + bty_limiter_get_waiting (limiter), ==, 0);
  bty_test_settle ();
  g_assert_finalize_object (g_steal_pointer (&limiter));
}

/* However many persons come, what nobody waits for gets its turn. */
static void
test_passed_over (void)
{
  static const char names[] = "abcdefghijkl";
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (BtyLimiter) limiter = bty_limiter_new ("a");
  const BtyLimits limits = { .concurrent = 1 };
  Request first, workflow, persons[G_N_ELEMENTS (names) - 1];
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);

  bty_limiter_set_limits (limiter, &limits);
  g_assert_true (enter (limiter, &first, log, "-", "ada", BTY_PRIORITY_PERSON, 60000));
  g_assert_false (enter (limiter, &workflow, log, "w", "x", BTY_PRIORITY_WORKFLOW, 60000));
  for (guint i = 0; i < G_N_ELEMENTS (persons); i++)
    {
      g_ptr_array_add (words, g_strndup (names + i, 1));
      g_assert_false (enter (limiter, &persons[i], log, words->pdata[i], "ada", BTY_PRIORITY_PERSON, 60000));
    }
  leave (&first);
  for (guint gone = 1; gone <= G_N_ELEMENTS (persons) + 1; gone++)
    {
      bty_test_settle ();
      g_assert_cmpuint (log->len, ==, gone);
      if (gone == 5) /* it gives up and comes again: that it was passed over counts still */
        {
          leave (&workflow);
          g_assert_false (enter (limiter, &workflow, log, "w", "y", BTY_PRIORITY_WORKFLOW, 60000));
        }
      leave (log->str[gone - 1] == 'w' ? &workflow : &persons[log->str[gone - 1] - 'a']);
    }
  g_assert_cmpstr (log->str, ==, "abcdefghwijkl");
}

static void
test_given_up (void)
{
  g_autoptr (GString) log = g_string_new (NULL);
  BtyLimiter *limiter = bty_limiter_new ("a");
  const BtyLimits limits = { .concurrent = 1 };
  Request one, two, three;

  bty_limiter_set_limits (limiter, &limits);
  g_assert_true (enter (limiter, &one, log, "1", "ada", BTY_PRIORITY_PERSON, 60000));
  g_assert_false (enter (limiter, &two, log, "2", "ada", BTY_PRIORITY_PERSON, 60000));
  g_assert_false (enter (limiter, &three, log, "3", "bob", BTY_PRIORITY_PERSON, 60000));
  leave (&two);
  leave (&one);
  bty_test_settle ();
  g_assert_cmpstr (log->str, ==, "3");
  leave (&three);
  bty_test_settle ();
  g_assert_finalize_object (limiter);
}

static void
test_waits_too_long (void)
{
  g_autoptr (GString) log = g_string_new (NULL);
  BtyLimiter *limiter = bty_limiter_new ("a");
  const BtyLimits limits = { .concurrent = 1 };
  Request one, two;

  bty_limiter_set_limits (limiter, &limits);
  g_assert_true (enter (limiter, &one, log, "1", "ada", BTY_PRIORITY_PERSON, 60000));
  g_assert_false (enter (limiter, &two, log, "2", "ada", BTY_PRIORITY_PERSON, 1));
  while (log->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (two.is_refused);
  leave (&two);
  leave (&one);
  bty_test_settle ();
  g_assert_finalize_object (limiter);
}

/* The minute is over when nobody waits for it here: what would wait longer than it may is refused at once. */
static void
test_minute (void)
{
  g_autoptr (GString) log = g_string_new (NULL);
  BtyLimiter *limiter = bty_limiter_new ("a");
  BtyLimits limits = { .requests = 2 }, left;
  Request one, two, three;

  bty_limiter_set_limits (limiter, &limits);
  g_assert_true (enter (limiter, &one, log, "1", "ada", BTY_PRIORITY_PERSON, 1000));
  g_assert_true (enter (limiter, &two, log, "2", "ada", BTY_PRIORITY_PERSON, 1000));
  leave (&one);
  bty_limiter_get_left (limiter, &left);
  g_assert_cmpint (left.requests, ==, 0);
  g_assert_cmpint (left.tokens, ==, -1);
  enter (limiter, &three, log, "3", "ada", BTY_PRIORITY_PERSON, 1000);
  g_assert_null (three.ticket);

  /* By tokens: 20 are used by the two; what one really used counts in the place of what it wished for. */
  limits = (BtyLimits){ .tokens = 25 };
  bty_limiter_set_limits (limiter, &limits);
  enter (limiter, &three, log, "3", "ada", BTY_PRIORITY_PERSON, 1000);
  g_assert_null (three.ticket);
  bty_limiter_leave (g_steal_pointer (&two.ticket), 3);
  bty_limiter_get_left (limiter, &left);
  g_assert_cmpint (left.tokens, ==, 12);
  g_assert_true (enter (limiter, &three, log, "3", "ada", BTY_PRIORITY_PERSON, 1000));
  leave (&three);
  bty_test_settle ();
  g_assert_finalize_object (limiter);
}

static void
test_pause (void)
{
  g_autoptr (GString) log = g_string_new (NULL);
  BtyLimiter *limiter = bty_limiter_new ("a");
  Request one, two;

  bty_limiter_pause (limiter, 30);
  g_assert_false (enter (limiter, &one, log, "1", "ada", BTY_PRIORITY_PERSON, 60000));
  while (log->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (one.is_refused);
  g_assert_cmpint (bty_limiter_get_pause_ms (limiter), ==, 0);
  bty_limiter_pause (limiter, 600000);
  enter (limiter, &two, log, "2", "ada", BTY_PRIORITY_PERSON, 60000);
  g_assert_null (two.ticket);
  leave (&one);
  bty_test_settle ();
  g_assert_finalize_object (limiter);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/limiter/fair", test_fair);
  g_test_add_func ("/limiter/passed-over", test_passed_over);
  g_test_add_func ("/limiter/given-up", test_given_up);
  g_test_add_func ("/limiter/waits-too-long", test_waits_too_long);
  g_test_add_func ("/limiter/minute", test_minute);
  g_test_add_func ("/limiter/pause", test_pause);
  return g_test_run ();
}
