/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-diff.h"

/*
 * Appends to @spans (element-type BtyDiffSpan) those of a run of @n deleted and @m inserted lines, which stand at @lines in that order,
 * and says in each line how many are its own.
 */
void bty_diff_add_spans (GArray *spans, BtyDiffLine *lines, guint n, guint m);
