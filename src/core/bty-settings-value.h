/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * bty_settings_value_parse:
 * @number: (out): the value of a number, 0 or 1 of a boolean, else 0
 *
 * Returns: (transfer full) (nullable): @text in its plain form; %NULL when it does not fit @setting
 */
char *bty_settings_value_parse (const BtySetting *setting, const char *text, gint64 *number);

/** bty_settings_value_describe: Returns: (transfer full): what fits, such as `a whole number from 0 to 65535` */
char *bty_settings_value_describe (const BtySetting *setting);

/** bty_settings_name_distance: Returns: how many letters must change to make @b of @a */
guint bty_settings_name_distance (const char *a, const char *b);
