/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/* Fills in the abilities of a model in the service's list, which has no more than names. */
void bty_responses_describe (BtyModel *model);

G_END_DECLS
