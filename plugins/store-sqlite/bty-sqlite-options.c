/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-store"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-sqlite-options.h"

#define KIB 1024
#define DAY (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

enum
{
  READERS,
  BUSY_TIMEOUT,
  CHECKPOINT_SIZE,
  WAL_CAP,
  CACHE_RECORDS,
  CACHE_SIZE,
  TEXT_CANDIDATES,
  EVENT_DAYS,
  EVENT_COUNT,
  N_SETTINGS,
};

const BtySetting bty_sqlite_settings[] = {
  [READERS] = { .group = "store",
                .key = "readers",
                .type = BTY_SETTING_INT,
                .fallback = "2",
                .unit = "threads",
                .min = 1,
                .max = 16,
                .summary = N_ ("How many reads run at a time"),
                .flags = BTY_SETTING_RESTART },
  [BUSY_TIMEOUT] = { .group = "store",
                     .key = "busy_timeout",
                     .type = BTY_SETTING_INT,
                     .fallback = "5000",
                     .unit = "ms",
                     .min = 0,
                     .max = 600000,
                     .summary = N_ ("How long to wait for another process that holds the database"),
                     .flags = BTY_SETTING_RESTART },
  [CHECKPOINT_SIZE] = { .group = "store",
                        .key = "checkpoint_size",
                        .type = BTY_SETTING_INT,
                        .fallback = "4096",
                        .unit = "KiB",
                        .min = 64,
                        .max = 1048576,
                        .summary = N_ ("How far the log grows before it is copied into the database"),
                        .flags = BTY_SETTING_RESTART },
  [WAL_CAP] = { .group = "store",
                .key = "wal_cap",
                .type = BTY_SETTING_INT,
                .fallback = "65536",
                .unit = "KiB",
                .min = 256,
                .max = 16777216,
                .summary = N_ ("Above this size of the log, writers wait until it is copied"),
                .flags = BTY_SETTING_RESTART },
  [CACHE_RECORDS] = { .group = "store",
                      .key = "cache_records",
                      .type = BTY_SETTING_INT,
                      .fallback = "512",
                      .unit = "records",
                      .min = 0,
                      .max = 1000000,
                      .summary = N_ ("How many records are kept in memory"),
                      .flags = BTY_SETTING_RESTART },
  [CACHE_SIZE] = { .group = "store",
                   .key = "cache_size",
                   .type = BTY_SETTING_INT,
                   .fallback = "1024",
                   .unit = "KiB",
                   .min = 0,
                   .max = 1048576,
                   .summary = N_ ("How much memory these records may take"),
                   .flags = BTY_SETTING_RESTART },
  [TEXT_CANDIDATES] = { .group = "store",
                        .key = "text_candidates",
                        .type = BTY_SETTING_INT,
                        .fallback = "2000",
                        .unit = "records",
                        .min = 10,
                        .max = 1000000,
                        .summary = N_ ("How many of the newest matches of a text search are scored"),
                        .flags = BTY_SETTING_RESTART },
  [EVENT_DAYS] = { .group = "events",
                   .key = "keep_days",
                   .type = BTY_SETTING_INT,
                   .fallback = "30",
                   .unit = "d",
                   .min = 1,
                   .max = 36500,
                   .summary = N_ ("How long an event stays in the event log"),
                   .flags = BTY_SETTING_RESTART },
  [EVENT_COUNT] = { .group = "events",
                    .key = "keep_count",
                    .type = BTY_SETTING_INT,
                    .fallback = "100000",
                    .unit = "events",
                    .min = 1,
                    .max = G_GINT64_CONSTANT (1000000000),
                    .summary = N_ ("How many events stay in the event log; the oldest go first"),
                    .flags = BTY_SETTING_RESTART },
};
const guint bty_sqlite_n_settings = N_SETTINGS;

static gint64
value_of (BtyHost *host, guint index)
{
  const BtySetting *setting = &bty_sqlite_settings[index];

  if (host != NULL)
    return bty_host_get_int (host, setting->group, setting->key);
  return g_ascii_strtoll (setting->fallback, NULL, 10);
}

void
bty_sqlite_options_load (BtySqliteOptions *options, BtyHost *host)
{
  *options = (BtySqliteOptions){
    .readers = (guint) value_of (host, READERS),
    .busy_timeout = (guint) value_of (host, BUSY_TIMEOUT),
    .checkpoint_size = value_of (host, CHECKPOINT_SIZE) * KIB,
    .wal_cap = value_of (host, WAL_CAP) * KIB,
    .cache_records = (guint) value_of (host, CACHE_RECORDS),
    .cache_size = value_of (host, CACHE_SIZE) * KIB,
    .text_candidates = (guint) value_of (host, TEXT_CANDIDATES),
    .event_age = value_of (host, EVENT_DAYS) * DAY,
    .event_count = value_of (host, EVENT_COUNT),
    .synchronous = "FULL",
  };
}
