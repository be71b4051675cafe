/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include "bty-test-warnings.h"

#include <stdlib.h>

static GString *kept;

static GLogWriterOutput
keep (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer unused)
{
  if ((level & G_LOG_LEVEL_WARNING) == 0)
    {
      GLogWriterOutput output = g_log_writer_default (level, fields, n_fields, NULL);

      if ((level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)) != 0)
        abort ();
      return output;
    }
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE"))
      {
        g_string_append_len (kept, fields[i].value, fields[i].length);
        g_string_append_c (kept, '\n');
      }
  return G_LOG_WRITER_HANDLED;
}

void
bty_test_warnings_keep (void)
{
  if (kept != NULL)
    return;
  kept = g_string_new (NULL);
  g_log_set_writer_func (keep, NULL, NULL);
}

char *
bty_test_warnings_take (void)
{
  char *text = g_strdup (kept->str);

  g_string_truncate (kept, 0);
  return text;
}
