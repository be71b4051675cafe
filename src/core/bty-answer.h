/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/** bty_answer: ends @call: @error: (transfer full) (nullable): fails it so; else @record: (transfer full) (nullable): is its answer */
void bty_answer (BtyCall *call, gpointer record, GError *error);

/** bty_answer_list: emits @items: (transfer full) (nullable) (element-type BtyRecord): and ends @call with a page, or with @error as above */
void bty_answer_list (BtyCall *call, GPtrArray *items, GError *error);
