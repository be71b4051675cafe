/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/* The key of a vault in a file for its owner alone, where there is no keyring. Blocks: for a worker thread. */

/* @key: (out) (nullable) (transfer full): %NULL when there is no file. FALSE with DATA_LOSS, or why it cannot be read. */
gboolean bty_vault_key_file_read (const char *path, BtySecret **key, GError **error);
gboolean bty_vault_key_file_write (const char *path, const BtySecret *kept, GError **error);

G_END_DECLS
