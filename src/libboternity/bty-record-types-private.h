/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-operation.h"

/*
 * BtyRecordTypes:
 *
 * Which name stands for which record type: those that are kept, and those that operations speak of. A store and the documents of
 * the doors go by the name, so that no two types may share one.
 */
typedef struct _BtyRecordTypes BtyRecordTypes;

BtyRecordTypes *bty_record_types_new (void);
void bty_record_types_free (BtyRecordTypes *types);

/* All are checked before the first one is added. @prefix: (nullable): a plugin's id */
gboolean bty_record_types_add (BtyRecordTypes *types, const BtySchema *const *schemas, guint n, const char *prefix,
                               GError **error);

/* Whether what @operation speaks of may be called so. */
gboolean bty_record_types_check (BtyRecordTypes *types, const BtyOperation *operation, GError **error);
void bty_record_types_learn (BtyRecordTypes *types, const BtyOperation *operation);

/* (transfer container) (element-type BtySchema): what is kept, by name */
GPtrArray *bty_record_types_list (BtyRecordTypes *types);
const BtySchema *bty_record_types_find (BtyRecordTypes *types, const char *name);
