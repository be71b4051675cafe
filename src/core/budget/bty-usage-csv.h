/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/** bty_usage_csv_append_head: the line that names the columns */
void bty_usage_csv_append_head (GString *lines);
/** bty_usage_csv_append: a line for an entry; no cell of it is a formula to a spreadsheet */
void bty_usage_csv_append (GString *lines, const BtyUsageEntry *entry);
/** bty_usage_csv_append_cell: one cell that came from outside */
void bty_usage_csv_append_cell (GString *lines, const char *text);
