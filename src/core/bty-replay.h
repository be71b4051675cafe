/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BtyReplay:
 *
 * Idempotency keys. A key is kept, durably, before its operation runs, and again with the answer. The same key with the same
 * request gives the first answer, also after a restart; while the first is still running, both follow it, and a caller that gives up
 * stops nothing. An answer is told after it is kept. A passing failure (no room, not reachable) of an operation that does not stream frees the
 * key. The same key with another request, or one whose first run was cut off by a crash (nobody knows how far it came), is refused.
 */
typedef struct _BtyReplay BtyReplay;

BtyReplay *bty_replay_new (BtyStore *store, gint64 keep_hours);
void bty_replay_free (BtyReplay *replay);

/** bty_replay_start: runs the operation of @call, or ends @call with what the key's first call was answered */
void bty_replay_start (BtyReplay *replay, BtyCall *call, const char *key);
