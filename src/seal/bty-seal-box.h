/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-seal-key.h"

G_BEGIN_DECLS

/*
 * A small thing, sealed: XChaCha20-Poly1305 under a random nonce. It opens with the same key, purpose and name only, so that one box
 * cannot stand in for another.
 */
#define BTY_SEAL_NONCE_SIZE 24
#define BTY_SEAL_TAG_SIZE   16
#define BTY_SEAL_BOX_EXTRA  (BTY_SEAL_NONCE_SIZE + BTY_SEAL_TAG_SIZE) /* what a box has more than what is in it */

/* (transfer full): the box. @purpose: at most 255 bytes. */
GBytes *bty_seal_box (const BtySecret *key, const char *purpose, const char *name, gconstpointer plain, gsize length);
/* (transfer full) (nullable): what is in it, at most 64 KiB; %NULL with DATA_LOSS. */
BtySecret *bty_seal_open (const BtySecret *key, const char *purpose, const char *name, gconstpointer box, gsize length,
                          GError **error);
/* The same for what need not be locked in memory: (transfer full) (nullable): clear it with bty_secret_clear_memory (). */
guint8 *bty_seal_open_plain (const BtySecret *key, const char *purpose, const char *name, gconstpointer box,
                             gsize length, gsize *plain_length, GError **error);

#define BTY_SEAL_HASH_SIZE 32

/* BLAKE2b of @length bytes. */
void bty_seal_hash (guint8 hash[BTY_SEAL_HASH_SIZE], gconstpointer bytes, gsize length);

G_END_DECLS
