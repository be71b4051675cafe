/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-vault"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-seal-recovery.h"
#include "bty-vault-disk.h"
#include "bty-vault-key-file.h"
#include "bty-vault.h"

#define MIB (1024 * 1024)

BtyVault *
bty_vault_new (const char *folder)
{
  BtyVault *vault = g_new0 (BtyVault, 1);

  vault->path = g_build_filename (folder, "vault.bty", NULL);
  vault->copy_path = g_build_filename (folder, "vault.bty~", NULL);
  vault->key_path = g_build_filename (folder, "vault.key", NULL);
  vault->tries_path = g_build_filename (folder, "vault.tries", NULL);
  vault->cost = bty_seal_cost_default;
  vault->patience = (BtyVaultPatience){ .free_tries = 3, .max_wait = 300 };
  vault->max_size = 16 * MIB;
  return vault;
}

void
bty_vault_free (BtyVault *vault)
{
  g_free (vault->path);
  g_free (vault->copy_path);
  g_free (vault->key_path);
  g_free (vault->tries_path);
  g_free (vault);
}

void
bty_vault_peek_clear (BtyVaultPeek *peek)
{
  g_clear_pointer (&peek->file_key, bty_secret_unref);
  memset (peek, 0, sizeof *peek);
}

void
bty_vault_opened_clear (BtyVaultOpened *opened)
{
  g_clear_pointer (&opened->key, bty_secret_unref);
  memset (opened, 0, sizeof *opened);
}

/* Says which file, that nothing was changed, and what to do. */
static gboolean
blame (BtyVault *vault, GError **error)
{
  if (error == NULL || *error == NULL)
    return FALSE;
  if (g_error_matches (*error, BTY_ERROR, BTY_ERROR_DATA_LOSS))
    {
      g_autofree char *why = g_strdup ((*error)->message);

      g_clear_error (error);
      g_set_error (
        error, BTY_ERROR, BTY_ERROR_DATA_LOSS,
        _ ("the vault %s is damaged: %s. It is left as it is: put back a copy of it from a backup, or %s, the state "
           "before the last secret was set"),
        vault->path, why, vault->copy_path);
    }
  else if (g_error_matches (*error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION))
    g_prefix_error (error, _ ("the vault %s: "), vault->path);
  return FALSE;
}

/* (nullable): %NULL without an error when there is no file. */
static BtyVaultFile *
read_file (BtyVault *vault, BtyVaultStamp *stamp, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GBytes) bytes = bty_vault_disk_read (vault->path, 4 * vault->max_size, stamp, &failure);
  BtyVaultFile *file = bytes != NULL ? bty_vault_file_parse (bytes, &failure) : NULL;

  if (failure != NULL && bytes != NULL)
    blame (vault, &failure);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return file;
}

static BtyVaultFile *
read_existing (BtyVault *vault, BtyVaultStamp *stamp, GError **error)
{
  g_autoptr (GError) failure = NULL;
  BtyVaultFile *file = read_file (vault, stamp, &failure);

  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else if (file == NULL)
    g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                 _ ("there is no vault yet at %s: it is made when a secret is set"), vault->path);
  return file;
}

gboolean
bty_vault_peek (BtyVault *vault, BtyVaultPeek *peek, GError **error)
{
  g_autoptr (GError) failure = NULL;
  BtyVaultStamp stamp;
  g_autoptr (BtyVaultFile) file = read_file (vault, &stamp, &failure);

  memset (peek, 0, sizeof *peek);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (file != NULL)
    {
      const char *kept_in = bty_seal_slots_get_id (file->slots, 0);

      peek->exists = TRUE;
      memcpy (peek->id, file->id, sizeof peek->id);
      peek->generation = file->generation;
      peek->has_password = bty_seal_slots_count (file->slots, BTY_SEAL_SLOT_PASSPHRASE) > 0;
      peek->has_recovery = bty_seal_slots_count (file->slots, BTY_SEAL_SLOT_RECOVERY) > 0;
      g_strlcpy (peek->kept_in, kept_in != NULL ? kept_in : "", sizeof peek->kept_in);
    }
  /* A key file that nothing opens with is of no account. */
  if (strcmp (peek->kept_in, "file") == 0 || !peek->exists)
    return bty_vault_key_file_read (vault->key_path, &peek->file_key, error);
  return TRUE;
}

static void
set_opened (BtyVaultOpened *opened, const BtyVaultFile *file, BtySecret *key)
{
  bty_vault_opened_clear (opened);
  memcpy (opened->id, file->id, sizeof opened->id);
  opened->generation = file->generation;
  opened->key = key;
}

static gboolean
add_way (BtyVault *vault, BtySealSlots *slots, const BtySecret *key, const BtySecret *password, const BtySecret *kept,
         const char *kept_in, GError **error)
{
  if (password != NULL)
    return bty_seal_slots_add_passphrase (slots, key, password, &vault->cost, error);
  return bty_seal_slots_add_key (slots, key, kept, kept_in, error);
}

gboolean
bty_vault_create (BtyVault *vault, const char *id, const BtySecret *password, const BtySecret *kept,
                  const char *kept_in, BtyVaultOpened *opened, GError **error)
{
  g_autoptr (BtyVaultFile) file = bty_vault_file_new ();
  g_autoptr (BtySecret) key = bty_seal_key_new ();
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  BtyVaultStamp none = { 0 };

  if (!bty_vault_disk_is_same (vault->path, &none))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_ABORTED,
                   _ ("the vault %s was made by somebody else just now: try again"), vault->path);
      return FALSE;
    }
  g_strlcpy (file->id, id, sizeof file->id);
  file->generation = 1;
  if (!add_way (vault, file->slots, key, password, kept, kept_in, error))
    return FALSE;
  bytes = bty_vault_file_build (file, key, entries);
  if (!bty_vault_disk_replace (vault->path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL, error))
    return FALSE;
  set_opened (opened, file, g_steal_pointer (&key));
  return TRUE;
}

/* Takes @key, which is right for the slots; whether it is for the table as well is seen now. */
static gboolean
open_with (BtyVault *vault, const BtyVaultFile *file, BtySecret *key, BtyVaultOpened *opened, GError **error)
{
  g_autoptr (BtySecret) owned = key;
  g_autoptr (GPtrArray) entries = bty_vault_file_open_entries (file, owned, error);

  if (entries == NULL)
    return blame (vault, error);
  set_opened (opened, file, g_steal_pointer (&owned));
  return TRUE;
}

gboolean
bty_vault_unlock_kept (BtyVault *vault, const BtySecret *kept, BtyVaultOpened *opened, GError **error)
{
  BtyVaultStamp stamp;
  g_autoptr (BtyVaultFile) file = read_existing (vault, &stamp, error);
  BtySecret *key = file != NULL ? bty_seal_slots_open_key (file->slots, kept, NULL, NULL) : NULL;

  if (key != NULL)
    return open_with (vault, file, key, opened, error);
  if (file != NULL)
    g_set_error (
      error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
      _ (
        "the vault %s does not open with the key that was kept for it: unlock it with its recovery key, or put the key "
        "back"),
      vault->path);
  return FALSE;
}

/* (nullable): %NULL without an error when it is wrong. */
static BtySecret *
try_password (const BtyVaultFile *file, const BtySecret *password, GError **error)
{
  g_autoptr (GError) failure = NULL;
  BtySecret *key = bty_seal_recovery_is_one (password)
                     ? bty_seal_slots_open_recovery (file->slots, password, &failure)
                     : bty_seal_slots_open_passphrase (file->slots, password, &failure);

  if (g_error_matches (failure, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED))
    g_propagate_error (error, g_steal_pointer (&failure));
  return key;
}

/* (transfer full) (nullable): the key. The answer to a wrong one is the same whatever was wrong with it. */
static BtySecret *
check_password (BtyVault *vault, const BtyVaultFile *file, const BtySecret *password, GError **error)
{
  g_autoptr (GError) failure = NULL;
  BtySecret *key;

  if (bty_seal_slots_count (file->slots, BTY_SEAL_SLOT_PASSPHRASE) == 0 && !bty_seal_recovery_is_one (password))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                   _ ("the vault %s has no password: unlock it without one"), vault->path);
      return NULL;
    }
  if (!bty_vault_tries_begin (vault->tries_path, &vault->patience, g_get_real_time () / G_USEC_PER_SEC, error))
    return NULL;
  key = try_password (file, password, &failure);
  if (key != NULL)
    bty_vault_tries_forget (vault->tries_path);
  else if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_PERMISSION_DENIED, _ ("the vault does not open with that"));
  return key;
}

gboolean
bty_vault_unlock_password (BtyVault *vault, const BtySecret *password, BtyVaultOpened *opened, GError **error)
{
  BtyVaultStamp stamp;
  g_autoptr (BtyVaultFile) file = read_existing (vault, &stamp, error);
  BtySecret *key = file != NULL ? check_password (vault, file, password, error) : NULL;

  return key != NULL && open_with (vault, file, key, opened, error);
}

/* That it is still the vault that was opened, and no older one. */
static gboolean
check_place (BtyVault *vault, const BtyVaultFile *file, const BtyVaultOpened *opened, GError **error)
{
  if (strcmp (file->id, opened->id) != 0)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                   _ ("another vault was put in the place of %s: lock the vault and unlock it again"), vault->path);
      return FALSE;
    }
  if (file->generation < opened->generation)
    {
      g_set_error (
        error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
        _ (
          "the vault %s was replaced by an older state (%llu after %llu): if you put it there, lock the vault and unlock it again"),
        vault->path, (unsigned long long) file->generation, (unsigned long long) opened->generation);
      return FALSE;
    }
  return TRUE;
}

/* What an operation works on: the file as it is now. */
typedef struct
{
  BtyVaultStamp stamp;
  BtyVaultFile *file;
  GPtrArray *entries;
} View;

static void
view_clear (View *view)
{
  g_clear_pointer (&view->file, bty_vault_file_free);
  g_clear_pointer (&view->entries, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (View, view_clear)

static gboolean
view_load (View *view, BtyVault *vault, BtyVaultOpened *opened, GError **error)
{
  g_autoptr (GError) failure = NULL;

  view->file = read_file (vault, &view->stamp, &failure);
  if (view->file == NULL && failure == NULL)
    g_set_error (&failure, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                 _ ("the vault %s is gone: put back a copy of it, such as %s; or lock it, unlock it and begin anew"),
                 vault->path, vault->copy_path);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (!check_place (vault, view->file, opened, error))
    return FALSE;
  view->entries = bty_vault_file_open_entries (view->file, opened->key, error);
  if (view->entries == NULL)
    return blame (vault, error);
  opened->generation = view->file->generation;
  return TRUE;
}

/* As the next generation. @keep: the old file as a copy, else none stays. */
static gboolean
view_store (View *view, BtyVault *vault, BtyVaultOpened *opened, gboolean keep, GError **error)
{
  g_autoptr (BtyVaultFile) next = bty_vault_file_copy (view->file);
  g_autoptr (GBytes) bytes = NULL;

  next->generation++;
  bytes = bty_vault_file_build (next, opened->key, view->entries);
  if (g_bytes_get_size (bytes) > vault->max_size)
    {
      g_set_error (
        error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED,
        _ ("the vault is full: it would have %zu bytes of at most %zu: delete secrets, or raise vault.max_size"),
        g_bytes_get_size (bytes), vault->max_size);
      return FALSE;
    }
  if (!bty_vault_disk_is_same (vault->path, &view->stamp))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_ABORTED,
                   _ ("the vault %s was changed by somebody else just now: try again"), vault->path);
      return FALSE;
    }
  /* The copy goes first: a kill in between must not leave one that an old password opens. */
  if ((!keep && !bty_vault_disk_remove (vault->copy_path, error)) ||
      !bty_vault_disk_replace (vault->path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                               keep ? vault->copy_path : NULL, error))
    return FALSE;
  opened->generation = next->generation;
  return TRUE;
}

static BtyVaultEntry *
find_entry (const View *view, const char *name, guint *index)
{
  for (guint i = 0; i < view->entries->len; i++)
    {
      BtyVaultEntry *entry = g_ptr_array_index (view->entries, i);

      if (strcmp (entry->name, name) != 0)
        continue;
      *index = i;
      return entry;
    }
  return NULL;
}

static gboolean
fail_not_found (const char *name, GError **error)
{
  g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND, _ ("the vault has no secret “%s”"), name);
  return FALSE;
}

BtySecret *
bty_vault_get (BtyVault *vault, BtyVaultOpened *opened, const char *name, GError **error)
{
  g_auto (View) view = { 0 };
  BtyVaultEntry *entry;
  BtySecret *secret;
  guint index = 0;

  if (!view_load (&view, vault, opened, error))
    return NULL;
  entry = find_entry (&view, name, &index);
  if (entry == NULL)
    {
      fail_not_found (name, error);
      return NULL;
    }
  secret = bty_vault_entry_open (entry, opened->key, error);
  if (secret == NULL)
    blame (vault, error);
  return secret;
}

GStrv
bty_vault_list (BtyVault *vault, BtyVaultOpened *opened, GError **error)
{
  g_auto (View) view = { 0 };
  GStrv names;

  if (!view_load (&view, vault, opened, error))
    return NULL;
  names = g_new0 (char *, view.entries->len + 1);
  for (guint i = 0; i < view.entries->len; i++)
    names[i] = g_strdup (((BtyVaultEntry *) g_ptr_array_index (view.entries, i))->name);
  return names;
}

gboolean
bty_vault_set (BtyVault *vault, BtyVaultOpened *opened, const char *name, const BtySecret *secret, GError **error)
{
  g_auto (View) view = { 0 };
  guint index = 0;

  if (!view_load (&view, vault, opened, error))
    return FALSE;
  if (find_entry (&view, name, &index) != NULL)
    g_ptr_array_remove_index (view.entries, index);
  else if (view.entries->len >= BTY_VAULT_MAX_ENTRIES)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED,
                   _ ("the vault is full: it has %d secrets, which is the most"), BTY_VAULT_MAX_ENTRIES);
      return FALSE;
    }
  g_ptr_array_add (view.entries, bty_vault_entry_new (opened->key, name, secret));
  return view_store (&view, vault, opened, TRUE, error);
}

gboolean
bty_vault_delete (BtyVault *vault, BtyVaultOpened *opened, const char *name, GError **error)
{
  g_auto (View) view = { 0 };
  guint index = 0;

  if (!view_load (&view, vault, opened, error))
    return FALSE;
  if (find_entry (&view, name, &index) == NULL)
    return fail_not_found (name, error);
  g_ptr_array_remove_index (view.entries, index);
  return view_store (&view, vault, opened, FALSE, error);
}

/* The one so far has to be known even when it is open: who finds it open shall not take it over. */
static gboolean
check_current (BtyVault *vault, const View *view, const BtySecret *current, GError **error)
{
  g_autoptr (BtySecret) key = NULL;

  if (bty_seal_slots_count (view->file->slots, BTY_SEAL_SLOT_PASSPHRASE) == 0)
    return TRUE;
  if (current == NULL)
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                           _ ("the vault has a password: give the one so far (or the recovery key) as well"));
      return FALSE;
    }
  key = check_password (vault, view->file, current, error);
  return key != NULL;
}

gboolean
bty_vault_set_password (BtyVault *vault, BtyVaultOpened *opened, const BtySecret *current, const BtySecret *password,
                        const BtySecret *kept, const char *kept_in, GError **error)
{
  g_auto (View) view = { 0 };
  BtySealSlots *slots;

  if (!view_load (&view, vault, opened, error) || !check_current (vault, &view, current, error))
    return FALSE;
  slots = view.file->slots;
  bty_seal_slots_remove (slots, BTY_SEAL_SLOT_PASSPHRASE);
  bty_seal_slots_remove (slots, BTY_SEAL_SLOT_KEY);
  if (!add_way (vault, slots, opened->key, password, kept, kept_in, error))
    return FALSE;
  if (!view_store (&view, vault, opened, FALSE, error))
    return FALSE;
  /* Only now: until here the old file needed it. */
  return (password == NULL && strcmp (kept_in, "file") == 0) || bty_vault_disk_remove (vault->key_path, error);
}

BtySecret *
bty_vault_make_recovery (BtyVault *vault, BtyVaultOpened *opened, GError **error)
{
  g_auto (View) view = { 0 };
  g_autoptr (BtySecret) recovery = bty_seal_recovery_new ();

  if (!view_load (&view, vault, opened, error))
    return NULL;
  bty_seal_slots_remove (view.file->slots, BTY_SEAL_SLOT_RECOVERY);
  if (!bty_seal_slots_add_recovery (view.file->slots, opened->key, recovery, error) ||
      !view_store (&view, vault, opened, FALSE, error))
    return NULL;
  return g_steal_pointer (&recovery);
}
