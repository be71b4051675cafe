/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#define EXAMPLE_TYPE_RUNTIME (example_runtime_get_type ())
G_DECLARE_FINAL_TYPE (ExampleRuntime, example_runtime, EXAMPLE, RUNTIME, GObject)
