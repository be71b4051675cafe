/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>
#include <sys/types.h>

#include "bty-access-tokens.h"
#include "bty-dispatcher.h"

/**
 * BtyAccess:
 *
 * Who a caller is. The owner has a token, made at first start in `<data folder>/token` (mode 0600, 43 characters of base64url from 32
 * random bytes), and is also whoever speaks over the unix socket with our own user id. Compared in constant time. Programs may have
 * tokens of their own, which may do less: #BtyAccessTokens.
 */
typedef struct _BtyAccess BtyAccess;

/** bty_access_new: reads or makes the token; fails when the file is readable by others, saying how to mend it */
BtyAccess *bty_access_new (const char *data_dir, GError **error);
void bty_access_free (BtyAccess *access);
/** bty_access_set_parts: (unowned) what tokens may be good for, and where the calls are that one which is taken back has under way */
void bty_access_set_parts (BtyAccess *access, BtyCatalogue *catalogue, BtyDispatcher *dispatcher);
BtyCatalogue *bty_access_get_catalogue (BtyAccess *access);
BtyAccessTokens *bty_access_get_tokens (BtyAccess *access);
/** bty_access_make_token: @value: (out): the token, which nobody can tell later; errors: of bty_access_tokens_add() */
BtyAccessToken *bty_access_make_token (BtyAccess *access, const BtyAccessToken *wanted, char **value, GError **error);
/** bty_access_give_up: ends what @whose has under way */
void bty_access_give_up (BtyAccess *access, const BtyPrincipal *whose);
/** bty_access_is_own_uid: @peer_uid: of the process on the other side, -1 when it is not known; @own_uid: ours */
gboolean bty_access_is_own_uid (gint64 peer_uid, uid_t own_uid);
/** bty_access_identify: Returns: (transfer full) (nullable): %NULL with UNAUTHENTICATED, which says how to get a token */
BtyPrincipal *bty_access_identify (BtyAccess *access, const BtyCredentials *credentials, GError **error);

extern const BtyOperation bty_access_operations[];
extern const guint bty_n_access_operations;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyAccess, bty_access_free)
