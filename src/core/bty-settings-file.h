/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * bty_settings_file_edit:
 * @text: a key file
 * @group: a group
 * @key: a key
 * @value: (nullable): its new value; %NULL takes it out
 *
 * Changes one line and leaves all others as they are, comments, order and spaces included.
 *
 * Returns: (transfer full): the changed text
 */
char *bty_settings_file_edit (const char *text, const char *group, const char *key, const char *value);

/**
 * bty_settings_file_set:
 * @path: the key file; it and its folder are made if need be; the target of a symbolic link is changed, not the link
 * @error: of %BTY_ERROR, naming @path
 *
 * Edits the file and replaces it in one step.
 */
gboolean bty_settings_file_set (const char *path, const char *group, const char *key, const char *value,
                                GError **error);
