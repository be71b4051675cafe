/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-sqlite-migrate.h"

/*
 * (transfer full) (nullable): the writing connection to `boternity.db` in @folder. Makes the folder (0700) and the file (0600) when
 * they are not there, and brings the schema up to date.
 * @was_unclean: (out): whether the process before ended without closing: its log is still there
 */
BtySqliteConnection *bty_sqlite_file_open (const char *folder, const BtySqliteOptions *options,
                                           const BtySqliteSchema *schema, gboolean *was_unclean, GError **error);
