/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity-http.h>

G_BEGIN_DECLS

/* Looks over a refusal: google.rpc details tell how long to wait, and more than the status does. */
void bty_gemini_failure_read (BtyHttpFailure *failure);

G_END_DECLS
