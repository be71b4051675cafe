/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

extern const BtySetting bty_keyring_settings[];
extern const guint bty_keyring_n_settings;

/* @host: outlives every store. */
void bty_keyring_options_set_host (BtyHost *host);

guint bty_keyring_options_timeout_ms (void);
guint bty_keyring_options_unlock_timeout_ms (void);
guint bty_keyring_options_refresh_ms (void);

/* What tells this installation's secrets from those of another: (transfer full), hexadecimal or what the setting says. */
char *bty_keyring_options_installation (void);

G_END_DECLS
