/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#define BTY_SLUG_MAX 64

/**
 * bty_slug_from_name:
 * @name: any text
 *
 * Folds case and compatibility forms, drops marks from Latin, Greek and Cyrillic letters, keeps letters and digits of every script and joins the rest with
 * single hyphens, so that `Zoë & Co.` becomes `zoe-co` and `小明` stays. At most %BTY_SLUG_MAX bytes.
 *
 * Returns: (transfer full): a slug, `bot` when @name holds neither letter nor digit
 */
char *bty_slug_from_name (const char *name);

/**
 * bty_slug_with_number:
 *
 * Returns: (transfer full): `slug-2` and so on, cut so that it fits
 */
char *bty_slug_with_number (const char *slug, guint number);

/** bty_slug_is_valid: Returns: whether @slug could have been made by bty_slug_from_name(): safe as a folder's name */
gboolean bty_slug_is_valid (const char *slug);
