/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-keyring-call.h"

G_BEGIN_DECLS

gboolean bty_keyring_items_name_is_sound (const char *name);

/* What is done with the items of a name, each for bty_keyring_call_start(). None of them ever prompts. The answers: a #BtySecret;
 * non-NULL; non-NULL; the names, %NULL-terminated. */
void bty_keyring_items_get (BtyKeyringCall *call);
void bty_keyring_items_set (BtyKeyringCall *call);
void bty_keyring_items_delete (BtyKeyringCall *call);
void bty_keyring_items_list (BtyKeyringCall *call);

G_END_DECLS
