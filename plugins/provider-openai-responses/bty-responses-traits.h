/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/* What is known of a model by its name: a request with a member too many is refused. */
typedef struct
{
  gboolean reasons;
  gboolean is_known;       /* one of OpenAI's own that answer in text */
  const char *least;       /* effort that stands for `none` */
  const char *most;        /* effort that stands for `max` */
  gboolean takes_sampling; /* temperature and top_p, whatever the effort */
} BtyResponsesTraits;

void bty_responses_traits_of (const char *model, BtyResponsesTraits *traits);

/* Fills in the abilities of a model in the service's list, which has no more than names. */
void bty_responses_describe (BtyModel *model);

G_END_DECLS
