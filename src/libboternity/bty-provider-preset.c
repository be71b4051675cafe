/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-provider-preset.h"

static const BtyField provider_preset_fields[] = {
  BTY_FIELD_STRING (BtyProviderPreset, name, BTY_REQUIRED, N_ ("What it is called where a kind is asked for"), .min = 1,
                    .max = 64),
  BTY_FIELD_STRING (BtyProviderPreset, title, BTY_REQUIRED, N_ ("What people call it"), .min = 1, .max = 200),
  BTY_FIELD_STRING (BtyProviderPreset, kind, BTY_REQUIRED, N_ ("The kind of provider that speaks to it"), .min = 1,
                    .max = 64),
  BTY_FIELD_STRING (BtyProviderPreset, url, BTY_REQUIRED, N_ ("Its base URL"), .min = 1, .max = 2048),
  BTY_FIELD_STRING (BtyProviderPreset, key, 0, N_ ("Variable that holds its key by custom"), .max = 128),
  BTY_FIELD_BOOL (BtyProviderPreset, is_local, 0, N_ ("Whether it runs on this machine")),
  BTY_FIELD_JSON (BtyProviderPreset, options, 0, N_ ("What it likes otherwise than its kind does, as an object")),
  BTY_FIELD_STRV (BtyProviderPreset, abilities, 0, N_ ("What it can do beside conversing"), .max = 64),
  BTY_FIELD_STRING (BtyProviderPreset, documentation, 0, N_ ("Where this is from"), .max = 2048),
  BTY_FIELD_STRING (BtyProviderPreset, date, 0, N_ ("Of which day this is"), .max = 32),
};

BTY_DEFINE_RECORD (BtyProviderPreset, bty_provider_preset, "provider_preset", N_ ("A service that is known in advance"),
                   provider_preset_fields)
