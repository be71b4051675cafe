/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BtyAnchor:
 *
 * Remembers outside the database where each chain of hashes ended: a line for each commit in a file of the user's state folder, so that
 * a database that was rewritten or put back from an older copy is noticed. Keys are such as `soul/<id of the bot>` and `audit`.
 * What it says may be behind the database (the daemon died between the commit and the line), never ahead of it. Main context.
 */
typedef struct _BtyAnchor BtyAnchor;

/**
 * bty_anchor_new:
 * @data_dir: the data folder that it belongs to
 *
 * The file is read at the first use. One that cannot be read or written is warned of once; then the anchor lives in memory only.
 */
BtyAnchor *bty_anchor_new (const char *data_dir);
void bty_anchor_free (BtyAnchor *anchor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyAnchor, bty_anchor_free)

/** bty_anchor_path: Returns: (transfer full): `$BOTERNITY_STATE_DIR`, else `$XDG_STATE_HOME/boternity`, and below it the file of @data_dir */
char *bty_anchor_path (const char *data_dir);

/** bty_anchor_is_new: Returns: whether there was no file, so that nothing can be said of what is in the database */
gboolean bty_anchor_is_new (BtyAnchor *anchor);

/** bty_anchor_get: @hash: (out) (transfer none): Returns: whether the chain @key is known */
gboolean bty_anchor_get (BtyAnchor *anchor, const char *key, gint64 *number, const char **hash);

/** bty_anchor_set: @number: of the newest link, whose hash is @hash: after the commit. @key, @hash: without blanks */
void bty_anchor_set (BtyAnchor *anchor, const char *key, gint64 number, const char *hash);

/** bty_anchor_forget_all: a backup was put in the place of what was anchored: what is in it is anchored anew */
void bty_anchor_forget_all (BtyAnchor *anchor);
