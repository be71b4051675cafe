/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/bty-model-entry.h"

/**
 * BtyModelLists:
 *
 * All lists of models: those that came with the program, newer ones that the owner took over (`models/VENDOR.json` in the data
 * folder; of two of one vendor the later counts), and the owner's own (`models.d` in the folder of the settings). A list that cannot be
 * read is left out with a warning. Blocks while it reads; main context.
 */
typedef struct _BtyModelLists BtyModelLists;

/** bty_model_lists_load: @shipped: (nullable): %NULL: where this program was installed */
BtyModelLists *bty_model_lists_load (const char *shipped, const char *data_dir, const char *config_dir);
void bty_model_lists_free (BtyModelLists *lists);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyModelLists, bty_model_lists_free)

/** bty_model_lists_find_own: @name: `provider/model`; Returns: (transfer none) (nullable): what the owner says of it */
const BtyModelEntry *bty_model_lists_find_own (const BtyModelLists *lists, const char *name);
/**
 * bty_model_lists_find:
 * @kind: the provider's kind
 * @host: (nullable): where it is; %NULL: the kind's own
 * @model: the model's own name
 * @file: (out): the list that it is from
 *
 * A host that a list is about is looked up in that list alone. At any other the model goes by its name, and where several vendors have
 * one of that name, the dearest counts.
 *
 * Returns: (transfer none) (nullable): the entry
 */
const BtyModelEntry *bty_model_lists_find (const BtyModelLists *lists, const char *kind, const char *host,
                                           const char *model, const BtyModelFile **file);
/** bty_model_lists_get_dearest: (transfer none): prices, each the highest of any model that is not retired */
const BtyModelEntry *bty_model_lists_get_dearest (const BtyModelLists *lists);
/** bty_model_lists_get_file: Returns: (transfer none) (nullable): the list of @vendor that counts */
const BtyModelFile *bty_model_lists_get_file (const BtyModelLists *lists, const char *vendor);

/** bty_model_lists_own_path: Returns: (transfer full): the file that model.set writes; it need not exist */
char *bty_model_lists_own_path (const char *config_dir);
/** bty_model_lists_taken_path: Returns: (transfer full): where a newer list of @vendor is kept */
char *bty_model_lists_taken_path (const char *data_dir, const char *vendor);
/** bty_model_lists_read: Returns: (transfer full) (nullable): one list; %NULL without error when there is no such file */
BtyModelFile *bty_model_lists_read (const char *path, GError **error);
/** bty_model_lists_sign_own: Returns: a number that is another once a file in `models.d` was changed */
guint64 bty_model_lists_sign_own (const char *config_dir);
