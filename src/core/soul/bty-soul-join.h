/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "soul/bty-soul-service.h"

/**
 * bty_soul_join:
 * @ours, @theirs: what was made of @base; a NULL text of @theirs changes nothing
 * @theirs_name: named in the marks around conflicts
 * @merged: (out caller-allocates): the merged texts, with marks where there are conflicts
 *
 * Returns: (transfer full) (element-type BtySoulConflict): what conflicts: none when @merged is good as it is
 */
GPtrArray *bty_soul_join (const BtySoulTexts *base, const BtySoulTexts *ours, const BtySoulTexts *theirs,
                          const char *theirs_name, BtySoulTexts *merged);
