/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-sqlite-connection.h"

/*
 * BtySqliteCheck:
 *
 * PRAGMA quick_check in a thread of its own, after an end without a close. It takes as long as the database is large.
 */
typedef struct _BtySqliteCheck BtySqliteCheck;

typedef enum
{
  BTY_SQLITE_CHECK_RUNNING,
  BTY_SQLITE_CHECK_PASSED,
  BTY_SQLITE_CHECK_FAILED,
  BTY_SQLITE_CHECK_BROKEN_OFF,
} BtySqliteCheckState;

BtySqliteCheck *bty_sqlite_check_start (const char *file, const BtySqliteOptions *options);
/* Any thread. */
BtySqliteCheckState bty_sqlite_check_get_state (BtySqliteCheck *self);
/* Breaks it off. */
void bty_sqlite_check_free (BtySqliteCheck *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtySqliteCheck, bty_sqlite_check_free)
