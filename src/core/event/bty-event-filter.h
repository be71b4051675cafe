/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/*
 * BtyEventFilter:
 * @patterns: sorted, none twice; `*` stands alone
 * @key: the same for filters that let the same through
 *
 * Which topics someone wants to hear of.
 */
typedef struct
{
  GStrv patterns;
  char *key;
} BtyEventFilter;

/* (transfer full) (nullable): @topics: (nullable): patterns from outside; NULL with INVALID_ARGUMENT for one that makes no sense */
BtyEventFilter *bty_event_filter_new (const char *const *topics, GError **error);
void bty_event_filter_free (BtyEventFilter *filter);
/* @name: as of bty_event_contract_get_name() */
gboolean bty_event_filter_matches (const BtyEventFilter *filter, const char *name);
/* (nullable): the one topic of the core's that it lets through, if it is but one */
const char *bty_event_filter_get_topic (const BtyEventFilter *filter);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyEventFilter, bty_event_filter_free)
