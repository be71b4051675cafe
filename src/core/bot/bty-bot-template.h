/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/*
 * Bots to begin with: a folder each, with SOUL.md, IDENTITY.md, USER.md and perhaps evals.yaml. Those that come with the program, and
 * the user's own in the folder `templates` of the data folder, which go first. Blocking: for worker threads.
 */

/** bty_bot_template_list: Returns: (transfer full) (element-type BtyTemplate): all of them by name, without their texts */
GPtrArray *bty_bot_template_list (const char *data_dir);
/** bty_bot_template_load: Errors: NOT_FOUND, FAILED_PRECONDITION (a file of it cannot be used) */
BtyTemplate *bty_bot_template_load (const char *data_dir, const char *name, GError **error);
/** bty_bot_template_fill: Returns: (transfer full): @text with the bot's name where `{{name}}` stands */
char *bty_bot_template_fill (const char *text, const char *name);
/** bty_bot_text_value: Returns: (transfer full) (nullable): the value of the first line `key: value` of front matter, unquoted */
char *bty_bot_text_value (const char *text, const char *key);

extern const BtyOperation bty_template_operations[];
extern const guint bty_n_template_operations;
