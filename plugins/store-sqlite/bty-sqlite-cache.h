/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/*
 * BtySqliteCache:
 *
 * Records that were read lately, by id and by their unique fields, so that a get needs no thread. Main context only. Reads fill it,
 * commits change what is in it. A read that was asked for before a commit was told may bring back what that commit replaced: it
 * is kept out by the stamp that it was given when it was asked for.
 */
typedef struct _BtySqliteCache BtySqliteCache;

BtySqliteCache *bty_sqlite_cache_new (guint max_records, gint64 max_size);
void bty_sqlite_cache_free (BtySqliteCache *self);

/* (transfer full) (nullable) */
gpointer bty_sqlite_cache_get (BtySqliteCache *self, const BtySchema *schema, const BtyField *field, const char *value);

/* When a read is asked for; every read that has begun must end. */
guint64 bty_sqlite_cache_begin_read (BtySqliteCache *self);
/* @record: (nullable): what it found */
void bty_sqlite_cache_end_read (BtySqliteCache *self, guint64 stamp, gconstpointer record);

/* After a commit. */
void bty_sqlite_cache_change (BtySqliteCache *self, const BtyChange *change);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtySqliteCache, bty_sqlite_cache_free)
