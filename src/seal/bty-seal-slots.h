/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-seal-bytes.h"
#include "bty-seal-key.h"

G_BEGIN_DECLS

/*
 * BtySealSlots: the ways to one key. Each slot holds that key, sealed under something else: a passphrase (with its salt and cost), a
 * recovery key, or another key, which is named.
 */
typedef struct _BtySealSlots BtySealSlots;

typedef enum
{
  BTY_SEAL_SLOT_PASSPHRASE = 1,
  BTY_SEAL_SLOT_KEY = 2,
  BTY_SEAL_SLOT_RECOVERY = 3,
} BtySealSlotKind;

#define BTY_SEAL_MAX_SLOTS 16
#define BTY_SEAL_MAX_ID    64 /* bytes of a key's name */

BtySealSlots *bty_seal_slots_new (void);
/* (transfer full) */
BtySealSlots *bty_seal_slots_copy (const BtySealSlots *slots);
void bty_seal_slots_free (BtySealSlots *slots);

/* Adds a slot for @key; at most %BTY_SEAL_MAX_SLOTS (RESOURCE_EXHAUSTED). Takes as long as bty_seal_key_from_passphrase (). */
gboolean bty_seal_slots_add_passphrase (BtySealSlots *slots, const BtySecret *key, const BtySecret *passphrase,
                                        const BtySealCost *cost, GError **error);
/* @recovery: the text of a recovery key. */
gboolean bty_seal_slots_add_recovery (BtySealSlots *slots, const BtySecret *key, const BtySecret *recovery,
                                      GError **error);
/* @id: names @other to whoever keeps it, 1 to %BTY_SEAL_MAX_ID bytes; is not secret. */
gboolean bty_seal_slots_add_key (BtySealSlots *slots, const BtySecret *key, const BtySecret *other, const char *id,
                                 GError **error);
/* Removes all slots of a kind; returns how many. */
guint bty_seal_slots_remove (BtySealSlots *slots, BtySealSlotKind kind);
guint bty_seal_slots_count (const BtySealSlots *slots, BtySealSlotKind kind);
/* (transfer none) (nullable): the name in the @index-th slot of the kind KEY; %NULL when there are fewer. */
const char *bty_seal_slots_get_id (const BtySealSlots *slots, guint index);

/*
 * (transfer full) (nullable): the key. %NULL with PERMISSION_DENIED (wrong, without a hint), FAILED_PRECONDITION (there is no slot of
 * the kind, or of the name), INVALID_ARGUMENT (a recovery key that was mistyped), RESOURCE_EXHAUSTED (no memory). A passphrase takes
 * long: never on the main loop.
 */
BtySecret *bty_seal_slots_open_passphrase (const BtySealSlots *slots, const BtySecret *passphrase, GError **error);
BtySecret *bty_seal_slots_open_recovery (const BtySealSlots *slots, const BtySecret *recovery, GError **error);
BtySecret *bty_seal_slots_open_key (const BtySealSlots *slots, const BtySecret *other, const char *id, GError **error);

/* Appends them as they stand in files. */
void bty_seal_slots_write (const BtySealSlots *slots, GByteArray *array);
/* (transfer full) (nullable): %NULL with DATA_LOSS. */
BtySealSlots *bty_seal_slots_read (BtySealBytes *bytes, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtySealSlots, bty_seal_slots_free)

G_END_DECLS
