/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-record.h"

G_BEGIN_DECLS

/**
 * BtySecretEntry:
 * @name: what `secret:NAME` asks for
 * @value: written only: handed to @store and kept nowhere else
 * @store: which secret store has it, such as `keyring` or `vault`
 * @bots: slugs of the bots whose requests it may serve; empty: all
 * @hosts: hosts it may be sent to, `*.example.org` for all below one; empty: the first host that it is used for is put in here
 * @plugins: which plugins may ask for it; empty: providers of this program
 * @last_used_at: nullable; with @last_used_bot and @last_used_host, and @uses in all
 * @previous_until: nullable: until then the value before the last rotation is tried when the new one is refused
 *
 * What is known of a secret: everything but the secret.
 */
typedef struct
{
  BtyRecord record;
  char *name;
  BtySecret *value;
  char *store;
  char *description;
  GStrv bots;
  GStrv hosts;
  GStrv plugins;
  gint64 last_used_at;
  char *last_used_bot;
  char *last_used_host;
  gint64 uses;
  gint64 rotated_at;
  gint64 previous_until;
} BtySecretEntry;
BTY_DECLARE_RECORD (BtySecretEntry, bty_secret_entry)

G_END_DECLS
