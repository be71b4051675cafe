/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-settings.h"
#include "observe/bty-audit-log.h"

/**
 * BtyDispatcher:
 *
 * The one way in: scope, decode, validate, replay, run, audit, in that order, for every door. Settings group `calls`.
 */
#define BTY_TYPE_DISPATCHER (bty_dispatcher_get_type ())
G_DECLARE_FINAL_TYPE (BtyDispatcher, bty_dispatcher, BTY, DISPATCHER, GObject)

BtyDispatcher *bty_dispatcher_new (BtyCatalogue *catalogue, BtySettings *settings);
/** bty_dispatcher_set_store: where idempotency keys are kept; without it a call with a key is refused */
void bty_dispatcher_set_store (BtyDispatcher *dispatcher, BtyStore *store);
/** bty_dispatcher_set_audit: @audit: (nullable): where writes and denials are put on record */
void bty_dispatcher_set_audit (BtyDispatcher *dispatcher, BtyAuditLog *audit);
/** bty_dispatcher_start: Returns: (transfer full): never %NULL; it may have ended already */
BtyCall *bty_dispatcher_start (BtyDispatcher *dispatcher, const BtyCallSpec *spec);
/** bty_dispatcher_hold: calls that start from now on are not carried out before bty_dispatcher_release(); the first calls @on_held */
void bty_dispatcher_hold (BtyDispatcher *dispatcher, void (*on_held) (gpointer data), gpointer data);
/** bty_dispatcher_release: carries out what waits, in order; nothing when nothing is held */
void bty_dispatcher_release (BtyDispatcher *dispatcher);
guint64 bty_dispatcher_get_n_calls (BtyDispatcher *dispatcher);
/** bty_dispatcher_get_n_running: Returns: how many calls are being carried out */
guint bty_dispatcher_get_n_running (BtyDispatcher *dispatcher);
/** bty_dispatcher_cancel_of: gives up what @principal has under way, that without an end included */
void bty_dispatcher_cancel_of (BtyDispatcher *dispatcher, const BtyPrincipal *principal);
/** bty_dispatcher_cancel_all: at the daemon's end */
void bty_dispatcher_cancel_all (BtyDispatcher *dispatcher);
