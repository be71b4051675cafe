/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "route/bty-breaker.h"
#include "route/bty-route-step.h"

static void
test_print (void)
{
  static const char *const texts[] = { "builtin",
                                       "openai/gpt-5",
                                       "a/vendor/model:free",
                                       "a/m?tools",
                                       "a/m?!vision&files",
                                       "a/m?context>32000&cost<0.02",
                                       "a/m?context<1&cost<12&hour=22-6",
                                       "smart?hour=0-24",
                                       "a/m?cost<0.000001" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BtyRouteStep) step = bty_route_step_parse (texts[i], &error);
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      text = bty_route_step_print (step);
      g_assert_cmpstr (text, ==, texts[i]);
    }
}

static void
test_refused (void)
{
  static const struct
  {
    const char *text;
    const char *says;
  } wrong[] = {
    { "", "write PROVIDER/MODEL" },
    { "/m", "write PROVIDER/MODEL" },
    { "a b/m", "no spaces" },
    { "a/m,b/m", "no spaces and no commas" },
    { "a/m?", "as in ?tools" },
    { "a/m?tool", "“tool”: no such condition: there are tools" },
    { "a/m?!hour=1-2", "no such condition" },
    { "a/m?tools&", "no such condition" },
    { "a/m?context>", "context>32000" },
    { "a/m?context>-1", "context>32000" },
    { "a/m?context>1e3", "context>32000" },
    { "a/m?context>99999999999999999999", "context>32000" },
    { "a/m?context=1", "no such condition" },
    { "a/m?cost<", "cost<0.02" },
    { "a/m?cost<0", "cost<0.02" },
    { "a/m?cost<.5", "cost<0.02" },
    { "a/m?cost<1.", "cost<0.02" },
    { "a/m?cost<0.0000001", "cost<0.02" },
    { "a/m?cost<1.2.3", "cost<0.02" },
    { "a/m?hour=6", "hour=22-6" },
    { "a/m?hour=24-6", "hour=22-6" },
    { "a/m?hour=6-25", "hour=22-6" },
    { "a/m?hour=6-6", "hour=22-6" },
    { "a/m?tools&tools&tools&tools&tools&tools&tools&tools&tools", "8 conditions" },
    { "a/\xff", "no spaces" },
    { "-a/m", "write PROVIDER/MODEL" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BtyRouteStep) step = bty_route_step_parse (wrong[i].text, &error);

      if (step != NULL)
        g_error ("“%s” was taken", wrong[i].text);
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
      if (strstr (error->message, wrong[i].says) == NULL)
        g_error ("“%s” does not say “%s”", error->message, wrong[i].says);
    }
}

static gboolean
admits (const char *text, const BtyRouteDemand *demand, gint64 hour)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyRouteStep) step = bty_route_step_parse (text, &error);
  gboolean is_admitted;

  g_assert_no_error (error);
  is_admitted = bty_route_step_admits (step, demand, hour, &error);
  g_assert_true (is_admitted == (error == NULL));
  return is_admitted;
}

static void
test_conditions (void)
{
  static const char *const tools[] = { "tools", NULL };
  const BtyRouteDemand plain = { .tokens = 1000 };
  const BtyRouteDemand with_tools = { .needs = tools, .tokens = 50000 };

  g_assert_true (admits ("a/m", &plain, 0));
  g_assert_false (admits ("a/m?tools", &plain, 0));
  g_assert_true (admits ("a/m?tools", &with_tools, 0));
  g_assert_true (admits ("a/m?!tools", &plain, 0));
  g_assert_false (admits ("a/m?!tools", &with_tools, 0));
  g_assert_false (admits ("a/m?tools&vision", &with_tools, 0));
  g_assert_true (admits ("a/m?context<1001", &plain, 0));
  g_assert_false (admits ("a/m?context<1000", &plain, 0));
  g_assert_false (admits ("a/m?context>1000", &plain, 0));
  g_assert_true (admits ("a/m?context>999", &plain, 0));
  g_assert_true (admits ("a/m?hour=8-18", &plain, 8));
  g_assert_false (admits ("a/m?hour=8-18", &plain, 18));
  g_assert_true (admits ("a/m?hour=22-6", &plain, 23));
  g_assert_true (admits ("a/m?hour=22-6", &plain, 5));
  g_assert_false (admits ("a/m?hour=22-6", &plain, 6));
  g_assert_false (admits ("a/m?hour=22-6", &plain, 21));
}

static void
test_cost (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyRouteStep) step = bty_route_step_parse ("a/m?cost<0.02", &error);

  g_assert_no_error (error);
  g_assert_true (bty_route_step_is_about_cost (step));
  g_assert_true (bty_route_step_admits_cost (step, 19999, &error));
  g_assert_false (bty_route_step_admits_cost (step, 20000, &error));
  g_assert_nonnull (strstr (error->message, "cost<0.02"));
}

/* Conditions of a route's name count for each of its steps. */
static void
test_copy (void)
{
  g_autoptr (BtyRouteStep) step = bty_route_step_parse ("a/m?tools", NULL);
  g_autoptr (BtyRouteStep) from = bty_route_step_parse ("smart?hour=1-2&context>5", NULL);
  g_autoptr (BtyRouteStep) both = bty_route_step_copy (step, from);
  g_autofree char *text = bty_route_step_print (both);

  g_assert_cmpstr (text, ==, "a/m?tools&hour=1-2&context>5");
}

/* All times are given: it does not depend on the machine. */
static void
test_breaker (void)
{
  const BtyBreakerRules rules = { .failures = 3, .pause_us = 100 };
  g_autoptr (BtyBreaker) breaker = bty_breaker_new ();

  bty_breaker_fail (breaker, &rules, 10, "one");
  bty_breaker_fail (breaker, &rules, 10, "two");
  g_assert_cmpint (bty_breaker_get_state (breaker, 10), ==, BTY_BREAKER_CLOSED);
  g_assert_true (bty_breaker_admit (breaker, 10));
  bty_breaker_fail (breaker, &rules, 10, "three");
  g_assert_cmpint (bty_breaker_get_state (breaker, 10), ==, BTY_BREAKER_OPEN);
  g_assert_cmpint (bty_breaker_get_wait (breaker, 60), ==, 50);
  g_assert_false (bty_breaker_admit (breaker, 109));
  g_assert_cmpstr (breaker->reason, ==, "three");

  /* What was on its way before it opened does not make the pause longer. */
  bty_breaker_fail (breaker, &rules, 50, "late");
  g_assert_cmpint (bty_breaker_get_wait (breaker, 60), ==, 50);

  g_assert_cmpint (bty_breaker_get_state (breaker, 110), ==, BTY_BREAKER_HALF_OPEN);
  g_assert_true (bty_breaker_admit (breaker, 110));
  g_assert_false (bty_breaker_admit (breaker, 110)); /* one tries, no more */
  bty_breaker_give_up (breaker);
  g_assert_true (bty_breaker_admit (breaker, 110));
  bty_breaker_fail (breaker, &rules, 120, "again");
  g_assert_cmpint (bty_breaker_get_wait (breaker, 120), ==, 200);
  for (guint i = 0; i < 10; i++)
    {
      g_assert_true (bty_breaker_admit (breaker, 1000000 * (i + 1)));
      bty_breaker_fail (breaker, &rules, 1000000 * (i + 1), "again");
    }
  g_assert_cmpint (bty_breaker_get_wait (breaker, 10000000), ==, 1600); /* and no longer */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/route-step/print", test_print);
  g_test_add_func ("/route-step/refused", test_refused);
  g_test_add_func ("/route-step/conditions", test_conditions);
  g_test_add_func ("/route-step/cost", test_cost);
  g_test_add_func ("/route-step/copy", test_copy);
  g_test_add_func ("/route-step/breaker", test_breaker);
  return g_test_run ();
}
