/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-soup-websocket-limits.h"

G_BEGIN_DECLS

/**
 * BtySoupLimits:
 * @max_headers: bytes of a request's head
 * @max_body: bytes of a request's body
 * @max_bodies: bytes of all bodies held at once
 * @max_connections: connections held at once
 * @header_timeout: time to send a head, in microseconds, as all below
 * @body_timeout: time to send the rest of a request
 * @idle_timeout: time a connection is kept without a request, or an answer without progress
 * @drain_time: time that running answers have when the door closes
 * @websocket: what holds for WebSockets
 *
 * What the settings of the group `http` allow.
 */
typedef struct
{
  gsize max_headers;
  gsize max_body;
  gsize max_bodies;
  guint max_connections;
  gint64 header_timeout;
  gint64 body_timeout;
  gint64 idle_timeout;
  gint64 drain_time;
  BtySoupWebsocketLimits websocket;
} BtySoupLimits;

extern const BtySetting bty_soup_settings[];
extern const guint bty_soup_n_settings;

void bty_soup_limits_load (BtySoupLimits *limits, BtyHost *host);

/* How often connections are looked at: often enough for the shortest of the time-outs; milliseconds. */
guint bty_soup_limits_get_interval (const BtySoupLimits *limits);

G_END_DECLS
