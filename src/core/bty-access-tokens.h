/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BtyAccessTokens:
 *
 * The owner's tokens for programs: each with a name and with scopes of its own. Kept in `<data folder>/tokens`, a line for each: the
 * SHA-256 of the token and the #BtyAccessToken in JSON. The token itself, 256 random bits, is kept nowhere. In no backup, so that
 * none that was taken back comes back with one. Main context; it is read at the start, and written as a whole, durably, with each change.
 */
typedef struct _BtyAccessTokens BtyAccessTokens;

/** what all tokens begin with but the owner's own: it tells what was found in a log or a repository */
#define BTY_ACCESS_TOKEN_PREFIX "bty_"

/** bty_access_tokens_new: errors: FAILED_PRECONDITION, naming the file and the line that cannot be read */
BtyAccessTokens *bty_access_tokens_new (const char *data_dir, GError **error);
void bty_access_tokens_free (BtyAccessTokens *tokens);
/** bty_access_tokens_find: Returns: (transfer none) (nullable): who has this token */
BtyPrincipal *bty_access_tokens_find (BtyAccessTokens *tokens, const char *token, gsize length);
/**
 * bty_access_tokens_add:
 * @value: the token
 *
 * Errors: ALREADY_EXISTS; RESOURCE_EXHAUSTED for too many or a full disk; UNAVAILABLE when the file cannot be written: then it is not valid.
 *
 * Returns: (transfer full) (nullable): the record, without the token
 */
BtyAccessToken *bty_access_tokens_add (BtyAccessTokens *tokens, const BtyAccessToken *wanted, const char *value,
                                       GError **error);
/**
 * bty_access_tokens_remove:
 *
 * Errors: NOT_FOUND; those of writing: then it is still valid.
 *
 * Returns: (transfer full) (nullable): whom it was; may do nothing from now on, wherever it is still held
 */
BtyPrincipal *bty_access_tokens_remove (BtyAccessTokens *tokens, const char *name, GError **error);
/** bty_access_tokens_list: Returns: (transfer container) (element-type BtyAccessToken): by name */
GPtrArray *bty_access_tokens_list (BtyAccessTokens *tokens);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyAccessTokens, bty_access_tokens_free)
