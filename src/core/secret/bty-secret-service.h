/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BtySecretService:
 *
 * Where references such as `env:NAME` and `memory:NAME` become secrets. What is put in stays in memory alone; the daemon's environment is
 * read once, into locked memory, and cleared from what its children inherit (variables named *_API_KEY, *_TOKEN, *_SECRET).
 */
#define BTY_TYPE_SECRET_SERVICE (bty_secret_service_get_type ())
G_DECLARE_FINAL_TYPE (BtySecretService, bty_secret_service, BTY, SECRET_SERVICE, GObject)

BtySecretService *bty_secret_service_new (void);
/** bty_secret_service_put: keeps @secret as `memory:@name`; %NULL forgets it */
void bty_secret_service_put (BtySecretService *service, const char *name, BtySecret *secret);
/** bty_secret_service_find: Returns: (transfer full) (nullable): %NULL with NOT_FOUND, saying how to give it, or INVALID_ARGUMENT */
BtySecret *bty_secret_service_find (BtySecretService *service, const char *reference, GError **error);
