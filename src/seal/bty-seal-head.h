/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-seal-box.h"
#include "bty-seal-bytes.h"

G_BEGIN_DECLS

/*
 * How every sealed file begins, in this version and all later ones: a magic word of 8 bytes, the format's version (16 bits), the
 * length of a body (32 bits), the body, and a hash of all that. So damage is told from a format that is too new.
 */
#define BTY_SEAL_MAGIC_SIZE   8
#define BTY_SEAL_PRELUDE_SIZE (BTY_SEAL_MAGIC_SIZE + 2 + 4)
#define BTY_SEAL_MAX_HEAD     (16 * 1024)

/* (transfer full): append the body to it. */
GByteArray *bty_seal_head_begin (const char *magic, guint16 version);
/* Fills in the length and appends the hash, which it gives in @hash too. */
void bty_seal_head_end (GByteArray *head, guint8 hash[BTY_SEAL_HASH_SIZE]);

/* How long the whole head is, from its first %BTY_SEAL_PRELUDE_SIZE bytes; 0 with DATA_LOSS. */
gsize bty_seal_head_get_size (const guint8 *prelude, const char *magic, GError **error);
/*
 * The body of a whole head, in @body. FALSE with DATA_LOSS (damaged), or FAILED_PRECONDITION when its version is above @version: then
 * the message names both.
 */
gboolean bty_seal_head_open (const guint8 *head, gsize size, const char *magic, guint16 version, BtySealBytes *body,
                             guint8 hash[BTY_SEAL_HASH_SIZE], GError **error);

G_END_DECLS
