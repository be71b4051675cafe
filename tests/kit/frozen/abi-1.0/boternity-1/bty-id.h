/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-macros.h"

G_BEGIN_DECLS

/**
 * bty_id_new:
 *
 * Makes a UUID version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, then a counter, so that ids made by one process sort
 * in the order in which they were made, then randomness. Any thread.
 *
 * Returns: (transfer full): 36 lower-case characters
 */
BTY_EXPORT char *bty_id_new (void);

/** bty_id_is_valid: Returns: whether @text is a UUID in lower-case canonical form */
BTY_EXPORT gboolean bty_id_is_valid (const char *text);

G_END_DECLS
