/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-record.h"

G_BEGIN_DECLS

/**
 * BtyEvent:
 * @topic: what happened, such as `bot.created`
 * @subject: (nullable): id of the record it is about
 * @data: JSON of that record's read view, or `{}`
 * @position: its place in the event log, from 1; null until it is committed; only ever grows from one event to the next
 *
 * Something that happened, told after it was committed, and kept in the event log until retention takes it out. created_at is
 * when. The store sets the position when it commits.
 */
typedef struct
{
  BtyRecord record;
  char *topic;
  char *subject;
  char *data;
  gint64 position;
} BtyEvent;

BTY_DECLARE_RECORD (BtyEvent, bty_event)

G_END_DECLS
