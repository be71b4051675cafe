/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-record.h"
#include "bty-secret-store.h"

G_BEGIN_DECLS

/**
 * BtySecretRotate:
 * @value: what takes the place of the value so far
 * @hours: how long the value so far is kept and tried when the new one is refused; absent: the setting secrets.rotation_hours
 */
typedef struct
{
  BtyRecord record;
  char *name;
  BtySecret *value;
  gint64 hours;
} BtySecretRotate;
BTY_DECLARE_RECORD (BtySecretRotate, bty_secret_rotate)

/** BtySecretMove: @store: where it goes */
typedef struct
{
  BtyRecord record;
  char *name;
  char *store;
} BtySecretMove;
BTY_DECLARE_RECORD (BtySecretMove, bty_secret_move)

/**
 * BtySecretImport:
 * @text: lines as of a `.env` file: `NAME=value`, `export NAME="value"`, comments
 * @store: (nullable): where they go; %NULL: the first of the chain that can be written to
 * @replace: whether names that are there already get the new value; else they are skipped
 */
typedef struct
{
  BtyRecord record;
  BtySecret *text;
  char *store;
  GStrv bots;
  GStrv hosts;
  gboolean replace;
} BtySecretImport;
BTY_DECLARE_RECORD (BtySecretImport, bty_secret_import)

/** BtySecretSkipped: @line: of the text, the first is 1; @reason: says nothing of the value */
typedef struct
{
  BtyRecord record;
  char *name;
  gint64 line;
  char *reason;
} BtySecretSkipped;
BTY_DECLARE_RECORD (BtySecretSkipped, bty_secret_skipped)

/** BtySecretImported: @names: what was kept; @skipped: (element-type BtySecretSkipped): what was not */
typedef struct
{
  BtyRecord record;
  GStrv names;
  char *store;
  GPtrArray *skipped;
} BtySecretImported;
BTY_DECLARE_RECORD (BtySecretImported, bty_secret_imported)

/**
 * BtySecretValue:
 * @value: a secret in the clear: the one record that holds one; never kept
 */
typedef struct
{
  BtyRecord record;
  char *name;
  char *value;
} BtySecretValue;
BTY_DECLARE_RECORD (BtySecretValue, bty_secret_value)

/** BtySecretPlace: @store: name of a secret store, such as `vault` */
typedef struct
{
  BtyRecord record;
  char *store;
} BtySecretPlace;
BTY_DECLARE_RECORD (BtySecretPlace, bty_secret_place)

/** BtySecretUnlock: @password: (nullable): a password or recovery key; %NULL: as the store can by itself */
typedef struct
{
  BtyRecord record;
  char *store;
  BtySecret *password;
} BtySecretUnlock;
BTY_DECLARE_RECORD (BtySecretUnlock, bty_secret_unlock)

/** BtySecretPassword: @current: (nullable): so far; @password: (nullable): from now on; %NULL: a key that the store keeps by itself */
typedef struct
{
  BtyRecord record;
  char *store;
  BtySecret *current;
  BtySecret *password;
} BtySecretPassword;
BTY_DECLARE_RECORD (BtySecretPassword, bty_secret_password)

/**
 * BtySecretStoreInfo:
 * @name: what references begin with
 * @place: its place in the chain, from 1 on; 0: it is asked only where a reference names it
 * @state: whether it can be used now
 * @text: one line about it
 * @reason: (nullable): why it cannot be used, and what to do
 * @writable: whether secrets can be put there
 * @chosen: whether new secrets go there
 */
typedef struct
{
  BtyRecord record;
  char *name;
  gint64 place;
  BtySecretStoreState state;
  char *text;
  char *reason;
  gboolean writable;
  gboolean chosen;
} BtySecretStoreInfo;
BTY_DECLARE_RECORD (BtySecretStoreInfo, bty_secret_store_info)

/**
 * BtySecretStatus:
 * @chosen: (nullable): where new secrets go; %NULL: nowhere, they would be kept in memory alone
 * @why: a sentence that says why
 * @stores: (element-type BtySecretStoreInfo): in the order of the chain
 * @unfinished: values in stores that a change which was cut off left behind, and that are yet to be taken out
 */
typedef struct
{
  BtyRecord record;
  char *chosen;
  char *why;
  GPtrArray *stores;
  gint64 unfinished;
} BtySecretStatus;
BTY_DECLARE_RECORD (BtySecretStatus, bty_secret_status)

G_END_DECLS
