/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

#include "bty-soup-limits.h"

G_BEGIN_DECLS

/**
 * BtySoupGuard:
 * @hosts: names that a request may be addressed to besides the loopback ones
 * @origins: origins of other pages that may use the API
 *
 * What a request must be like before anyone looks at it. The check of Host keeps a web page from reaching us under a name of its
 * own that it lets point to 127.0.0.1; the check of Origin keeps pages of others out.
 */
typedef struct
{
  GStrv hosts;
  GStrv origins;
} BtySoupGuard;

void bty_soup_guard_load (BtySoupGuard *guard, BtyHost *host);
void bty_soup_guard_clear (BtySoupGuard *guard);

/* Gives 0, or the status to refuse with and why (static). */
guint bty_soup_guard_check (const BtySoupGuard *guard, SoupServerMessage *message, const char **detail);

/* Gives the origin that CORS headers are due for, or NULL. */
const char *bty_soup_guard_get_cors_origin (const BtySoupGuard *guard, SoupServerMessage *message);

G_END_DECLS
