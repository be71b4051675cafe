/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BtyTokenLearning:
 *
 * What calls have shown of estimates: by which factor the count of a text must be multiplied, for each model, and for each family of
 * tokenizers, which models that were never asked begin with. Kept in a small file, written a while after something was learned, and
 * when it is freed. Main context.
 */
typedef struct _BtyTokenLearning BtyTokenLearning;

BtyTokenLearning *bty_token_learning_new (const char *data_dir);
void bty_token_learning_free (BtyTokenLearning *learning);
/** bty_token_learning_tell: sets @estimate_factor, @estimate_error and @estimates of @model */
void bty_token_learning_tell (BtyTokenLearning *learning, BtyModel *model);
/** bty_token_learning_add: @model: as it was when the estimate was made; Returns: whether what is told of it now differs notably */
gboolean bty_token_learning_add (BtyTokenLearning *learning, const BtyModel *model, gint64 estimated, gint64 reported);
