/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/* Returns: (transfer full): a field as people read it: no quotes, local time, lists with commas; "" for nothing */
char *bty_ctl_field_to_text (gconstpointer record, const BtyField *field);
/*
 * Prints records, one a line. @columns: by turns the field's name and the column's title, then NULL. On a terminal it fits the
 * window: the widest columns are cut.
 */
void bty_ctl_table_print (GPtrArray *records, const char *const *columns);
/* From now on tables are not cut, however wide the window is. */
void bty_ctl_table_show_whole (void);
/* Prints one record, one field a line; fields without a value are left out. */
void bty_ctl_record_print (gconstpointer record);
