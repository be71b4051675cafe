/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/**
 * BtyHashicorpStore:
 *
 * Secrets in a HashiCorp Vault, in its KV engine of version 2, over HTTP. A name is `path` or `path#field`. Nothing is set up before the
 * first question; without hashicorp.url it is absent. Main context.
 */
#define BTY_TYPE_HASHICORP_STORE (bty_hashicorp_store_get_type ())
G_DECLARE_FINAL_TYPE (BtyHashicorpStore, bty_hashicorp_store, BTY, HASHICORP_STORE, GObject)

G_END_DECLS
