/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "bty-seal-slots.h"

G_BEGIN_DECLS

/*
 * BtySealReader: opens what a BtySealWriter sealed: read the head, find the key with its slots, unlock, then read. No byte is handed
 * out before its chunk was proven genuine; the end is the end only when the last chunk was.
 *
 * Errors: DATA_LOSS (changed, damaged, cut short, or something after the end), FAILED_PRECONDITION (a newer format; not unlocked),
 * INVALID_ARGUMENT (sealed for another purpose); those of @base as they are. After an error there is
 * nothing more to read. Blocks as @base does: for a worker thread, or GIO's async functions.
 */
#define BTY_TYPE_SEAL_READER (bty_seal_reader_get_type ())
G_DECLARE_FINAL_TYPE (BtySealReader, bty_seal_reader, BTY, SEAL_READER, GFilterInputStream)

BtySealReader *bty_seal_reader_new (GInputStream *base);
/* Once, first. @purpose: (nullable): what it has to be sealed for. */
gboolean bty_seal_reader_read_head (BtySealReader *reader, const char *purpose, GCancellable *cancellable,
                                    GError **error);
/* (transfer none) (nullable): what it is sealed for; %NULL before the head was read. */
const char *bty_seal_reader_get_purpose (BtySealReader *reader);
/* (transfer none) (nullable): the ways to its key; %NULL before the head was read. */
const BtySealSlots *bty_seal_reader_get_slots (BtySealReader *reader);
/* @key: as bty_seal_slots_open_passphrase () and the like gave it; they have proven it. With another one reading fails with DATA_LOSS. */
void bty_seal_reader_unlock (BtySealReader *reader, const BtySecret *key);

/* Whether @bytes (the first 8 or more of a file) begin like a sealed stream. */
gboolean bty_seal_is_stream (gconstpointer bytes, gsize length);

G_END_DECLS
