/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-vault"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-seal-box.h"
#include "bty-seal-head.h"
#include "bty-vault-file.h"

#define MAGIC        "BTYVAULT"
#define ID_SIZE      8
#define TABLE        "vault table"
#define ENTRY        "vault entry"
#define MIN_ROW      (1 + 1 + 4 + BTY_SEAL_HASH_SIZE)
#define MAX_TABLE    (4 + BTY_VAULT_MAX_ENTRIES * (MIN_ROW + BTY_VAULT_MAX_NAME) + BTY_SEAL_BOX_EXTRA)
#define HEX_HASH     (2 * BTY_SEAL_HASH_SIZE + 1)
#define TRAILER_SIZE BTY_SEAL_HASH_SIZE

static void
make_hex (const guint8 *bytes, gsize length, char *hex)
{
  for (gsize i = 0; i < length; i++)
    g_snprintf (hex + 2 * i, 3, "%02x", bytes[i]);
}

void
bty_vault_make_id (char id[17])
{
  guint8 bytes[ID_SIZE];

  bty_seal_random (bytes, sizeof bytes);
  make_hex (bytes, sizeof bytes, id);
}

BtyVaultFile *
bty_vault_file_new (void)
{
  BtyVaultFile *file = g_new0 (BtyVaultFile, 1);

  bty_vault_make_id (file->id);
  file->slots = bty_seal_slots_new ();
  return file;
}

BtyVaultFile *
bty_vault_file_copy (const BtyVaultFile *file)
{
  BtyVaultFile *copy = g_new0 (BtyVaultFile, 1);

  memcpy (copy->id, file->id, sizeof copy->id);
  copy->generation = file->generation;
  copy->slots = bty_seal_slots_copy (file->slots);
  return copy;
}

void
bty_vault_file_free (BtyVaultFile *file)
{
  g_clear_pointer (&file->slots, bty_seal_slots_free);
  g_clear_pointer (&file->bytes, g_bytes_unref);
  g_free (file);
}

static gboolean
fail_damaged (GError **error)
{
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("it was changed, is damaged or was cut short"));
  return FALSE;
}

static gboolean
read_body (BtyVaultFile *file, BtySealBytes *body, GError **error)
{
  const guint8 *id = bty_seal_bytes_take (body, ID_SIZE);

  if (id == NULL)
    return fail_damaged (error);
  make_hex (id, ID_SIZE, file->id);
  file->generation = bty_seal_bytes_u64 (body);
  file->slots = bty_seal_slots_read (body, error);
  if (file->slots == NULL)
    return FALSE;
  return body->left == 0 && !body->failed ? TRUE : fail_damaged (error);
}

static gboolean
check_trailer (const guint8 *data, gsize size)
{
  guint8 hash[BTY_SEAL_HASH_SIZE];

  bty_seal_hash (hash, data, size - TRAILER_SIZE);
  return memcmp (hash, data + size - TRAILER_SIZE, TRAILER_SIZE) == 0;
}

BtyVaultFile *
bty_vault_file_parse (GBytes *bytes, GError **error)
{
  g_autoptr (BtyVaultFile) file = g_new0 (BtyVaultFile, 1);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  guint8 hash[BTY_SEAL_HASH_SIZE];
  BtySealBytes body, rest;

  /* The version first: a newer format may end otherwise. */
  if (!bty_seal_head_open (data, size, MAGIC, BTY_VAULT_VERSION, &body, hash, error))
    return NULL;
  file->at_table = (gsize) (body.at - data) + body.left + BTY_SEAL_HASH_SIZE + 4;
  if (size < file->at_table + TRAILER_SIZE || !check_trailer (data, size))
    {
      fail_damaged (error);
      return NULL;
    }
  rest = (BtySealBytes){ .at = data + file->at_table - 4, .left = size - file->at_table + 4 - TRAILER_SIZE };
  file->table_length = bty_seal_bytes_u32 (&rest);
  if (file->table_length > rest.left || file->table_length > MAX_TABLE)
    {
      fail_damaged (error);
      return NULL;
    }
  if (!read_body (file, &body, error))
    return NULL;
  file->bytes = g_bytes_ref (bytes);
  return g_steal_pointer (&file);
}

/* The table is bound to the head, by its hash. */
static void
make_table_name (const guint8 *head, gsize length, char name[HEX_HASH])
{
  guint8 hash[BTY_SEAL_HASH_SIZE];

  bty_seal_hash (hash, head, length);
  make_hex (hash, sizeof hash, name);
}

static BtyVaultEntry *
read_row (const BtyVaultFile *file, BtySealBytes *rows, BtySealBytes *boxes)
{
  gsize name_length = bty_seal_bytes_u8 (rows);
  const guint8 *name = bty_seal_bytes_take (rows, name_length);
  guint32 length = bty_seal_bytes_u32 (rows);
  const guint8 *hash = bty_seal_bytes_take (rows, BTY_SEAL_HASH_SIZE);
  const guint8 *box = bty_seal_bytes_take (boxes, length);
  guint8 found[BTY_SEAL_HASH_SIZE];
  BtyVaultEntry *entry;

  if (rows->failed || boxes->failed || name_length == 0 ||
      !g_utf8_validate_len ((const char *) name, name_length, NULL))
    return NULL;
  bty_seal_hash (found, box, length);
  if (memcmp (found, hash, sizeof found) != 0)
    return NULL;
  entry = g_new0 (BtyVaultEntry, 1);
  entry->name = g_strndup ((const char *) name, name_length);
  entry->box = g_bytes_new_from_bytes (file->bytes,
                                       (gsize) (box - (const guint8 *) g_bytes_get_data (file->bytes, NULL)), length);
  return entry;
}

static GPtrArray *
read_rows (const BtyVaultFile *file, const guint8 *table, gsize length, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) bty_vault_entry_free);
  gsize size;
  const guint8 *data = g_bytes_get_data (file->bytes, &size);
  gsize at_boxes = file->at_table + file->table_length;
  BtySealBytes rows = { .at = table, .left = length };
  BtySealBytes boxes = { .at = data + at_boxes, .left = size - at_boxes - TRAILER_SIZE };
  guint32 n = bty_seal_bytes_u32 (&rows);
  BtyVaultEntry *entry = NULL;

  if (rows.failed || n > BTY_VAULT_MAX_ENTRIES)
    {
      fail_damaged (error);
      return NULL;
    }
  for (guint32 i = 0; i < n; i++)
    {
      entry = read_row (file, &rows, &boxes);
      if (entry == NULL)
        {
          fail_damaged (error);
          return NULL;
        }
      g_ptr_array_add (entries, entry);
    }
  if (rows.left > 0 || boxes.left > 0)
    {
      fail_damaged (error);
      return NULL;
    }
  return g_steal_pointer (&entries);
}

GPtrArray *
bty_vault_file_open_entries (const BtyVaultFile *file, const BtySecret *key, GError **error)
{
  g_autoptr (BtySecret) table_key = bty_seal_subkey (key, TABLE);
  const guint8 *data = g_bytes_get_data (file->bytes, NULL);
  char name[HEX_HASH];
  gsize length = 0;
  guint8 *table;
  GPtrArray *entries;

  make_table_name (data, file->at_table - 4, name);
  table = bty_seal_open_plain (table_key, TABLE, name, data + file->at_table, file->table_length, &length, error);
  if (table == NULL)
    return NULL;
  entries = read_rows (file, table, length, error);
  bty_secret_clear_memory (table, length);
  g_free (table);
  return entries;
}

static GByteArray *
make_table (const GPtrArray *entries)
{
  GByteArray *table = g_byte_array_new ();

  bty_seal_bytes_add (table, entries->len, 4);
  for (guint i = 0; i < entries->len; i++)
    {
      const BtyVaultEntry *entry = g_ptr_array_index (entries, i);
      guint8 hash[BTY_SEAL_HASH_SIZE];

      bty_seal_hash (hash, g_bytes_get_data (entry->box, NULL), g_bytes_get_size (entry->box));
      bty_seal_bytes_add (table, strlen (entry->name), 1);
      g_byte_array_append (table, (const guint8 *) entry->name, (guint) strlen (entry->name));
      bty_seal_bytes_add (table, g_bytes_get_size (entry->box), 4);
      g_byte_array_append (table, hash, sizeof hash);
    }
  return table;
}

static void
append_bytes (GByteArray *array, GBytes *bytes)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  g_byte_array_append (array, data, (guint) length);
}

static GByteArray *
make_head (const BtyVaultFile *file)
{
  GByteArray *head = bty_seal_head_begin (MAGIC, BTY_VAULT_VERSION);
  guint8 hash[BTY_SEAL_HASH_SIZE];

  for (guint i = 0; i < ID_SIZE; i++)
    bty_seal_bytes_add (
      head, (guint64) (g_ascii_xdigit_value (file->id[2 * i]) << 4 | g_ascii_xdigit_value (file->id[2 * i + 1])), 1);
  bty_seal_bytes_add (head, file->generation, 8);
  bty_seal_slots_write (file->slots, head);
  bty_seal_head_end (head, hash);
  return head;
}

GBytes *
bty_vault_file_build (const BtyVaultFile *file, const BtySecret *key, const GPtrArray *entries)
{
  GByteArray *bytes = make_head (file);
  g_autoptr (BtySecret) table_key = bty_seal_subkey (key, TABLE);
  g_autoptr (GByteArray) table = make_table (entries);
  g_autoptr (GBytes) box = NULL;
  char name[HEX_HASH];
  guint8 hash[BTY_SEAL_HASH_SIZE];

  make_table_name (bytes->data, bytes->len, name);
  box = bty_seal_box (table_key, TABLE, name, table->data, table->len);
  bty_secret_clear_memory (table->data, table->len);
  bty_seal_bytes_add (bytes, g_bytes_get_size (box), 4);
  append_bytes (bytes, box);
  for (guint i = 0; i < entries->len; i++)
    append_bytes (bytes, ((const BtyVaultEntry *) g_ptr_array_index (entries, i))->box);
  bty_seal_hash (hash, bytes->data, bytes->len);
  g_byte_array_append (bytes, hash, sizeof hash);
  return g_byte_array_free_to_bytes (bytes);
}

BtyVaultEntry *
bty_vault_entry_new (const BtySecret *key, const char *name, const BtySecret *secret)
{
  BtyVaultEntry *entry = g_new0 (BtyVaultEntry, 1);
  g_autoptr (BtySecret) entry_key = bty_seal_subkey (key, ENTRY);

  entry->name = g_strdup (name);
  entry->box = bty_seal_box (entry_key, ENTRY, name, bty_secret_peek (secret), bty_secret_get_length (secret));
  return entry;
}

void
bty_vault_entry_free (BtyVaultEntry *entry)
{
  g_free (entry->name);
  g_bytes_unref (entry->box);
  g_free (entry);
}

BtySecret *
bty_vault_entry_open (const BtyVaultEntry *entry, const BtySecret *key, GError **error)
{
  g_autoptr (BtySecret) entry_key = bty_seal_subkey (key, ENTRY);

  return bty_seal_open (entry_key, ENTRY, entry->name, g_bytes_get_data (entry->box, NULL),
                        g_bytes_get_size (entry->box), error);
}
