/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/**
 * BtyWsLimits:
 * @max_calls: calls that run on one socket at once
 * @credit: items that a stream may send before its client says `$/credit`, when the call names no number
 * @max_credit: most that a client may grant one call
 * @max_pending: bytes waiting for a client that does not read, above which nothing more is made or taken
 *
 * What the settings of the group `ws` allow.
 */
typedef struct
{
  guint max_calls;
  gint64 credit;
  gint64 max_credit;
  gsize max_pending;
} BtyWsLimits;

extern const BtySetting bty_ws_settings[];
extern const guint bty_ws_n_settings;

void bty_ws_limits_load (BtyWsLimits *limits, BtyHost *host);

G_END_DECLS
