/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include "route/bty-fault-draw.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MOST_BEFORE_CUT 2048 /* bytes of an answer that come before it is cut, at most */

#define PER_MILLE(key_, summary_)                                                                                      \
  {                                                                                                                    \
    .group = "faults", .key = key_, .type = BTY_SETTING_INT, .fallback = "0", .unit = "‰", .max = 1000,                \
    .summary = summary_                                                                                                \
  }

static const BtySetting settings_table[] = {
  PER_MILLE ("rate", N_ ("How many of a thousand requests to providers are answered with 429 instead of being sent")),
  { .group = "faults",
    .key = "retry_after",
    .type = BTY_SETTING_INT,
    .fallback = "1",
    .unit = "s",
    .min = -1,
    .max = 86400,
    .summary = N_ ("What such an answer says in Retry-After; -1: nothing") },
  PER_MILLE ("server", N_ ("How many of a thousand requests are answered with 500 instead of being sent")),
  PER_MILLE ("refused", N_ ("How many of a thousand requests find nobody who listens")),
  PER_MILLE ("garbage", N_ ("How many of a thousand requests are answered with what is not the protocol")),
  PER_MILLE ("slow", N_ ("How many of a thousand requests wait before they are sent")),
  { .group = "faults",
    .key = "slow_ms",
    .type = BTY_SETTING_INT,
    .fallback = "10000",
    .unit = "ms",
    .min = 1,
    .max = 86400000,
    .summary = N_ ("How long such a request waits") },
  PER_MILLE ("cut", N_ ("How many of a thousand answers are cut in their middle")),
  { .group = "faults",
    .key = "seed",
    .type = BTY_SETTING_INT,
    .fallback = "1",
    .min = 0,
    .max = G_MAXINT64,
    .summary = N_ ("What the faults are drawn from: the same number makes the same requests of a provider fail") },
  { .group = "faults",
    .key = "providers",
    .type = BTY_SETTING_STRING,
    .fallback = "",
    .summary = N_ ("Names of the providers that faults befall, separated by commas; empty: all") },
};

/* In the order in which they are drawn. */
static const struct
{
  const char *key;
  BtyFaultKind kind;
} kinds[] = {
  { "rate", BTY_FAULT_RATE },       { "server", BTY_FAULT_SERVER }, { "refused", BTY_FAULT_REFUSED },
  { "garbage", BTY_FAULT_GARBAGE }, { "slow", BTY_FAULT_SLOW },     { "cut", BTY_FAULT_CUT },
};

void
bty_fault_add_settings (BtySettings *settings)
{
  bty_settings_add (settings, settings_table, G_N_ELEMENTS (settings_table));
}

gboolean
bty_fault_are_on (BtySettings *settings)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (bty_settings_get_int (settings, "faults", kinds[i].key) > 0)
      return TRUE;
  return FALSE;
}

static gboolean
befalls (BtySettings *settings, const char *provider)
{
  g_autofree char *names = bty_settings_get (settings, "faults", "providers");
  g_auto (GStrv) split = g_strsplit_set (names != NULL ? names : "", ", ", -1);
  gboolean is_any = TRUE;

  for (char **name = split; *name != NULL; name++)
    {
      if (g_str_equal (*name, provider))
        return TRUE;
      is_any = is_any && **name == '\0';
    }
  return is_any;
}

void
bty_fault_draw (BtySettings *settings, const char *provider, guint64 number, BtyFault *fault)
{
  guint64 seed, drawn;
  gint64 least = 0;

  *fault = (BtyFault){ .kind = BTY_FAULT_NONE };
  if (!befalls (settings, provider))
    return;
  seed = (guint64) bty_settings_get_int (settings, "faults", "seed");
  drawn = bty_fault_random (seed, provider, number);
  for (guint i = 0; i < G_N_ELEMENTS (kinds) && fault->kind == BTY_FAULT_NONE; i++)
    {
      gint64 share = bty_settings_get_int (settings, "faults", kinds[i].key);

      if ((gint64) (drawn % 1000) < least + share)
        fault->kind = kinds[i].kind;
      least += share;
    }
  fault->seed = bty_fault_random (seed, "garbage", drawn);
  fault->retry_after_s = bty_settings_get_int (settings, "faults", "retry_after");
  fault->delay_ms = bty_settings_get_int (settings, "faults", "slow_ms");
  fault->after_bytes = (gint64) (bty_fault_random (seed, "cut", drawn) % MOST_BEFORE_CUT) + 1;
}

char *
bty_fault_find_problem (BtySettings *settings)
{
  g_autoptr (GString) on = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      gint64 share = bty_settings_get_int (settings, "faults", kinds[i].key);

      if (share > 0)
        g_string_append_printf (on, "%sfaults.%s %lld ‰", on->len > 0 ? ", " : "", kinds[i].key, (long long) share);
    }
  if (on->len == 0)
    return NULL;
  return g_strdup_printf (_ ("answers of providers are made to fail on purpose (%s): “boternity-ctl config unset "
                             "faults.…” ends the rehearsal"),
                          on->str);
}
