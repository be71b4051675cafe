/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-settings.h"

/**
 * BtyIdle:
 *
 * Ends a daemon that was started by activation and that nobody has used for a while: no call runs, no door keeps it (a TCP door does,
 * and so does a connected client). Before it ends, the doors take back what the activator finds the daemon by, so that what comes
 * in meanwhile is either answered or starts the next daemon. Setting `daemon.idle_exit`. Main context.
 */
typedef struct _BtyIdle BtyIdle;

/** BtyIdleBusy: @n_uses: (out): a number that grows with each use; Returns: whether it is in use right now */
typedef gboolean (*BtyIdleBusy) (guint64 *n_uses, gpointer data);

extern const BtySetting bty_idle_settings[];
extern const guint bty_n_idle_settings;

/** bty_idle_new: @transports: (element-type BtyTransport): the open doors; @expire: called once, when the daemon should end */
BtyIdle *bty_idle_new (BtySettings *settings, GPtrArray *transports, BtyIdleBusy is_busy, GSourceOnceFunc expire,
                       gpointer data);
void bty_idle_free (BtyIdle *idle);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyIdle, bty_idle_free)
