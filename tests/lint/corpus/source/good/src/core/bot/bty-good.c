/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-bot"

#include "config.h"

#include <gio/gio.h>

/* goto, TO-DO and strcpy () in a comment or a string break no rule. */
#define LOOP(list) for (GList *l = (list); l != NULL; l = l->next)

static const int table[] = { 1, 2, 3 };

struct point
{
  int x;
};

static char *
four_deep (GList *list, int a)
{
  LOOP (list)
    {
      if (a > 1)
        while (a-- > 0)
          {
            if (a == 7)
              return g_strdup ("goto strcpy (");
          }
      else if (a < 0)
        g_message ("%s", "}{");
      else if (a == 0)
        g_message ("'");
    }
  return NULL;
}

#ifdef G_OS_UNIX
static int
split (int a) {
#else
static int
split (int a, int b) {
#endif
  switch (a)
    {
    case '{':
      {
        struct point p = { .x = a };
        for (int i = 0; i < 3; i++)
          if (p.x > table[i])
            do
              p.x--;
            while (p.x > 0);
        return p.x;
      }
    default:
      return (struct point) { 1 }.x;
    }
}
