/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-route-config.h"

static const BtyField route_config_fields[] = {
  BTY_STORED_FIELDS (0),
  BTY_FIELD_STRING (BtyRouteConfig, name, BTY_REQUIRED | BTY_CREATE_ONLY | BTY_KEY | BTY_INDEXED | BTY_UNIQUE,
                    N_ ("What bots call it, in the place of a model"), .min = 1, .max = 64),
  BTY_FIELD_TEXT (BtyRouteConfig, description, 0, N_ ("What it is for"), .max = 2000),
  BTY_FIELD_STRV (BtyRouteConfig, steps, BTY_REQUIRED,
                  N_ ("What to try, in order, each as provider/model, with conditions after a question mark"), .min = 1,
                  .max = 32),
  BTY_FIELD_INT64 (BtyRouteConfig, hedge_ms, BTY_NULLABLE,
                   N_ ("Milliseconds without a first token after which the next step is begun beside; 0: never"),
                   .max = 600000),
};

BTY_DEFINE_RECORD (BtyRouteConfig, bty_route_config, "route", N_ ("A route with a name"), route_config_fields)
