/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/** bty_test_folder_new: Returns: (transfer full): a new temporary folder */
char *bty_test_folder_new (void);
/** bty_test_folder_remove: removes it with all that is in it, and frees @folder */
void bty_test_folder_remove (char *folder);
/** bty_test_folder_write: writes a file below @folder, whose folders are made; Returns: (transfer full): its path */
char *bty_test_folder_write (const char *folder, const char *name, const char *text);

typedef char BtyTestFolder;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyTestFolder, bty_test_folder_remove)
