/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "route/bty-router.h"

/** bty_test_router_new: @settings: with the group `chat`; Returns: (transfer full): a router over @providers */
BtyRouter *bty_test_router_new (BtyProviderService *providers, BtyStore *store, BtySettings *settings);
/** bty_test_add_provider: @json: its record as one gives it to add it */
void bty_test_add_provider (BtyProviderService *providers, const char *json);
/** bty_test_settings_new: Returns: (transfer full): settings that no file gives, with the group `chat` */
BtySettings *bty_test_settings_new (void);
