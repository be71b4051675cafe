/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/**
 * bty_log_file_keep:
 * @path: (nullable): the file that standard error goes to already; %NULL when it goes elsewhere
 *
 * From now on the file is put aside when it has grown past its limit: `PATH` becomes `PATH.1`, that one `PATH.2`, and so on.
 */
void bty_log_file_keep (const char *path);

/** bty_log_file_limit: @size: of one file, in bytes; @files: how many old ones are kept */
void bty_log_file_limit (gint64 size, gint64 files);

/** bty_log_file_write: writes to standard error; any thread */
void bty_log_file_write (const char *text, gsize length);
