/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/*
 * The folder of cassettes: a file each, named by the id of its turn. These functions block, and may run in any thread.
 */

/** bty_cassette_shelf_check: a name that is the id of a turn, and so no way out of the folder; else INVALID_ARGUMENT */
gboolean bty_cassette_shelf_check (const char *turn, GError **error);
/** bty_cassette_shelf_save: @text: of the file; writes it in one go, for its owner alone, and drops the oldest beyond @keep */
gboolean bty_cassette_shelf_save (const char *folder, const char *turn, const GString *text, guint keep,
                                  GError **error);
/** bty_cassette_shelf_read: Returns: (transfer full) (nullable): the text of a file; NOT_FOUND */
char *bty_cassette_shelf_read (const char *folder, const char *turn, gsize *length, GError **error);
/** bty_cassette_shelf_list: Returns: (transfer full) (element-type BtyCassetteInfo): the newest first */
GPtrArray *bty_cassette_shelf_list (const char *folder);
/** bty_cassette_shelf_delete: NOT_FOUND when there is none */
gboolean bty_cassette_shelf_delete (const char *folder, const char *turn, GError **error);
/** bty_cassette_shelf_forget: deletes those of a bot, by its id */
void bty_cassette_shelf_forget (const char *folder, const char *bot);
/** bty_cassette_shelf_describe: Returns: (transfer full) (nullable): what a cassette of this text holds */
BtyCassetteInfo *bty_cassette_shelf_describe (const BtyCassette *cassette, const char *turn, gsize length);
