/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/**
 * BtySoupTransport:
 *
 * HTTP on a TCP port and on a unix socket, over libsoup.
 */
#define BTY_TYPE_SOUP_TRANSPORT (bty_soup_transport_get_type ())
G_DECLARE_FINAL_TYPE (BtySoupTransport, bty_soup_transport, BTY, SOUP_TRANSPORT, GObject)

G_END_DECLS
