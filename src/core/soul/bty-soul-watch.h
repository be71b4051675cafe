/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/**
 * BtySoulWatch:
 *
 * Notices that one of the three files in a watched folder was saved, once it has been quiet for a moment. What else editors leave there
 * (swap files, backups, the temporary file of a save) is passed over. Main context.
 */
typedef struct _BtySoulWatch BtySoulWatch;

typedef void (*BtySoulWatchFunc) (const char *slug, gpointer data);

/** bty_soul_watch_new: @most: folders that are watched; those after them are not, and must be looked after otherwise */
BtySoulWatch *bty_soul_watch_new (guint most, BtySoulWatchFunc saved, gpointer data);
void bty_soul_watch_free (BtySoulWatch *watch);
void bty_soul_watch_set_quiet (BtySoulWatch *watch, guint milliseconds);
/** bty_soul_watch_add: Returns: whether the folder is watched from now on, or was before */
gboolean bty_soul_watch_add (BtySoulWatch *watch, const char *slug, const char *folder);
void bty_soul_watch_remove (BtySoulWatch *watch, const char *slug);
gboolean bty_soul_watch_has (BtySoulWatch *watch, const char *slug);
