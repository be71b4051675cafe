/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-ctl.h"

/*
 * Hands the daemon the keys that it misses and this program's environment has: those of providers whose key_ref is `env:NAME`. They
 * stay in the daemon's memory. What goes wrong is a remark: the model's own failure will say the rest.
 *
 * Returns: whether any provider but the built-in one is configured (or nobody could tell)
 */
gboolean bty_ctl_keys_hand_over (BtyCtl *ctl);
/* Returns: (transfer full) (nullable): the variable of the environment as a secret */
BtySecret *bty_ctl_keys_from_environment (const char *name);
/* Asks a question on the terminal; Returns: whether the key that is struck is y */
gboolean bty_ctl_keys_confirm (const char *question);
/* Returns: (transfer full) (nullable): the first line of standard input, asked for without echo on a terminal */
BtySecret *bty_ctl_keys_from_stdin (GError **error);
/* The same with a question of one's own; Returns: (transfer full) (nullable): what was given, maybe nothing; NULL when it was given up */
BtySecret *bty_ctl_keys_ask (const char *prompt, GError **error);
/*
 * A passphrase, asked for with @prompt, which is never empty; a new one is asked for twice on a terminal, where it may be mistyped.
 * Returns: (transfer full) (nullable)
 */
BtySecret *bty_ctl_keys_ask_passphrase (const char *prompt, gboolean is_new, GError **error);
/* Shows @prompt on standard error and waits for one key. Returns: it, or 0 when nobody can press one, or Ctrl-C or Ctrl-D was pressed */
char bty_ctl_keys_press (const char *prompt);
