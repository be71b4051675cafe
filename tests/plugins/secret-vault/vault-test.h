/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-vault-store.h"

G_BEGIN_DECLS

/* A vault in a folder of its own, with a keyring that the tests can break. */
typedef struct
{
  char *folder;
  BtyVaultStore *vault;
  BtySecretStore *store; /* the same */
  struct _FakeKeyring *keyring;
} VaultTest;

void vault_test_set_up (VaultTest *f, gconstpointer unused);
void vault_test_tear_down (VaultTest *f, gconstpointer unused);
/* As after a restart of the daemon. @with_keyring: whether there is one. */
void vault_test_restart (VaultTest *f, gboolean with_keyring);
char *vault_test_path (VaultTest *f, const char *name);
/* Cheap passwords, for a store made elsewhere too. */
void vault_test_make_cheap (BtyVaultStore *vault);

/* Each waits for its end. */
gboolean vault_test_set (BtySecretStore *store, const char *name, const char *text, GError **error);
/* (transfer full) (nullable) */
char *vault_test_get (BtySecretStore *store, const char *name, GError **error);
gboolean vault_test_delete (BtySecretStore *store, const char *name, GError **error);
GStrv vault_test_list (BtySecretStore *store, GError **error);
/* @password: (nullable) */
gboolean vault_test_unlock (BtySecretStore *store, const char *password, GError **error);
gboolean vault_test_set_password (BtySecretStore *store, const char *current, const char *password, GError **error);
char *vault_test_make_recovery (BtySecretStore *store, GError **error);

/* A GLogWriterFunc: warnings do not end the test, since it is about what is warned of. */
GLogWriterOutput vault_test_log_quietly (GLogLevelFlags level, const GLogField *fields, gsize n, gpointer unused);

/* A keyring in memory. */
#define FAKE_TYPE_KEYRING (fake_keyring_get_type ())
G_DECLARE_FINAL_TYPE (FakeKeyring, fake_keyring, FAKE, KEYRING, GObject)
struct _FakeKeyring
{
  GObject parent_instance;
  GHashTable *secrets;
  BtySecretStoreState state;
};

G_END_DECLS
