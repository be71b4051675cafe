/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-http-client.h"

G_BEGIN_DECLS

/* (transfer full) (nullable): one exchange that is to be played in place of a request; %NULL: the request is sent all the same. */
BtyCassette *bty_http_fault_make_answer (BtyHttpClient *client, const BtyFault *fault);

G_END_DECLS
