/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-vault-op.h"
#include "bty-vault-store.h"

G_BEGIN_DECLS

struct _BtyVaultStore
{
  GObject parent_instance;
  BtyVault *vault; /* the worker's, while an operation is under way */
  BtyHost *host;   /* (nullable): in tests */
  BtyVaultKeep test_keep;
  BtySecretStore *keeper;
  GThreadPool *worker;
  GQueue *waiting; /* of GTask */
  GTask *current;

  BtyVaultOpened opened; /* key: %NULL while it is locked */
  gboolean locked;       /* by bty_secret_store_lock () */
  guint serial;          /* of locking */
  gboolean was_seen, exists, has_password;
  char kept_in[8];
  char *reason;  /* why it could not be opened the last time */
  char *damaged; /* why it cannot be used at all */
  char *warned;  /* of that, in the log */
};

/* Begins the next operation that waits, if none is under way. */
void bty_vault_store_start_next (BtyVaultStore *self);
/* The worker's function: a GTask, and the store. */
void bty_vault_store_work (gpointer task, gpointer store);

G_END_DECLS
