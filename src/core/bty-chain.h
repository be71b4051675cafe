/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/**
 * bty_chain_hash:
 * @kind: a line that says what is chained, so that a link of one kind is never one of another
 * @fields: what the link says, in a fixed order; %NULL for what it does not say
 *
 * The hash of a link of a chain: SHA-256 over @kind and the fields, each of these as its length in bytes (eight bytes, big-endian; all ones
 * for %NULL) and then its bytes, so that no two lists of fields give the same bytes. One of the fields is the hash of the link before.
 *
 * Returns: (transfer full): 64 hexadecimal digits
 */
char *bty_chain_hash (const char *kind, const char *const *fields, guint n);
