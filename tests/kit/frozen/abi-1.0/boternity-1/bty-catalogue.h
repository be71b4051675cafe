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

/**
 * BtyCatalogueOpener:
 * @prefix: whose promise it is
 * @error: why it cannot be kept
 *
 * Withdraws what @prefix promised and adds the operations themselves. Returns: whether it did
 */
typedef gboolean (*BtyCatalogueOpener) (gpointer data, const char *prefix, GError **error);

/**
 * bty_catalogue_promise:
 * @operations: (array length=n_operations): name, summary, http, scope and effect are copied; nothing else is known
 * @prefix: a plugin's id, which their names begin with
 * @open: opens the plugin, when one of them is asked for
 * @data: (unowned): for @open; it outlives the catalogue or withdraws in time
 * @error: as of bty_catalogue_add(); then none was added
 *
 * Adds operations of a plugin that is not open. They are listed by bty_catalogue_list_known(), and opened by all other ways to
 * look at them.
 */
BTY_EXPORT gboolean bty_catalogue_promise (BtyCatalogue *catalogue, const BtyOperation *operations, guint n_operations,
                                           const char *prefix, BtyCatalogueOpener open, gpointer data, GError **error);

/** bty_catalogue_withdraw: takes back what @prefix promised; pointers to it stay valid as long as the catalogue */
BTY_EXPORT void bty_catalogue_withdraw (BtyCatalogue *catalogue, const char *prefix);

/**
 * bty_catalogue_find:
 * @service: (out) (optional): what handlers get
 * @error: %BTY_ERROR_NOT_FOUND, or why its plugin cannot be opened
 *
 * Returns: (transfer none) (nullable): the operation, whose plugin is opened if need be
 */
BTY_EXPORT const BtyOperation *bty_catalogue_find (BtyCatalogue *catalogue, const char *name, gpointer *service,
                                                   GError **error);

/** bty_catalogue_lookup: @service: (out) (optional): Returns: (transfer none) (nullable): as bty_catalogue_find() */
BTY_EXPORT const BtyOperation *bty_catalogue_lookup (BtyCatalogue *catalogue, const char *name, gpointer *service);

/**
 * BtyCatalogueWait: (skip)
 *
 * Calls @func, its first argument meaning nothing, once: when no more operations are about to come, maybe now. @destroy: frees
 * @func_data in any case
 */
typedef void (*BtyCatalogueWait) (gpointer data, GFunc func, gpointer func_data, GDestroyNotify destroy);

/** bty_catalogue_set_wait: (skip) @wait: how to wait for operations that are about to come; @data: (unowned): for it */
BTY_EXPORT void bty_catalogue_set_wait (BtyCatalogue *catalogue, BtyCatalogueWait wait, gpointer data);

/**
 * bty_catalogue_when_known: (skip)
 *
 * For whoever was asked for what is not there: it may be of a plugin that somebody brought a moment ago. Calls @func, its first
 * argument meaning nothing, once, when no more operations are about to come, maybe now. @destroy: frees @data in any case
 */
BTY_EXPORT void bty_catalogue_when_known (BtyCatalogue *catalogue, GFunc func, gpointer data, GDestroyNotify destroy);

/** bty_catalogue_list: Returns: (transfer container) (element-type BtyOperation): all of them, by name; opens what is promised */
BTY_EXPORT GPtrArray *bty_catalogue_list (BtyCatalogue *catalogue);

/**
 * bty_catalogue_list_known:
 *
 * Opens nothing: of a promised operation, whose `run` is %NULL, there is no more than its name, summary, http, scope and effect.
 *
 * Returns: (transfer container) (element-type BtyOperation): all of them, by name
 */
BTY_EXPORT GPtrArray *bty_catalogue_list_known (BtyCatalogue *catalogue);

/** bty_catalogue_get_generation: Returns: a number that grows with every change, for caches of routes and descriptions */
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
