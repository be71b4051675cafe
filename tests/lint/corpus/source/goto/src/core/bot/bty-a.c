/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-bot"

#include "config.h"

#include <gio/gio.h>

static int
f (int a)
{
  if (a)
    goto out;
out:
  return a;
}
