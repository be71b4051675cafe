/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-keyring-call.h"

G_BEGIN_DECLS

/* Unlocks the collection for new secrets, or makes one, with the prompt of the desktop; for bty_keyring_call_start(). */
void bty_keyring_unlock_run (BtyKeyringCall *call);

G_END_DECLS
