/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/bty-model-entry.h"

/* What the owner changes in the lists of models. All block while they write; errors: FAILED_PRECONDITION for a file that somebody spoilt. */

/** bty_model_own_set: @config_dir: of the settings; what is given joins what the file had; Returns: (transfer full) (nullable): the entry now */
BtyModelEntry *bty_model_own_set (const char *config_dir, const BtyModelSet *set, GError **error);
/** bty_model_own_unset: NOT_FOUND when model.set never said anything of @name */
gboolean bty_model_own_unset (const char *config_dir, const char *name, GError **error);
/** bty_model_own_take: keeps a newer list of a vendor's models; @file: what @text says */
gboolean bty_model_own_take (const char *data_dir, const BtyModelFile *file, const char *text, GError **error);
/** bty_model_own_compare: @old: (nullable): Returns: (transfer full) (element-type BtyModelChange): what changes from @old to @file */
GPtrArray *bty_model_own_compare (const BtyModelFile *old, const BtyModelFile *file);
