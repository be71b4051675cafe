/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-macros.h"

G_BEGIN_DECLS

/**
 * BtyPrincipal:
 *
 * Who asks, and what they may. Immutable, but that it can be taken back; counted atomically.
 */
typedef struct _BtyPrincipal BtyPrincipal;

#define BTY_TYPE_PRINCIPAL (bty_principal_get_type ())
BTY_EXPORT GType bty_principal_get_type (void);

typedef enum
{
  BTY_PRINCIPAL_ANONYMOUS,
  BTY_PRINCIPAL_OWNER,   /* the person whose machine it is */
  BTY_PRINCIPAL_BOT,     /* a bot acting by itself, through a tool */
  BTY_PRINCIPAL_PROGRAM, /* a program that the owner gave a token of its own */
} BtyPrincipalKind;

/**
 * bty_principal_new:
 * @name: who, such as a bot's slug
 * @scopes: (array zero-terminated=1): such as `bots:write`; `*` is all, `bots:*` all of a group, `!secrets:reveal` all but that one
 */
BTY_EXPORT BtyPrincipal *bty_principal_new (BtyPrincipalKind kind, const char *name, const char *const *scopes);
BTY_EXPORT BtyPrincipal *bty_principal_ref (BtyPrincipal *principal);
BTY_EXPORT void bty_principal_unref (BtyPrincipal *principal);
BTY_EXPORT BtyPrincipalKind bty_principal_get_kind (const BtyPrincipal *principal);
BTY_EXPORT const char *bty_principal_get_name (const BtyPrincipal *principal);
/** bty_principal_may: @scope: (nullable): %NULL is open to everyone */
BTY_EXPORT gboolean bty_principal_may (const BtyPrincipal *principal, const char *scope);
/** bty_principal_revoke: from now on it may do nothing that needs a scope, wherever it is held; from any thread */
BTY_EXPORT void bty_principal_revoke (BtyPrincipal *principal);
/** bty_principal_is_revoked: Returns: whether bty_principal_revoke() was called */
BTY_EXPORT gboolean bty_principal_is_revoked (const BtyPrincipal *principal);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyPrincipal, bty_principal_unref)

G_END_DECLS
