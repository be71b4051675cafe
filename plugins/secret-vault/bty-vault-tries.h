/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/*
 * How often in a row a wrong password was given, and since when: in a small file, so that neither locking nor a restart forgets it. A try
 * counts before its password is looked at, so that a kill in between does not give it back. Blocks: for a worker thread.
 *
 * This slows down who guesses through the program. Who has the files can remove this one; against them stands Argon2id alone.
 */
typedef struct
{
  guint free_tries; /* so many wrong ones cost no wait */
  guint max_wait;   /* s; the wait doubles with each wrong one up to this */
} BtyVaultPatience;

/* RESOURCE_EXHAUSTED, with how long to wait, when it is too early; else the try is counted. @now: s since 1970. */
gboolean bty_vault_tries_begin (const char *path, const BtyVaultPatience *patience, gint64 now, GError **error);
/* The password was right: forgets the tries. */
void bty_vault_tries_forget (const char *path);

G_END_DECLS
