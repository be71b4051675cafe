/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity-http.h>

#define EXAMPLE_TYPE_PROVIDER (example_provider_get_type ())
G_DECLARE_FINAL_TYPE (ExampleProvider, example_provider, EXAMPLE, PROVIDER, BtyHttpProvider)
