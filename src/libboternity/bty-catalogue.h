/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-operation.h"

G_BEGIN_DECLS

/**
 * BtyCatalogue:
 *
 * Every operation there is. Doors read it; domains and plugins add to it when they register. Main context only.
 */
#define BTY_TYPE_CATALOGUE (bty_catalogue_get_type ())
BTY_EXPORT
G_DECLARE_FINAL_TYPE (BtyCatalogue, bty_catalogue, BTY, CATALOGUE, GObject)

BTY_EXPORT BtyCatalogue *bty_catalogue_new (void);

/**
 * bty_catalogue_add:
 * @operations: (array length=n_operations): static operations
 * @service: what bty_call_service() gives to their handlers
 * @prefix: (nullable): what their names must begin with (a plugin's id), followed by a dot
 * @error: %BTY_ERROR_ALREADY_EXISTS or %BTY_ERROR_INVALID_ARGUMENT, naming the operation; then none was added
 */
BTY_EXPORT gboolean bty_catalogue_add (BtyCatalogue *catalogue, const BtyOperation *operations, guint n_operations,
                                       gpointer service, const char *prefix, GError **error);

/** bty_catalogue_lookup: @service: (out) (optional): Returns: (transfer none) (nullable): */
BTY_EXPORT const BtyOperation *bty_catalogue_lookup (BtyCatalogue *catalogue, const char *name, gpointer *service);

/** bty_catalogue_list: Returns: (transfer container) (element-type BtyOperation): all of them, by name */
BTY_EXPORT GPtrArray *bty_catalogue_list (BtyCatalogue *catalogue);

/** bty_catalogue_get_generation: Returns: a number that grows with every addition, for caches of routes and descriptions */
BTY_EXPORT guint bty_catalogue_get_generation (BtyCatalogue *catalogue);

G_END_DECLS
