/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-record.h"

G_BEGIN_DECLS

/**
 * BtyEvent:
 * @topic: what happened, such as `bot.created`
 * @subject: (nullable): id of the record it is about
 * @data: JSON of that record's read view, or `{}`
 *
 * Something that happened, told after it was committed. created_at is when.
 */
typedef struct
{
  BtyRecord record;
  char *topic;
  char *subject;
  char *data;
} BtyEvent;

BTY_DECLARE_RECORD (BtyEvent, bty_event)

G_END_DECLS
