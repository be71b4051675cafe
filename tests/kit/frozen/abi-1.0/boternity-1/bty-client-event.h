/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-record.h"

G_BEGIN_DECLS

/**
 * BtyClientEvent:
 * @specversion: `1.0`
 * @source: `/boternity`, or `/boternity/plugins/ID` for what a plugin tells
 * @type: such as `org.boternity.bot.created`
 * @subject: (nullable): id of the record it is about
 * @time: when it happened, microseconds since 1970
 * @datacontenttype: `application/json`
 * @data: JSON object; its members are a contract, one list a type
 * @cursor: (nullable): where it stands in the event log, to go on from; to be handed back as it is
 *
 * Something that happened, as it leaves the process: a CloudEvents 1.0 envelope. Its id is the record's, so that one that is heard
 * twice can be told by it. Made from a #BtyEvent by a fixed contract: see docs/events.md.
 */
typedef struct
{
  BtyRecord record;
  char *specversion;
  char *source;
  char *type;
  char *subject;
  gint64 time;
  char *datacontenttype;
  char *data;
  char *cursor;
} BtyClientEvent;
BTY_DECLARE_RECORD (BtyClientEvent, bty_client_event)

/**
 * BtyEventSubscribe:
 * @topics: (nullable): each a topic, a prefix that ends with `.*`, or `*`; without any: all
 * @after: (nullable): cursor of the last event that is known; without it and @since: from now on
 * @since: (nullable): from this time on
 */
typedef struct
{
  BtyRecord record;
  GStrv topics;
  char *after;
  gint64 since;
} BtyEventSubscribe;
BTY_DECLARE_RECORD (BtyEventSubscribe, bty_event_subscribe)

/**
 * BtyEventReplay:
 * @topics: as of #BtyEventSubscribe
 * @after: (nullable): cursor of the last event that is known; without it and @since: from the oldest on
 * @since: (nullable): from this time on
 * @limit: how many events at most; 0: all
 * @last: begin so many events before the end, instead of at a cursor or a time; 0: not so
 */
typedef struct
{
  BtyRecord record;
  GStrv topics;
  char *after;
  gint64 since;
  gint64 limit;
  gint64 last;
} BtyEventReplay;
BTY_DECLARE_RECORD (BtyEventReplay, bty_event_replay)

/** BtyEventEnd: @next_cursor: (nullable): what to give as `after` to go on from where the stream ended */
typedef struct
{
  BtyRecord record;
  char *next_cursor;
} BtyEventEnd;
BTY_DECLARE_RECORD (BtyEventEnd, bty_event_end)

G_END_DECLS
