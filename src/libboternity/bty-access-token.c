/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-access-token.h"

static const BtyField access_token_fields[] = {
  BTY_FIELD_STRING (BtyAccessToken, name, BTY_REQUIRED | BTY_CREATE_ONLY | BTY_KEY,
                    N_ ("What it is called: small letters, digits, - and _"), .min = 1, .max = 64),
  BTY_FIELD_TEXT (BtyAccessToken, description, 0, N_ ("Which program has it"), .max = 2000),
  BTY_FIELD_STRV (BtyAccessToken, scopes, BTY_REQUIRED,
                  N_ ("What whoever has it may do, such as models:use; bots:* is all of a group"), .min = 1, .max = 64),
  BTY_FIELD_TIME (BtyAccessToken, created_at, BTY_READ_ONLY, N_ ("When it was made")),
  BTY_FIELD_STRING (BtyAccessToken, token, BTY_READ_ONLY,
                    N_ ("The token itself, told once: only a digest of it is kept"), .max = 64),
};

BTY_DEFINE_RECORD (BtyAccessToken, bty_access_token, "access_token",
                   N_ ("An access token that may do less than its owner's"), access_token_fields)
