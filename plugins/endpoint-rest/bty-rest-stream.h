/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-rest-answer.h"

G_BEGIN_DECLS

/**
 * BtyRestStreams:
 *
 * The server-sent event streams that are open, with one timer for the heartbeats of all.
 */
typedef struct _BtyRestStreams BtyRestStreams;

extern const BtySetting bty_rest_settings[];
extern const guint bty_rest_n_settings;

BtyRestStreams *bty_rest_streams_new (BtyHost *host);
/* Ends them all. */
void bty_rest_streams_free (BtyRestStreams *streams);

/* Sends the items of @call as they come, then how it ended; gives it up when the client goes. */
void bty_rest_streams_add (BtyRestStreams *streams, const BtyRestContext *context, BtyCall *call);

G_END_DECLS
