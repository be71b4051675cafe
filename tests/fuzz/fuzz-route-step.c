/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Steps of routes as anybody may write them: never a crash, and what is taken reads the same when it is printed. */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "route/bty-route-step.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const char *const needs[] = { "tools", NULL };
  const BtyRouteDemand demand = { .needs = needs, .tokens = 1000 };
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) unmet = NULL;
  g_autoptr (BtyRouteStep) step = bty_route_step_parse (text, &error);
  g_autoptr (BtyRouteStep) again = NULL;
  g_autofree char *printed = NULL;
  g_autofree char *twice = NULL;

  g_assert_true ((step == NULL) == (error != NULL));
  if (error != NULL)
    {
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return 0;
    }
  printed = bty_route_step_print (step);
  again = bty_route_step_parse (printed, NULL);
  g_assert_nonnull (again);
  twice = bty_route_step_print (again);
  g_assert_cmpstr (printed, ==, twice);
  g_assert_true (bty_route_step_admits (step, &demand, size % 24, &unmet) == (unmet == NULL));
  return 0;
}
