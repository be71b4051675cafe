/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-macros.h"

G_BEGIN_DECLS

/**
 * BtySecret:
 *
 * Bytes that nobody should see: kept in pages of their own that are locked, left out of core dumps and not inherited by
 * children, and zeroed when the last reference goes. It has no to-string on purpose. Counted atomically; any thread.
 */
typedef struct _BtySecret BtySecret;

#define BTY_TYPE_SECRET (bty_secret_get_type ())
BTY_EXPORT GType bty_secret_get_type (void);

/**
 * bty_secret_new:
 * @bytes: (array length=length) (element-type guint8): copied; the caller clears its own copy with bty_secret_clear_memory()
 * @length: at most 64 KiB
 *
 * Returns: (transfer full): a new secret
 */
BTY_EXPORT BtySecret *bty_secret_new (const char *bytes, gsize length);
BTY_EXPORT BtySecret *bty_secret_ref (BtySecret *secret);
BTY_EXPORT void bty_secret_unref (BtySecret *secret);
BTY_EXPORT gsize bty_secret_get_length (const BtySecret *secret);

/**
 * bty_secret_peek:
 *
 * For the one function of a plugin that puts the secret where it belongs. NUL-terminated. Never store, log or print it.
 *
 * Returns: (transfer none): the bytes
 */
BTY_EXPORT const char *bty_secret_peek (const BtySecret *secret);

/** bty_secret_equal: compares in constant time for equal lengths */
BTY_EXPORT gboolean bty_secret_equal (const BtySecret *a, const char *bytes, gsize length);

/** bty_secret_clear_memory: zeroes @memory in a way that the compiler keeps */
BTY_EXPORT void bty_secret_clear_memory (gpointer memory, gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtySecret, bty_secret_unref)

G_END_DECLS
