/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-secret-entry.h"

static const BtyField secret_entry_fields[] = {
  BTY_STORED_FIELDS (0),
  BTY_FIELD_STRING (BtySecretEntry, name, BTY_REQUIRED | BTY_CREATE_ONLY | BTY_KEY | BTY_INDEXED | BTY_UNIQUE,
                    N_ ("What it is asked for by, as secret:NAME"), .min = 1, .max = 128),
  BTY_FIELD_SECRET (BtySecretEntry, value, 0, N_ ("The secret itself: never told again")),
  BTY_FIELD_STRING (BtySecretEntry, store, BTY_CREATE_ONLY | BTY_INDEXED, N_ ("Which store keeps it"), .max = 64),
  BTY_FIELD_TEXT (BtySecretEntry, description, 0, N_ ("What it is for"), .max = 2000),
  BTY_FIELD_STRV (BtySecretEntry, bots, 0, N_ ("Bots whose requests it may serve; none named: all"), .max = 1000),
  BTY_FIELD_STRV (BtySecretEntry, hosts, 0, N_ ("Hosts that it may be sent to"), .max = 100),
  BTY_FIELD_STRV (BtySecretEntry, plugins, 0, N_ ("Plugins that may ask for it; none named: the program's providers"),
                  .max = 100),
  BTY_FIELD_TIME (BtySecretEntry, last_used_at, BTY_READ_ONLY | BTY_NULLABLE, N_ ("When it was last used")),
  BTY_FIELD_STRING (BtySecretEntry, last_used_bot, BTY_READ_ONLY, N_ ("For which bot"), .max = 64),
  BTY_FIELD_STRING (BtySecretEntry, last_used_host, BTY_READ_ONLY, N_ ("At which host"), .max = 255),
  BTY_FIELD_INT64 (BtySecretEntry, uses, BTY_READ_ONLY, N_ ("How often it was used"), .max = G_MAXINT64),
  BTY_FIELD_TIME (BtySecretEntry, rotated_at, BTY_READ_ONLY | BTY_NULLABLE, N_ ("When its value was last replaced")),
  BTY_FIELD_TIME (BtySecretEntry, previous_until, BTY_READ_ONLY | BTY_NULLABLE,
                  N_ ("Until when the value before is kept")),
};
BTY_DEFINE_RECORD (BtySecretEntry, bty_secret_entry, "secret", N_ ("A secret, without its value"), secret_entry_fields)
