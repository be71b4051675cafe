/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <time.h>

#include "route/bty-route-steps.h"

static gboolean
is_known (GPtrArray *steps, const BtyRouteStep *step)
{
  g_autofree char *text = bty_route_step_print (step);

  for (guint i = 0; i < steps->len; i++)
    {
      g_autofree char *other = bty_route_step_print (steps->pdata[i]);

      if (g_str_equal (text, other))
        return TRUE;
    }
  return FALSE;
}

/* Takes @step. */
static void
add_once (GPtrArray *steps, BtyRouteStep *own)
{
  g_autoptr (BtyRouteStep) step = own;

  if (!is_known (steps, step))
    g_ptr_array_add (steps, g_steal_pointer (&step));
}

/* What holds for a route holds for each of its steps. */
static gboolean
add_route (GPtrArray *steps, const BtyRouteConfig *route, const BtyRouteStep *from, GError **error)
{
  for (guint i = 0; route->steps != NULL && route->steps[i] != NULL; i++)
    {
      g_autoptr (BtyRouteStep) step = bty_route_step_parse (route->steps[i], error);

      if (step == NULL)
        return FALSE;
      add_once (steps, bty_route_step_copy (step, from));
    }
  return TRUE;
}

static gboolean
add_text (BtyProviderService *providers, GPtrArray *steps, const char *text, gint64 *hedge_ms, GError **error)
{
  g_autoptr (BtyRouteStep) step = bty_route_step_parse (text, error);
  const BtyRouteConfig *route;

  if (step == NULL)
    return FALSE;
  route = step->model == NULL ? bty_provider_service_peek_route (providers, step->provider) : NULL;
  if (route == NULL)
    {
      add_once (steps, g_steal_pointer (&step));
      return TRUE;
    }
  if (hedge_ms != NULL && !BTY_IS_NULL (route, BtyRouteConfig, hedge_ms))
    *hedge_ms = route->hedge_ms;
  return add_route (steps, route, step, error);
}

GPtrArray *
bty_route_expand (BtyProviderService *providers, const char *const *texts, gint64 *hedge_ms, GError **error)
{
  g_autoptr (GPtrArray) steps = g_ptr_array_new_with_free_func ((GDestroyNotify) bty_route_step_free);

  for (guint i = 0; texts != NULL && texts[i] != NULL; i++)
    if (texts[i][0] != '\0' && !add_text (providers, steps, texts[i], hedge_ms, error))
      return NULL;
  if (steps->len == 0 && !add_text (providers, steps, BTY_BUILTIN_PROVIDER, NULL, error))
    return NULL;
  return g_steal_pointer (&steps);
}

gint64
bty_route_hour (void)
{
  time_t now = time (NULL);
  struct tm local;

  return localtime_r (&now, &local) != NULL ? local.tm_hour : 0;
}
