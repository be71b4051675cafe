/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#define EXAMPLE_TYPE_TRANSPORT (example_transport_get_type ())
G_DECLARE_FINAL_TYPE (ExampleTransport, example_transport, EXAMPLE, TRANSPORT, GObject)
