/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BtySoulKept: texts that were read and found to be what their hashes say, kept for a while: versions that are looked at one after the other
 * mostly differ in one file of three. At most a mebibyte; those that came first go first.
 */
typedef struct _BtySoulKept BtySoulKept;

BtySoulKept *bty_soul_kept_new (void);
void bty_soul_kept_free (BtySoulKept *kept);
/** bty_soul_kept_get: Returns: (transfer none) (nullable): the text with that key */
const BtySoulText *bty_soul_kept_get (BtySoulKept *kept, const char *key);
/** bty_soul_kept_add: @text: (transfer none): its key must hold its hash */
void bty_soul_kept_add (BtySoulKept *kept, const BtySoulText *text);
