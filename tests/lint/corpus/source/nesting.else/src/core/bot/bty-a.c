/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-bot"

#include "config.h"

#include <gio/gio.h>

static void
f (int a)
{
  if (a)
    return;
  else
    {
      if (a)
        return;
      else
        {
          for (;;)
            if (a)
              a_loop_macro (a)
                {
                  a++;
                }
        }
    }
}
