/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-sqlite-connection.h"
#include "bty-sql-query.h"

/*
 * The text index over messages (FTS5). A deleted text stays in it until its segments are merged, which is done in steps while nothing else
 * is to do; a mark in the database remembers it past the end of the process.
 */
extern const char *const bty_sqlite_text_version_1[];

/* (transfer full) (nullable): @words as an FTS5 expression of quoted words; NULL when there is no word in it */
char *bty_sqlite_text_match (const char *words);

/* Fills in how records of @schema are searched; FALSE when they are not. */
gboolean bty_sqlite_text_search (const BtySchema *schema, const char *match, guint candidates,
                                 BtySqlTextSearch *search);

/* Whether deleted text is still to be merged away. */
gboolean bty_sqlite_text_is_dirty (BtySqliteConnection *self);
/* One step of that, a commit of its own; @is_done: (out): whether it was the last one. */
gboolean bty_sqlite_text_merge (BtySqliteConnection *self, gboolean is_first, gboolean *is_done, GError **error);
