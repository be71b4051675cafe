/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bot/bty-bot-service.h"
#include "route/bty-provider-service.h"

/**
 * BtyCapsuleService:
 *
 * Bots that travel: written into capsules and made of them, or of another program's folder. Settings group `capsules`.
 */
#define BTY_TYPE_CAPSULE_SERVICE (bty_capsule_service_get_type ())
G_DECLARE_FINAL_TYPE (BtyCapsuleService, bty_capsule_service, BTY, CAPSULE_SERVICE, GObject)

BtyCapsuleService *bty_capsule_service_new (BtyBotService *bots, BtySoulService *souls, BtyProviderService *providers,
                                            BtySettings *settings, const char *data_dir);
/** bty_capsule_add_settings: declares the settings of the group `capsules` */
void bty_capsule_add_settings (BtySettings *settings);

extern const BtyOperation bty_capsule_operations[];
extern const guint bty_n_capsule_operations;
