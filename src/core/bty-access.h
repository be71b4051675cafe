/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>
#include <sys/types.h>

/**
 * BtyAccess:
 *
 * Who a caller is. The owner has a token, made at first start in `<data folder>/token` (mode 0600, 43 characters of base64url from 32
 * random bytes), and is also whoever speaks over the unix socket with our own user id. Compared in constant time.
 */
typedef struct _BtyAccess BtyAccess;

/** bty_access_new: reads or makes the token; fails when the file is readable by others, saying how to mend it */
BtyAccess *bty_access_new (const char *data_dir, GError **error);
void bty_access_free (BtyAccess *access);
/** bty_access_is_own_uid: @peer_uid: of the process on the other side, -1 when it is not known; @own_uid: ours */
gboolean bty_access_is_own_uid (gint64 peer_uid, uid_t own_uid);
/** bty_access_identify: Returns: (transfer full) (nullable): %NULL with UNAUTHENTICATED, which says how to get a token */
BtyPrincipal *bty_access_identify (BtyAccess *access, const BtyCredentials *credentials, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyAccess, bty_access_free)
