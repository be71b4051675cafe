/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#define EXAMPLE_TYPE_ENDPOINT (example_endpoint_get_type ())
G_DECLARE_FINAL_TYPE (ExampleEndpoint, example_endpoint, EXAMPLE, ENDPOINT, GObject)
