/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-operation.h"

G_BEGIN_DECLS

/**
 * BtyCatalogue:
 *
 * Every operation there is, and every record type that is kept. Doors read it; domains and plugins add to it when they register. Main context only.
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
 *
 * With a @prefix, further: it must not be the first word of an operation that was added without one, and what the operations
 * take and give must not share its name with another record type.
 *
 * Returns: whether all were added
 */
BTY_EXPORT gboolean bty_catalogue_add (BtyCatalogue *catalogue, const BtyOperation *operations, guint n_operations,
                                       gpointer service, const char *prefix, GError **error);

/** bty_catalogue_lookup: @service: (out) (optional): Returns: (transfer none) (nullable): */
BTY_EXPORT const BtyOperation *bty_catalogue_lookup (BtyCatalogue *catalogue, const char *name, gpointer *service);

/** bty_catalogue_list: Returns: (transfer container) (element-type BtyOperation): all of them, by name */
BTY_EXPORT GPtrArray *bty_catalogue_list (BtyCatalogue *catalogue);

/** bty_catalogue_get_generation: Returns: a number that grows with every addition, for caches of routes and descriptions */
BTY_EXPORT guint bty_catalogue_get_generation (BtyCatalogue *catalogue);

/**
 * bty_catalogue_add_records:
 * @schemas: (array length=n_schemas): static tables that begin with BTY_STORED_FIELDS
 * @prefix: (nullable): a plugin's id: a type's name must be that word (its `-` written `_`), or begin with it and `_`
 * @error: %BTY_ERROR_ALREADY_EXISTS or %BTY_ERROR_INVALID_ARGUMENT, naming the type; then none was added
 *
 * Adds record types that a store keeps. Those of the program itself are there from the start.
 *
 * Returns: whether all were added
 */
BTY_EXPORT gboolean bty_catalogue_add_records (BtyCatalogue *catalogue, const BtySchema *const *schemas,
                                               guint n_schemas, const char *prefix, GError **error);

/** bty_catalogue_list_records: Returns: (transfer container) (element-type BtySchema): every record type that is kept, by name */
BTY_EXPORT GPtrArray *bty_catalogue_list_records (BtyCatalogue *catalogue);

/** bty_catalogue_find_record: Returns: (transfer none) (nullable): the record type that is kept under @name */
BTY_EXPORT const BtySchema *bty_catalogue_find_record (BtyCatalogue *catalogue, const char *name);

G_END_DECLS
