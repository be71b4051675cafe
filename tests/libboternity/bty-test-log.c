/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bty-test-log.h"

#include <stdlib.h>
#include <string.h>

#define FATAL (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING)

static const char *expected_domain;
static const char *expected_pattern;
static GLogLevelFlags expected_level;
static guint matched;

static const char *
find_field (const GLogField *fields, gsize n_fields, const char *key)
{
  for (gsize i = 0; i < n_fields; i++)
    {
      if (strcmp (fields[i].key, key) == 0 && fields[i].length < 0)
        return fields[i].value;
    }
  return "";
}

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  GLogWriterOutput output;

  if (expected_pattern != NULL && (level & G_LOG_LEVEL_MASK) == expected_level &&
      strcmp (find_field (fields, n_fields, "GLIB_DOMAIN"), expected_domain) == 0 &&
      g_pattern_match_simple (expected_pattern, find_field (fields, n_fields, "MESSAGE")))
    {
      matched += 1;
      return G_LOG_WRITER_HANDLED;
    }
  output = g_log_writer_default (level, fields, n_fields, data);
  if (expected_pattern != NULL && (level & FATAL) != 0)
    abort ();
  return output;
}

void
bty_test_expect_log (const char *domain, GLogLevelFlags level, const char *pattern)
{
  static gboolean set;

  g_assert_null (expected_pattern);
  if (!set)
    g_log_set_writer_func (write_log, NULL, NULL);
  set = TRUE;
  expected_domain = domain;
  expected_level = level;
  expected_pattern = pattern;
  matched = 0;
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
}

void
bty_test_assert_logged (void)
{
  expected_pattern = NULL;
  g_log_set_always_fatal ((GLogLevelFlags) FATAL);
  g_assert_cmpuint (matched, ==, 1);
}
