/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <string.h>

#include "bty-ctl-nearest.h"

#define LONGEST 64

/* Edits between two words, where two letters that changed places count as one. */
static guint
distance (const char *a, const char *b)
{
  gsize n = MIN (strlen (a), LONGEST), m = MIN (strlen (b), LONGEST);
  guint rows[3][LONGEST + 1];

  for (gsize j = 0; j <= m; j++)
    rows[0][j] = (guint) j;
  for (gsize i = 1; i <= n; i++)
    {
      guint *row = rows[i % 3], *above = rows[(i - 1) % 3], *twice = rows[(i + 1) % 3];

      row[0] = (guint) i;
      for (gsize j = 1; j <= m; j++)
        {
          row[j] = MIN (MIN (above[j] + 1, row[j - 1] + 1), above[j - 1] + (a[i - 1] != b[j - 1]));
          if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            row[j] = MIN (row[j], twice[j - 2] + 1);
        }
    }
  return rows[n % 3][m];
}

const char *
bty_ctl_nearest (GPtrArray *names, const char *given)
{
  guint allowed = MAX (2, (guint) strlen (given) / 3), best = G_MAXUINT;
  const char *found = NULL;

  if (strlen (given) < 2)
    return NULL;
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = names->pdata[i];
      guint edits = g_str_has_prefix (name, given) ? 1 : distance (name, given);

      if (edits < best && edits <= allowed && edits < strlen (name))
        {
          best = edits;
          found = name;
        }
    }
  return found;
}
