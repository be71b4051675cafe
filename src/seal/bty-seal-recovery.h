/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-seal-key.h"

G_BEGIN_DECLS

/*
 * A recovery key is for people: 160 random bits and 15 of a checksum as seven groups of five letters and digits (none of I, L, O, U).
 * When it is read, lower case, spaces and dashes do not matter, O is 0, and I and L are 1.
 */

/* (transfer full): a new one, as text. */
BtySecret *bty_seal_recovery_new (void);
/* Whether @text is one without a slip, so that it can be told from a passphrase. */
gboolean bty_seal_recovery_is_one (const BtySecret *text);
/* (transfer full) (nullable): the key that follows from it; %NULL with INVALID_ARGUMENT when it was mistyped. */
BtySecret *bty_seal_recovery_key (const BtySecret *text, GError **error);

G_END_DECLS
