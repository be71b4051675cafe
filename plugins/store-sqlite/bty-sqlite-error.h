/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>
#include <sqlite3.h>

/*
 * Sets @error from what SQLite says, with the file and the remedy. @db may be NULL.
 * Always FALSE, so that it can end a function.
 */
gboolean bty_sqlite_error_set (GError **error, sqlite3 *db, int code, const char *file);
