/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A vault of any bytes: never a crash; the one that the test's key sealed, or an error. The first byte says where the rest goes. */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include <string.h>

#include "bty-seal-head.h"
#include "bty-vault-file.h"
#include "fuzz.h"

static BtySecret *
test_key (void)
{
  char bytes[BTY_SEAL_KEY_SIZE];

  memset (bytes, 7, sizeof bytes);
  return bty_secret_new (bytes, sizeof bytes);
}

static void
open_vault (gconstpointer data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (BtyVaultFile) file = bty_vault_file_parse (bytes, NULL);
  g_autoptr (BtySecret) key = test_key ();
  g_autoptr (GPtrArray) entries = file != NULL ? bty_vault_file_open_entries (file, key, NULL) : NULL;

  for (guint i = 0; entries != NULL && i < entries->len; i++)
    {
      const BtyVaultEntry *entry = g_ptr_array_index (entries, i);
      g_autoptr (BtySecret) secret = bty_vault_entry_open (entry, key, NULL);

      g_assert_true (g_utf8_validate (entry->name, -1, NULL));
    }
}

/* With the plain hashes right, or hardly anything gets past them. */
static void
open_with_hashes (const guint8 *data, gsize size, gsize body)
{
  g_autoptr (GByteArray) vault = bty_seal_head_begin ("BTYVAULT", 1);
  guint8 hash[BTY_SEAL_HASH_SIZE];

  g_byte_array_append (vault, data, (guint) body);
  bty_seal_head_end (vault, hash);
  g_byte_array_append (vault, data + body, (guint) (size - body));
  bty_seal_hash (hash, vault->data, vault->len);
  g_byte_array_append (vault, hash, sizeof hash);
  open_vault (vault->data, vault->len);
}

/* With the table sealed as well: what a program that has the key, but a fault, might write. */
static void
open_with_table (const guint8 *table, gsize size, gsize boxes)
{
  g_autoptr (GByteArray) vault = bty_seal_head_begin ("BTYVAULT", 1);
  g_autoptr (BtySecret) key = test_key ();
  g_autoptr (BtySecret) table_key = bty_seal_subkey (key, "vault table");
  g_autoptr (GString) name = g_string_new (NULL);
  g_autoptr (GBytes) box = NULL;
  guint8 hash[BTY_SEAL_HASH_SIZE];
  const guint8 body[8 + 8 + 1] = { 0 };

  g_byte_array_append (vault, body, sizeof body);
  bty_seal_head_end (vault, hash);
  bty_seal_hash (hash, vault->data, vault->len);
  for (guint i = 0; i < sizeof hash; i++)
    g_string_append_printf (name, "%02x", hash[i]);
  box = bty_seal_box (table_key, "vault table", name->str, table, size - boxes);
  bty_seal_bytes_add (vault, g_bytes_get_size (box), 4);
  g_byte_array_append (vault, g_bytes_get_data (box, NULL), (guint) g_bytes_get_size (box));
  g_byte_array_append (vault, table + size - boxes, (guint) boxes);
  bty_seal_hash (hash, vault->data, vault->len);
  g_byte_array_append (vault, hash, sizeof hash);
  open_vault (vault->data, vault->len);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  gsize cut;

  if (size < 1 || size > 12000)
    return 0;
  cut = MIN ((gsize) data[0], size - 1);
  open_vault (data + 1, size - 1);
  open_with_hashes (data + 1, size - 1, cut);
  open_with_table (data + 1, size - 1, cut);
  return 0;
}
