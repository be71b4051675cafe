/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-soup-listener.h"

G_BEGIN_DECLS

/**
 * bty_soup_passed_take:
 *
 * The listening sockets that a service manager has passed (LISTEN_FDS): taken once, and the variables unset, so that children
 * neither inherit the sockets nor believe that they have.
 *
 * Returns: (transfer full) (element-type BtySoupListener): TCP and unix stream sockets; anything else is closed and said
 */
GPtrArray *bty_soup_passed_take (void);

G_END_DECLS
