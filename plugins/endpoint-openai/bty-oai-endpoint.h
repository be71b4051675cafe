/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/**
 * BtyOaiEndpoint:
 *
 * Bots, routes and models as the OpenAI API below `/v1`, for programs that speak nothing else. It is a way in to the operations
 * `model.complete`, `model.embed` and `model.targets` and knows nothing of what they do.
 */
#define BTY_TYPE_OAI_ENDPOINT (bty_oai_endpoint_get_type ())
G_DECLARE_FINAL_TYPE (BtyOaiEndpoint, bty_oai_endpoint, BTY, OAI_ENDPOINT, GObject)

extern const BtySetting bty_oai_settings[];
extern const guint bty_oai_n_settings;

G_END_DECLS
