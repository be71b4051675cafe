/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/* Their service is a BtyPluginRegistry. */
extern const BtyOperation bty_plugin_operations[];
extern const guint bty_n_plugin_operations;
