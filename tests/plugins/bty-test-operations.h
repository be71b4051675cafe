/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/**
 * Operations to try doors with: things that are made, read, listed and changed in memory; calls that fail, that take their time,
 * that never end; and streams, short, long, resumable and slow.
 */
gboolean bty_test_operations_add (BtyCatalogue *catalogue, GError **error);

G_END_DECLS
