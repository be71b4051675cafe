/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-soup-connection.h"

G_BEGIN_DECLS

/* The two sides of a connection, as libsoup wants them. They do not keep the connection alive: it owns them. */
GInputStream *bty_soup_input_new (BtySoupConnection *connection);
GOutputStream *bty_soup_output_new (BtySoupConnection *connection);
/* Called when the connection goes away before they do. */
void bty_soup_input_detach (GInputStream *input);
void bty_soup_output_detach (GOutputStream *output);

G_END_DECLS
