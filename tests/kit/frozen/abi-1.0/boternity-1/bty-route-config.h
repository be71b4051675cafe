/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-record.h"

G_BEGIN_DECLS

/**
 * BtyRouteConfig:
 * @name: what bots call it, in the place of a model; no provider may have the same name
 * @steps: what to try, in order, each as `PROVIDER/MODEL[?CONDITION[&CONDITION…]]`
 * @hedge_ms: (nullable): when the first token is not here after so many milliseconds, the next step is begun beside; the first that
 *   answers wins; 0: never; null: the setting route.hedge_ms
 *
 * A route with a name, for all bots.
 */
typedef struct
{
  BtyRecord record;
  char *name;
  char *description;
  GStrv steps;
  gint64 hedge_ms;
} BtyRouteConfig;

BTY_DECLARE_RECORD (BtyRouteConfig, bty_route_config)

G_END_DECLS
