/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#define EXAMPLE_TYPE_SECRETS (example_secrets_get_type ())
G_DECLARE_FINAL_TYPE (ExampleSecrets, example_secrets, EXAMPLE, SECRETS, GObject)
