/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "soul/bty-soul-service.h"

/* The folder of a bot, `bots/<slug>`, and the files in it that people edit with their own editor. */

/** bty_bot_default_texts: what the soul of a new bot says */
void bty_bot_default_texts (const BtyBot *bot, BtySoulTexts *texts);

/** bty_bot_files_name_aside: Returns: (transfer full): a name in `bots/.deleted` for the folder of a bot: `<slug>-<time>` */
char *bty_bot_files_name_aside (const char *slug);
/** bty_bot_files_set_aside: moves the folder of @slug to `bots/.deleted/<name>`; a missing folder is no error */
gboolean bty_bot_files_set_aside (const char *data_dir, const char *slug, const char *name, GError **error);
/** bty_bot_files_is_aside: Returns: whether there is a folder `bots/.deleted/<name>` */
gboolean bty_bot_files_is_aside (const char *data_dir, const char *name);
/** bty_bot_files_put_back: the way back: `bots/.deleted/<name>` becomes the folder of @slug; a missing one is no error */
gboolean bty_bot_files_put_back (const char *data_dir, const char *slug, const char *name, GError **error);
/** bty_bot_files_forget: removes `bots/.deleted/<name>` with all that is in it; links are not followed */
gboolean bty_bot_files_forget (const char *data_dir, const char *name, GError **error);

/** bty_bot_files_may: Returns: whether @name is one of the files besides the soul's that a bot can be made with: evals.yaml, MEMORY.md, memory/NAME */
gboolean bty_bot_files_may (const char *name);
/** bty_bot_files_add: @files: (element-type BtyImportFile): writes them into the folder of @slug, each 0600 */
gboolean bty_bot_files_add (const char *data_dir, const char *slug, GPtrArray *files, GError **error);
/**
 * bty_bot_files_collect:
 * @memories: whether MEMORY.md and the folder `memory` are wanted too
 * @left_out: (element-type utf8): gets a line for each file that cannot be taken
 *
 * Returns: (transfer full) (element-type BtyImportFile): the files of a bot besides the soul's, by name
 */
GPtrArray *bty_bot_files_collect (const char *data_dir, const char *slug, gboolean memories, GPtrArray *left_out);
