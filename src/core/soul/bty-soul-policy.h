/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "soul/bty-soul-service.h"

/*
 * Who may do what to a soul: the one place that knows. An operation asks bty_soul_policy_admit() before it begins; whatever makes a
 * version asks bty_soul_policy_check(), whichever way the change came.
 */

typedef enum
{
  BTY_SOUL_DEED_READ,
  BTY_SOUL_DEED_PROPOSE, /* and a change of the texts, which the soul's policy decides about */
  BTY_SOUL_DEED_GOVERN,  /* all else: decide, go back, name, lock: for a person */
} BtySoulDeed;

/**
 * bty_soul_policy_admit:
 *
 * Whether a caller may begin with it: a bot looks at and changes no soul but its own, and governs none. PERMISSION_DENIED
 */
gboolean bty_soul_policy_admit (BtyPrincipal *principal, const char *slug, BtySoulDeed deed, GError **error);

/**
 * bty_soul_policy_check:
 * @kind: who is the author
 * @cause: %BTY_SOUL_PROPOSED: a person has decided
 * @before, @after: the texts, all three
 *
 * Whether a version may be made: a bot needs the policy `apply`, and leaves locked sections as they are. PERMISSION_DENIED
 */
gboolean bty_soul_policy_check (const BtySoul *soul, BtyAuthorKind kind, BtySoulCause cause, const BtySoulTexts *before,
                                const BtySoulTexts *after, GError **error);

/** bty_soul_policy_check_proposal: the same for a change that somebody else decides about: the policy must not be `closed` */
gboolean bty_soul_policy_check_proposal (const BtySoul *soul, BtyAuthorKind kind, const BtySoulTexts *before,
                                         const BtySoulTexts *after, GError **error);

/** bty_soul_policy_check_locks: whether @locks can be: each a file, or a section that @texts have or that was locked before; INVALID_ARGUMENT */
gboolean bty_soul_policy_check_locks (const BtySoul *soul, const char *const *locks, const BtySoulTexts *texts,
                                      GError **error);

/** bty_soul_change_sign: says in @change who its author is */
void bty_soul_change_sign (BtySoulChange *change, BtyPrincipal *principal);
BtyAuthorKind bty_soul_author_kind (BtyPrincipal *principal);
