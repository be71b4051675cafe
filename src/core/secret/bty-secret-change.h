/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "secret/bty-secret-service-private.h"

/* The steps of a change, in order. What goes wrong before the commit leads to REMOVE, which then takes out what was written. */
typedef enum
{
  BTY_SECRET_CHANGE_QUEUED,  /* one at a time */
  BTY_SECRET_CHANGE_CHOOSE,  /* which store takes it? */
  BTY_SECRET_CHANGE_PREPARE, /* what will be the record, what is written, what is taken out? */
  BTY_SECRET_CHANGE_READ,    /* what is copied from one place to another */
  BTY_SECRET_CHANGE_NOTE,    /* into the journal */
  BTY_SECRET_CHANGE_WRITE,   /* values, under names that nothing refers to yet */
  BTY_SECRET_CHANGE_VERIFY,  /* that a store gives back what it got */
  BTY_SECRET_CHANGE_COMMIT,  /* the record: now they are what counts */
  BTY_SECRET_CHANGE_REMOVE,  /* values that no record refers to any more */
} BtySecretChangeStep;

/* A value to be written: given, or read from elsewhere. */
typedef struct
{
  char *store;
  char *slot;
  BtySecret *value;
  char *from_store;
  char *from_slot;
} BtySecretPiece;

/* Fills in @after, @writes and @removals; @before and @target are there. */
typedef gboolean (*BtySecretPrepare) (BtySecretChange *change, GError **error);

/*
 * BtySecretChange:
 *
 * One change of a secret, which is wholly made or not at all, whenever the process ends: a new value gets a name of its own in the store, the
 * record that is then committed refers to it, and the old value is taken out afterwards. What may be left over is in the journal.
 */
struct _BtySecretChange
{
  BtySecretService *service; /* alive by @task */
  GTask *task;
  BtySecretPrepare prepare;
  char *name;
  gboolean needs_store; /* a new secret needs one; without @target the first that can */
  char *target;
  BtySecret *value;
  gint64 hours;
  BtySecretEntry *request;

  BtySecretChangeStep step;
  guint at;
  BtySecretEntry *before; /* NULL: there was none */
  BtySecretEntry *after;  /* NULL: there will be none */
  GPtrArray *writes;      /* BtySecretPiece */
  GPtrArray *removals;    /* lines of the journal */
  gboolean verifies;
  gboolean is_noted;
  GError *error;
};

BtySecretChange *bty_secret_change_new (BtySecretPrepare prepare, const char *name);
/* Takes @change. */
void bty_secret_change_begin (BtySecretService *service, BtySecretChange *change, gpointer tag,
                              GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* For @prepare; both take @slot, which may be NULL for a removal. */
BtySecretPiece *bty_secret_change_write (BtySecretChange *change, const char *store, char *slot);
void bty_secret_change_remove (BtySecretChange *change, const char *store, char *slot);
