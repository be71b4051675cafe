/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-seal-slots.h"

G_BEGIN_DECLS

/*
 * BtyVaultFile: the bytes of a vault. Pure functions: no disk here. In this order:
 *
 *   head      as in bty-seal-head.h: magic, version, then id (8 bytes), generation (64 bits), the slots
 *   table     its length (32 bits), then a box: of each entry the name, the length of its box and its hash; bound to the head
 *   entries   a box each, bound to the entry's name
 *   trailer   a hash of all that, so that damage is noticed while it is locked
 *
 * So nothing inside can be changed, left out, swapped or taken from an older generation without a key and go unnoticed.
 */
#define BTY_VAULT_VERSION     1
#define BTY_VAULT_MAX_ENTRIES 10000
#define BTY_VAULT_MAX_NAME    255

typedef struct
{
  char id[17];        /* hexadecimal, random; names its key to whoever keeps that */
  guint64 generation; /* one more with each change */
  BtySealSlots *slots;
  GBytes *bytes; /* (nullable): all of it, when it was parsed */
  gsize at_table, table_length;
} BtyVaultFile;

typedef struct
{
  char *name;
  GBytes *box;
} BtyVaultEntry;

/* A random one. */
void bty_vault_make_id (char id[17]);
/* (transfer full): a vault with nothing in it, of a random id and generation 0. */
BtyVaultFile *bty_vault_file_new (void);
/* (transfer full): the same id, generation and slots. */
BtyVaultFile *bty_vault_file_copy (const BtyVaultFile *file);
void bty_vault_file_free (BtyVaultFile *file);

/* (transfer full) (nullable): needs no key. DATA_LOSS, or FAILED_PRECONDITION for a newer format. */
BtyVaultFile *bty_vault_file_parse (GBytes *bytes, GError **error);
/* (transfer full) (element-type BtyVaultEntry) (nullable): DATA_LOSS. */
GPtrArray *bty_vault_file_open_entries (const BtyVaultFile *file, const BtySecret *key, GError **error);
/* (transfer full): the file with these entries. */
GBytes *bty_vault_file_build (const BtyVaultFile *file, const BtySecret *key, const GPtrArray *entries);

BtyVaultEntry *bty_vault_entry_new (const BtySecret *key, const char *name, const BtySecret *secret);
void bty_vault_entry_free (BtyVaultEntry *entry);
/* (transfer full) (nullable): DATA_LOSS. */
BtySecret *bty_vault_entry_open (const BtyVaultEntry *entry, const BtySecret *key, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyVaultFile, bty_vault_file_free)

G_END_DECLS
