/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-ws-limits.h"
#include "bty-ws-turns.h"

G_BEGIN_DECLS

/**
 * BtyWsSession:
 *
 * One socket and the calls on it, each by its id. A call that cannot go on because the client does not read, or because the
 * session has sent its share of this turn of the main loop, waits in a queue, so that one long stream keeps neither the other calls
 * nor the other sessions from their turn. It ends with its socket, and gives up the calls then.
 */
typedef struct _BtyWsSession BtyWsSession;

/* @sessions: where it lists itself while it lives; @limits and @turns outlive it. Takes over @socket. */
BtyWsSession *bty_ws_session_new (BtyHost *host, const BtyWsLimits *limits, BtyPrincipal *principal, BtySocket *socket,
                                  GQueue *sessions, BtyWsTurns *turns);

/* What @turns runs. */
void bty_ws_session_run_turn (gpointer session);

/* Closes the socket. */
void bty_ws_session_close (BtyWsSession *self, guint code, const char *reason);

G_END_DECLS
