/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/* The folder of a bot, `bots/<slug>`, and the files in it that people edit with their own editor. */

/** bty_bot_files_make: makes the folder (0700) and those of the three files that are missing; an existing file is left alone */
gboolean bty_bot_files_make (const char *data_dir, const BtyBot *bot, GError **error);

/** bty_bot_files_read: Returns: (transfer full) (nullable): the three files as one system text; a missing one is passed over */
char *bty_bot_files_read (const char *data_dir, const BtyBot *bot, GError **error);

/** bty_bot_files_set_aside: moves the folder to `bots/.deleted/<slug>-<time>`; a missing folder is no error */
gboolean bty_bot_files_set_aside (const char *data_dir, const char *slug, GError **error);
