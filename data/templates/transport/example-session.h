/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/* One connection. It frees itself when the client is gone, or when @closing is cancelled. */
void example_session_start (BtyHost *host, GSocketConnection *connection, GCancellable *closing);
