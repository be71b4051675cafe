/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BuiltinProvider:
 *
 * The provider of a machine with no key and no network. Deterministic and instant; it is no language model and says so.
 */
#define BUILTIN_TYPE_PROVIDER (builtin_provider_get_type ())
G_DECLARE_FINAL_TYPE (BuiltinProvider, builtin_provider, BUILTIN, PROVIDER, GObject)

/** builtin_provider_set_host: @host: (nullable): through which earlier sessions are searched; objects made later use it */
void builtin_provider_set_host (BtyHost *host);
