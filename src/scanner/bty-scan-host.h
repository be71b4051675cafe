/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/* A host with no daemon behind it, so that a register function that looks at its host finds one. Returns: (transfer full) */
BtyHost *bty_scan_host_new (BtyCatalogue *catalogue);
