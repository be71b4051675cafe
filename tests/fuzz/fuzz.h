/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What libFuzzer, or driver.c in its place, calls with each input. Returns 0; what is wrong aborts. */
int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);
