/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "secret/bty-secret-journal.h"
#include "secret/bty-secret-service.h"
#include "secret/bty-secret-stores.h"

/* What the files of BtySecretService share. */

struct _BtySecretService
{
  GObject parent_instance;
  GHashTable *environment; /* name -> BtySecret */
  GHashTable *memory;      /* name -> BtySecret */
  GHashTable *entries;     /* name -> BtySecretEntry, as it is in the store but for its uses and a first host */
  GHashTable *found;       /* reference -> BtySecretEntry: of secrets that somebody else put into a store */
  GHashTable *used;        /* set of names: uses that are not in the store yet */
  BtySecretStores *stores;
  BtySecretJournal *journal;
  BtyStore *store;
  BtySettings *settings;
  GPtrArray *waiting; /* GTask: until the records are here */
  GQueue changes;     /* BtySecretChange, the first is at work */
  gboolean is_loaded;
  gboolean is_writing_uses;
  guint writer;  /* timer: uses are written down */
  guint expirer; /* timer: values before a rotation are taken out */
};

/* Names. */

/* A name that a secret may be kept under; `~` is ours. */
gboolean bty_secret_name_check (const char *name, GError **error);
/* Under which name its store has the value; the one before a rotation. Returns: (transfer full) (nullable) */
char *bty_secret_slot (const BtySecretEntry *entry);
char *bty_secret_previous_slot (const BtySecretEntry *entry);
/* Returns: (transfer none) (nullable): NULL with NOT_FOUND */
const BtySecretEntry *bty_secret_service_find_entry (BtySecretService *service, const char *name, GError **error);
/* Returns: (transfer none) (nullable): what is known of what @reference leads to */
const BtySecretEntry *bty_secret_service_lookup (BtySecretService *service, const char *reference);
void bty_secret_service_put_entry (BtySecretService *service, BtySecretEntry *entry);

/* Reach, in bty-secret-reach.c. */

gboolean bty_secret_service_check (BtySecretService *service, const char *reference, const BtySecretUse *use,
                                   GError **error);
/* Puts the fields of uses, and a first host, as they are now into @entry, an edit copy that is about to be stored. */
void bty_secret_service_refresh (BtySecretService *service, BtySecretEntry *entry);
void bty_secret_service_expect_expiry (BtySecretService *service);

/* Changes, in bty-secret-change.c. */

typedef struct _BtySecretChange BtySecretChange;

/* Begins the first change that waits, unless one is at work. */
void bty_secret_change_next (BtySecretService *service);
/* Takes out what changes that were cut off left behind. */
void bty_secret_change_repair (BtySecretService *service);

/* Commands, in bty-secret-command.c. */

/* @config_dir: where secret-commands.conf is */
gboolean bty_secret_command_exists (const char *config_dir, const char *name);
void bty_secret_command_run_async (const char *config_dir, const char *name, guint timeout_ms,
                                   GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
BtySecret *bty_secret_command_run_finish (GAsyncResult *result, GError **error);
