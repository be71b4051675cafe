/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-secret-request.h"

static const BtyField rotate_fields[] = {
  BTY_FIELD_STRING (BtySecretRotate, name, BTY_REQUIRED, N_ ("The secret's name"), .min = 1, .max = 128),
  BTY_FIELD_SECRET (BtySecretRotate, value, BTY_REQUIRED, N_ ("The new value")),
  BTY_FIELD_INT64 (BtySecretRotate, hours, 0,
                   N_ ("How long the value so far is kept; absent: the setting secrets.rotation_hours"), .max = 8760),
};
BTY_DEFINE_RECORD (BtySecretRotate, bty_secret_rotate, "secret_rotate", N_ ("A new value for a secret"), rotate_fields)

static const BtyField move_fields[] = {
  BTY_FIELD_STRING (BtySecretMove, name, BTY_REQUIRED, N_ ("The secret's name"), .min = 1, .max = 128),
  BTY_FIELD_STRING (BtySecretMove, store, BTY_REQUIRED, N_ ("The store that it goes to"), .min = 1, .max = 64),
};
BTY_DEFINE_RECORD (BtySecretMove, bty_secret_move, "secret_move", N_ ("Where a secret goes"), move_fields)

static const BtyField import_fields[] = {
  BTY_FIELD_SECRET (BtySecretImport, text, BTY_REQUIRED, N_ ("Lines as of a .env file")),
  BTY_FIELD_STRING (BtySecretImport, store, 0, N_ ("Which store keeps them; absent: the first that can"), .max = 64),
  BTY_FIELD_STRV (BtySecretImport, bots, 0, N_ ("Bots whose requests they may serve; none named: all"), .max = 1000),
  BTY_FIELD_STRV (BtySecretImport, hosts, 0, N_ ("Hosts that they may be sent to"), .max = 100),
  BTY_FIELD_BOOL (BtySecretImport, replace, 0, N_ ("Whether names that are there already get the new value")),
};
BTY_DEFINE_RECORD (BtySecretImport, bty_secret_import, "secret_import", N_ ("Secrets out of a .env file"),
                   import_fields)

static const BtyField skipped_fields[] = {
  BTY_FIELD_STRING (BtySecretSkipped, name, 0, N_ ("The name in the text"), .max = 128),
  BTY_FIELD_INT64 (BtySecretSkipped, line, 0, N_ ("Line of the text")),
  BTY_FIELD_STRING (BtySecretSkipped, reason, 0, N_ ("Why it was not kept")),
};
BTY_DEFINE_RECORD (BtySecretSkipped, bty_secret_skipped, "secret_skipped", N_ ("What was not imported"), skipped_fields)

static const BtyField imported_fields[] = {
  BTY_FIELD_STRV (BtySecretImported, names, 0, N_ ("What is kept now")),
  BTY_FIELD_STRING (BtySecretImported, store, 0, N_ ("Which store keeps it")),
  BTY_FIELD_RECORDS (BtySecretImported, skipped, 0, N_ ("What was not kept, and why"), bty_secret_skipped_schema),
};
BTY_DEFINE_RECORD (BtySecretImported, bty_secret_imported, "secret_imported", N_ ("What became of an import"),
                   imported_fields)

static const BtyField value_fields[] = {
  BTY_FIELD_STRING (BtySecretValue, name, 0, N_ ("What it is the value of")),
  BTY_FIELD_TEXT (BtySecretValue, value, 0, N_ ("The value itself, in the clear")),
};
BTY_DEFINE_RECORD (BtySecretValue, bty_secret_value, "secret_value", N_ ("A secret in the clear"), value_fields)

static const BtyField place_fields[] = {
  BTY_FIELD_STRING (BtySecretPlace, store, BTY_REQUIRED, N_ ("A store of secrets"), .min = 1, .max = 64),
};
BTY_DEFINE_RECORD (BtySecretPlace, bty_secret_place, "secret_place", N_ ("A store of secrets"), place_fields)

static const BtyField unlock_fields[] = {
  BTY_FIELD_STRING (BtySecretUnlock, store, BTY_REQUIRED, N_ ("A store of secrets"), .min = 1, .max = 64),
  BTY_FIELD_SECRET (BtySecretUnlock, password, 0, N_ ("Its password or recovery key, where it needs one")),
};
BTY_DEFINE_RECORD (BtySecretUnlock, bty_secret_unlock, "secret_unlock", N_ ("What opens a store of secrets"),
                   unlock_fields)

static const BtyField password_fields[] = {
  BTY_FIELD_STRING (BtySecretPassword, store, BTY_REQUIRED, N_ ("A store of secrets"), .min = 1, .max = 64),
  BTY_FIELD_SECRET (BtySecretPassword, current, 0, N_ ("Its password so far, where it has one")),
  BTY_FIELD_SECRET (BtySecretPassword, password, 0,
                    N_ ("Its password from now on; absent: it keeps a key of its own by itself")),
};
BTY_DEFINE_RECORD (BtySecretPassword, bty_secret_password, "secret_password", N_ ("A password for a store of secrets"),
                   password_fields)

static const BtyField store_info_fields[] = {
  BTY_FIELD_STRING (BtySecretStoreInfo, name, 0, N_ ("What references to it begin with")),
  BTY_FIELD_INT64 (BtySecretStoreInfo, place, 0, N_ ("Its place in the chain; 0: only where a reference names it")),
  BTY_FIELD_ENUM (BtySecretStoreInfo, state, 0, N_ ("Whether it can be used"), bty_secret_store_states),
  BTY_FIELD_STRING (BtySecretStoreInfo, text, 0, N_ ("What it is")),
  BTY_FIELD_STRING (BtySecretStoreInfo, reason, 0, N_ ("Why it cannot be used, and what to do")),
  BTY_FIELD_BOOL (BtySecretStoreInfo, writable, 0, N_ ("Whether secrets can be put there")),
  BTY_FIELD_BOOL (BtySecretStoreInfo, chosen, 0, N_ ("Whether new secrets go there")),
};
BTY_DEFINE_RECORD (BtySecretStoreInfo, bty_secret_store_info, "secret_store", N_ ("A store of secrets, as it is now"),
                   store_info_fields)

static const BtyField status_fields[] = {
  BTY_FIELD_STRING (BtySecretStatus, chosen, 0, N_ ("The store that new secrets go to")),
  BTY_FIELD_STRING (BtySecretStatus, why, 0, N_ ("Why it is that one")),
  BTY_FIELD_RECORDS (BtySecretStatus, stores, 0, N_ ("The stores, in the order of the chain"),
                     bty_secret_store_info_schema),
  BTY_FIELD_INT64 (BtySecretStatus, unfinished, 0,
                   N_ ("Values that a change which was cut off left behind, yet to be taken out")),
};
BTY_DEFINE_RECORD (BtySecretStatus, bty_secret_status, "secret_status", N_ ("Where secrets are kept, and why there"),
                   status_fields)
