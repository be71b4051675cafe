/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "soul/bty-soul-service.h"

/* The folder of a bot, `bots/<slug>`, and the files in it that people edit with their own editor. */

/** bty_bot_default_texts: what the soul of a new bot says */
void bty_bot_default_texts (const BtyBot *bot, BtySoulTexts *texts);

/** bty_bot_files_set_aside: moves the folder to `bots/.deleted/<slug>-<time>`; a missing folder is no error */
gboolean bty_bot_files_set_aside (const char *data_dir, const char *slug, GError **error);
