/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/**
 * BtySoupWebsocketLimits:
 * @max_message: bytes of a message
 * @max_fragments: frames of a message
 * @messages: messages in a second
 * @pings: pings and pongs in a second
 * @message_time: time a message may take once it has begun, in microseconds, as all below
 * @ping_interval: silence after which the other side is asked whether it is there
 * @pong_time: time it has to say so
 * @close_time: time the closing handshake may take
 *
 * What the settings `http.websocket_*` allow.
 */
typedef struct
{
  gsize max_message;
  guint max_fragments;
  guint messages;
  guint pings;
  gint64 message_time;
  gint64 ping_interval;
  gint64 pong_time;
  gint64 close_time;
} BtySoupWebsocketLimits;

extern const BtySetting bty_soup_websocket_settings[];
extern const guint bty_soup_websocket_n_settings;

void bty_soup_websocket_limits_load (BtySoupWebsocketLimits *limits, BtyHost *host);

/* The shortest of the time-outs. */
gint64 bty_soup_websocket_limits_get_shortest (const BtySoupWebsocketLimits *limits);

G_END_DECLS
