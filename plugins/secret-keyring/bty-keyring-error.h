/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/* What an error of the bus or of libsecret comes to in our codes, with what to do. Returns: (transfer full) */
GError *bty_keyring_error_convert (const GError *error);
GError *bty_keyring_error_silent (guint ms);
GError *bty_keyring_error_locked (void);
GError *bty_keyring_error_no_bus (void);

G_END_DECLS
