/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-record.h"

G_BEGIN_DECLS

/**
 * BtyAccessToken:
 * @name: what the owner calls it
 * @description: (nullable): which program has it
 * @scopes: (array zero-terminated=1): what whoever has it may do, such as `models:use`; `bots:*` is all of a group, `*` all but showing
 *   secrets
 * @created_at: microseconds since 1970
 * @token: (nullable): the token itself; only in the answer that makes it, since nothing but a digest of it is kept
 *
 * An access token that may do less than its owner's.
 */
typedef struct
{
  BtyRecord record;
  char *name;
  char *description;
  GStrv scopes;
  gint64 created_at;
  char *token;
} BtyAccessToken;

BTY_DECLARE_RECORD (BtyAccessToken, bty_access_token)

G_END_DECLS
