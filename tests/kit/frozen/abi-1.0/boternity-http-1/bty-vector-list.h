/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

#if !defined(BTY_HTTP_INSIDE) && !defined(BTY_HTTP_COMPILATION)
#error "Only <boternity-http.h> can be included directly."
#endif

/**
 * BtyVectorList:
 *
 * Gathers the vectors of an answer about embeddings, however its family wraps them: each input has one, and all have one length.
 */
typedef struct _BtyVectorList BtyVectorList;

/** bty_vector_list_new: (skip) Returns: (transfer full): a list for @n_inputs vectors */
BTY_EXPORT BtyVectorList *bty_vector_list_new (guint n_inputs);
BTY_EXPORT void bty_vector_list_free (BtyVectorList *list);
/** bty_vector_list_begin: forgets a vector that was read and not kept */
BTY_EXPORT void bty_vector_list_begin (BtyVectorList *list);
/**
 * bty_vector_list_read:
 * @reader: where the vector is due: a list of numbers, or little-endian 32-bit floats in base64
 * @error: %BTY_ERROR_INVALID_ARGUMENT when it is neither, not finite, or too long
 */
BTY_EXPORT gboolean bty_vector_list_read (BtyVectorList *list, BtyJsonReader *reader, GError **error);
/**
 * bty_vector_list_next:
 * @reader: within a list of vectors
 *
 * Returns: %BTY_JSON_ARRAY_BEGIN when a vector was read, %BTY_JSON_ARRAY_END at the end of the list, else %BTY_JSON_ERROR
 */
BTY_EXPORT BtyJsonToken bty_vector_list_next (BtyVectorList *list, BtyJsonReader *reader, GError **error);
/** bty_vector_list_keep: @index: of its input; -1: the next one; %FALSE with an error when that has one already */
BTY_EXPORT gboolean bty_vector_list_keep (BtyVectorList *list, gint64 index, GError **error);
/** bty_vector_list_get_n_kept: Returns: how many are kept */
BTY_EXPORT guint bty_vector_list_get_n_kept (BtyVectorList *list);
/**
 * bty_vector_list_to_embedding:
 * @model: (nullable): what the answer calls the model
 * @usage: (nullable): what it cost
 *
 * Returns: (transfer full) (nullable): all vectors in the order of their inputs; %NULL with an error when some are missing
 */
BTY_EXPORT BtyEmbedding *bty_vector_list_to_embedding (BtyVectorList *list, const char *model, const BtyUsage *usage,
                                                       GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyVectorList, bty_vector_list_free)

G_END_DECLS
