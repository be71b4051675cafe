/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-client-event.h"

#define MAX_TOPICS 64
#define MAX_CURSOR 64

/* The names are those of CloudEvents 1.0. */
static const BtyField client_event_fields[] = {
  BTY_FIELD_STRING (BtyClientEvent, specversion, BTY_REQUIRED | BTY_READ_ONLY, N_ ("Version of CloudEvents: 1.0")),
  { .name = "id",
    .summary = N_ ("Identifier of the event"),
    .type = BTY_FIELD_TYPE_STRING,
    .flags = BTY_REQUIRED | BTY_READ_ONLY,
    .offset = G_STRUCT_OFFSET (BtyRecord, id) },
  BTY_FIELD_STRING (BtyClientEvent, source, BTY_REQUIRED | BTY_READ_ONLY, N_ ("Who tells it")),
  BTY_FIELD_STRING (BtyClientEvent, type, BTY_REQUIRED | BTY_READ_ONLY,
                    N_ ("What happened, such as org.boternity.bot.created")),
  BTY_FIELD_STRING (BtyClientEvent, subject, BTY_READ_ONLY, N_ ("Identifier of what it is about")),
  BTY_FIELD_TIME (BtyClientEvent, time, BTY_REQUIRED | BTY_READ_ONLY, N_ ("When it happened")),
  BTY_FIELD_STRING (BtyClientEvent, datacontenttype, BTY_REQUIRED | BTY_READ_ONLY,
                    N_ ("Media type of the data: application/json")),
  BTY_FIELD_JSON (BtyClientEvent, data, BTY_REQUIRED | BTY_READ_ONLY, N_ ("What is known about it")),
  BTY_FIELD_STRING (BtyClientEvent, cursor, BTY_READ_ONLY, N_ ("Where it stands in the event log, to go on from")),
};
BTY_DEFINE_RECORD (BtyClientEvent, bty_client_event, "client_event", N_ ("Something that happened"),
                   client_event_fields)

#define TOPICS_SUMMARY N_ ("Only these topics: bot.created, or bot.* for all that begin so; without any: all")
#define AFTER_SUMMARY  N_ ("Cursor of the last event that is known: begin after it")
#define SINCE_SUMMARY  N_ ("Begin with what happened at this time")

static const BtyField event_subscribe_fields[] = {
  BTY_FIELD_STRV (BtyEventSubscribe, topics, 0, TOPICS_SUMMARY, .max = MAX_TOPICS),
  BTY_FIELD_STRING (BtyEventSubscribe, after, 0, AFTER_SUMMARY, .max = MAX_CURSOR),
  BTY_FIELD_TIME (BtyEventSubscribe, since, BTY_NULLABLE, SINCE_SUMMARY),
};
BTY_DEFINE_RECORD (BtyEventSubscribe, bty_event_subscribe, "event_subscribe", N_ ("Which events to hear"),
                   event_subscribe_fields)

static const BtyField event_replay_fields[] = {
  BTY_FIELD_STRV (BtyEventReplay, topics, 0, TOPICS_SUMMARY, .max = MAX_TOPICS),
  BTY_FIELD_STRING (BtyEventReplay, after, 0, AFTER_SUMMARY, .max = MAX_CURSOR),
  BTY_FIELD_TIME (BtyEventReplay, since, BTY_NULLABLE, SINCE_SUMMARY),
  BTY_FIELD_INT64 (BtyEventReplay, limit, 0, N_ ("How many events at most; 0: all"), .min = 0, .max = 1000000,
                   .fallback = "100"),
  BTY_FIELD_INT64 (BtyEventReplay, last, 0, N_ ("Begin so many events before the end; 0: at the cursor or the time"),
                   .min = 0, .max = 1000000),
};
BTY_DEFINE_RECORD (BtyEventReplay, bty_event_replay, "event_replay", N_ ("Which events to hear again"),
                   event_replay_fields)

static const BtyField event_end_fields[] = {
  BTY_FIELD_STRING (BtyEventEnd, next_cursor, BTY_READ_ONLY, N_ ("Cursor to go on from")),
};
BTY_DEFINE_RECORD (BtyEventEnd, bty_event_end, "event_end", N_ ("Where a stream of events ended"), event_end_fields)
