/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "soul/bty-soul-service.h"

/**
 * BtySoulRecords: all there is of a soul, to be carried away and brought in
 * @versions: (element-type BtySoulVersion): from number 1 on, without a gap
 * @texts: (element-type BtySoulText): at least those that the versions name
 * @refs: (element-type BtySoulRef): branches and tags
 */
typedef struct
{
  BtySoul *soul;
  GPtrArray *versions;
  GPtrArray *texts;
  GPtrArray *refs;
} BtySoulRecords;

BtySoulRecords *bty_soul_records_new (void);
void bty_soul_records_free (BtySoulRecords *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtySoulRecords, bty_soul_records_free)

/**
 * bty_soul_records_check:
 *
 * Computes every hash anew and follows the chain, for what came from outside. Any thread. Errors: INVALID_ARGUMENT, saying which version,
 * text or name does not fit.
 */
gboolean bty_soul_records_check (const BtySoulRecords *history, GError **error);
/**
 * bty_soul_records_rechain:
 *
 * Makes a checked history that of another bot. Since a version's hash is over its bot and identifier as well, each gets a new one, and its
 * note says which it was. Any thread; nobody else may know the records.
 */
void bty_soul_records_rechain (BtySoulRecords *history, const char *bot);
/** bty_soul_records_load: the texts of the version in use of a checked history */
void bty_soul_records_load (const BtySoulRecords *history, BtySoulTexts *texts);

/** bty_soul_service_adopt: puts a checked history into @batch as the soul of the bot @slug, whose files are those of its version in use */
void bty_soul_service_adopt (BtySoulService *service, BtyBatch *batch, BtySoulRecords *history, const char *slug);
/** bty_soul_service_return: puts the record of a soul into @batch that bty_soul_service_end() took out; its slug may be another one */
void bty_soul_service_return (BtySoulService *service, BtyBatch *batch, BtySoul *soul);
