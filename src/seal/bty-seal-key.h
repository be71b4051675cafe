/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/*
 * Keys. A key is 32 bytes in a BtySecret: none is ever elsewhere for longer than a function. All of src/seal may be used in any
 * thread; one object of it only in one thread at a time.
 */
#define BTY_SEAL_KEY_SIZE  32
#define BTY_SEAL_SALT_SIZE 16

/* What making a key from a passphrase costs: Argon2id with one lane. */
typedef struct
{
  guint32 passes;
  guint32 memory; /* KiB */
} BtySealCost;

/* 64 MiB in 3 passes: OWASP asks for at least 46 MiB in 1 pass, or 19 MiB in 2. */
extern const BtySealCost bty_seal_cost_default;

/* More is refused, so that a hostile file cannot ask for all of the machine. */
#define BTY_SEAL_MAX_PASSES 16
#define BTY_SEAL_MAX_MEMORY (1024 * 1024) /* KiB */
#define BTY_SEAL_MIN_MEMORY 8             /* KiB: what Argon2 itself needs; for tests */

/* Starts libsodium, once; every function here that needs it does so by itself. */
void bty_seal_init (void);
/* Fills @bytes with random ones. */
void bty_seal_random (gpointer bytes, gsize length);
/* (transfer full): a random key. */
BtySecret *bty_seal_key_new (void);
/* Whether @cost is within what is accepted; else INVALID_ARGUMENT. */
gboolean bty_seal_cost_check (const BtySealCost *cost, GError **error);
/*
 * (transfer full) (nullable): the key of a passphrase, by Argon2id. Takes long and much memory: never on the main loop.
 * INVALID_ARGUMENT (an empty passphrase, a cost out of range), RESOURCE_EXHAUSTED (no memory for it).
 */
BtySecret *bty_seal_key_from_passphrase (const BtySecret *passphrase, const guint8 salt[BTY_SEAL_SALT_SIZE],
                                         const BtySealCost *cost, GError **error);
/* (transfer full): the key for one purpose that follows from @key; one never tells of another, nor of @key. */
BtySecret *bty_seal_subkey (const BtySecret *key, const char *purpose);

G_END_DECLS
