/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#define EXAMPLE_TYPE_STORE (example_store_get_type ())
G_DECLARE_FINAL_TYPE (ExampleStore, example_store, EXAMPLE, STORE, GObject)
