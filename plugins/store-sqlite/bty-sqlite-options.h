/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/*
 * BtySqliteOptions:
 * @vfs: (nullable): SQLite file layer; tests put their own under the store
 * @synchronous: value of PRAGMA synchronous; FULL but in the test that shows what it is good for
 *
 * The settings in force, read once when the store is opened.
 */
typedef struct
{
  guint readers;
  guint busy_timeout;     /* ms */
  gint64 checkpoint_size; /* bytes */
  gint64 wal_cap;         /* bytes */
  guint cache_records;
  gint64 cache_size; /* bytes */
  guint text_candidates;
  gint64 event_age; /* us */
  gint64 event_count;
  const char *vfs;
  const char *synchronous;
} BtySqliteOptions;

extern const BtySetting bty_sqlite_settings[];
extern const guint bty_sqlite_n_settings;

/* @host: (nullable): without one the defaults count */
void bty_sqlite_options_load (BtySqliteOptions *options, BtyHost *host);
