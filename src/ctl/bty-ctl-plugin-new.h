/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-ctl-command.h"

/* `plugin new`, for the table of `plugin`. */
extern const BtyCtlOption bty_ctl_plugin_new_options[];
gboolean bty_ctl_plugin_new (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);

/* clang-format off */
#define BTY_CTL_PLUGIN_NEW_COMMAND \
  { .name = "new", .usage = N_ ("NAME"), .min = 1, .max = 1, \
    .summary = N_ ("Write a new plugin: source, build file and test, ready to build"), \
    .text = N_ ("NAME is a lower-case word; it becomes the plugin's id, the first word of its operations and the group of its\n" \
                "settings. Kinds: operations, provider, store, endpoint, transport, runtime, secrets."), \
    .examples = N_ ("  boternity-ctl plugin new weather\n" \
                    "  boternity-ctl plugin new claude --kind provider --folder ~/src/claude\n" \
                    "  cd weather && meson setup build && meson test -C build"), \
    .options = bty_ctl_plugin_new_options, .run = bty_ctl_plugin_new }
/* clang-format on */
