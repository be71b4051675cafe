/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-ctl.h"

/*
 * Asks a provider that was just added something, says what that took and cost, and lets bots that name no model use it when they use
 * none yet. One that does not answer is taken away again, and the error says what to do.
 */
gboolean bty_ctl_first_try (BtyCtl *ctl, const char *name, GError **error);
/* Says how a provider that answers did: how fast it was, what it said, what that cost. */
void bty_ctl_first_tell (const BtyProviderReport *report);
/*
 * Where no model is connected: offers what is there to connect, a server of this machine, a key of the environment or of the stores, in
 * one line to be answered with one key. Silent where there is no terminal, or nothing to offer.
 *
 * Returns: whether one was connected
 */
gboolean bty_ctl_first_offer (BtyCtl *ctl);
/* Returns: (nullable): the variable that this environment has the key of the service @name (or @kind) in, by custom */
char *bty_ctl_first_find_variable (BtyCtl *ctl, const char *name, const char *kind);
