/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity-http.h>

G_BEGIN_DECLS

extern const BtySetting bty_hashicorp_settings[];
extern const guint bty_hashicorp_n_settings;

/* @host: outlives every store. */
void bty_hashicorp_options_set_host (BtyHost *host);

/* (transfer full): the setting @key; "" when there is none */
char *bty_hashicorp_options_get (const char *key);
gsize bty_hashicorp_options_max_size (void);
gboolean bty_hashicorp_options_is_on (void);

/* What a client is made from, to see whether it has changed; without the token. (transfer full) */
char *bty_hashicorp_options_describe (void);

/* From hashicorp.token_file, else from the reference hashicorp.token; (transfer full) (nullable) */
BtySecret *bty_hashicorp_options_token (GError **error);
BtyHttpClient *bty_hashicorp_options_client (BtySecret *token, GError **error);

G_END_DECLS
